import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SaveResult, SourceCompiler, Surroundings } from '../compile/sourceCompiler';
import type { CompileDiagnostic } from '../compile/model';
import type { Log } from '../contracts/log';
import type * as CompileAround from '../hotswap/compileAround';
import type { BuiltClass, JvmSession } from '../hotswap/model';
import { DisposableStore, type Disposable } from '../util/disposables';
import type { Jvms } from './jvms';
import { languageServerIsActive } from './languageServer';
import type { Notifier } from './notify';
import type { PredictionDiagnostics } from './predictions';
import type { Status } from './status';
import { t } from './text';

export interface CompileOnSaveParts {
  readonly context: vscode.ExtensionContext;
  readonly jvms: Jvms;
  readonly status: Status;
  readonly notifier: Notifier;
  readonly predictions: PredictionDiagnostics;
  readonly log: Log;
}

/**
 * Compiles a saved Java file of an attached application and hands its classes to the swap. Errors become
 * diagnostics, and then nothing is written and nothing swapped.
 */
export class CompileOnSave implements Disposable {
  readonly #parts: CompileOnSaveParts;
  readonly #store = new DisposableStore();
  readonly #diagnostics = this.#store.add(vscode.languages.createDiagnosticCollection('swapdeck-javac'));
  #compiler: Promise<SourceCompiler> | undefined;
  #running = new Set<AbortController>();
  /** Text that a file had before the first save that we saw, for the check of the compiler. */
  readonly #before = new Map<string, string>();
  readonly #checked = new Set<string>();
  readonly #warmed = new Set<string>();

  constructor(parts: CompileOnSaveParts) {
    this.#parts = parts;
    const { workspace } = vscode;
    this.#store.add(
      workspace.onWillSaveTextDocument((event) => {
        const session = this.#sessionsFor(event.document)[0];
        if (session && event.document.isDirty) event.waitUntil(this.#remember(event.document.uri.fsPath));
      }),
    );
    this.#store.add(workspace.onDidSaveTextDocument((document) => void this.#saved(document)));
    this.#store.add(
      workspace.onDidDeleteFiles(({ files }) => files.forEach((uri) => this.#diagnostics.delete(uri))),
    );
    this.#store.add(parts.jvms.onDidChangeSessions(() => this.#sessionsChanged()));
    this.#store.add(parts.jvms.onDidChange(() => this.#warmUp()));
    this.#store.add(vscode.window.onDidChangeActiveTextEditor(() => this.#warmUp()));
  }

  cancel(): void {
    for (const abort of this.#running) abort.abort();
  }

  dispose(): void {
    this.cancel();
    this.#store.dispose();
  }

  /**
   * The classes of the text in an editor, as saving it would make them; writes nothing. `undefined` where it isn't
   * compiled on save, or has errors.
   */
  async compileUnsaved(
    document: vscode.TextDocument,
    session: JvmSession,
    signal: AbortSignal,
  ): Promise<BuiltClass[] | undefined> {
    if (!this.#sessionsFor(document).includes(session)) return undefined;
    const file = document.uri.fsPath;
    const [compiler, { surroundingsOf }] = await this.#open();
    const around = await surroundingsOf(session, signal);
    const { ok, classes } = await compiler.compileText(file, document.getText(), around, signal);
    const root = session.classRoots.find(({ sources }) => sources.some((folder) => isBelow(file, folder)));
    const path = root?.path ?? '';
    return ok ? classes.map(({ name, bytes }) => ({ name, bytes, file, root: path })) : undefined;
  }

  /** Attached JVMs that run classes of this source. */
  #sessionsFor(document: vscode.TextDocument): JvmSession[] {
    if (document.languageId !== 'java' || document.uri.scheme !== 'file' || !this.#isOn(document)) return [];
    const { fsPath } = document.uri;
    return this.#parts.jvms.sessions.filter(({ classRoots }) =>
      // A class root that was named without its sources: the package a source declares tells, later.
      classRoots.some(({ sources, kind }) =>
        sources.length === 0 ? kind === 'folder' : sources.some((folder) => isBelow(fsPath, folder)),
      ),
    );
  }

  #isOn({ uri }: vscode.TextDocument): boolean {
    if (!vscode.workspace.isTrusted) return false;
    const setting = vscode.workspace
      .getConfiguration('swapdeck', uri)
      .get<'auto' | 'on' | 'off'>('compileOnSave', 'auto');
    return setting === 'on' || (setting === 'auto' && !languageServerIsActive());
  }

  #sessionsChanged(): void {
    if (this.#parts.jvms.sessions.length > 0) return;
    this.#before.clear();
    this.#checked.clear();
    this.#warmed.clear();
  }

  /** Compiles the source in sight once for each of its modules, so that the first save need not start a compiler. */
  #warmUp(): void {
    const document = vscode.window.activeTextEditor?.document;
    const session = document && this.#sessionsFor(document)[0];
    if (!session || document.isDirty) return;
    const key = session.classRoots.map(({ path }) => path).join();
    if (this.#warmed.has(key)) return;
    this.#warmed.add(key);
    void this.#run(async (signal) => {
      const [compiler, { surroundingsOf }] = await this.#open();
      await compiler.warmUp(document.uri.fsPath, await surroundingsOf(session, signal), signal);
    }).catch((error: unknown) => this.#parts.log.debug(`warm-up: ${String(error)}`));
  }

