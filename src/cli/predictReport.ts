import type { Log } from '../contracts/log';
import type { BuiltClass, JvmTarget } from '../hotswap/model';
import { findGone } from '../hotswap/comparison/gone';
import { predictClasses, type ClassPrediction } from '../hotswap/predictJvm';
import { readBuilt } from '../hotswap/roots/readBuilt';
import { SourceFiles } from '../hotswap/roots/sourceFile';
import { describeJvmError } from '../messages/describe';
import type { Message } from '../messages/message';
import { describeNote, describeReason } from '../messages/predictions';
import { english } from '../messages/translate';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';
import { AbortedError } from '../util/errors';
import { inspectJvm, seesRoots } from './inspectJvm';
import type { Output } from './output';

export interface PredictRequest {
  readonly target: JvmTarget;
  readonly classes: readonly BuiltClass[];
  /** Absolute. */
  readonly roots: readonly string[];
  readonly isChosen: (name: string) => boolean;
  readonly log: Log;
}

/** What one JVM would say. */
export interface PredictionReport {
  readonly jvm: string;
  readonly version?: string;
  readonly predictions: readonly ClassPrediction[];
  readonly gone: readonly string[];
  readonly isRefused: boolean;
  readonly error?: Message;
  /** Its place in `predict --json`. */
  readonly json: unknown;
}

/** Never rejects, save when aborted: a JVM that can't be reached is a report too. */
export async function predictionReport(
  { target, classes, roots, isChosen, log }: PredictRequest,
  signal: AbortSignal,
): Promise<PredictionReport> {
  const jvm = target.id;
  try {
    return await inspectJvm(
      target,
      log,
      async (attached) => {
        const [rootsVisible, sources] = await Promise.all([
          seesRoots(attached, target, roots),
          SourceFiles.around(roots),
        ]);
        const options = {
          rootsVisible,
          sameMachine: target.through === undefined && isLoopbackHost(target.endpoint.host),
          source: (built: BuiltClass) => sources.textOf(built),
          allBuilt: () => readBuilt(roots, signal),
          tellNew: true,
        };
        const predictions = await predictClasses(attached, classes, options, signal);
        const gone = (await findGone(attached, classes, isChosen, signal)).map(({ name }) => name);
        const { version } = attached.info;
        const isRefused = predictions.some(({ prediction }) => prediction?.verdict === 'refuse');
        const rows = [...predictions.map(classJson), ...gone.map((name) => ({ name, state: 'gone' }))];
        return { jvm, version, predictions, gone, isRefused, json: { jvm, version, classes: rows } };
      },
      signal,
    );
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    const message = describeJvmError(error, { where: jvm });
    const json = { jvm, classes: [], error: { message: message.title, detail: message.detail } };
    return { jvm, predictions: [], gone: [], isRefused: false, error: message, json };
  }
}

function classJson({ built, state, isNew, prediction }: ClassPrediction): unknown {
  if (!prediction) return { name: built.name, state: isNew ? 'new' : state };
  const { verdict, error, reasons, notes } = prediction;
  return {
    name: built.name,
    state,
    verdict,
    ...(error !== undefined && { error }),
    ...(verdict === 'refuse' && {
      reasons: reasons.map((reason) => ({
        code: reason.code,
        ...(reason.member !== undefined && { member: reason.member }),
        ...(reason.file !== undefined && { file: reason.file }),
        ...(reason.line !== undefined && { line: reason.line }),
        message: describeReason(reason, english),
      })),
    }),
    notes: notes.map((note) => describeNote(note, english)),
  };
}

/** For a person: refused classes with every reason, accepted ones with what will not take effect. */
export function printPredictions(report: PredictionReport, output: Output): void {
  const { jvm, version, predictions, gone, error } = report;
  if (error) output.failure(error);
  if (version === undefined) return;
  const count = (test: (each: ClassPrediction) => boolean): number => predictions.filter(test).length;
  const counts = [
    `${count(({ prediction }) => prediction?.verdict === 'accept')} accepted`,
    `${count(({ prediction }) => prediction?.verdict === 'refuse')} refused`,
    `${count(({ state }) => state === 'same')} the same`,
    `${count(({ isNew }) => isNew === true)} new`,
    `${count(({ state, isNew }) => state === 'unloaded' && !isNew)} not loaded`,
    `${gone.length} only there`,
  ];
  output.line(`${jvm}  Java ${version}  ${counts.join(', ')}`);
  for (const { built, prediction } of predictions) {
    if (!prediction) continue;
    const { verdict, error: code, reasons, notes } = prediction;
    output.line(`  ${built.name}  ${verdict === 'accept' ? 'accepted' : `refused (${code ?? ''})`}`);
    for (const reason of reasons) {
      const place = reason.file === undefined ? '' : `${reason.file}:${reason.line ?? '?'}: `;
      output.line(`    ${place}${describeReason(reason, english)}`);
    }
    // That something can't be read back is of no use to a person.
    for (const note of notes.filter(({ code: each }) => each !== 'unknown'))
      output.line(`    note: ${describeNote(note, english)}`);
  }
}
