import * as vscode from 'vscode';
import type { Log } from '../contracts/log';
import type { Fed } from '../hotswap/foresee';
import type { Change, JvmSession, PredictedAnswer, SwapRecord } from '../hotswap/model';
import type { ClassPrediction } from '../hotswap/predictJvm';
import { Emitter } from '../util/emitter';
import { DisposableStore, type Disposable } from '../util/disposables';
import type { Jvms } from './jvms';
import type { Foreseen, PredictionMark } from './predictionMarks';
import { Sources } from './sourceTexts';
import type { SwappedTexts } from './swappedTexts';

/** A swap waits no longer than this for its prediction, in milliseconds; the marks come when they come. */
const patienceMs = 3000;

type Answers = ReadonlyMap<string, ReadonlyMap<string, PredictedAnswer>>;

export interface PredictionParts {
  readonly jvms: Jvms;
  readonly texts: SwappedTexts;
  readonly log: Log;
}

/**
 * Marks in the sources what the attached JVMs are going to refuse, and what will not take effect although it is
 * accepted: for each change before it is sent, whoever wrote the class files. Marks of a source go away with its next
 * change; those of a JVM when it is detached or lost.
 */
export class PredictionDiagnostics implements Disposable {
  readonly #jvms: Jvms;
  readonly #texts: SwappedTexts;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #collection = this.#store.add(vscode.languages.createDiagnosticCollection('swapdeck-prediction'));
  /** What was foreseen, by source, then by JVM. */
  readonly #foreseen = new Map<string, Map<string, readonly Foreseen[]>>();
  readonly #predicted = this.#store.add(new Emitter<Change>());
  /** After the marks of a change were set, and before it is sent. */
  readonly onDidPredict = this.#predicted.event;

  constructor({ jvms, texts, log }: PredictionParts) {
    this.#jvms = jvms;
    this.#texts = texts;
    this.#log = log;
    jvms.foresee = (change, parts, signal) => this.foresee(change, parts, signal);
    this.#store.add(jvms.onDidSwap((record) => this.#forgetUndone(record)));
    this.#store.add(jvms.onDidChange(() => this.#forgetDetached()));
    this.#store.add(jvms.onDidChangeSessions(() => this.#forgetDetached()));
    this.#store.add(
      vscode.workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) this.#forget(uri);
      }),
    );
  }

  /** Predicts for the classes of a change in each JVM and marks the sources; see `Foresee`. */
  async foresee(change: Change, parts: readonly Fed[], signal?: AbortSignal): Promise<Answers | undefined> {
    const looking = this.#look(change, parts, signal).catch((error: unknown) => {
      // A prediction that failed must not keep the change from being sent.
      this.#log.debug(`prediction: ${String(error)}`);
      return undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patienceMs);
    });
    return Promise.race([looking, tooLate]).finally(() => clearTimeout(timer));
  }

  /** What was foreseen for a source, for its quick fixes. */
  of(uri: vscode.Uri): readonly Foreseen[] {
    return [...(this.#foreseen.get(uri.toString())?.values() ?? [])].flat();
  }

  /** Nothing can be foreseen for a source: it does not compile. */
  clear(uri: vscode.Uri): void {
    this.#forget(uri);
  }

  dispose(): void {
    this.#foreseen.clear();
    this.#store.dispose();
  }

  async #look(change: Change, parts: readonly Fed[], signal: AbortSignal | undefined): Promise<Answers> {
    const answers = new Map<string, ReadonlyMap<string, PredictedAnswer>>();
    const sources = new Sources();
    const looked = await Promise.all(
      parts.map(async (part) => {
        const predictions = await predictPart(part, sources, signal);
        answers.set(part.session.target.id, answersOf(predictions));
        return { session: part.session, predictions };
      }),
    );
    for (const { session, predictions } of looked) await this.#note(session, predictions, sources);
    this.#predicted.fire(change);
    return answers;
  }

  /** Replaces what was foreseen for the sources of these classes in one JVM. */
  async #note(
    { target }: JvmSession,
    predictions: readonly ClassPrediction[],
    sources: Sources,
  ): Promise<void> {
    const bySource = new Map<string, Foreseen[]>();
    for (const prediction of predictions) {
      const uri = await sources.uriOf(prediction.built);
      if (!uri) continue;
      const key = uri.toString();
      bySource.set(key, [...(bySource.get(key) ?? []), { jvm: target, prediction }]);
    }
    for (const [key, foreseen] of bySource) {
      const [{ prediction }] = foreseen as [Foreseen];
      const text = await sources.textOf(prediction.built);
      const names = foreseen.map((each) => each.prediction.built.name);
      if (text !== undefined) this.#texts.sends(names, vscode.Uri.parse(key).fsPath, text);
      const byJvm = this.#foreseen.get(key) ?? new Map<string, readonly Foreseen[]>();
      this.#foreseen.set(key, byJvm.set(target.id, foreseen));
      await this.#mark(key);
    }
  }

  async #mark(key: string): Promise<void> {
    const uri = vscode.Uri.parse(key);
    const { marksOf } = await import('./predictionMarks');
    const marks = marksOf([...(this.#foreseen.get(key)?.values() ?? [])].flat(), this.#jvms.sessions.length);
    if (marks.length === 0) this.#collection.delete(uri);
    else {
      const document = await vscode.workspace.openTextDocument(uri);
      this.#collection.set(
        uri,
        marks.map((mark) => toDiagnostic(mark, document)),
      );
    }
  }

  #forget(uri: vscode.Uri): void {
    this.#foreseen.delete(uri.toString());
    this.#collection.delete(uri);
  }

  /** What would not have taken effect is what runs again. */
  #forgetUndone({ origin, jvm, classes }: SwapRecord): void {
    if (origin !== 'undo') return;
    const undone = new Set(classes.map(({ name }) => name));
    for (const [key, byJvm] of this.#foreseen) {
      const before = byJvm.get(jvm) ?? [];
      const left = before.filter(({ prediction }) => !undone.has(prediction.built.name));
      if (left.length === before.length) continue;
      byJvm.set(jvm, left);
      void this.#mark(key);
    }
  }

  /** What a JVM would have done says nothing of the one that is started in its place. */
  #forgetDetached(): void {
    const attached = new Set(
      this.#jvms.sessions.filter((session) => session.attached).map(({ target }) => target.id),
    );
    for (const [key, byJvm] of this.#foreseen) {
      const gone = [...byJvm.keys()].filter((jvm) => !attached.has(jvm));
      if (gone.length === 0) continue;
      for (const jvm of gone) byJvm.delete(jvm);
      void this.#mark(key);
    }
  }
}

