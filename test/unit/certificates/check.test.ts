import assert from 'node:assert/strict';
import { tryRun } from '../../../scripts/support/run';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { checkSet } from '../../../src/certificates/check';
import { CertificateError } from '../../../src/certificates/errors';
import { daysLeft, endsSoon } from '../../../src/certificates/expiry';
import { readSet } from '../../../src/certificates/read';
import { Authority, type IssueOptions } from '../../lab/certificates/authority';
import { skip } from '../../support/skip';

const NAMES = ['www.example.com'];

describe('a certificate before it is put anywhere', function () {
  this.timeout(60_000);
  let folder: string;
  let authority: Authority;
  before(async function () {
    if ((await tryRun('openssl', ['version']).catch(() => ({ code: 1 }))).code !== 0)
      skip(this, 'missing here: openssl');
    folder = await makeTempDir('certificate-checks');
    authority = await Authority.found(folder);
  });
  after(() => removeDir(folder));

  const check = async (
    options: IssueOptions,
    names = NAMES,
    now = Date.now(),
  ): Promise<CertificateError | undefined> => {
    const set = await readSet(
      { kind: 'pem', ...(await authority.issue(options)), chain: authority.intermediate },
      undefined,
    );
    try {
      checkSet(set, names, now);
      return undefined;
    } catch (error) {
      assert.ok(error instanceof CertificateError);
      return error;
    }
  };

  it('is accepted when it is right, for each of its names', async () => {
    const names = 'DNS:www.example.com,DNS:*.shop.example.com,IP:10.0.0.11';
    assert.equal(await check({ names }, ['www.example.com', 'a.shop.example.com', '10.0.0.11']), undefined);
  });

  it('is refused once it has ended, and before it begins', async () => {
    const ended = await check({ from: '20200101000000Z', to: '20200201000000Z' });
    assert.deepEqual([ended?.reason, ended?.details.at], ['expired', '2020-02-01T00:00:00.000Z']);
    const early = await check({ from: '20990101000000Z', to: '20990201000000Z' });
    assert.deepEqual([early?.reason, early?.details.at], ['notYetValid', '2099-01-01T00:00:00.000Z']);
  });

  it('is refused for another name, whatever its subject says', async () => {
    const other = await check({ names: 'DNS:shop.example.com' });
    assert.deepEqual(other?.details, { name: 'www.example.com', names: 'shop.example.com' });
    assert.equal((await check({ name: 'www.example.com', names: 'DNS:other' }))?.reason, 'wrongName');
  });

  it('is refused when it is not for servers, or browsers refuse it', async () => {
    assert.equal((await check({ purpose: 'clientAuth' }))?.reason, 'notServer');
    assert.equal((await check({ key: 'rsa', bits: 1024 }))?.details.problem, 'RSA 1024');
    assert.equal((await check({ digest: 'sha1' }))?.details.problem, 'SHA-1');
  });

  it('is warned of three weeks before its end', () => {
    const now = Date.parse('2026-11-01T12:00:00Z');
    assert.deepEqual(
      ['2026-11-22T11:00:00Z', '2026-11-23T12:00:00Z', '2026-10-31T13:00:00Z'].map((end) => [
        daysLeft(end, now),
        endsSoon(end, now),
      ]),
      [
        [20, true],
        [22, false],
        [-1, true],
      ],
    );
  });
});
