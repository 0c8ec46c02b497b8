import type { ProbeInterval, ProbeReceipt, ReleaseTraffic } from '../contracts/deployRecord';

/** What became of one request of a probe; times in milliseconds after its start. */
export interface Sample {
  readonly atMs: number;
  readonly endMs: number;
  /** Over a connection that was kept from an earlier request, if there was one. */
  readonly kept: boolean;
  /** Made again over a fresh connection, because the kept one was closed before it was answered. */
  readonly repeated?: true;
  /** Answered, with a status below 500. */
  readonly ok: boolean;
  readonly why?: string;
  /** As the answer said; absent without an answer, and for one that names none. */
  readonly release?: string;
}

/** As many losses as a receipt tells one by one. */
const LOSSES = 20;

/** Lengths of an interval, and how many of them a receipt has at most. */
const INTERVALS_MS = [100, 250, 1000, 5000, 15_000, 60_000];
const INTERVALS = 240;

/** The receipt of what was seen. Pure. */
export function summarize(
  samples: readonly Sample[],
  about: Pick<ProbeReceipt, 'url' | 'startedAt' | 'durationMs'>,
): ProbeReceipt {
  const lost = samples.filter(({ ok }) => !ok);
  const good = samples.filter(({ ok }) => ok);
  const times = sortedTimes(good);
  const repeated = samples.filter((sample) => sample.repeated).length;
  const intervalMs = INTERVALS_MS.find((ms) => about.durationMs / ms <= INTERVALS) ?? INTERVALS_MS.at(-1)!;
  return {
    ...about,
    durationMs: Math.round(about.durationMs),
    sent: samples.length,
    answered: good.length,
    lost: lost.length,
    lostFresh: lost.filter(({ kept }) => !kept).length,
    lostKept: lost.filter(({ kept }) => kept).length,
    ...(repeated > 0 && { repeated }),
    slowestMs: tenths(times.at(-1) ?? 0),
    p99Ms: tenths(percentile(times, 99)),
    gapMs: Math.round(longestGap(good, about.durationMs)),
    releases: releasesOf(samples),
    losses: lost.slice(0, LOSSES).map(({ atMs, kept, why = '' }) => ({ atMs: Math.round(atMs), kept, why })),
    intervalMs,
    intervals: intervalsOf(samples, intervalMs),
  };
}

/** The same where nothing served before: from the beginning of the first request that got a good answer. */
export function summarizeFirst(
  samples: readonly Sample[],
  { url, startedAt, durationMs }: Pick<ProbeReceipt, 'url' | 'startedAt' | 'durationMs'>,
): ProbeReceipt {
  const begin = samples.reduce((least, { ok, atMs }) => (ok ? Math.min(least, atMs) : least), durationMs);
  const counted = samples.filter(({ atMs }) => atMs >= begin);
  return summarize(
    counted.map((sample) => ({ ...sample, atMs: sample.atMs - begin, endMs: sample.endMs - begin })),
    { url, startedAt: startedAt + Math.round(begin), durationMs: durationMs - begin },
  );
}

/** The value that `percent` of the sorted values don't exceed (nearest rank); 0 of none. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

export function sortedTimes(samples: readonly Sample[]): number[] {
  return samples.map(({ atMs, endMs }) => endMs - atMs).sort((a, b) => a - b);
}

/** From the beginning, between good answers, and to the end. */
function longestGap(good: readonly Sample[], durationMs: number): number {
  const ends = good.map(({ endMs }) => endMs).sort((a, b) => a - b);
  let last = 0;
  let longest = 0;
  for (const at of [...ends, durationMs]) {
    longest = Math.max(longest, at - last);
    last = at;
  }
  return longest;
}

function releasesOf(samples: readonly Sample[]): ReleaseTraffic[] {
  const answered = samples.filter(({ ok, release }) => ok || release !== undefined);
  return [...groupBy(answered, ({ release }) => release)].map(([release, own]) => {
    const times = sortedTimes(own.filter(({ ok }) => ok));
    return {
      ...(release !== undefined && { release }),
      answered: times.length,
      failed: own.length - times.length,
      p50Ms: tenths(percentile(times, 50)),
      p99Ms: tenths(percentile(times, 99)),
      slowestMs: tenths(times.at(-1) ?? 0),
    };
  });
}

function intervalsOf(samples: readonly Sample[], intervalMs: number): ProbeInterval[] {
  const byStart = groupBy(samples, ({ endMs }) => Math.floor(endMs / intervalMs) * intervalMs);
  return [...byStart]
    .sort(([a], [b]) => a - b)
    .map(([atMs, own]) => {
      const good = own.filter(({ ok }) => ok);
      const by: Record<string, number> = {};
      for (const { release = '' } of good) by[release] = (by[release] ?? 0) + 1;
      return {
        atMs,
        lost: own.length - good.length,
        p99Ms: tenths(percentile(sortedTimes(good), 99)),
        by,
      };
    });
}

function groupBy<K>(samples: readonly Sample[], keyOf: (sample: Sample) => K): Map<K, Sample[]> {
  const groups = new Map<K, Sample[]>();
  for (const sample of samples) {
    const key = keyOf(sample);
    const group = groups.get(key);
    if (group) group.push(sample);
    else groups.set(key, [sample]);
  }
  return groups;
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;
