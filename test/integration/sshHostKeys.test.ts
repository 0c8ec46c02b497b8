import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TransportError, type TransportErrorReason } from '../../src/contracts/transportError';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import type { HostSpecs } from '../../src/transport/ssh/route';
import type { LabKey, LabServer } from '../lab/ssh/lab';
import { Person } from '../lab/ssh/person';
import { useSshLab } from '../lab/ssh/suite';

describe('SSH host keys with a real server', () => {
  const suite = useSshLab();
  let key: LabKey;
  let server: LabServer;
  let person: Person;
  beforeEach(async () => {
    key = await suite.lab.key('ed25519');
    await suite.lab.authorize(key);
    await suite.lab.configure(`IdentityFile ${key.file}`);
    server = await suite.lab.server();
    person = new Person();
  });

  const specs = (...servers: LabServer[]): HostSpecs =>
    Object.fromEntries(
      servers.map(({ port }, index) => [`host-${index + 1}`, { ssh: { host: '127.0.0.1', port } }]),
    );
  const enter = async (hosts: SshHosts, name = 'host-1'): Promise<void> => {
    assert.equal((await hosts.exec(name).run(['true'])).code, 0);
  };
  const isRefused =
    (reason: TransportErrorReason, details: TransportError['details'] = {}) =>
    (error: unknown): boolean => {
      assert.ok(error instanceof TransportError, String(error));
      assert.equal(error.reason, reason);
      for (const [name, value] of Object.entries(details)) assert.equal(error.details[name], value, name);
      return true;
    };
  const knownHosts = (): Promise<string> => readFile(suite.lab.knownHosts, 'utf8');
  const printed = ({ file }: LabKey): string =>
    execFileSync('ssh-keygen', ['-lf', `${file}.pub`])
      .toString()
      .split(' ')[1]!;
  const name = ({ port }: LabServer): string => `[127.0.0.1]:${port}`;

  it('asks about an unknown key with its fingerprint, writes it down, and does not ask again', async () => {
    person.trusts = () => true;
    await enter(suite.hosts(specs(server), person));
    assert.deepEqual(person.hostKeys, [
      {
        host: 'host-1',
        knownAs: name(server),
        keyType: 'ssh-ed25519',
        fingerprint: printed(server.hostKey),
      },
    ]);
    assert.equal(await knownHosts(), `${name(server)} ${server.hostKey.publicLine}\n`);
    await enter(suite.hosts(specs(server), person));
    assert.equal(person.hostKeys.length, 1);
  });

  it('asks once when two want the host at the same time, also as two users', async () => {
    const connections = (): number => server.log.filter((line) => line.startsWith('Connection from')).length;
    person.trusts = async () => {
      // Answered when the key was shown on both connections, the second having had time to ask.
      while (connections() < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 500));
      return true;
    };
    const other = { ssh: { user: 'nobody', host: '127.0.0.1', port: server.port } };
    const hosts = suite.hosts({ ...specs(server), other }, person);
    const results = await Promise.allSettled([
      enter(hosts),
      enter(hosts),
      hosts.dialer('host-1').dial({ host: '127.0.0.1', port: server.port }),
      enter(hosts, 'other'),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'rejected'],
      'the other user has no key there, but trusts the same host',
    );
    assert.equal(person.hostKeys.length, 1);
    assert.equal((await knownHosts()).split('\n').length, 2);
  });

  it('refuses when the person does, and asks the next time', async () => {
    const hosts = suite.hosts(specs(server), person);
    await assert.rejects(enter(hosts), isRefused('hostKeyUnknown', { fingerprint: printed(server.hostKey) }));
    assert.equal(await knownHosts(), '');
    await assert.rejects(enter(hosts), isRefused('hostKeyUnknown'));
    assert.equal(person.hostKeys.length, 2);
    assert.ok(!server.log.some((line) => line.includes('publickey')), 'nothing was sent to the host');
  });

  it('writes hashed names that OpenSSH finds', async () => {
    await suite.lab.configure(`IdentityFile ${key.file}\nHashKnownHosts yes`);
    person.trusts = () => true;
    await enter(suite.hosts(specs(server), person));
    assert.match(await knownHosts(), /^\|1\|[^ ]+ ssh-ed25519 /);
    const found = execFileSync('ssh-keygen', ['-F', name(server), '-f', suite.lab.knownHosts]).toString();
    assert.match(found, /found: line 1/);
  });

  it('appends to a file an editor left without a newline, and makes a missing one private', async () => {
    person.trusts = () => true;
    await writeFile(suite.lab.knownHosts, '# mine');
    await enter(suite.hosts(specs(server), person));
    assert.equal((await knownHosts()).split('\n')[1], `${name(server)} ${server.hostKey.publicLine}`);
    const elsewhere = join(suite.lab.folder, 'new', 'known_hosts');
    await suite.lab.configure(`IdentityFile ${key.file}\nUserKnownHostsFile ${elsewhere}`);
    await enter(suite.hosts(specs(server), person));
    assert.equal((await stat(elsewhere)).mode & 0o777, 0o600);
  });

  it('keeps trust in memory where no file is to be written', async () => {
    await suite.lab.configure(`IdentityFile ${key.file}\nUserKnownHostsFile none`);
    person.trusts = () => true;
    const hosts = suite.hosts(specs(server), person, { idleMs: 0 });
    await enter(hosts);
    await server.logs(/Disconnected|Connection closed|disconnect/);
    await enter(hosts);
    assert.equal(person.hostKeys.length, 1);
  });

  it('accepts what ssh-keygen hashed', async () => {
    await suite.lab.know(`${name(server)} ${server.hostKey.publicLine}`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', suite.lab.knownHosts], { stdio: 'ignore' });
    assert.match(await knownHosts(), /^\|1\|/);
    await enter(suite.hosts(specs(server), person));
    assert.equal(person.hostKeys.length, 0);
  });

  it('refuses a changed key and says where the old one is written', async () => {
    const old = await suite.lab.key('ed25519');
    await suite.lab.know('# a comment', `${name(server)} ${old.publicLine}`);
    await assert.rejects(
      enter(suite.hosts(specs(server), person)),
      isRefused('hostKeyChanged', {
        file: suite.lab.knownHosts,
        line: 2,
        fingerprint: printed(server.hostKey),
        oldFingerprint: printed(old),
      }),
    );
    assert.equal(person.hostKeys.length, 0);
  });

  it('refuses a revoked key, also one known before', async () => {
    const { publicLine } = server.hostKey;
    await suite.lab.know(`${name(server)} ${publicLine}`, `@revoked * ${publicLine}`);
    await assert.rejects(
      enter(suite.hosts(specs(server), person)),
      isRefused('hostKeyRevoked', { file: suite.lab.knownHosts, line: 2 }),
    );
  });

  it('asks a server with several keys for the one that is written down', async () => {
    const hostKeys = [
      await suite.lab.key('ed25519'),
      await suite.lab.key('rsa'),
      await suite.lab.key('ecdsa'),
    ];
    server = await suite.lab.server({ hostKeys });
    for (const { publicLine } of hostKeys) {
      await suite.lab.know(`${name(server)} ${publicLine}`);
      await enter(suite.hosts(specs(server), person));
    }
    assert.equal(person.hostKeys.length, 0);
  });

  it('takes another type of key for changed', async () => {
    const rsa = await suite.lab.key('rsa');
    await suite.lab.know(`${name(server)} ${rsa.publicLine}`);
    await assert.rejects(
      enter(suite.hosts(specs(server), person)),
      isRefused('hostKeyChanged', { oldKeyType: 'ssh-rsa' }),
    );
  });

  it('says that it can not use a certificate authority', async () => {
    await suite.lab.know(`@cert-authority * ${(await suite.lab.key('ed25519')).publicLine}`);
    person.trusts = () => true;
    await enter(suite.hosts(specs(server), person));
    assert.deepEqual(person.hostKeys[0]?.certificateAuthority, { file: suite.lab.knownHosts, line: 1 });
    assert.ok(suite.logged.some((line) => line.includes('@cert-authority')));
  });

  it('asks nobody with StrictHostKeyChecking yes, and trusts a new key with accept-new', async () => {
    await suite.lab.configure(`IdentityFile ${key.file}\nStrictHostKeyChecking yes`);
    await assert.rejects(enter(suite.hosts(specs(server), person)), isRefused('hostKeyUnknown'));
    await suite.lab.configure(`IdentityFile ${key.file}\nStrictHostKeyChecking accept-new`);
    await enter(suite.hosts(specs(server), person));
    assert.equal(person.hostKeys.length, 0);
    assert.match(await knownHosts(), /ssh-ed25519/);
  });

  it('looks the key up under its alias', async () => {
    await suite.lab.configure(`IdentityFile ${key.file}\nHostKeyAlias the-one`);
    await suite.lab.know(`the-one ${server.hostKey.publicLine}`);
    await enter(suite.hosts(specs(server), person));
  });

  it('still trusts the key when the keys of the session are exchanged again', async () => {
    server = await suite.lab.server({ settings: ['RekeyLimit 1M'] });
    await suite.lab.know(`${name(server)} ${server.hostKey.publicLine}`);
    const exec = suite.hosts(specs(server), person).exec('host-1');
    const { stdout } = await exec.run(['head', '-c', '5000000', '/dev/zero']);
    assert.equal(stdout.length, 5_000_000);
    assert.equal(person.hostKeys.length, 0);
  });

  describe('of every hop', () => {
    let gate: LabServer;
    const hosts = (): SshHosts =>
      suite.hosts(
        {
          target: { ssh: { host: '127.0.0.1', port: server.port }, jump: 'gate' },
          gate: { ssh: { host: '127.0.0.1', port: gate.port } },
        },
        person,
      );
    beforeEach(async () => (gate = await suite.lab.server()));

    it('asks about each unknown one, the jump first', async () => {
      person.trusts = () => true;
      await enter(hosts(), 'target');
      assert.deepEqual(
        person.hostKeys.map((question) => [question.host, question.fingerprint]),
        [
          ['gate', printed(gate.hostKey)],
          ['target', printed(server.hostKey)],
        ],
      );
    });

    it('refuses a changed jump before anything reaches the target', async () => {
      const old = await suite.lab.key('ed25519');
      await suite.lab.know(`${name(gate)} ${old.publicLine}`, `${name(server)} ${server.hostKey.publicLine}`);
      await assert.rejects(enter(hosts(), 'target'), isRefused('hostKeyChanged', { host: 'gate', line: 1 }));
      assert.ok(!server.log.some((line) => line.startsWith('Connection from')));
    });

    it('refuses a changed target behind a good jump', async () => {
      const old = await suite.lab.key('ed25519');
      await suite.lab.know(`${name(gate)} ${gate.hostKey.publicLine}`, `${name(server)} ${old.publicLine}`);
      await assert.rejects(
        enter(hosts(), 'target'),
        isRefused('hostKeyChanged', { host: 'target', line: 2 }),
      );
    });
  });
});
