import type { ClassResult, SwapTimes } from '../hotswap/model';
import { classOutcome } from '../messages/hotswap';
import type { Message } from '../messages/message';
import { english } from '../messages/translate';
import { table, type Output } from './output';

/** What became of one JVM of a `swap` command. */
export interface JvmReport {
  readonly jvm: string;
  /** The id of the swap in the ledger; absent when nothing was swapped. */
  readonly swap?: string;
  readonly version?: string;
  readonly classes: readonly ClassResult[];
  readonly ms: Partial<SwapTimes>;
  /** Classes that are not loaded were waited for. */
  readonly waited: boolean;
  /** The JVM as a whole failed. */
  readonly error?: Message;
  readonly reason?: string;
}

/** Rows of a table for a person: what is the same is only counted. */
export function printReport(report: JvmReport, output: Output): void {
  const { jvm, version, classes, ms, error } = report;
  if (error) output.failure(error);
  if (version === undefined) return;
  const counts = (['swapped', 'pending', 'refused'] as const)
    .map((outcome) => [classes.filter((each) => each.outcome === outcome).length, outcome] as const)
    .filter(([count]) => count > 0)
    .map(([count, outcome]) => `${count} ${outcome}`);
  const same = classes.filter(({ state, outcome }) => state === 'same' && outcome === 'skipped').length;
  if (same > 0) counts.push(`${same} the same`);
  const times = (['connect', 'compare', 'send', 'verify'] as const)
    .filter((part) => ms[part] !== undefined)
    .map((part) => `${part} ${ms[part]!.toFixed(1)} ms`);
  output.line(`${jvm}  Java ${version}  ${counts.join(', ')}  (${times.join(', ')})`);
  const told = classes.filter(({ state, outcome }) => state !== 'same' || outcome !== 'skipped');
  for (const row of table(told.map((each) => ['', each.name, outcome(each, report)]))) output.line(row);
}

/** The value of `swap --json`. */
export function reportsToJson(reports: readonly JvmReport[]): unknown {
  return { jvms: reports.map(reportToJson) };
}

/** Without `--wait` nobody is there any more when a pending class is loaded. */
function outcome(result: ClassResult, { waited }: JvmReport): string {
  return result.outcome === 'pending' && !waited
    ? 'not loaded yet; --wait stays and swaps it then'
    : classOutcome(result, english);
}

function reportToJson(report: JvmReport): unknown {
  const { jvm, swap, version, classes, ms, error, reason } = report;
  return {
    jvm,
    ...(swap === undefined ? {} : { swap }),
    ...(version === undefined ? {} : { version }),
    classes: classes.map((result) => ({
      name: result.name,
      // Changed debug data is swapped like changed code.
      state: result.state === 'debug' ? 'changed' : result.state,
      outcome: result.outcome,
      ...(result.error === undefined ? {} : { error: result.error }),
      message: outcome(result, report),
    })),
    swapped: classes.filter(({ outcome }) => outcome === 'swapped').length,
    ms: Object.fromEntries(
      (['connect', 'compare', 'send', 'verify'] as const)
        .filter((part) => ms[part] !== undefined)
        .map((part) => [part, Math.round(ms[part]! * 10) / 10]),
    ),
    ...(error && {
      error: {
        reason,
        message: error.title,
        detail: error.detail,
        next: error.next.map(({ title }) => title),
      },
    }),
  };
}
