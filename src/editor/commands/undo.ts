import * as vscode from 'vscode';
import type { LedgerEntry } from '../../hotswap/ledger/entries';
import { undoAllQuestion } from '../../messages/undo';
import { AbortedError } from '../../util/errors';
import type { App } from '../app';
import { t } from '../text';
import type { SwapClassNode, SwapNode, SwapsNode } from '../views/swapItems';
import { chooseSession } from './chooseJvm';

/**
 * Takes the swap of a row back, else the last one of the attached JVMs; what was swapped in several JVMs together,
 * in all of them.
 */
export async function undoSwap(app: App, node?: SwapsNode): Promise<void> {
  const { lastToUndo, UndoError } = await import('../../hotswap/ledger/undo');
  const together = node?.kind === 'group' ? node.swaps : await lastGroup(app, node, lastToUndo);
  if (together) {
    await takeBackAll(
      app,
      together.filter(({ action }) => action === 'undo').map(({ entry }) => entry),
    );
    return;
  }
  const entry = entryOf(node) ?? (await lastOf(app, lastToUndo));
  if (!entry) throw new UndoError('nothingToUndo', []);
  await takeBack(app, entry, t('Undoing the swap in {0}', entry.begin.jvm));
}

/** Takes the undo of a row back, else the last one: what it took back runs again. */
export async function redoSwap(app: App, node?: SwapsNode): Promise<void> {
  const { lastToRedo, UndoError } = await import('../../hotswap/ledger/undo');
  const entry = entryOf(node) ?? (await lastOf(app, lastToRedo));
  if (!entry) throw new UndoError('nothingToUndo', []);
  await takeBack(app, entry, t('Redoing the swap in {0}', entry.begin.jvm));
}

/** Takes everything back that was swapped in a JVM since it was attached, after a question. */
export async function undoAll(app: App, node?: unknown): Promise<void> {
  const session = await chooseSession(
    app,
    node,
    t('Undo everything since attach'),
    ({ attached }) => !!attached,
  );
  if (!session) return;
  const { undoOfAll } = await import('../../hotswap/ledger/undo');
  const { id, name } = session.target;
  const { classes } = undoOfAll(await (await app.ledger.open()).sinceAttach(id));
  const { title, detail, button } = undoAllQuestion(name, classes.length, t);
  if (!(await app.dialogs.confirm(title, detail, button))) return;
  await inProgress(t('Undoing everything in {0}', name), async (signal) => {
    await (await app.jvms.hotSwap()).undoAll(id, signal);
  });
}

/** Shows the bytecode of a swapped class: what ran before on the left, what the swap brought on the right. */
export async function openSwappedClass(app: App, { entry, result }: SwapClassNode): Promise<void> {
  const { bytecode } = app;
  const { name } = result;
  const kept = entry.begin.classes.find((each) => each.name === name);
  if (!kept) return;
  const { before, after } = kept;
  const left =
    before === undefined
      ? bytecode.hold(name, t('before'), () => t('What ran before this swap is not known.'))
      : bytecode.uri('ledger', `${before}/${after}`, name, t('before'));
  const right = bytecode.uri('ledger', after, name, t('after'));
  const simple = name.slice(name.lastIndexOf('.') + 1);
  await bytecode.openDiff(t('{0}: Before and After the Swap in {1}', simple, entry.begin.jvm), left, right);
}

async function takeBack(app: App, { begin }: LedgerEntry, title: string): Promise<void> {
  await inProgress(title, async (signal) => {
    await (await app.jvms.hotSwap()).undo(begin.id, signal);
  });
}

/** Each JVM's swap is taken back on its own: what runs in one of them says nothing about the others. */
async function takeBackAll(app: App, entries: readonly LedgerEntry[]): Promise<void> {
  await inProgress(t('Undoing the swap in {0} JVMs', entries.length), async (signal) => {
    const hotSwap = await app.jvms.hotSwap();
    const ended = await Promise.allSettled(entries.map(({ begin }) => hotSwap.undo(begin.id, signal)));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  });
}

/** The swaps that were done together with the last one; undefined when it was done alone. */
async function lastGroup(
  app: App,
  node: SwapsNode | undefined,
  choose: (entries: readonly LedgerEntry[]) => LedgerEntry | undefined,
): Promise<readonly SwapNode[] | undefined> {
  if (node) return undefined;
  const group = (await lastOf(app, choose))?.end?.group;
  const rows = group && (await app.swaps.nodes());
  const together = rows?.filter(({ entry }) => entry.end?.group?.id === group?.id);
  return together && together.length > 1 ? together : undefined;
}

function entryOf(node: SwapsNode | undefined): LedgerEntry | undefined {
  return node?.kind === 'swap' || node?.kind === 'class' ? node.entry : undefined;
}

/** The newest of the chosen swaps of each attached JVM. */
async function lastOf(
  { jvms, ledger }: App,
  choose: (entries: readonly LedgerEntry[]) => LedgerEntry | undefined,
): Promise<LedgerEntry | undefined> {
  const entries = await ledger.entries();
  const chosen = jvms.sessions
    .filter(({ attached }) => attached)
    .flatMap(({ target }) => choose(entries.filter(({ begin }) => begin.jvm === target.id)) ?? []);
  return chosen.sort((a, b) => b.begin.at - a.begin.at)[0];
}

/** Undo takes milliseconds; only a JVM that does not answer is worth a notification, with a way to give up. */
async function inProgress(title: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const working = work(abort.signal);
  const isDone = await Promise.race([
    working.then(() => true),
    new Promise<false>((resolve) => setTimeout(() => resolve(false), patienceMs)),
  ]);
  if (isDone) return;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  await vscode.window.withProgress(options, async (_progress, token) => {
    token.onCancellationRequested(() => abort.abort(new AbortedError(title)));
    await working;
  });
}

const patienceMs = 500;
