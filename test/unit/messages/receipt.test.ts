import assert from 'node:assert/strict';
import type { ProbeReceipt, Receipt } from '../../../src/contracts/deployRecord';
import { proofText, receiptText, type Deployed } from '../../../src/messages/receipt';
import { english } from '../../../src/messages/translate';

const deployed: Deployed = {
  plan: '1a2b3c4d',
  intent: 'deploy',
  environment: 'staging',
  strategy: 'blue-green',
  targets: ['web-1', 'web-2'],
  release: { application: 'adara', version: 'new', artifact: 'sha256:2', configuration: 'c' },
  from: { application: 'adara', version: 'old', artifact: 'sha256:1', configuration: 'c' },
  actor: { name: 'ann@laptop', machine: 'laptop', processId: 1 },
};
const traffic = { failed: 0, p50Ms: 1, p99Ms: 2, slowestMs: 3 };
const probe: ProbeReceipt = {
  url: 'http://example.org/',
  startedAt: 0,
  durationMs: 1000,
  sent: 30,
  answered: 28,
  lost: 2,
  lostFresh: 1,
  lostKept: 1,
  slowestMs: 33.3,
  p99Ms: 20,
  gapMs: 41.2,
  releases: [
    { release: 'old', answered: 10, ...traffic },
    { answered: 18, ...traffic },
  ],
  losses: [{ atMs: 12.4, kept: true, why: 'ECONNRESET' }],
  intervalMs: 100,
  intervals: [],
};
const receipt: Receipt = {
  outcome: 'undone',
  startedAt: Date.UTC(2026, 10, 21, 18, 4, 5),
  durationMs: 12_345,
  exact: true,
  failure: { reason: 'stepFailed', message: 'not healthy', details: {} },
  steps: [
    { step: 'web-1/start', title: 'Start it', state: 'undone', startedMs: 0, durationMs: 812 },
    { step: 'web-1/health', title: 'Wait for it', state: 'failed', startedMs: 812, durationMs: 2000 },
  ],
};

describe('the receipt of a deployment', () => {
  it('says what became of it, why, and what each step did', () => {
    const lines = receiptText(deployed, receipt, english).split('\n');
    assert.deepEqual(lines, [
      '# deploy adara new to staging, plan 1a2b3c4d',
      '',
      'outcome        taken back, 12.3 s',
      'because        not healthy',
      'left behind    everything is as it was before',
      'began          2026-11-21 18:04:05 UTC',
      'by             ann@laptop',
      'release        adara new',
      'artifact       sha256:2',
      'live before    old',
      'targets        web-1, web-2, blue-green',
      'probe          none: lost requests were not seen',
      '',
      '- taken back    812 ms  Start it [web-1/start]',
      '- FAILED         2.0 s  Wait for it [web-1/health]',
      '',
    ]);
  });

  it('says what the probe saw, lost requests by their connection and why', () => {
    const text = receiptText(deployed, { ...receipt, probe }, english);
    const again = receiptText(deployed, { ...receipt, probe: { ...probe, repeated: 3 } }, english);
    assert.ok(again.includes('made again     3: a kept connection was closed before the answer\n'), again);
    for (const line of [
      'answered by    old 10, unnamed 18',
      'lost           2: 1 over fresh connections, 1 over kept ones',
      'slowest        33 ms, p99 20 ms',
      'longest gap    41 ms',
      '! lost after 12 ms, kept connection: ECONNRESET',
    ])
      assert.ok(text.includes(`${line}\n`), `${line}\nin\n${text}`);
  });

  it('proves in one sentence', () => {
    assert.equal(
      proofText(probe, english),
      '30 requests, 2 lost; answered by old 10, unnamed 18; slowest 33 ms, longest gap 41 ms.',
    );
    assert.match(proofText({ ...probe, releases: [] }, english), /answered by nobody/);
    assert.match(
      proofText({ ...probe, repeated: 3 }, english),
      /gap 41 ms\. Made again because a kept connection was closed: 3\.$/,
    );
  });
});
