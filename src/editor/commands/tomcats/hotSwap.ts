import type { JvmSession } from '../../../hotswap/model';
import type { App } from '../../app';
import { t } from '../../text';
import { protectedAt } from '../../tomcats/place';
import { attachEntry } from '../attach';
import { chooseServer } from './choose';

/** Attaches to the JVM of a Tomcat; in a protected environment it asks first, for each save would change it. */
export async function attachTomcat(app: App, node?: unknown): Promise<JvmSession | undefined> {
  const chosen = await chooseServer(app, node, t('Attach Hot Swap'));
  const tree = await app.tomcats.tree();
  const entry = chosen && tree.jvmOf(chosen);
  if (!entry) return undefined;
  const environments = protectedAt(tree.placeOf(chosen));
  if (environments.length > 0) {
    const question = t('Attach hot swap to {0}?', chosen.server.name);
    const detail = t(
      'The environment {0} is protected. While it is attached, each save changes what runs there.',
      environments.join(', '),
    );
    if (!(await app.dialogs.confirm(question, detail, t('Attach')))) return undefined;
  }
  return tree.during(chosen, t('attaching'), () => attachEntry(app, entry));
}

export async function detachTomcat(app: App, node?: unknown): Promise<void> {
  const chosen = await chooseServer(app, node, t('Detach Hot Swap'));
  const entry = chosen && (await app.tomcats.tree()).jvmOf(chosen);
  if (entry) await app.jvms.detach(entry.id);
}