  async #remember(file: string): Promise<void> {
    if (this.#before.has(file)) return;
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) this.#before.set(file, text);
  }

  async #saved(document: vscode.TextDocument): Promise<void> {
    const sessions = this.#sessionsFor(document);
    const [session] = sessions;
    if (!session) return;
    const file = document.uri.fsPath;
    const busy = this.#parts.status.compiling();
    let held: Disposable | undefined;
    try {
      await this.#run(async (signal) => {
        const at = Date.now();
        const started = performance.now();
        const [compiler, { surroundingsOf }] = await this.#open();
        const around = await surroundingsOf(session, signal);
        const log = (stage: string): void =>
          this.#parts.log.debug(
            `${document.fileName}: ${stage} after ${Math.round(performance.now() - started)} ms`,
          );
        log('asked the JVM for its class path');
        await this.#checkCompiler(compiler, file, session, around, signal);
        const hotSwap = await this.#parts.jvms.hotSwap();
        held = hotSwap.hold();
        log('checked the compiler');
        const result = await compiler.save([file], around, signal);
        log('compiled');
        this.#show(document.uri, result);
        busy.dispose();
        if (!result.ok) this.#parts.predictions.clear(document.uri);
        if (!result.ok || result.classes.length === 0) return;
        const ms = { compile: performance.now() - started };
        const unchanged = new Set(result.classes.filter((each) => each.unchanged).map(({ name }) => name));
        const change = { origin: 'compile', at, classes: result.classes, unchanged, ms } as const;
        await hotSwap.submit(change, signal);
      });
    } catch (error) {
      this.#parts.notifier.error(error, { jvm: session.target.name });
    } finally {
      held?.dispose();
      busy.dispose();
    }
  }

  /** Once for a file, before its first swap: does this compiler make of the old source what runs? */
  async #checkCompiler(
    compiler: SourceCompiler,
    file: string,
    session: JvmSession,
    around: Surroundings,
    signal: AbortSignal,
  ): Promise<void> {
    const text = this.#before.get(file);
    if (text === undefined || this.#checked.has(file)) return;
    this.#checked.add(file);
    const { calibrateAgainst } = await import('../hotswap/compileAround');
    const fits = await calibrateAgainst(compiler, { file, text }, session, around, signal);
    if (fits) return;
    this.#parts.notifier.tell('warning', {
      title: t(
        'Another compiler than the one at hand built the running classes of {0}.',
        session.target.name,
      ),
      detail: t(
        'Of an unchanged source it makes other classes, and the JVM may refuse those. Build the project once with this JDK, or name the right one in the settings.',
      ),
      next: [
        { id: 'chooseJdk', title: t('Choose Another JDK') },
        { id: 'rebuild', title: t('Rebuild the Classes') },
      ],
    });
  }

  #show(saved: vscode.Uri, { diagnostics, notes }: SaveResult): void {
    const byFile = new Map<string, vscode.Diagnostic[]>([[saved.fsPath, []]]);
    for (const diagnostic of diagnostics) {
      const file = diagnostic.file ?? saved.fsPath;
      byFile.set(file, [...(byFile.get(file) ?? []), toDiagnostic(diagnostic)]);
    }
    for (const [file, found] of byFile) this.#diagnostics.set(vscode.Uri.file(file), found);
    for (const note of notes) this.#parts.log.info(`compile: ${note.kind}`);
  }

  async #run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    this.#running.add(abort);
    try {
      return await work(abort.signal);
    } finally {
      this.#running.delete(abort);
    }
  }

  async #open(): Promise<[SourceCompiler, typeof CompileAround]> {
    this.#compiler ??= this.#create();
    return [await this.#compiler, await import('../hotswap/compileAround')];
  }

  async #create(): Promise<SourceCompiler> {
    const { context, log } = this.#parts;
    const { createSourceCompiler } = await import('../hotswap/compileAround');
    const { service, compiler } = createSourceCompiler({
      serverSources: join(context.extensionPath, 'dist', 'java'),
      cacheDirectory: join(context.globalStorageUri.fsPath, 'compiler'),
      homes: vscode.workspace.getConfiguration('swapdeck').get<string[]>('jdks', []),
      log,
    });
    this.#store.add(service);
    return compiler;
  }
}

function isBelow(file: string, folder: string): boolean {
  const path =
    folder.endsWith('/') || folder.endsWith('\\') ? folder : folder + (folder.includes('\\') ? '\\' : '/');
  return file.startsWith(path);
}

function toDiagnostic({ kind, start, end, code, message }: CompileDiagnostic): vscode.Diagnostic {
  const severities = {
    error: vscode.DiagnosticSeverity.Error,
    warning: vscode.DiagnosticSeverity.Warning,
    note: vscode.DiagnosticSeverity.Information,
  };
  const from = start ?? { line: 1, column: 1 };
  const to = end ?? from;
  const range = new vscode.Range(from.line - 1, from.column - 1, to.line - 1, to.column - 1);
  const diagnostic = new vscode.Diagnostic(range, message, severities[kind]);
  diagnostic.source = 'javac';
  if (code !== '') diagnostic.code = code;
  return diagnostic;
}
