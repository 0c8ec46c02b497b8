import assert from 'node:assert/strict';
import { TransportError } from '../../../../src/contracts/transportError';
import { algorithmsFor, keyTypesOf } from '../../../../src/transport/ssh/algorithms';
import { resolveSettings } from '../../../../src/transport/ssh/settings';
import { Home } from './home';

describe('algorithms offered to a server', () => {
  let home: Home;
  beforeEach(async () => (home = await Home.create()));
  afterEach(() => home.remove());

  const offered = async (config: string, known: string[] = []): Promise<ReturnType<typeof algorithmsFor>> => {
    await home.configure(config);
    return algorithmsFor(await resolveSettings({ host: 'a' }, home.environment), known);
  };

  it('prefers the kinds of key that are written down, and leaves SHA-1 out', async () => {
    const { serverHostKey } = await offered('');
    assert.equal(serverHostKey[0], 'ssh-ed25519');
    assert.ok(!serverHostKey.includes('ssh-rsa'));
    const known = (await offered('', ['ssh-rsa'])).serverHostKey;
    assert.deepEqual(known.slice(0, 3), ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    assert.deepEqual([...known].sort(), [...serverHostKey].sort());
  });

  it('leaves the other kinds to the library unless configured', async () => {
    assert.deepEqual(Object.keys(await offered('')), ['serverHostKey']);
    assert.deepEqual((await offered('Ciphers aes256-ctr,not-spoken,aes128-ctr')).cipher, [
      'aes256-ctr',
      'aes128-ctr',
    ]);
  });

  it('appends, removes with wildcards, and puts in front', async () => {
    assert.equal((await offered('HostKeyAlgorithms +ssh-rsa')).serverHostKey.at(-1), 'ssh-rsa');
    const without = (await offered('HostKeyAlgorithms -ecdsa-*,ssh-ed25519')).serverHostKey;
    assert.deepEqual(without, ['rsa-sha2-512', 'rsa-sha2-256']);
    assert.equal((await offered('KexAlgorithms ^ecdh-sha2-nistp521')).kex?.[0], 'ecdh-sha2-nistp521');
  });

  it('refuses a list of which nothing is spoken', async () => {
    await assert.rejects(
      offered('MACs umac-64@openssh.com'),
      (error: unknown) => error instanceof TransportError && error.details.problem === 'algorithms',
    );
  });

  it('tells which key types a server could show', () => {
    assert.deepEqual(keyTypesOf(['rsa-sha2-512', 'ssh-ed25519', 'rsa-sha2-256']), ['ssh-rsa', 'ssh-ed25519']);
  });
});
