import type { ClassResult, SwapGroup, SwapTimes } from '../hotswap/model';
import { groupOutcome } from '../messages/swapGroup';
import { classOutcome, loaderName, loaderOutcome } from '../messages/hotswap';
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
  /** The JVMs that were swapped together with this one. */
  readonly group?: SwapGroup;
  /** The JVM as a whole failed. */
  readonly error?: Message;
  readonly reason?: string;
}

/** Rows of a table for a person: what is the same is only counted. */
export function printReport(report: JvmReport, output: Output): void {
  const { jvm, version, classes, ms, error } = report;
  if (error) output.failure(error);
  if (version === undefined) return;
  const counts = (['swapped', 'defined', 'pending', 'refused', 'takenBack'] as const)
    .map((outcome) => [classes.filter((each) => each.outcome === outcome).length, outcome] as const)
    .filter(([count]) => count > 0)
    .map(([count, outcome]) => `${count} ${outcome === 'takenBack' ? 'taken back' : outcome}`);
  const same = classes.filter(({ state, outcome }) => state === 'same' && outcome === 'skipped').length;
  if (same > 0) counts.push(`${same} the same`);
  const times = (['connect', 'compare', 'define', 'send', 'verify'] as const)
    .filter((part) => ms[part] !== undefined)
    .map((part) => `${part} ${ms[part]!.toFixed(1)} ms`);
  output.line(`${jvm}  Java ${version}  ${counts.join(', ')}  (${times.join(', ')})`);
  const told = classes.filter(({ state, outcome }) => state !== 'same' || outcome !== 'skipped');
  const rows = told.flatMap((each) => [
    ['', each.name, outcome(each, report)],
    ...(each.loaders ?? []).map((loader) => [
      '',
      `  in ${loaderName(loader)}`,
      loaderOutcome(loader, english),
    ]),
  ]);
  for (const row of table(rows)) output.line(row);
}

/** One line about the JVMs as a whole. */
export function printGroup(reports: readonly JvmReport[], output: Output): void {
  const grouped = reports.filter(({ group }) => group);
  const first = grouped.find(({ error }) => error) ?? grouped[0];
  const whole =
    first?.group && groupOutcome({ group: first.group, isLost: first.error !== undefined }, english);
  if (whole !== undefined) output.line(whole);
}

/** The value of `swap --json`. */
export function reportsToJson(reports: readonly JvmReport[]): unknown {
  const group = reports.find((report) => report.group)?.group;
  return {
    jvms: reports.map(reportToJson),
    ...(group && {
      group: {
        id: group.id,
        decision: group.decision,
        ...(group.cause !== undefined && { cause: group.cause }),
      },
    }),
  };
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
      ...(result.exception === undefined ? {} : { exception: result.exception }),
      ...(result.loaders && { loaders: result.loaders }),
      message: outcome(result, report),
    })),
    swapped: classes.filter(({ outcome }) => outcome === 'swapped').length,
    ms: Object.fromEntries(
      (['connect', 'compare', 'define', 'send', 'verify'] as const)
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
