import assert from 'node:assert/strict';
import { passedLimit, trafficOf } from '../../../src/deploy/limits';
import { percentile, summarize, summarizeFirst, type Sample } from '../../../src/deploy/samples';

const good = (atMs: number, ms: number, release: string, kept = false): Sample => ({
  atMs,
  endMs: atMs + ms,
  kept,
  ok: true,
  release,
});
const bad = (atMs: number, why: string, more: Partial<Sample> = {}): Sample => ({
  atMs,
  endMs: atMs + 1,
  kept: false,
  ok: false,
  why,
  ...more,
});
const about = { url: 'http://x/', startedAt: 0, durationMs: 2000 };

describe('receipt of a probe', () => {
  it('counts by release, and what was lost by kind of connection', () => {
    const receipt = summarize(
      [
        good(0, 10, 'old'),
        good(100, 30, 'new', true),
        bad(200, 'ECONNRESET', { kept: true }),
        bad(1300, 'HTTP 503', { release: 'new' }),
        good(1500, 20, 'new'),
      ],
      about,
    );
    assert.deepEqual(
      [receipt.sent, receipt.answered, receipt.lost, receipt.lostFresh, receipt.lostKept],
      [5, 3, 2, 1, 1],
    );
    assert.deepEqual(
      receipt.releases.map(({ release, answered, failed, slowestMs }) => [
        release,
        answered,
        failed,
        slowestMs,
      ]),
      [
        ['old', 1, 0, 10],
        ['new', 2, 1, 30],
      ],
    );
    assert.deepEqual(receipt.losses, [
      { atMs: 200, kept: true, why: 'ECONNRESET' },
      { atMs: 1300, kept: false, why: 'HTTP 503' },
    ]);
    assert.equal(receipt.intervalMs, 100);
    assert.deepEqual(receipt.intervals, [
      { atMs: 0, lost: 0, p99Ms: 10, by: { old: 1 } },
      { atMs: 100, lost: 0, p99Ms: 30, by: { new: 1 } },
      { atMs: 200, lost: 1, p99Ms: 0, by: {} },
      { atMs: 1300, lost: 1, p99Ms: 0, by: {} },
      { atMs: 1500, lost: 0, p99Ms: 20, by: { new: 1 } },
    ]);
  });

  it('tells a long probe in longer intervals', () => {
    const receipt = summarize([good(500, 10, 'a'), good(1700, 10, 'a')], { ...about, durationMs: 100_000 });
    assert.equal(receipt.intervalMs, 1000);
    assert.deepEqual(
      receipt.intervals.map(({ atMs }) => atMs),
      [0, 1000],
    );
  });

  it('measures the gap between good answers, from the beginning and to the end', () => {
    assert.equal(summarize([good(90, 10, 'a'), good(490, 10, 'a'), bad(1000, 'x')], about).gapMs, 1500);
    assert.equal(summarize([good(1200, 10, 'a'), good(1800, 10, 'a')], about).gapMs, 1210);
    assert.equal(summarize([], about).gapMs, 2000);
  });

  it('counts what a first release loses from its first good answer on', () => {
    const receipt = summarizeFirst(
      [bad(0, 'HTTP 503'), bad(20, 'HTTP 503'), good(40, 10, 'a'), bad(60, 'HTTP 503'), good(80, 10, 'a')],
      { ...about, startedAt: 1000, durationMs: 100 },
    );
    assert.deepEqual([receipt.startedAt, receipt.sent, receipt.lost, receipt.gapMs], [1040, 3, 1, 40]);
    assert.equal(receipt.losses[0]?.atMs, 20);
    assert.equal(summarizeFirst([bad(0, 'HTTP 503')], about).sent, 0);
  });

  it('takes percentiles by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.equal(percentile(hundred, 99), 99);
    assert.equal(percentile([7], 99), 7);
    assert.equal(percentile([], 99), 0);
  });
});

describe('limits', () => {
  const many = (count: number, make: (index: number) => Sample): Sample[] =>
    Array.from({ length: count }, (_, index) => make(index));

  it('compares the new release with the old one at the same time', () => {
    const samples = [...many(50, () => good(0, 10, 'old')), ...many(50, () => good(0, 18, 'new'))];
    const traffic = trafficOf(samples, 'new', 'old');
    assert.equal(passedLimit(traffic, { p99Ratio: 2 }), undefined);
    assert.deepEqual(passedLimit(traffic, { p99Ratio: 1.5 }), { limit: 'p99Ratio', most: 1.5, found: 1.8 });
    assert.deepEqual(passedLimit(traffic, { p99Ms: 17 }), { limit: 'p99Ms', most: 17, found: 18 });
  });

  it('counts a request without an answer for the release that is watched, not the errors of the other', () => {
    const samples = [
      ...many(97, () => good(0, 1, 'new')),
      ...many(3, () => bad(0, 'ECONNRESET')),
      ...many(50, () => bad(0, 'HTTP 500', { release: 'old' })),
    ];
    const traffic = trafficOf(samples, 'new', 'old');
    assert.equal(traffic.errorsPercent, 3);
    assert.equal(passedLimit(traffic, { errorsPercent: 3 }), undefined);
    assert.deepEqual(passedLimit(traffic, { errorsPercent: 2 }), {
      limit: 'errorsPercent',
      most: 2,
      found: 3,
    });
  });

  it('says nothing of little traffic while there is more to come, but does at the end', () => {
    const traffic = trafficOf([bad(0, 'x'), good(0, 1, 'new')], 'new');
    assert.equal(passedLimit(traffic, { errorsPercent: 1 }), undefined);
    assert.equal(passedLimit(traffic, { errorsPercent: 1 }, false)?.found, 50);
  });
});
