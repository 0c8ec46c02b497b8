import assert from 'node:assert/strict';
import type { AuditRecord } from '../../../src/contracts/deployRecord';
import { expectedOf } from '../../../src/environments/expected';

const release = (version: string): AuditRecord['release'] => ({
  application: 'shop',
  version,
  artifact: `sha256:${version}`,
  configuration: 'c',
});
const record = (
  intent: AuditRecord['intent'],
  version: string,
  change: Partial<AuditRecord> = {},
): AuditRecord => ({ intent, release: release(version), outcome: 'done', ...change }) as AuditRecord;
const expected = (...records: AuditRecord[]): [string | undefined, readonly string[]] => {
  const { release: found, without } = expectedOf(records);
  return [found?.version, without];
};

describe('what should be live', () => {
  it('is what was deployed or gone back to last', () => {
    assert.deepEqual(expected(), [undefined, []]);
    assert.deepEqual(expected(record('rollback', '1'), record('deploy', '2')), ['1', []]);
  });

  it('is what was there before a deployment that was taken back', () => {
    const undone = record('deploy', '3', { outcome: 'undone', from: release('2') });
    assert.deepEqual(expected(undone, record('deploy', '2')), ['2', []]);
    assert.deepEqual(expected(undone), ['2', []]);
  });

  it('is not known after a release was pulled', () => {
    assert.deepEqual(expected(record('pull', '2'), record('deploy', '2')), [undefined, []]);
  });

  it('was missed by who was left out then, and until the next deployment with all', () => {
    const left = record('deploy', '2', { without: ['worker2'] });
    assert.deepEqual(expected(left), ['2', ['worker2']]);
    assert.deepEqual(expected(record('deploy', '2'), left), ['2', []]);
    const undone = record('deploy', '3', { outcome: 'undone', from: release('2'), without: ['worker1'] });
    assert.deepEqual(expected(undone, left), ['2', ['worker2', 'worker1']]);
  });
});
