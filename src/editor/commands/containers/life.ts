import {
  changeContainer,
  removeContainer,
  type LifecycleChange,
} from '../../../targets/docker/manage/lifecycle';
import type { App } from '../../app';
import type { ContainerNode } from '../../containers/nodes';
import { roleWords } from '../../containers/words';
import { t } from '../../text';
import { containerOf } from './chooseContainer';

export function start(app: App, node?: unknown): Promise<void> {
  return change(app, node, 'start', t('starting'));
}

/** Asks first where it serves. */
export async function stop(app: App, node?: unknown): Promise<void> {
  const chosen = containerOf(node);
  if (!chosen) return;
  if (isLive(chosen) && !(await confirm(app, chosen, t('Stop {0}?', place(chosen)), t('Stop')))) return;
  await change(app, chosen, 'stop', t('stopping'));
}

/** Asks first where it serves. */
export async function restart(app: App, node?: unknown): Promise<void> {
  const chosen = containerOf(node);
  if (!chosen) return;
  if (isLive(chosen) && !(await confirm(app, chosen, t('Restart {0}?', place(chosen)), t('Restart')))) return;
  await change(app, chosen, 'restart', t('restarting'));
}

/** Always asks first. */
export async function remove(app: App, node?: unknown): Promise<void> {
  const chosen = containerOf(node);
  if (!chosen) return;
  const force = chosen.container.state === 'running' || chosen.container.state === 'paused';
  if (!(await confirm(app, chosen, t('Remove {0}?', place(chosen)), t('Remove')))) return;
  const tree = await app.containers.tree();
  await tree.during(chosen, t('being removed'), async () =>
    removeContainer(await chosen.host.engine(), chosen.container.id, { force }),
  );
}

async function change(app: App, node: unknown, to: LifecycleChange, words: string): Promise<void> {
  const chosen = containerOf(node);
  if (!chosen) return;
  const tree = await app.containers.tree();
  await tree.during(chosen, words, async () =>
    changeContainer(await chosen.host.engine(), chosen.container.id, to),
  );
}

function place({ host, container }: ContainerNode): string {
  return t('{0} on {1}', container.name, host.name);
}

function isLive({ container }: ContainerNode): boolean {
  return container.ours?.isLive === true && container.state === 'running';
}

/** A question that says what it means for the people who use it. */
async function confirm(app: App, node: ContainerNode, question: string, button: string): Promise<boolean> {
  const { container, host } = node;
  const { ours } = container;
  const environment = ours && host.configuration().config?.environments[ours.environment];
  const isProtected = environment !== undefined && environment.protection !== 'none';
  const lines = [
    isLive(node)
      ? t(
          '{0} {1} serves from it now: requests fail while it is away.',
          ours!.release.application,
          ours!.release.version,
        )
      : '',
    roleWords(container) === t('standby') ? t('A roll back within a second needs it.') : '',
    isProtected ? t('The environment {0} is protected.', ours!.environment) : '',
    isLive(node) ? t('To bring another release there without losing a request, deploy it or roll back.') : '',
  ];
  return app.dialogs.confirm(question, lines.filter((line) => line !== '').join('\n\n'), button);
}
