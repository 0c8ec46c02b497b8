import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureJdk } from '../../../scripts/support/jdk';
import { run, tryRun } from '../../../scripts/support/run';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { CertificateError } from '../../../src/certificates/errors';
import { factsOf, fingerprintOf, subjectOf } from '../../../src/certificates/facts';
import type { CertificateFiles } from '../../../src/certificates/model';
import { makePkcs12 } from '../../../src/certificates/pkcs12';
import { readSet } from '../../../src/certificates/read';
import { Authority, type Issued } from '../../lab/certificates/authority';
import { skip } from '../../support/skip';

const PASSWORD = 'pw-of-the-pfx';
const LEGACY = ['-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-RC2-40', '-macalg', 'sha1'];

describe('certificates with their keys', function () {
  this.timeout(60_000);
  let folder: string;
  let authority: Authority;
  const issued: Partial<Record<'ec' | 'rsa', Issued>> = {};
  const pem = (files: Partial<CertificateFiles & { kind: 'pem' }> = {}): CertificateFiles => ({
    kind: 'pem',
    ...issued.ec!,
    chain: authority.intermediate,
    ...files,
  });
  const file = (name: string): string => path.join(folder, name);
  const joined = async (name: string, ...files: string[]): Promise<string> => {
    await writeFile(file(name), (await Promise.all(files.map((each) => readFile(each)))).join(''));
    return file(name);
  };

  before(async function () {
    if ((await tryRun('openssl', ['version']).catch(() => ({ code: 1 }))).code !== 0)
      skip(this, 'missing here: openssl');
    folder = await makeTempDir('certificates');
    authority = await Authority.found(folder);
    issued.ec = await authority.issue({ name: 'ec', key: 'ec' });
    issued.rsa = await authority.issue({ name: 'rsa', key: 'rsa' });
  });
  after(() => removeDir(folder));

  for (const kind of ['ec', 'rsa'] as const)
    for (const [how, args] of [
      ['OpenSSL 3 makes', []],
      ['old programs make (3DES, RC2, SHA-1)', LEGACY],
    ] as const)
      it(`of the kind ${kind} are read from PFX files that ${how}`, async () => {
        const pfx = await authority.pfx(issued[kind]!, PASSWORD, ...args);
        const { leaf, chain, key } = await readSet({ kind: 'pfx', pfx }, PASSWORD);
        assert.equal(subjectOf(leaf), kind);
        assert.deepEqual(chain.map(subjectOf), ['Lab Intermediate']);
        // Byte by byte what was issued.
        assert.deepEqual(leaf.raw, new X509Certificate(await readFile(issued[kind]!.certificate)).raw);
        assert.ok(leaf.checkPrivateKey(key));
      });

  it('are read from PFX files that keytool makes', async () => {
    const { home } = await ensureJdk();
    const pfx = file('keytool.p12');
    await run(path.join(home, 'bin', 'keytool'), [
      ...['-genkeypair', '-keystore', pfx, '-storepass', PASSWORD, '-alias', 'server', '-keyalg', 'EC'],
      ...['-dname', 'CN=keytool', '-storetype', 'PKCS12'],
    ]);
    const { leaf, chain, key } = await readSet({ kind: 'pfx', pfx }, PASSWORD);
    assert.deepEqual([subjectOf(leaf), chain.length, leaf.checkPrivateKey(key)], ['keytool', 0, true]);
  });

  it('are read from PFX files with a password in another script, or without one', async () => {
    const odd = 'pässwörd-ключ';
    const pfx = await authority.pfx(issued.ec!, odd);
    assert.equal(subjectOf((await readSet({ kind: 'pfx', pfx }, odd)).leaf), 'ec');
    const open = await authority.pfx(issued.ec!, '');
    assert.equal(subjectOf((await readSet({ kind: 'pfx', pfx: open }, undefined)).leaf), 'ec');
  });

  it('are read from PEM files in every form of a key', async () => {
    const forms: [string, string[], string | undefined][] = [
      ['sec1', ['ec', '-in', issued.ec!.key], undefined],
      ['sec1-protected', ['ec', '-in', issued.ec!.key, '-aes256'], PASSWORD],
      ['pkcs8-protected', ['pkcs8', '-topk8', '-in', issued.ec!.key, '-v2', 'aes-256-cbc'], PASSWORD],
    ];
    for (const [name, args, password] of forms) {
      const passout = password === undefined ? [] : ['-passout', `pass:${password}`];
      await authority.openssl(...args, ...passout, '-out', `${name}.key`);
      const { leaf, key } = await readSet(pem({ key: file(`${name}.key`) }), password);
      assert.ok(leaf.checkPrivateKey(key), name);
    }
    await authority.openssl('rsa', '-in', issued.rsa!.key, '-traditional', '-out', 'pkcs1.key');
    const pkcs1 = await readSet(pem({ ...issued.rsa!, key: file('pkcs1.key') }), undefined);
    assert.equal(pkcs1.key.asymmetricKeyType, 'rsa');
  });

  it('are read from one PEM file with everything', async () => {
    const all = await joined('all.pem', issued.ec!.certificate, authority.intermediate, issued.ec!.key);
    const set = await readSet({ kind: 'pem', certificate: all, key: all }, undefined);
    assert.deepEqual([set.leaf, ...set.chain].map(subjectOf), ['ec', 'Lab Intermediate']);
  });

  it('say what they are for', async () => {
    const { leaf } = await readSet(pem(), undefined);
    const { validFrom, validTo, ...facts } = factsOf(leaf);
    assert.deepEqual(facts, {
      fingerprint: fingerprintOf(leaf),
      subject: 'ec',
      issuer: 'Lab Intermediate',
      names: ['www.example.com'],
    });
    assert.equal(Math.round((Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000), 91);
  });

  const refused = async (
    reason: string,
    files: CertificateFiles,
    password?: string,
  ): Promise<CertificateError> => {
    const error = await readSet(files, password).then(
      () => assert.fail(`was read, not ${reason}`),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof CertificateError, String(error));
    assert.equal(error.reason, reason);
    return error;
  };

  it('are refused with a wrong password or none, whatever protects them', async () => {
    const traditional = file('traditional.key');
    await authority.openssl(
      'ec',
      '-in',
      issued.ec!.key,
      '-aes256',
      '-passout',
      `pass:${PASSWORD}`,
      '-out',
      traditional,
    );
    const pkcs8 = file('pkcs8.key');
    await authority.openssl(
      ...['pkcs8', '-topk8', '-in', issued.ec!.key, '-v2', 'aes-256-cbc', '-passout', `pass:${PASSWORD}`],
      ...['-out', pkcs8],
    );
    // One in 256 wrong passwords decrypts to something with a right ending.
    for (let i = 0; i < 20; i++)
      for (const key of [traditional, pkcs8]) await refused('wrongPassword', pem({ key }), `wrong-${i}`);
    await refused('noPassword', pem({ key: pkcs8 }));
    for (const args of [[], LEGACY]) {
      const pfx = await authority.pfx(issued.ec!, PASSWORD, ...args);
      await refused('wrongPassword', { kind: 'pfx', pfx }, 'wrong');
      await refused('noPassword', { kind: 'pfx', pfx });
    }
    const silent = await authority.pfx(issued.ec!, PASSWORD, '-nomac');
    await refused('wrongPassword', { kind: 'pfx', pfx: silent }, 'wrong');
  });

  it('are refused with the key of another', async () => {
    const { details } = await refused('keyMismatch', pem({ key: issued.rsa!.key }));
    assert.deepEqual(details, { subject: 'ec', file: issued.rsa!.key });
  });

  it('are refused with a chain out of order, and told the right one', async () => {
    const mixed = await joined('mixed.pem', authority.intermediate, issued.ec!.certificate);
    const { details } = await refused('chainOrder', {
      kind: 'pem',
      certificate: mixed,
      key: issued.ec!.key,
      chain: authority.root,
    });
    assert.equal(details.order, 'ec -> Lab Intermediate -> Lab Root');
    const chain = await joined('chain.pem', authority.root, authority.intermediate);
    await refused('chainOrder', pem({ chain }));
  });

  it('are refused with a certificate that is no issuer of theirs', async () => {
    const { details } = await refused('chainBroken', pem({ chain: issued.rsa!.certificate }));
    assert.equal(details.subject, 'rsa');
  });

  it('are refused where the files are something else', async () => {
    await writeFile(file('text'), 'nothing of the kind');
    await refused('unreadable', { kind: 'pfx', pfx: file('missing.pfx') }, PASSWORD);
    await refused('notCertificate', { kind: 'pfx', pfx: file('text') }, PASSWORD);
    await refused('notCertificate', pem({ certificate: file('text') }));
    await refused('noKey', pem({ key: issued.ec!.certificate }));
    await refused('severalKeys', pem({ key: await joined('two.key', issued.ec!.key, issued.rsa!.key) }));
    const cut = await authority.pfx(issued.ec!, PASSWORD);
    await writeFile(file('cut.pfx'), (await readFile(cut)).subarray(0, 900));
    await refused('notCertificate', { kind: 'pfx', pfx: file('cut.pfx') }, PASSWORD);
  });

  it('become key stores that keytool and OpenSSL read', async () => {
    for (const kind of ['ec', 'rsa'] as const) {
      const { leaf, chain, key } = await readSet(pem(issued[kind]), undefined);
      const certificates = [leaf, ...chain].map(({ raw }) => raw);
      const made = file(`made-${kind}.p12`);
      await writeFile(made, makePkcs12({ key, certificates, password: PASSWORD, alias: 'tomcat' }));
      const { home } = await ensureJdk();
      const listed = await run(path.join(home, 'bin', 'keytool'), [
        ...['-list', '-v', '-keystore', made, '-storepass', PASSWORD],
      ]);
      assert.match(listed, /Alias name: tomcat/);
      assert.match(listed, /PrivateKeyEntry/);
      assert.match(listed, /Certificate chain length: 2/);
      await run('openssl', ['pkcs12', '-in', made, '-passin', `pass:${PASSWORD}`, '-noout']);
      const again = await readSet({ kind: 'pfx', pfx: made }, PASSWORD);
      assert.equal(fingerprintOf(again.leaf), fingerprintOf(leaf));
    }
  });
});
