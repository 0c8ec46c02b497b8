import { randomUUID } from 'node:crypto';
import { asSwapdeckError } from './errors';
import type { Change, ClassResult, PredictedAnswer, SwapRecord, SwapTimes } from './model';
import type { SwapResult } from './swap';

/** Which JVM a record is about. */
export interface RecordOf {
  readonly jvm: string;
  readonly version: string;
}

/** What is told of one swap, done or decided against. `total` counts from the save where the change knows it. */
export function swapRecord(
  of: RecordOf,
  change: Change,
  classes: readonly ClassResult[],
  ms: SwapResult['ms'],
  more: Partial<SwapRecord> = {},
): SwapRecord {
  const times: Omit<SwapTimes, 'total'> = { ...change.ms, ...ms };
  const total = Object.values(times).reduce((sum: number, part: number | undefined) => sum + (part ?? 0), 0);
  const predicted = change.predicted?.get(of.jvm);
  return {
    id: randomUUID(),
    ...of,
    origin: change.origin,
    at: change.at,
    classes: predicted ? classes.map((each) => withPrediction(each, predicted.get(each.name))) : classes,
    swapped: classes.filter(({ outcome }) => outcome === 'swapped').length,
    ms: { ...times, total },
    ...more,
  };
}

function withPrediction(result: ClassResult, prediction: PredictedAnswer | undefined): ClassResult {
  return prediction ? { ...result, prediction } : result;
}

/** The record of a swap that ended with an error. `sent`: the JVM may have taken the classes. */
export function failedRecord(
  of: RecordOf,
  change: Change,
  error: unknown,
  sent: boolean,
  more: Partial<SwapRecord> = {},
): SwapRecord {
  const classes = change.classes.map(({ name }): ClassResult => ({
    name,
    state: 'changed',
    outcome: sent ? 'unknown' : 'skipped',
  }));
  return swapRecord(of, change, classes, {}, { ...more, error: asSwapdeckError(error) });
}

/** Whether a record tells of more than that there was nothing to do. */
export function isWorthTelling({ classes, error, resolves }: SwapRecord): boolean {
  const isIdle = ({ state, outcome }: ClassResult): boolean =>
    outcome === 'skipped' && (state === 'same' || state === 'unloaded');
  return error !== undefined || resolves !== undefined || !classes.every(isIdle);
}
