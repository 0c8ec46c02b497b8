import * as path from 'node:path';
import * as vscode from 'vscode';
import type { BuiltClass, JvmSession } from '../../hotswap/model';
import type { ClassPrediction } from '../../hotswap/predictJvm';
import { describeJvmError } from '../../messages/describe';
import { previewText, type PreviewedClass, type PreviewedJvm } from '../../messages/preview';
import { AbortedError } from '../../util/errors';
import type { App } from '../app';
import { Sources } from '../sourceTexts';
import { sourceLanguages } from '../swappedTexts';
import { t } from '../text';
import { jvmOfNode } from './chooseJvm';

/**
 * Shows what a swap would do now, without sending anything: of the source that is given, or of everything that was
 * built; for the JVM of a row, or for all that are attached. Stops each thread for a moment to see which methods run.
 */
export async function previewSwap(app: App, node?: unknown): Promise<void> {
  const entry = jvmOfNode(node);
  const sessions = app.jvms.sessions.filter(
    ({ target, attached }) => attached !== undefined && (entry === undefined || entry.id === target.id),
  );
  const document = entry ? undefined : await sourceDocument(node);
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Predicting what a swap would do') },
    async () => {
      const sources = new Sources();
      const abort = new AbortController();
      const jvms = await Promise.all(
        sessions.map((session) => previewJvm(app, session, document, sources, abort.signal)),
      );
      const about = document ? path.basename(document.fileName) : (entry?.name ?? t('all classes'));
      const preview = previewText(jvms, about, t);
      const built = new Map(jvms.flatMap(({ found }) => found).map((each) => [each.name, each]));
      await app.previews.show(t('Swap Preview of {0}', about), preview, async (className) => {
        const one = built.get(className);
        return one && sources.uriOf(one);
      });
    },
  );
}

/** The source that the command was called on: in the editor's title or menu, or in sight. */
async function sourceDocument(node: unknown): Promise<vscode.TextDocument | undefined> {
  const document = node instanceof vscode.Uri ? await vscode.workspace.openTextDocument(node) : undefined;
  return document && sourceLanguages.includes(document.languageId) ? document : undefined;
}

interface Previewed extends PreviewedJvm {
  /** The classes it is about. */
  readonly found: readonly BuiltClass[];
}

async function previewJvm(
  { compiler }: App,
  session: JvmSession,
  document: vscode.TextDocument | undefined,
  sources: Sources,
  signal: AbortSignal,
): Promise<Previewed> {
  const { target, attached, classRoots } = session;
  const { host, port } = target.endpoint;
  const about = {
    name: target.name,
    place: `${host}:${port}`,
    ...(attached && { version: attached.info.version }),
  };
  try {
    if (!attached) return { ...about, classes: [], found: [] };
    const [{ predictClasses }, { readBuilt }] = await Promise.all([
      import('../../hotswap/predictJvm'),
      import('../../hotswap/roots/readBuilt'),
    ]);
    await sources.use(session);
    const all = (): Promise<BuiltClass[]> =>
      readBuilt(
        classRoots.map((root) => root.path),
        signal,
      );
    const classes = document
      ? ((await compiler.compileUnsaved(document, session, signal)) ??
        (await ofSource(await all(), document)))
      : await all();
    const predictions = await predictClasses(
      attached,
      classes,
      {
        rootsVisible: true,
        source: (built) => (document ? Promise.resolve(document.getText()) : sources.textOf(built)),
        allBuilt: all,
        inUse: true,
      },
      signal,
    );
    const rows = await Promise.all(predictions.map((each) => previewed(session, each, signal)));
    return { ...about, classes: rows, found: classes };
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    const { title, detail } = describeJvmError(error, { t, where: target.name });
    return { ...about, error: detail === undefined ? title : `${title} ${detail}`, classes: [], found: [] };
  }
}

async function previewed(
  { attached }: JvmSession,
  { built, state, prediction, loaded, inUse }: ClassPrediction,
  signal: AbortSignal,
): Promise<PreviewedClass> {
  const loaders =
    attached && loaded.length > 1
      ? await Promise.all(loaded.map((each) => attached.loaders.of(each, signal)))
      : [];
  return {
    name: built.name,
    state,
    ...(prediction && { prediction }),
    loaders,
    ...(inUse?.instances !== undefined && { instances: inUse.instances }),
    onStack: [...(inUse?.onStack ?? [])].sort(),
  };
}

/** The built classes that were compiled from a source. */
async function ofSource(
  classes: readonly BuiltClass[],
  { fileName }: vscode.TextDocument,
): Promise<BuiltClass[]> {
  const { classFileOf } = await import('../../hotswap/roots/builtClass');
  const name = path.basename(fileName);
  const folder = path.dirname(fileName).split(path.sep).join('/');
  return classes.filter((built) => {
    const packageFolder = built.name.split('.').slice(0, -1).join('/');
    return (
      classFileOf(built).sourceFile === name && `${folder}/`.endsWith(`/${packageFolder}/`.replace('//', '/'))
    );
  });
}
