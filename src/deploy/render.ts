import type { Plan, PlanNote, Release, Step } from '../contracts/deploy';
import { describeExpectation } from './expect';
import { renderCall } from './renderCall';
import { describeLack } from '../routers/fleetLines';
import { planDigest } from './digest';
import { headline } from './headline';
import type { Call } from '../contracts/deployCall';

/**
 * The preview of a plan: every call that will be made, in order, with its check and its way back. Equal plans give
 * equal texts. Its grammar is in `syntaxes/deploy-plan.tmLanguage.json`.
 */
export function renderPlan(plan: Plan): string {
  const lines = [...head(plan), ''];
  plan.steps.forEach((step, index) => {
    if (step.final && !plan.steps[index - 1]?.final) lines.push('--- no way back from here ---', '');
    lines.push(...renderStep(plan, index + 1), '');
  });
  if (plan.steps.length === 0) lines.push('Nothing to do.', '');
  return lines.join('\n');
}

function head(plan: Plan): string[] {
  const { release, from, probe } = plan;
  const rows: [string, string | undefined][] = [
    ['environment', plan.environment],
    [plan.strategy ? 'release' : 'about', describeRelease(release)],
    ['artifact', release.artifact || undefined],
    ['configuration', release.configuration || undefined],
    ['live before', from && describeRelease(from)],
    ['strategy', plan.strategy],
    ['targets', plan.targets.join(', ')],
    ['without', plan.without?.join(', ')],
    ['router', plan.router],
    ['probe', probe && `${probe.url} every ${duration(probe.everyMs)}`],
    ['journal', plan.journalHost],
    ['digest', planDigest(plan)],
  ];
  return [
    headline(plan, plan.id),
    '',
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)}  ${value}`])),
    ...plan.notes.map((note) => `! ${noteText(note)}`),
  ];
}

function describeRelease({ application, version, git }: Release): string {
  if (!git) return `${application} ${version}`;
  const branch = git.branch === undefined ? '' : ` on ${git.branch}`;
  return `${application} ${version} (git ${git.sha}${branch}${git.dirty ? ', with changes' : ''})`;
}

function noteText({ kind, subject = '' }: PlanNote): string {
  switch (kind) {
    case 'alreadyLive':
      return 'this release is live already';
    case 'first':
      return 'nothing is there yet: this is the first deployment';
    case 'unproven':
      return 'no probe: lost requests will not be seen';
    case 'interrupts':
      return `users of ${subject} are without an answer until the new release serves`;
    case 'endsSessions':
      return `users lose their sessions: ${subject}`;
    case 'leavesOut':
      return `left out, and stays behind: ${subject}`;
    case 'clearsPending':
      return `left over from an earlier deployment, and removed: ${subject}`;
    case 'promoted':
      return `this release was live in ${subject}`;
    case 'tested':
      return `this release passed its tests in ${subject}`;
    case 'needsApproval':
      return `to be approved by others: ${subject}`;
    case 'window':
      return `releases are allowed ${subject}`;
    case 'balancerForgets':
      return `what is set in ${subject} is lost when it starts again, unless it is told to persist it`;
    case 'serversForgotten':
      return `what is set in ${subject} is lost when it reads its configuration again, unless it has a state file`;
    case 'workersForgotten':
      return `what is set in ${subject} is lost when its Apache starts again; workers.properties is what it begins with`;
    case 'branch':
      return `of a branch, at a context of its own: ${subject}`;
    case 'unasked':
      return `no repository could be asked: ${subject} is what this machine has`;
    case 'closesKept':
      return `${subject} closes connections that clients keep open when it is switched`;
    case 'routeMissing':
    case 'routeDiffers':
    case 'routeBinderMissing':
    case 'storeMissing':
    case 'storeValveMissing':
      return describeLack(kind, subject).join('\n    ');
    case 'fleetUnchecked':
      return `not checked, how sessions are kept: ${subject} (its "base" in swapdeck.yaml says where that can be read)`;
    case 'sessionsUncounted':
      return `sessions of old versions are in a store and ${subject} counts none: they run on, unless sessions are to expire`;
    case 'startsAll':
      return `what is stopped starts with its server, and is stopped again before users come: ${subject}`;
  }
}

/** Steps that are performed at once with a step. */
function partnersOf(step: Step, { steps }: Plan): string[] {
  if (step.together === undefined) return [];
  return steps.filter((each) => each !== step && each.together === step.together).map(({ id }) => id);
}

/** One step of a plan, as the preview has it; `number` from 1. */
export function renderStep(plan: Plan, number: number): string[] {
  const step = plan.steps[number - 1];
  if (!step) return [];
  const partners = partnersOf(step, plan);
  return [
    `## ${number}. ${step.title} [${step.id}]`,
    ...(partners.length > 0 ? [`  at the same time as ${partners.join(', ')}`] : []),
    ...section('do', step.do),
    ...section('verify', step.verify),
    ...section('undo', step.undo),
    ...section('retry', step.retryIf ?? []),
  ];
}

function section(name: 'do' | 'verify' | 'undo' | 'retry', calls: readonly Call[]): string[] {
  if (calls.length === 0) return name === 'undo' ? ['  undo    nothing'] : [];
  return calls.flatMap((call, index) => {
    const [first = '', ...more] = renderCall(call);
    const indent = ' '.repeat(10);
    return [
      `  ${(index === 0 ? name : '').padEnd(6)}  ${first}`,
      ...more.map((line) => indent + line),
      ...conditions(call).map((line) => `${indent}  ${line}`),
    ];
  });
}

/** What the call says about its answer. What its kind expects by itself is left out. */
function conditions({ note, expect = [], until, binds = {}, parse }: Call): string[] {
  return [
    ...(note === undefined ? [] : [`; ${note}`]),
    ...expect.map((each) => `expect ${each.path} ${describeExpectation(each)}`),
    ...(until
      ? [
          `until it holds, at least every ${duration(until.intervalMs)}, at most ${duration(until.deadlineMs)}` +
            (until.atDeadline === 'continue' ? ', then goes on' : '') +
            (until.atDeadline === 'endStep' ? ', then leaves out the rest of the step' : ''),
          ...(until.meanwhile ? [`each time after ${renderCall(until.meanwhile)[0]}`] : []),
        ]
      : []),
    ...Object.entries(binds).map(
      ([name, path]) => `bind \${${name}} = ${path}${parse === undefined ? '' : ` (${parse})`}`,
    ),
  ];
}

/** `500ms`, `45s`, `2m`: as in the configuration. */
export function duration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
