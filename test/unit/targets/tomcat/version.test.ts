import assert from 'node:assert/strict';
import type { Release } from '../../../../src/contracts/deploy';
import {
  contextVersion,
  nextStamp,
  readVersion,
  stampOf,
  stampTime,
} from '../../../../src/targets/tomcat/version';

const at = Date.UTC(2026, 10, 21, 18, 30, 5, 999);
const release = (version: string): Release => ({
  application: 'shop',
  version,
  artifact: 'sha256:3f2c1ab90d12e4f7',
  configuration: 'c0ffee1234567890',
});

describe('versions of contexts', () => {
  it('begin with the time and say which release it is', () => {
    assert.equal(stampOf(at), '261121183005');
    assert.equal(stampTime('261121183005'), Math.floor(at / 1000) * 1000);
    for (const version of [
      '1.4.2',
      '3f2c1ab-dirty',
      '1.2.1-myfeature.1+1',
      '261121183005-deadbeef-deadbeef',
    ]) {
      const text = contextVersion('261121183005', release(version));
      assert.deepEqual(readVersion('shop', text), { stamp: '261121183005', release: release(version) });
    }
  });

  it('of others are not taken for ours', () => {
    for (const version of ['', '1', '261121183005', '261121183005-1.0', 'x261121183005-1-aaaaaaaa-bbbbbbbb'])
      assert.equal(readVersion('shop', version), undefined, version);
  });

  it('can not hold what no file may be called', () => {
    for (const version of ['a/b', 'a#b', 'a b', 'ä', '', 'x'.repeat(81)])
      assert.throws(
        () => contextVersion('261121183005', release(version)),
        { reason: 'versionText' },
        version,
      );
  });

  it('are later than all that are there, whatever the clocks say', () => {
    assert.equal(nextStamp(at, []), '261121183005');
    assert.equal(nextStamp(at, ['251231235959-1-aaaaaaaa-bbbbbbbb', '']), '261121183005');
    assert.equal(nextStamp(at, ['261121183005-1-aaaaaaaa-bbbbbbbb']), '261121183006');
    assert.equal(nextStamp(at, ['301231235959', '1']), '310101000000');
  });
});
