import assert from 'node:assert/strict';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { tryRun } from '../../../scripts/support/run';
import { subjectOf } from '../../../src/certificates/facts';
import { parseConfig } from '../../../src/config/parse';
import { readCertificate } from '../../../src/environments/certificatePlaces';
import { Authority } from '../../lab/certificates/authority';
import { skip } from '../../support/skip';

describe('the password of a certificate', function () {
  this.timeout(30_000);
  let folder: string;
  before(async function () {
    if ((await tryRun('openssl', ['version']).catch(() => ({ code: 1 }))).code !== 0)
      skip(this, 'missing here: openssl');
    folder = await makeTempDir('certificate-password');
    const authority = await Authority.found(folder);
    await authority.pfx(await authority.issue({ name: 'www' }), 'right');
  });
  after(() => removeDir(folder));

  it('is asked for until it is right, and only then kept', async () => {
    const { config } = await parseConfig(
      `hosts: { lb: { local: true } }
certificates:
  www:
    pfx: ${path.join(folder, 'www.pfx')}
    password: "\${secret:pfx}"
    places: [{ host: lb, certificate: /a, key: /b, serves: "https://www.example.com/" }]
`,
    );
    const typed: (string | undefined)[] = ['wrong', 'wrong again', 'right'];
    const refused: (string | undefined)[] = [];
    const kept: string[] = [];
    const read = () =>
      readCertificate(config!.certificates.www!, {
        config: config!,
        folder,
        providers: {
          env: () => undefined,
          secret: () => Promise.reject(new Error('is not asked')),
          credentials: {
            password: (_name, before) => {
              refused.push(before);
              return Promise.resolve(typed.shift());
            },
            accepted: (_name, password) => {
              kept.push(password);
              return Promise.resolve();
            },
          },
        },
      });
    assert.equal(subjectOf((await read()).leaf), 'www');
    assert.deepEqual([refused, kept], [[undefined, 'wrong', 'wrong again'], ['right']]);
    typed.push('wrong', undefined);
    await assert.rejects(read(), { reason: 'wrongPassword' });
    assert.deepEqual(kept, ['right']);
  });
});
