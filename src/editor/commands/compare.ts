import * as vscode from 'vscode';
import type { Difference } from '../../classfile/compare';
import { methodTypeText, typeText } from '../../classfile/descriptors';
import type { ComparedClass } from '../../hotswap/comparison/model';
import { AbortedError } from '../../util/errors';
import type { App } from '../app';
import type { MadeComparison } from '../comparisons';
import { t } from '../text';
import type { ComparisonNode } from '../views/comparison';
import { chooseSession } from './chooseJvm';

const isAttached = (session: { readonly attached: unknown }): boolean => session.attached !== undefined;

/** Compares the JVM of a row, or the one a person picks, with its class roots, and shows what differs. */
export async function compareWithRunning(app: App, node?: unknown): Promise<void> {
  const session = await chooseSession(app, node, t('Compare a JVM with its class files'), isAttached);
  if (!session) return;
  await comparing(app, session.target.id, session.target.name);
  await app.comparison.reveal(session.target.id);
}

/** Compares once more: the JVM of a row, else all that were compared. */
export async function compareAgain(app: App, node?: unknown): Promise<void> {
  for (const { jvm, name } of chosenComparisons(app, node)) await comparing(app, jvm, name);
}

export function closeComparison(app: App, node?: unknown): void {
  for (const { jvm } of chosenComparisons(app, node)) app.comparisons.close(jvm);
}

/**
 * Has the JVM run what was built: of a row the classes below it, else everything that differs in each comparison.
 * One swap a JVM, recorded and to be undone like any other; then compares again.
 */
export async function makeEqual(app: App, node?: unknown): Promise<void> {
  for (const { jvm, name, classes } of chosenComparisons(app, node)) {
    const below = classesBelow(node) ?? classes;
    const names = new Set(below.filter(isToSwap).map((each) => each.name));
    if (names.size > 0) await swapNames(app, jvm, name, names);
  }
}

async function swapNames(app: App, jvm: string, name: string, names: ReadonlySet<string>): Promise<void> {
  const done = await inProgress(t('Making {0} equal to its class files', name), async (_progress, signal) => {
    const hotSwap = await app.jvms.hotSwap();
    return hotSwap.makeEqual(jvm, (each) => names.has(each), signal);
  });
  if (done) await comparing(app, jvm, name);
}

/** What no class file stands for can't be taken from a JVM; what is not loaded yet waits when its file is newer. */
function isToSwap({ state }: ComparedClass): boolean {
  return state === 'changed' || state === 'debug' || state === 'unloaded';
}

/** Opens both sides of a class: what runs on the left, what was built on the right; at the member of the row. */
export async function openComparison(app: App, node: ComparisonNode): Promise<void> {
  if (node.kind === 'jvm' || node.kind === 'state' || node.kind === 'package') return;
  const { made, compared } = node;
  const loader = node.kind === 'class' ? compared.loaders[0] : node.loader;
  const { running, built } = await app.comparisons.sides(made.jvm, compared, loader);
  const hold = (label: string, text: string): vscode.Uri =>
    app.bytecode.hold(compared.name, label, () => text);
  const left = running === undefined ? undefined : hold(t('running in {0}', made.name), running);
  const right = built === undefined ? undefined : hold(t('class file'), built);
  const selection = node.kind === 'difference' ? placeOf(node.difference, built ?? running ?? '') : undefined;
  const simple = compared.name.slice(compared.name.lastIndexOf('.') + 1);
  if (left && right)
    await app.bytecode.openDiff(t('{0} (in {1} ↔ class file)', simple, made.name), left, right, selection);
  else if (left ?? right)
    await vscode.window.showTextDocument((left ?? right)!, {
      preview: true,
      ...(selection && { selection }),
    });
}

/** The line of a member in the text of its class. */
function placeOf(difference: Difference, text: string): vscode.Range | undefined {
  if (difference.of === 'class') return undefined;
  const { of, name, descriptor } = difference;
  const type = of === 'method' ? methodTypeText(descriptor) : undefined;
  const header = type
    ? `${type.result} ${name}(${type.parameters.join(', ')})`
    : `${typeText(descriptor)} ${name}`;
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^(.*?) ?[{;]?$/.exec(line)?.[1]?.endsWith(header) === true);
  return at < 0 ? undefined : new vscode.Range(at, 0, at, 0);
}

/** The comparison of a row, or of a JVM's row elsewhere; else all. */
function chosenComparisons({ comparisons }: App, node: unknown): readonly MadeComparison[] {
  const row = node as ComparisonNode | undefined;
  const jvm = row && 'made' in row ? row.made.jvm : undefined;
  return comparisons.all.filter((made) => jvm === undefined || made.jvm === jvm);
}

function classesBelow(node: unknown): readonly ComparedClass[] | undefined {
  const row = node as ComparisonNode | undefined;
  if (row?.kind === 'state' || row?.kind === 'package') return row.classes;
  return row?.kind === 'class' ? [row.compared] : undefined;
}

async function comparing(app: App, jvm: string, name: string): Promise<void> {
  await inProgress(t('Comparing {0} with its class files', name), (progress, signal) => {
    let told = 0;
    const onProgress = (done: number, total: number): void => {
      const percent = Math.floor((done / total) * 100);
      if (percent === told) return;
      progress.report({ increment: percent - told, message: t('{0} of {1} classes', done, total) });
      told = percent;
    };
    return app.comparisons.compare(jvm, onProgress, signal);
  });
}

/** Resolves with undefined when the person cancelled it. */
async function inProgress<T>(
  title: string,
  work: (
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    signal: AbortSignal,
  ) => Promise<T>,
): Promise<T | undefined> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      return await work(progress, abort.signal);
    } catch (error) {
      if (error instanceof AbortedError) return undefined;
      throw error;
    }
  });
}
