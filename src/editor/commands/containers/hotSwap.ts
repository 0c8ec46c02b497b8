import type { JvmSession } from '../../../hotswap/model';
import type { App } from '../../app';
import { containerJvm } from '../../containers/containerJvm';
import { t } from '../../text';
import { attachEntry } from '../attach';
import { containerOf } from './chooseContainer';

/** Attaches to the JVM in a container; in a protected environment it asks first, for each save would change it. */
export async function attachContainer(app: App, node?: unknown): Promise<JvmSession | undefined> {
  const chosen = containerOf(node);
  const entry = chosen && containerJvm(app, chosen);
  if (!entry) return undefined;
  const { ours, name } = chosen.container;
  const environment = ours && chosen.host.configuration().config?.environments[ours.environment];
  if (ours && environment && environment.protection !== 'none') {
    const question = t('Attach hot swap to {0} on {1}?', name, chosen.host.name);
    const detail = t(
      'The environment {0} is protected. While it is attached, each save changes what runs there.',
      ours.environment,
    );
    if (!(await app.dialogs.confirm(question, detail, t('Attach')))) return undefined;
  }
  const tree = await app.containers.tree();
  return tree.during(chosen, t('attaching'), () => attachEntry(app, entry));
}

export async function detachContainer(app: App, node?: unknown): Promise<void> {
  const chosen = containerOf(node);
  const entry = chosen && containerJvm(app, chosen);
  if (entry) await app.jvms.detach(entry.id);
}
