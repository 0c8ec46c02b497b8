import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import type { SwapdeckConfig } from '../../../src/config/model';
import {
  atVersion,
  branchAmong,
  branchContext,
  branchesIn,
  placedAt,
  type TargetBranches,
} from '../../../src/environments/branches';
import { lookUp } from '../../../src/environments/lookUp';
import type { WarApplication } from '../../../src/environments/tomcatApplication';

const yaml = `applications:
  shop: { war: shop.war, context: /shop }
  taken: { war: taken.war, context: /shop-taken }
  image: { image: shop }
hosts: { web: { ssh: web } }
tomcats: { one: { manager: "http://one/manager", user: a, password: "\${secret:p}" } }
routers: { jk: { kind: mod-jk, url: "http://one/jk", worker: lb } }
environments:
  staging:
    probe: { url: "http://one/shop" }
    applications:
      shop: { targets: [one], strategy: parallel, router: jk }
      image: { targets: [web], strategy: recreate }
`;

describe('a branch of a web application', () => {
  let config: SwapdeckConfig;
  let shop: WarApplication;

  before(async () => {
    config = (await parseConfig(yaml)).config!;
    shop = config.applications.shop as WarApplication;
  });

  it('is at a context of its own, and releases and images are where they were', () => {
    const contextOf = (version?: string): string | undefined =>
      atVersion('shop', shop, version, config).context;
    assert.equal(contextOf('1.2.1-myfeature.1+1'), '/shop-myfeature');
    for (const version of ['1.2.1', '1.2.1-rc.1', '3f2c1ab-dirty', undefined])
      assert.equal(contextOf(version), '/shop');
    const { image } = config.applications;
    assert.equal(atVersion('image', image as never, '1.2.1-myfeature.1', config), image);
    assert.equal(branchContext('/', 'myfeature'), '/myfeature');
  });

  it('is not put over another application', () => {
    assert.throws(() => atVersion('shop', shop, '1.0.0-taken.1', config), {
      reason: 'contextTaken',
      details: { name: 'shop', version: '1.0.0-taken.1', context: '/shop-taken', other: 'taken' },
    });
  });

  it('is beside router and probe, which are for the release', () => {
    const placed = lookUp(config, { environment: 'staging', application: 'shop' });
    assert.ok(placed.router && placed.environment.probe);
    const branch = placedAt('shop', placed, '1.2.1-myfeature.1', config);
    assert.deepEqual([branch.router, branch.environment.probe], [undefined, undefined]);
    assert.equal(placedAt('shop', placed, '1.2.1', config), placed);
  });

  const digest = '3f2c1ab90d12e4f7-c0ffee1234567890';
  const context = (path: string, version: string, sessions = 0, running = true) => ({
    ...{ path, version, running, sessions },
    docBase: '',
  });

  it('is found among what a server has by its own context and version, and by nothing else', () => {
    const contexts = [
      context('/shop', `261121183000-1.2.1-${digest}`),
      context('/shop-myfeature', `261121183001-1.2.1-myfeature.1+1-${digest}`, 3),
      // Of another application, or put there by someone else.
      context('/other-myfeature', `261121183001-1.2.1-myfeature.1+1-${digest}`),
      context('/shop-myfeature', ''),
      context('/shop-b', `261121183001-1.2.1-myfeature.1+1-${digest}`),
    ];
    assert.deepEqual(branchesIn('shop', shop, { contexts }), [
      {
        branch: 'myfeature',
        context: '/shop-myfeature',
        version: '1.2.1-myfeature.1+1',
        running: true,
        sessions: 3,
        since: Date.UTC(2026, 10, 21, 18, 30, 1),
      },
    ]);
  });

  it('is removed from all servers or not at all, with its sessions counted', () => {
    const names = { environment: 'staging', application: 'shop' };
    const of = (
      branch: string,
      version: string,
      sessions: number,
      since: number,
    ): TargetBranches['versions'][number] => ({
      ...{ branch, version, sessions, since },
      ...{ context: `/shop-${branch}`, running: true },
    });
    const found = [
      { target: 'one', versions: [of('a', '1.0.0-a.1', 2, 1), of('b', '1.0.0-b.1', 5, 9)] },
      { target: 'two', versions: [of('a', '1.0.0-a.2', 0, 2)] },
    ];
    const { context: at, versions, notes } = branchAmong('a', found, names);
    assert.equal(at, '/shop-a');
    assert.equal(versions[0]?.version, '1.0.0-a.2');
    assert.deepEqual(notes, [
      { kind: 'branch', subject: 'a, /shop-a' },
      { kind: 'endsSessions', subject: '2 on one' },
    ]);
    assert.throws(() => branchAmong('c', found, names), { reason: 'noBranch' });
    const down = new Error('down');
    assert.throws(
      () => branchAmong('a', [...found, { target: 'three', versions: [], error: down }], names),
      down,
    );
  });
});