async function predictPart(
  { session, classes }: Fed,
  sources: Sources,
  signal: AbortSignal | undefined,
): Promise<readonly ClassPrediction[]> {
  const { attached, classRoots } = session;
  if (!attached) return [];
  const [{ predictClasses }, { readBuilt }] = await Promise.all([
    import('../hotswap/predictJvm'),
    import('../hotswap/roots/readBuilt'),
  ]);
  await sources.use(session);
  return predictClasses(
    attached,
    classes,
    {
      // What is new is defined before the change is sent.
      rootsVisible: true,
      source: (built) => sources.textOf(built),
      allBuilt: (aborted) =>
        readBuilt(
          classRoots.map(({ path }) => path),
          aborted,
        ),
    },
    signal,
  );
}

function answersOf(predictions: readonly ClassPrediction[]): ReadonlyMap<string, PredictedAnswer> {
  return new Map(
    predictions.flatMap(({ built, prediction }) => {
      if (!prediction) return [];
      const { verdict, error, reasons } = prediction;
      const answer = {
        verdict,
        ...(error !== undefined && { error }),
        reasons: reasons.map(({ code }) => code),
      };
      return [[built.name, answer]];
    }),
  );
}

function toDiagnostic(mark: PredictionMark, document: vscode.TextDocument): vscode.Diagnostic {
  const row = document.lineAt(Math.min(Math.max((mark.line ?? 1) - 1, 0), document.lineCount - 1));
  const from = new vscode.Position(row.lineNumber, row.firstNonWhitespaceCharacterIndex);
  const diagnostic = new vscode.Diagnostic(
    new vscode.Range(from, row.range.end),
    mark.message,
    mark.isRefusal ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information,
  );
  diagnostic.source = 'swapdeck';
  diagnostic.code = mark.code;
  return diagnostic;
}
