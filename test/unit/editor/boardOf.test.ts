import assert from 'node:assert/strict';
import { boardOf, type WatchedDeployment } from '../../../src/editor/traffic/boardOf';
import { english } from '../../../src/messages/translate';
import { summarize, type Sample } from '../../../src/deploy/samples';

const answer = (endMs: number, release: string): Sample => ({
  atMs: endMs - 5,
  endMs,
  kept: false,
  ok: true,
  release,
});
const lost: Sample = { atMs: 210, endMs: 215, kept: true, ok: false, why: 'ECONNRESET' };
const probe = summarize([answer(10, 'v1'), answer(110, 'v1'), lost, answer(320, 'v2'), answer(390, 'v2')], {
  url: 'http://front/',
  startedAt: 1_000_500,
  durationMs: 430,
});
const unproven: WatchedDeployment = {
  application: 'adara',
  environment: 'production',
  release: 'v2',
  from: 'v1',
  state: 'Done',
  isRunning: false,
  startedAt: 1_000_000,
  steps: [
    { title: 'Send v2', state: 'done', startedMs: 100, durationMs: 300 },
    { title: 'Start v2', state: 'done', startedMs: 700, durationMs: 80 },
  ],
};
const deployment: WatchedDeployment = { ...unproven, probe };

describe('traffic board', () => {
  it('draws requests per second by release, the old one first, and what was lost', () => {
    const { rate } = boardOf(deployment, english);
    assert.deepEqual(rate.times, [0, 0.1, 0.2, 0.3]);
    assert.deepEqual(
      rate.series.map(({ name, role, values }) => [name, role, values]),
      [
        ['v1', 'old', [10, 10, 0, 0]],
        ['v2', 'new', [0, 0, 0, 20]],
        ['lost', 'lost', [0, 0, 10, 0]],
      ],
    );
  });

  it('measures no latency where nothing was answered', () => {
    assert.deepEqual(boardOf(deployment, english).latency.series[0]?.values, [5, 5, null, 5]);
  });

  it('leaves the interval out that is still under way', () => {
    const early = { ...probe, durationMs: 395 };
    assert.deepEqual(
      boardOf({ ...deployment, probe: early, isRunning: true }, english).rate.times,
      [0, 0.1, 0.2],
    );
    assert.deepEqual(boardOf({ ...deployment, probe: early }, english).rate.times, [0, 0.1, 0.2, 0.3]);
  });

  it('marks the steps that began while the probe watched, where they did', () => {
    assert.deepEqual(boardOf(deployment, english).marks, [{ at: 0.2, text: '2' }]);
  });

  it('says that lost requests were lost, and why', () => {
    const { figures, tables } = boardOf(deployment, english);
    assert.deepEqual(
      figures.find(({ tone }) => tone !== undefined),
      { label: 'Lost', value: '1', tone: 'bad' },
    );
    assert.ok(tables.some(({ rows }) => rows.some((row) => row.includes('ECONNRESET'))));
  });

  it('says so where there was no probe', () => {
    const board = boardOf(unproven, english);
    assert.match(board.empty ?? '', /no probe/);
    assert.deepEqual(board.rate.times, []);
  });
});
