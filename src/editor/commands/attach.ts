import * as vscode from 'vscode';
import type { JvmSession } from '../../hotswap/model';
import { exposedPort, suspendedAtStart } from '../../messages/jdwp';
import { toMessage } from '../../messages/message';
import type { App } from '../app';
import type { JvmEntry } from '../entries';
import { t } from '../text';
import { chooseEntry, chooseSession, jvmOfNode } from './chooseJvm';

/** Attaches to the JVM of a row, or to the one a person chooses. */
export async function attach(app: App, node?: unknown): Promise<JvmSession | undefined> {
  const entry = jvmOfNode(node) ?? (await chooseEntry(app));
  return entry && attachEntry(app, entry);
}

/** Attaches with progress in the view; what went wrong is told, not thrown. */
export async function attachEntry(app: App, entry: JvmEntry): Promise<JvmSession | undefined> {
  const { jvms, notifier } = app;
  const present = jvms.session(entry.id);
  if (present) return present;
  try {
    const session = await vscode.window.withProgress({ location: { viewId: 'swapdeck.environments' } }, () =>
      jvms.attach(entry),
    );
    tellState(app, session);
    return session;
  } catch (error) {
    const retry = (): unknown => attachEntry(app, entry);
    notifier.error(error, { jvm: entry.name, retry });
    return undefined;
  }
}

/** What a person should know of a JVM that was just attached. */
function tellState({ notifier }: App, session: JvmSession): void {
  const { state, target } = session;
  if (state.kind !== 'attached') return;
  const context = { jvm: target.id };
  if (state.info.suspendedAtStart)
    notifier.tell('info', toMessage(suspendedAtStart(target.name, t), t), context);
  else if (state.info.exposed) notifier.tell('warning', toMessage(exposedPort(target.name, t), t), context);
}

export async function detach(app: App, node?: unknown): Promise<void> {
  const entry = jvmOfNode(node);
  if (entry) return app.jvms.detach(entry.id);
  const session = await chooseSession(app, undefined, t('Detach from a JVM'));
  if (session) await app.jvms.detach(session.target.id);
}

/** Connects to a lost JVM now instead of when its turn comes. */
export async function retry(app: App, node?: unknown): Promise<void> {
  const entry = jvmOfNode(node);
  if (!entry) return;
  await app.jvms.detach(entry.id);
  await attachEntry(app, entry);
}

export async function resumeJvm(app: App, node?: unknown): Promise<void> {
  const suspended = (session: JvmSession): boolean =>
    session.state.kind === 'attached' && session.state.info.suspendedAtStart;
  const session = await chooseSession(app, node, t('Resume a JVM'), suspended);
  await session?.resume();
}
