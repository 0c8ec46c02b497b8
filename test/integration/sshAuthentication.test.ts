import assert from 'node:assert/strict';
import { TransportError } from '../../src/contracts/transportError';
import type { LabKey, LabServer } from '../lab/ssh/lab';
import { Person } from '../lab/ssh/person';
import { useSshLab } from '../lab/ssh/suite';

describe('SSH authentication with a real server', () => {
  const suite = useSshLab();
  let server: LabServer;
  let person: Person;
  beforeEach(async () => {
    server = await suite.lab.server();
    await suite.lab.know(`[127.0.0.1]:${server.port} ${server.hostKey.publicLine}`);
    person = new Person();
  });

  /** Logs in as `config` of ~/.ssh/config says and runs a command there. */
  const enter = async (config: string, variables: Record<string, string> = {}): Promise<void> => {
    await suite.lab.configure(config);
    const spec = { ssh: { host: '127.0.0.1', port: server.port } };
    const hosts = suite.hosts({ target: spec }, person, { environment: suite.lab.environment(variables) });
    const { code, stdout } = await hosts.exec('target').run(['echo', 'in']);
    assert.deepEqual([code, stdout.toString()], [0, 'in\n']);
  };
  const asked = (): unknown[] => person.secrets.map(({ kind, file, attempt }) => [kind, file, attempt]);
  const refused = (error: unknown): boolean => error instanceof TransportError && error.reason === 'auth';

  for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) {
    it(`lets a key file in: ${type}`, async () => {
      const key = await suite.lab.key(type);
      await suite.lab.authorize(key);
      await enter(`IdentityFile ${key.file}`);
      assert.deepEqual(asked(), []);
    });

    it(`lets a key of the agent in: ${type}`, async () => {
      const key = await suite.lab.key(type);
      await suite.lab.authorize(key);
      await enter('IdentityFile none', {
        SSH_AUTH_SOCK: await suite.lab.agent(await suite.lab.key('rsa'), key),
      });
    });
  }

  const formats: [name: string, type: 'ed25519' | 'rsa' | 'ecdsa', options: string[]][] = [
    ['OpenSSH', 'ed25519', []],
    ['OpenSSH', 'rsa', []],
    ['PEM', 'rsa', ['-m', 'PEM']],
    ['PKCS#8', 'ecdsa', ['-m', 'PKCS8']],
  ];
  for (const [name, type, options] of formats) {
    it(`asks for the passphrase of a key file: ${type}, ${name}`, async () => {
      const key = await suite.lab.key(type, 'open sesame', options);
      await suite.lab.authorize(key);
      person.answers = () => 'open sesame';
      await enter(`IdentityFile ${key.file}`);
      assert.deepEqual(asked(), [['passphrase', key.file, 1]]);
    });

    it(`opens a key file without a passphrase: ${type}, ${name}`, async () => {
      const key = await suite.lab.key(type, '', options);
      await suite.lab.authorize(key);
      await enter(`IdentityFile ${key.file}`);
    });
  }

  it('asks again after a wrong passphrase, and says so', async () => {
    const key = await suite.lab.key('ed25519', 'right');
    await suite.lab.authorize(key);
    person.answers = ({ attempt }) => (attempt === 3 ? 'right' : 'wrong');
    await enter(`IdentityFile ${key.file}`);
    assert.deepEqual(
      asked(),
      [1, 2, 3].map((attempt) => ['passphrase', key.file, attempt]),
    );
  });

  it('gives up when no passphrase is right, with none of them in the error or the log', async () => {
    const key = await suite.lab.key('ed25519', 'right');
    await suite.lab.authorize(key);
    person.answers = ({ attempt }) => `not-the-one-${attempt}`;
    await assert.rejects(enter(`IdentityFile ${key.file}`), (error: unknown) => {
      assert.ok(refused(error));
      const { message, details, stack } = error as TransportError;
      assert.equal(details.methods, 'publickey');
      assert.doesNotMatch(
        [message, stack, JSON.stringify(details), ...suite.logged].join('\n'),
        /not-the-one/,
      );
      return true;
    });
    assert.equal(person.secrets.length, 3);
  });

  it('says when the person declined', async () => {
    const key = await suite.lab.key('ed25519', 'right');
    await suite.lab.authorize(key);
    await assert.rejects(
      enter(`IdentityFile ${key.file}`),
      (error: unknown) => refused(error) && (error as TransportError).details.declined === true,
    );
    assert.equal(person.secrets.length, 1);
  });

  it('asks for no passphrase of a key the server does not want', async () => {
    const unwanted = await suite.lab.key('ed25519', 'secret');
    const wanted = await suite.lab.key('ed25519');
    await suite.lab.authorize(wanted);
    await enter(`IdentityFile ${unwanted.file}\nIdentityFile ${wanted.file}`);
    assert.deepEqual(asked(), []);
  });

  describe('with more keys in the agent than the server lets one try', () => {
    let keys: LabKey[];
    let socket: string;
    beforeEach(async () => {
      keys = await Promise.all(Array.from({ length: 8 }, () => suite.lab.key('ed25519')));
      socket = await suite.lab.agent(...keys);
      await suite.lab.authorize(keys[7]!);
    });

    it('offers the configured key first, known by its public half', async () => {
      await enter(`IdentityFile ${keys[7]!.file}.pub`, { SSH_AUTH_SOCK: socket });
    });

    it('offers nothing else with IdentitiesOnly', async () => {
      const config = `IdentitiesOnly yes\nIdentityFile ${keys[6]!.file}.pub`;
      await assert.rejects(enter(config, { SSH_AUTH_SOCK: socket }), refused);
      assert.equal(suite.logged.filter((line) => line.includes('offering')).length, 1);
    });

    it('is told by the server that it was too many', async () => {
      await assert.rejects(enter('IdentityFile none', { SSH_AUTH_SOCK: socket }), (error: unknown) => {
        assert.match(String((error as TransportError).details.text), /Too many authentication failures/);
        return refused(error);
      });
    });
  });

  it('goes on without an agent that does not answer', async () => {
    const key = await suite.lab.key('ed25519');
    await suite.lab.authorize(key);
    await enter(`IdentityFile ${key.file}`, { SSH_AUTH_SOCK: `${suite.lab.folder}/nothing-here` });
  });

  it('gives up without asking when only keys are taken and none fits', async () => {
    await assert.rejects(enter('IdentityFile none'), refused);
    assert.deepEqual(asked(), []);
  });

  it('proves two keys one after the other where the server wants both', async () => {
    const keys = [await suite.lab.key('ed25519'), await suite.lab.key('ecdsa')] as const;
    for (const key of keys) await suite.lab.authorize(key);
    server = await suite.lab.server({ settings: ['AuthenticationMethods publickey,publickey'] });
    await suite.lab.know(`[127.0.0.1]:${server.port} ${server.hostKey.publicLine}`);
    await enter(`IdentityFile ${keys[0].file}\nIdentityFile ${keys[1].file}`);
  });
});
