import type { ProbeReceipt, StepReceipt } from '../../contracts/deployRecord';
import type { Translate } from '../../messages/translate';
import type { Board, Chart, Series } from '../../webviews/traffic/board';

/** A deployment as the traffic board sees it: while it runs, and afterwards from its receipt. */
export interface WatchedDeployment {
  readonly application: string;
  readonly environment: string;
  /** The version that is put there, and the one that was there. */
  readonly release: string;
  readonly from?: string;
  /** What it is doing, or what became of it. */
  readonly state: string;
  readonly isRunning: boolean;
  /** By the clock of who deploys, as `ProbeReceipt.startedAt`. */
  readonly startedAt: number;
  /** Those that began, in that order. */
  readonly steps: readonly WatchedStep[];
  readonly probe?: ProbeReceipt;
}

export interface WatchedStep {
  readonly title: string;
  readonly state: StepReceipt['state'] | 'running' | 'undoing';
  /** After the deployment began. */
  readonly startedMs: number;
  /** Once it is over. */
  readonly durationMs?: number;
}

/** Pure, so that what the board says can be tested without an editor. */
export function boardOf(deployment: WatchedDeployment, t: Translate): Board {
  const { application, environment, state, isRunning, probe } = deployment;
  const intervals = probe ? completeIntervals(probe, isRunning) : [];
  const times = intervals.map(({ atMs }) => atMs / 1000);
  const perSecond = 1000 / (probe?.intervalMs ?? 1000);
  const rate: Series[] = releasesOf(deployment).map((release) => ({
    name: release === '' ? t('no release named') : release,
    role: roleOf(release, deployment),
    values: intervals.map(({ by }) => (by[release] ?? 0) * perSecond),
  }));
  rate.push({ name: t('lost'), role: 'lost', values: intervals.map(({ lost }) => lost * perSecond) });
  const p99 = intervals.map(({ by, p99Ms }) => (Object.keys(by).length > 0 ? p99Ms : null));
  const chart = { times, timeLabel: t('Seconds') };
  return {
    title: t('{0} in {1}', application, environment),
    state: probe ? `${state} · ${probe.url}` : state,
    figures: probe ? figuresOf(probe, t) : [],
    rate: {
      ...chart,
      title: t('Requests per second'),
      unit: '/s',
      summary: rateSummary(probe, t),
      series: rate,
    },
    latency: latencyChart(chart, p99, t),
    marks: probe ? marksOf(deployment, probe) : [],
    tables: tablesOf(deployment, t),
    ...(intervals.length === 0 && { empty: emptyText(deployment, t) }),
  };
}

/** The one under way is left out: it would look like a drop. */
function completeIntervals(probe: ProbeReceipt, isRunning: boolean): ProbeReceipt['intervals'] {
  const { durationMs, intervalMs } = probe;
  const first = probe.intervals[0]?.atMs ?? 0;
  const byStart = new Map(probe.intervals.map((interval) => [interval.atMs, interval]));
  const filled: ProbeReceipt['intervals'][number][] = [];
  // Nothing ended in those that are missing.
  for (let atMs = first; atMs + (isRunning ? intervalMs : intervalMs / 2) <= durationMs; atMs += intervalMs)
    filled.push(byStart.get(atMs) ?? { atMs, lost: 0, p99Ms: 0, by: {} });
  return filled;
}

/** The old one first, as they come on. */
function releasesOf({ probe, release, from }: WatchedDeployment): string[] {
  const seen = probe?.intervals.flatMap(({ by }) => Object.keys(by)) ?? [];
  const rank = (name: string): number => (name === from ? 0 : name === release ? 1 : 2);
  return [...new Set(seen)].sort((a, b) => rank(a) - rank(b));
}

function roleOf(name: string, { release, from }: WatchedDeployment): Series['role'] {
  if (name === release) return 'new';
  return name === from ? 'old' : 'other';
}

function figuresOf({ sent, lost, slowestMs, p99Ms, gapMs }: ProbeReceipt, t: Translate): Board['figures'] {
  const ms = (value: number): string => t('{0} ms', String(Math.round(value)));
  return [
    { label: t('Requests'), value: String(sent) },
    { label: t('Lost'), value: String(lost), tone: lost === 0 ? 'good' : 'bad' },
    { label: t('99 of 100 within'), value: ms(p99Ms) },
    { label: t('Slowest'), value: ms(slowestMs) },
    { label: t('Longest gap'), value: ms(gapMs) },
  ];
}

function rateSummary(probe: ProbeReceipt | undefined, t: Translate): string {
  if (!probe) return '';
  const answered = probe.releases.map(({ release = '?', answered: count }) => `${release}: ${count}`);
  return t('Requests per second. Answered by {0}; lost: {1}.', answered.join(', '), String(probe.lost));
}

function latencyChart(
  chart: Pick<Chart, 'times' | 'timeLabel'>,
  p99: (number | null)[],
  t: Translate,
): Chart {
  return {
    ...chart,
    title: t('Latency, 99th percentile'),
    unit: 'ms',
    summary: t('Latency, at most {0} ms.', String(Math.round(Math.max(0, ...p99.map((ms) => ms ?? 0))))),
    series: [{ name: t('99th percentile'), role: 'latency', values: p99 }],
  };
}

/** Of what began while the probe watched. */
function marksOf({ steps, startedAt }: WatchedDeployment, probe: ProbeReceipt): Board['marks'] {
  return steps
    .map(({ startedMs }, index) => ({
      at: (startedAt + startedMs - probe.startedAt) / 1000,
      text: String(index + 1),
    }))
    .filter(({ at }) => at >= 0);
}

function tablesOf({ steps, probe }: WatchedDeployment, t: Translate): Board['tables'] {
  const ms = (value: number): string => t('{0} ms', String(Math.round(value)));
  const states: Readonly<Record<WatchedStep['state'], string>> = {
    running: t('running'),
    undoing: t('taking back'),
    done: t('done'),
    failed: t('failed'),
    undone: t('taken back'),
    undoFailed: t('could not be taken back'),
    skipped: t('left out'),
  };
  const tables = [];
  if (probe && probe.releases.length > 0)
    tables.push({
      title: t('By release'),
      head: [t('Release'), t('Answered'), t('Failed'), t('Median'), t('99 of 100 within'), t('Slowest')],
      rows: probe.releases.map(({ release, answered, failed, p50Ms, p99Ms, slowestMs }) => [
        release ?? t('no release named'),
        String(answered),
        String(failed),
        ms(p50Ms),
        ms(p99Ms),
        ms(slowestMs),
      ]),
    });
  if (probe && probe.losses.length > 0)
    tables.push({
      title: t('The first lost requests'),
      head: [t('After'), t('Connection'), t('Why')],
      rows: probe.losses.map(({ atMs, kept, why }) => [ms(atMs), kept ? t('kept') : t('fresh'), why]),
    });
  if (steps.length > 0)
    tables.push({
      title: t('Steps'),
      head: ['', t('Step'), t('Began after'), t('Took'), ''],
      rows: steps.map(({ title, startedMs, durationMs, state }, index) => [
        String(index + 1),
        title,
        t('{0} s', (startedMs / 1000).toFixed(1)),
        durationMs === undefined ? '' : ms(durationMs),
        states[state],
      ]),
    });
  return tables;
}

function emptyText({ isRunning, probe }: WatchedDeployment, t: Translate): string {
  if (isRunning && probe === undefined)
    return t('Waiting for the first requests. Without a probe in swapdeck.yaml there are none.');
  return t('No requests were made: the environment has no probe, so lost requests are not seen.');
}
