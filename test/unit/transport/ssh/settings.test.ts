import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { TransportError } from '../../../../src/contracts/transportError';
import { resolveSettings, type SshSettings } from '../../../../src/transport/ssh/settings';
import { Home } from './home';

describe('settings from ssh_config', () => {
  let home: Home;
  beforeEach(async () => (home = await Home.create()));
  afterEach(() => home.remove());

  const settings = async (host: string, user?: string): Promise<SshSettings> =>
    resolveSettings({ host, ...(user !== undefined && { user }) }, home.environment);
  const inSsh = (...names: string[]): string[] =>
    names.map((name) => join(home.environment.home, '.ssh', name));
  const refuses = (problem: string) => (error: unknown) =>
    error instanceof TransportError && error.reason === 'configuration' && error.details.problem === problem;

  it('has defaults without any file', async () => {
    const found = await settings('web-1');
    assert.deepEqual(found, {
      originalHost: 'web-1',
      hostName: 'web-1',
      port: 22,
      user: 'me',
      jumps: [],
      proxyCommand: false,
      identityFiles: inSsh('id_rsa', 'id_ecdsa', 'id_ed25519'),
      identitiesOnly: false,
      agent: '/run/agent',
      userKnownHostsFiles: inSsh('known_hosts', 'known_hosts2'),
      globalKnownHostsFiles: home.environment.globalKnownHostsFiles,
      hashKnownHosts: false,
      unknownHostKey: 'ask',
      algorithms: {},
      methods: ['publickey', 'keyboard-interactive', 'password'],
      secretAttempts: 3,
      batch: false,
    });
  });

  it('takes the first value of a keyword, of all files, and what is asked for before those', async () => {
    await home.write({
      'home/.ssh/config': 'Host web-*\n  User first\nHost *\n  User second\n  Port 2222\n',
      'machine/ssh_config': 'User third\nPort 3333\nHostName from-machine\n',
    });
    assert.deepEqual(pick(await settings('web-1')), ['first', 'from-machine', 2222]);
    assert.deepEqual(pick(await settings('other')), ['second', 'from-machine', 2222]);
    assert.deepEqual(pick(await settings('web-1', 'asked')), ['asked', 'from-machine', 2222]);
  });

  it('matches Host patterns with wildcards and negation', async () => {
    await home.configure('Host *.lan !db.lan "quoted.name"\n  User lan\nHost ?\n  User short\n');
    const users = ['a.lan', 'db.lan', 'quoted.name', 'x', 'xy'].map(
      async (host) => (await settings(host)).user,
    );
    assert.deepEqual(await Promise.all(users), ['lan', 'me', 'lan', 'short', 'me']);
  });

  it('reads keywords in any case, with = and quotes and comments', async () => {
    await home.configure(
      'host web-1 # that one\n  HOSTNAME = "10.0.0.1"\n\tport=2200 # not 22\r\nuser deploy\n',
    );
    assert.deepEqual(pick(await settings('web-1')), ['deploy', '10.0.0.1', 2200]);
  });

  it('includes files, sorted, below the conditions of the line', async () => {
    await home.write({
      'home/.ssh/config': 'Host web-*\n  Include conf.d/*.conf missing\n  User late\nHost *\n  Port 1\n',
      'home/.ssh/conf.d/20.conf': 'User twenty\n',
      'home/.ssh/conf.d/10.conf': 'Host web-1\n  User ten\n',
      'home/.ssh/conf.d/.hidden.conf': 'User hidden\n',
      'home/.ssh/conf.d/other': 'User other\n',
    });
    assert.equal((await settings('web-1')).user, 'ten');
    assert.equal((await settings('web-2')).user, 'twenty');
    assert.equal((await settings('db')).user, 'me');
    assert.equal((await settings('web-1')).port, 1, 'a Host of an included file must not leak');
  });

  it('includes relative to the machine folder from its file, and from home with ~', async () => {
    await home.write({
      'home/.ssh/config': 'Include ~/elsewhere\n',
      'home/elsewhere': 'User me-too\n',
      'machine/ssh_config': 'Include ssh_config.d/[0-9]*.conf\n',
      'machine/ssh_config.d/5-port.conf': 'Port 5\n',
      'machine/ssh_config.d/x.conf': 'Port 6\n',
    });
    assert.deepEqual(pick(await settings('web-1')), ['me-too', 'web-1', 5]);
  });

  it('refuses files that include themselves without end', async () => {
    await home.configure('Include config\n');
    await assert.rejects(settings('web-1'), refuses('includeDepth'));
  });

  it('evaluates Match by host, original host and users, and runs nothing', async () => {
    const marker = join(home.folder, 'ran');
    await home.configure(
      [
        'Match originalhost web-1 exec "touch ' + marker + '"',
        '  User by-exec',
        'Match host 10.*',
        '  User too-early',
        'Host web-1',
        '  HostName 10.0.0.1',
        'Match host 10.* originalhost web-* !user root',
        '  Port 2222',
        'Match user deploy',
        '  Port 3333',
        'Match localuser me !host 10.*',
        '  Port 4444',
        'Match all',
        '  User all',
      ].join('\n'),
    );
    assert.deepEqual(pick(await settings('web-1')), ['all', '10.0.0.1', 2222]);
    assert.deepEqual(pick(await settings('web-1', 'root')), ['root', '10.0.0.1', 22]);
    assert.deepEqual(pick(await settings('x', 'deploy')), ['deploy', 'x', 3333]);
    assert.deepEqual(pick(await settings('x')), ['all', 'x', 4444]);
    await assert.rejects(import('node:fs/promises').then(({ access }) => access(marker)));
  });

  it('decides about a section once, where it begins', async () => {
    await home.configure('Match host web-*\n HostName 10.0.0.1\n User still\nMatch host web-*\n Port 2\n');
    assert.deepEqual(pick(await settings('web-1')), ['still', '10.0.0.1', 22]);
  });

  it('makes a second pass for Match final, with the name found in the first', async () => {
    await home.configure(
      'Match final host 10.*\n  Port 2222\nHost 10.0.0.1\n  User by-address\nHost web-1\n  HostName 10.0.0.1\n',
    );
    assert.deepEqual(pick(await settings('web-1')), ['by-address', '10.0.0.1', 2222]);
    await home.configure('Match final\n  HostName too-late\n');
    assert.equal((await settings('web-1')).hostName, 'web-1');
  });

  it('collects IdentityFile from all matching places and expands paths', async () => {
    await home.configure(
      [
        'Host web-1',
        '  HostName 10.0.0.1',
        '  User deploy',
        '  Port 2222',
        '  IdentityFile ~/.ssh/%r@%h:%p-%n',
        '  IdentityFile ${KEYS}/%d%%%i-%u-%l-%L-%k',
        '  IdentityFile ${UNSET}/key',
        'Host *',
        '  IdentityFile relative',
        '  IdentityFile ~/.ssh/%r@%h:%p-%n',
        '  IdentitiesOnly yes',
      ].join('\n'),
    );
    const { identityFiles, identitiesOnly } = await settings('web-1');
    assert.deepEqual(identityFiles, [
      ...inSsh('deploy@10.0.0.1:2222-web-1'),
      `/keys/100%/${home.environment.home}%1000-me-laptop.example.org-laptop-web-1`,
      ...inSsh('relative'),
    ]);
    assert.equal(identitiesOnly, true);
  });

  it('knows %C and %j, and refuses unknown tokens', async () => {
    await home.configure('Host a\n ProxyJump j\n UserKnownHostsFile ~/%C-%j\nHost b\n IdentityFile %z\n');
    const hash = createHash('sha1').update('laptop.example.orga22mej').digest('hex');
    assert.deepEqual((await settings('a')).userKnownHostsFiles, [join(home.environment.home, `${hash}-j`)]);
    await assert.rejects(settings('b'), refuses('token'));
  });

  it('reads known_hosts settings', async () => {
    await home.configure(
      [
        'Host strict',
        '  StrictHostKeyChecking yes',
        'Host new',
        '  StrictHostKeyChecking accept-new',
        'Host off',
        '  StrictHostKeyChecking no',
        'Host *',
        '  UserKnownHostsFile /a "~/b c"',
        '  GlobalKnownHostsFile none',
        '  HostKeyAlias alias',
        '  HashKnownHosts yes',
      ].join('\n'),
    );
    const found = await settings('strict');
    assert.deepEqual(found.userKnownHostsFiles, ['/a', join(home.environment.home, 'b c')]);
    assert.deepEqual(found.globalKnownHostsFiles, []);
    assert.deepEqual([found.hostKeyAlias, found.hashKnownHosts], ['alias', true]);
    const policies = ['strict', 'new', 'off', 'x'].map(async (host) => (await settings(host)).unknownHostKey);
    assert.deepEqual(await Promise.all(policies), ['refuse', 'accept', 'accept', 'ask']);
  });

  it('finds the agent', async () => {
    await home.configure(
      'Host none\n IdentityAgent none\nHost var\n IdentityAgent $KEYS\nHost path\n IdentityAgent ~/agent.sock\n',
    );
    const agents = ['none', 'var', 'path', 'x'].map(async (host) => (await settings(host)).agent);
    const expected = [undefined, '/keys/100%', join(home.environment.home, 'agent.sock'), '/run/agent'];
    assert.deepEqual(await Promise.all(agents), expected);
    const windows = { ...home.environment, platform: 'win32' as const, variables: {} };
    assert.equal(
      (await resolveSettings({ host: 'x' }, windows)).agent,
      String.raw`\\.\pipe\openssh-ssh-agent`,
    );
  });

  it('reads how to authenticate, times and keep-alive', async () => {
    await home.configure(
      [
        'PreferredAuthentications password,gssapi-with-mic,publickey',
        'NumberOfPasswordPrompts 1',
        'BatchMode yes',
        'ConnectTimeout 7',
        'ServerAliveInterval 1m30s',
        'ServerAliveCountMax 5',
        'AddressFamily inet6',
        'HostKeyAlgorithms +ssh-rsa',
      ].join('\n'),
    );
    const {
      methods,
      secretAttempts,
      batch,
      connectTimeoutMs,
      keepAliveIntervalMs,
      keepAliveCount,
      family,
      algorithms,
    } = await settings('x');
    assert.deepEqual(methods, ['password', 'publickey']);
    assert.deepEqual([secretAttempts, batch, connectTimeoutMs], [1, true, 7000]);
    assert.deepEqual([keepAliveIntervalMs, keepAliveCount, family], [90_000, 5, 6]);
    assert.deepEqual(algorithms, { serverHostKey: '+ssh-rsa' });
  });

  it('switches methods off', async () => {
    await home.configure('PubkeyAuthentication no\nChallengeResponseAuthentication no\n');
    assert.deepEqual((await settings('x')).methods, ['password']);
  });

  it('refuses what it can not honour safely, by name', async () => {
    await home.configure(
      'Host a\n RevokedHostKeys /etc/revoked\nHost b\n Port many\nHost c\n ConnectTimeout soon\n',
    );
    await assert.rejects(settings('a'), refuses('unsupported'));
    await assert.rejects(settings('b'), refuses('value'));
    await assert.rejects(settings('c'), refuses('value'));
  });

  it('names the file that makes no sense or can not be read', async () => {
    await home.configure('Host a\n IdentityFile "unfinished\n');
    await assert.rejects(settings('a'), (error: unknown) => {
      assert.ok(error instanceof TransportError);
      assert.equal(error.details.file, home.environment.configFiles[0]);
      return refuses('sshConfig')(error);
    });
    const folder = { ...home.environment, configFiles: [home.folder] };
    await assert.rejects(resolveSettings({ host: 'a' }, folder), refuses('unreadable'));
  });
});

const pick = ({ user, hostName, port }: SshSettings): unknown[] => [user, hostName, port];
