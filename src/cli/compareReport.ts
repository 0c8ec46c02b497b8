import { stat } from 'node:fs/promises';
import type { Log } from '../contracts/log';
import type { Attached } from '../hotswap/attach';
import { compareJvm } from '../hotswap/comparison/compareJvm';
import {
  comparedStates,
  countStates,
  isDifferent,
  type ComparedClass,
  type ComparedLoader,
  type JvmComparison,
} from '../hotswap/comparison/model';
import { HotSwapError } from '../hotswap/errors';
import type { JvmTarget } from '../hotswap/model';
import { openRoots } from '../hotswap/roots/openRoots';
import { differenceText, memberText, stateCounts } from '../messages/comparison';
import { describeJvmError } from '../messages/describe';
import { loaderName } from '../messages/hotswap';
import type { Message } from '../messages/message';
import { english } from '../messages/translate';
import { AbortedError } from '../util/errors';
import { inspectJvm } from './inspectJvm';
import type { Output } from './output';

export interface CompareRequest {
  readonly target: JvmTarget;
  /** Absolute. */
  readonly roots: readonly string[];
  readonly isChosen: (name: string) => boolean;
  readonly log: Log;
}

/** What one JVM runs differently. */
export interface ComparisonReport {
  readonly jvm: string;
  readonly version?: string;
  readonly comparison?: JvmComparison;
  readonly isDifferent: boolean;
  readonly error?: Message;
  /** Its place in `compare --json`. */
  readonly json: unknown;
}

/** Never rejects, save when aborted: a JVM that can't be reached is a report too. */
export async function comparisonReport(
  { target, roots, isChosen, log }: CompareRequest,
  signal: AbortSignal,
): Promise<ComparisonReport> {
  const jvm = target.id;
  try {
    return await inspectJvm(target, log, (attached) => compared(attached), signal);
  } catch (error) {
    if (error instanceof AbortedError) throw error;
    const message = describeJvmError(error, { where: jvm });
    const json = { jvm, classes: [], error: { message: message.title, detail: message.detail } };
    return { jvm, isDifferent: false, error: message, json };
  }

  async function compared(attached: Attached): Promise<ComparisonReport> {
    await Promise.all(roots.map(assertThere));
    const open = await openRoots(roots, 'last', signal);
    try {
      const comparison = await compareJvm(attached, open.entries, { isChosen }, signal);
      const { version } = attached.info;
      const { classes, unreadable } = comparison;
      const json = {
        jvm,
        version,
        classes: classes.map(classJson),
        counts: countStates(classes),
        ...(unreadable.length > 0 && { unreadable }),
      };
      return { jvm, version, comparison, isDifferent: classes.some(isDifferent), json };
    } finally {
      await open.close();
    }
  }
}

async function assertThere(path: string): Promise<void> {
  await stat(path).catch((error: unknown) => {
    throw new HotSwapError('noClassRoots', `${path} is not there`, { path }, error);
  });
}

function classJson({ name, state, loaders }: ComparedClass) {
  const telling = mostTelling(loaders);
  return {
    name,
    state,
    ...(telling && differencesJson(telling)),
    ...(loaders.length > 1 && {
      loaders: loaders.map((each) => ({ ...each.loader, state: each.state, ...differencesJson(each) })),
    }),
  };
}

/** The loader whose differences stand for the class. */
function mostTelling(loaders: readonly ComparedLoader[]): ComparedLoader | undefined {
  return loaders.find(({ state }) => state === 'changed') ?? loaders.find(({ state }) => state === 'debug');
}

function differencesJson({ differences, methods }: ComparedLoader) {
  const members = differences.filter((each) => each.of !== 'class');
  const row = ({ name, descriptor, what }: (typeof members)[number]) => {
    const line = methods.find((each) => each.name === name && each.descriptor === descriptor)?.firstLine;
    return { member: name + descriptor, what, ...(line !== undefined && { line }) };
  };
  const ofClass = differences.filter((each) => each.of === 'class').map(({ what }) => what);
  const methodRows = members.filter(({ of }) => of === 'method').map(row);
  const fieldRows = members.filter(({ of }) => of === 'field').map(row);
  return {
    ...(methodRows.length > 0 && { methods: methodRows }),
    ...(fieldRows.length > 0 && { fields: fieldRows }),
    ...(ofClass.length > 0 && { class: ofClass }),
  };
}

/** For a person: what differs, by class and member; what is the same or not loaded yet is only counted. */
export function printComparison(report: ComparisonReport, output: Output): void {
  const { jvm, version, comparison, error } = report;
  if (error) output.failure(error);
  if (version === undefined || !comparison) return;
  const counts = countStates(comparison.classes);
  const told = comparedStates.map((state) => `${counts[state]} ${stateCounts[state](english)}`);
  output.line(`${jvm}  Java ${version}  ${told.join(', ')}`);
  for (const each of comparison.classes.filter(isDifferent)) {
    output.line(`  ${each.name}  ${stateCounts[each.state](english)}`);
    for (const loader of each.loaders) {
      const indent = loader.loader ? '      ' : '    ';
      if (loader.loader)
        output.line(`    ${loaderName(loader.loader)}  ${stateCounts[loader.state](english)}`);
      printDifferences(loader, indent, output);
    }
  }
  for (const name of comparison.unreadable)
    output.note(`${name}: its class file can't be read; not compared.`);
}

function printDifferences(
  { differences, state, methods }: ComparedLoader,
  indent: string,
  output: Output,
): void {
  // Of debug data the class as a whole has been said.
  if (state === 'debug') return;
  for (const difference of differences) {
    const text = differenceText(difference, english);
    if (difference.of === 'class') {
      output.line(`${indent}${text}`);
      continue;
    }
    if (difference.what === 'debug') continue;
    const { name, descriptor } = difference;
    const line = methods.find((each) => each.name === name && each.descriptor === descriptor)?.firstLine;
    output.line(`${indent}${memberText(difference)}  ${text}${line === undefined ? '' : `, line ${line}`}`);
  }
}
