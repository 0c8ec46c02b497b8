import assert from 'node:assert/strict';
import { TransportError } from '../../../../src/contracts/transportError';
import { hopKey, resolveRoute, type HostSpecs } from '../../../../src/transport/ssh/route';
import { Home } from './home';

describe('the way to a host', () => {
  let home: Home;
  beforeEach(async () => (home = await Home.create()));
  afterEach(() => home.remove());

  /** `name=user@host:port` of each hop. */
  const way = async (name: string, hosts: HostSpecs): Promise<string[]> =>
    (await resolveRoute(name, hosts, home.environment)).map(
      (hop) => `${hop.name}=${hop.settings.user}@${hop.settings.hostName}:${hop.settings.port}`,
    );
  const problem = (expected: string) => (error: unknown) =>
    error instanceof TransportError && error.reason === 'configuration' && error.details.problem === expected;

  it('is direct without a jump', async () => {
    const hosts = { 'web-1': { ssh: { user: 'deploy', host: '10.0.0.11', port: 2222 } } };
    assert.deepEqual(await way('web-1', hosts), ['web-1=deploy@10.0.0.11:2222']);
  });

  it('goes through another host of the configuration, and that through its own jump', async () => {
    const hosts: HostSpecs = {
      target: { ssh: { host: 't' }, jump: 'middle' },
      middle: { ssh: { host: 'm' }, jump: 'gate@outer:2200' },
    };
    assert.deepEqual(await way('target', hosts), [
      'gate@outer:2200=gate@outer:2200',
      'middle=me@m:22',
      'target=me@t:22',
    ]);
  });

  it('honours ProxyJump, with the first jump bringing its own', async () => {
    await home.configure(
      'Host t\n ProxyJump a,u@b:2\nHost a\n HostName 10.0.0.1\n ProxyJump gate\nHost b\n ProxyJump ignored\n',
    );
    assert.deepEqual(await way('target', { target: { ssh: { host: 't' } } }), [
      'gate=me@gate:22',
      'a=me@10.0.0.1:22',
      'u@b:2=u@b:2',
      'target=me@t:22',
    ]);
  });

  it('expands tokens of ProxyJump, and takes none for no jump', async () => {
    await home.configure('Host none\n ProxyJump none\nHost *.lan\n ProxyJump %r@gate.%h.net:%p\n');
    assert.deepEqual(await way('n', { n: { ssh: { host: 'none' } } }), ['n=me@none:22']);
    assert.deepEqual(await way('x', { x: { ssh: { host: 'x.lan' } } }), [
      'me@gate.x.lan.net=me@gate.x.lan.net:22',
      'x=me@x.lan:22',
    ]);
  });

  it('prefers the jump of the host over ProxyJump and ProxyCommand', async () => {
    await home.configure('Host t\n ProxyJump other\nHost p\n ProxyCommand nc %h %p\n');
    assert.deepEqual(await way('t', { t: { ssh: { host: 't' }, jump: 'gate' } }), [
      'gate=me@gate:22',
      't=me@t:22',
    ]);
    assert.deepEqual(await way('p', { p: { ssh: { host: 'p' }, jump: 'gate' } }), [
      'gate=me@gate:22',
      'p=me@p:22',
    ]);
    await assert.rejects(way('p', { p: { ssh: { host: 'p' } } }), problem('unsupported'));
  });

  it('refuses to go in circles', async () => {
    await home.configure('Host *\n ProxyJump gate\n');
    await assert.rejects(way('t', { t: { ssh: { host: 't' } } }), problem('jumpLoop'));
    const hosts: HostSpecs = { a: { ssh: { host: 'a' }, jump: 'b' }, b: { ssh: { host: 'b' }, jump: 'a' } };
    await home.configure('');
    await assert.rejects(way('a', hosts), problem('jumpLoop'));
    await home.configure('Host *.lan\n ProxyJump gate.%h\n');
    await assert.rejects(way('x', { x: { ssh: { host: 'x.lan' } } }), problem('jumpLoop'));
  });

  it('refuses a name nobody gave, also one every object has', async () => {
    await assert.rejects(way('missing', {}), problem('unknownHost'));
    await assert.rejects(way('constructor', {}), problem('unknownHost'));
  });

  it('lets the same server and account share, and keeps accounts and keys apart', async () => {
    await home.configure(
      'Host alias\n HostName 10.0.0.1\nHost keyed\n HostName 10.0.0.1\n IdentityFile /k\n',
    );
    const key = async (host: string, user?: string): Promise<string> => {
      const spec = { ssh: { host, ...(user !== undefined && { user }) } };
      return hopKey((await resolveRoute('x', { x: spec }, home.environment)).at(-1)!);
    };
    assert.equal(await key('alias'), await key('10.0.0.1'));
    assert.notEqual(await key('alias'), await key('alias', 'other'));
    assert.notEqual(await key('alias'), await key('keyed'));
  });
});
