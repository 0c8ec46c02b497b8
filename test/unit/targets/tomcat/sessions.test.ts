import assert from 'node:assert/strict';
import { readSessionConfiguration, routeOfCookie } from '../../../../src/targets/tomcat/sessions';

const server = (engine: string, host = ''): string =>
  `<?xml version="1.0"?><Server port="-1"><Service name="Catalina"><Connector port="8080" />
   <Engine name="Catalina" defaultHost="localhost"${engine}><Host name="localhost">${host}</Host></Engine></Service></Server>`;
const context = (content: string): string => `<Context>${content}</Context>`;
const VALVE = '<Valve className="org.apache.catalina.valves.PersistentValve" />';
const BINDER = '<Valve className="org.apache.catalina.ha.session.JvmRouteBinderValve" />';
const manager = (store: string): string =>
  `<Manager className="org.apache.catalina.session.PersistentManager"><Store className="org.apache.catalina.session.${store}" /></Manager>`;

describe('the configuration of sessions', () => {
  const keeping = async (content: string, host = ''): Promise<string | undefined> =>
    (await readSessionConfiguration(server('', host), [context(content)]))?.keeping;

  it('tells sessions that others find from those that end with their node', async () => {
    assert.equal(await keeping(''), 'own');
    assert.equal(await keeping('<Manager pathname="" />'), 'own');
    assert.equal(await keeping(manager('FileStore') + VALVE), 'own');
    assert.equal(await keeping(manager('DataSourceStore')), 'idle');
    assert.equal(await keeping(manager('DataSourceStore') + VALVE), 'shared');
    assert.equal(await keeping(manager('JDBCStore'), VALVE), 'shared');
    assert.equal(
      await keeping('<Manager className="org.redisson.tomcat.RedissonSessionManager" />'),
      'shared',
    );
    assert.equal(
      await keeping('', '<Cluster className="org.apache.catalina.ha.tcp.SimpleTcpCluster" />'),
      'shared',
    );
    assert.equal(await keeping(`<!-- ${manager('DataSourceStore')} ${VALVE} -->`), 'own');
  });

  it('goes by what counts most: the context of a host, then the defaults', async () => {
    const host = `<Context path="/shop"><Manager className="org.apache.catalina.session.StandardManager" /></Context>`;
    assert.equal(await keeping(manager('DataSourceStore') + VALVE, host), 'own');
  });

  it('knows the route where it is written there', async () => {
    const route = async (engine: string): Promise<string | undefined> =>
      (await readSessionConfiguration(server(engine), []))?.route;
    assert.equal(await route(' jvmRoute="worker1"'), 'worker1');
    assert.equal(await route(' jvmRoute="${node.name}"'), undefined);
    assert.equal(await route(''), undefined);
  });

  it('knows whether sessions that moved name their new node', async () => {
    assert.equal((await readSessionConfiguration(server('', BINDER), []))?.routeBinder, true);
    assert.equal((await readSessionConfiguration(server(''), [context(VALVE)]))?.routeBinder, false);
  });

  it('knows when the server does not count its sessions', async () => {
    const uncounted = async (content: string): Promise<boolean | undefined> =>
      (await readSessionConfiguration(server(''), [context(content)]))?.uncounted;
    assert.equal(await uncounted(manager('DataSourceStore') + VALVE), true);
    assert.equal(await uncounted(manager('DataSourceStore')), false);
    assert.equal(await uncounted(''), false);
  });

  it('is not made up from something else', async () => {
    assert.equal(await readSessionConfiguration('not XML <', []), undefined);
    assert.equal(await readSessionConfiguration('<html />', []), undefined);
  });
});

describe('the cookie of a session', () => {
  it('ends with the route', () => {
    const cookie = (value: string): string => `JSESSIONID=${value}; Path=/shop; HttpOnly`;
    assert.equal(routeOfCookie(cookie('C8BC60EFECD310FFD9B0CF7681E9D8EF.worker1')), 'worker1');
    assert.equal(routeOfCookie(cookie('C8BC60EFECD310FFD9B0CF7681E9D8EF')), null);
    assert.equal(routeOfCookie('theme=dark; Path=/'), undefined);
    assert.equal(
      routeOfCookie(`theme=dark; Path=/,${cookie('C8BC60EFECD310FFD9B0CF7681E9D8EF.a.b')}`),
      'a.b',
    );
  });
});
