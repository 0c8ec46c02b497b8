import assert from 'node:assert/strict';
import { systemClock } from '../../src/contracts/clock';
import { TomcatFleet, type NamedServer } from '../../src/targets/tomcat/fleet/fleet';
import type { TomcatNode as Row } from '../../src/targets/tomcat/fleet/nodes';
import type { TomcatServer } from '../../src/targets/tomcat/fleet/server';
import { waitUntilEmpty } from '../../src/targets/tomcat/fleet/whenEmpty';
import type { TomcatManager } from '../../src/targets/tomcat/model';
import { nextEvent } from '../../src/util/async';
import { TOMCAT_MAJORS, TOMCAT_VERSIONS, type TomcatMajor } from '../lab/tomcat/distribution';
import { TomcatNode } from '../lab/tomcat/node';
import { Browser, callsOf, managerOf, TomcatRunner } from '../lab/tomcat/scene';
import { namespaceOf, randomQuotes } from '../lab/tomcat/wars';

const OLD = '261121183000-1.0.0-aaaaaaaaaaaaaaaa-bbbbbbbb';
const NEW = '261121184500-1.1.0-cccccccccccccccc-bbbbbbbb';

describe('a fleet of Tomcats as a tree', function () {
  this.timeout(60_000);
  const runner = new TomcatRunner();
  const nodes = new Map<TomcatMajor, TomcatNode>();
  let fleet: TomcatFleet;

  before(async function () {
    this.timeout(300_000);
    await Promise.all(
      TOMCAT_MAJORS.map(async (major) => {
        const node = await TomcatNode.start({ major });
        nodes.set(major, node);
        for (const [version, release] of [
          [OLD, '1.0.0'],
          [NEW, '1.1.0'],
        ] as const) {
          const war = await randomQuotes(release, namespaceOf(major));
          await runner.ask(callsOf(node).deployUpload({ path: '/quotes', version }, war, 60_000));
        }
      }),
    );
  });
  after(() => Promise.all([...nodes.values()].map((node) => node.dispose())));
  beforeEach(() => {
    fleet = new TomcatFleet();
    fleet.update([...nodes].map(([major, node]) => named(`tomcat-${major}`, managerOf(node))));
  });
  afterEach(() => fleet.dispose());

  const named = (name: string, manager: TomcatManager): NamedServer => ({
    key: name,
    name,
    written: JSON.stringify(manager),
    manager: () => manager,
    runner: () => Promise.resolve(runner.runner),
    clock: systemClock,
  });
  const find = (name: string): TomcatServer =>
    fleet.servers.find(({ server }) => server.name === name)!.server;
  const text = (row: Row): string => {
    switch (row.kind) {
      case 'path':
        return row.context.path;
      case 'version':
        return row.version.deployed?.release.version ?? row.version.name;
      case 'fact':
        return row.what;
      case 'server':
      case 'problem':
      case 'details':
      case 'certificate':
        return row.kind;
    }
  };

  it('shows versions with release, time and sessions on every Tomcat there is', async () => {
    const browser = new Browser();
    const node = nodes.get(10)!;
    await runner.ask(callsOf(node).stop({ path: '/quotes', version: NEW }));
    await browser.visit(`${node.url}/quotes/`);
    await runner.ask(callsOf(node).start({ path: '/quotes', version: NEW }, 60_000));
    await fleet.askAll();
    for (const [major, { port }] of nodes) {
      const server = find(`tomcat-${major}`);
      assert.deepEqual(server.state, { kind: 'known' }, `${major} at ${port}`);
      assert.equal(server.contents?.info.server, `Apache Tomcat/${TOMCAT_VERSIONS[major]}`);
      const [root] = fleet.servers.filter((each) => each.server === server);
      const rows = fleet.children(root);
      assert.deepEqual(rows.map(text), ['/manager', '/quotes', 'details']);
      const [newest, old] = fleet.versionsOf(server, '/quotes').map(({ version }) => version);
      assert.deepEqual(
        [newest!, old!].map(({ deployed, deployedAt, isNewest, running, sessions }) => ({
          release: deployed?.release.version,
          at: new Date(deployedAt!).toISOString(),
          isNewest,
          running,
          sessions,
        })),
        [
          { release: '1.1.0', at: '2026-11-21T18:45:00.000Z', isNewest: true, running: true, sessions: 0 },
          {
            release: '1.0.0',
            at: '2026-11-21T18:30:00.000Z',
            isNewest: false,
            running: true,
            sessions: major === 10 ? 1 : 0,
          },
        ],
      );
      assert.equal(server.sessionsOf(old!)?.timeoutMinutes, major === 10 ? 30 : undefined);
      assert.deepEqual(fleet.children(rows.at(-1)).map(text), ['jvm', 'system', 'threads', 'memory']);
      assert.match(server.details!.vm!.version, /^\d+/);
    }
  });

  it('waits for no server, and marks those that hang, refuse, or are something else', async () => {
    const [eleven, ten, nine] = [nodes.get(11)!, nodes.get(10)!, nodes.get(9)!];
    fleet.update([
      named('hanging', managerOf(nine)),
      named('fine', managerOf(ten)),
      named('locked', { ...managerOf(eleven), password: 'wrong' }),
      named('elsewhere', { ...managerOf(eleven), url: `${eleven.url}/quotes` }),
      named('down', { ...managerOf(eleven), url: 'http://127.0.0.1:1/manager' }),
    ]);
    // However busy this machine is: the others are through, and that one is said to be late.
    const late = nextEvent(fleet.onDidChange, () => {
      const { state } = find('hanging');
      const others = fleet.servers.filter(({ server }) => server.name !== 'hanging');
      const isThrough = others.every(({ server }) => ['known', 'failed'].includes(server.state.kind));
      return isThrough && state.kind === 'asking' && state.isLate;
    });
    nine.freeze();
    try {
      const all = fleet.askAll();
      await late;
      assert.equal(find('fine').state.kind, 'known');
      const reasons = ['locked', 'elsewhere', 'down'].map((name) => {
        const { state } = find(name);
        assert.equal(state.kind, 'failed', name);
        return (state as { error: { reason: string } }).error.reason;
      });
      assert.deepEqual(reasons, ['unauthorized', 'noManager', 'refused']);
      find('hanging').cancel();
      await all;
      assert.equal(find('hanging').state.kind, 'idle');
    } finally {
      nine.thaw();
    }
  });

  it('keeps what it knows of a server while it is asked again, and forgets one that changed', async () => {
    const [first] = fleet.servers;
    await first!.server.ask();
    const [path] = fleet.children(first).filter((row) => row.kind === 'path');
    const again = first!.server.ask();
    assert.equal(first!.server.state.kind, 'asking');
    assert.ok(fleet.children(first).length > 1);
    await again;
    assert.equal(
      fleet.children(first).find((row) => row.kind === 'path'),
      path,
      'rows stay the same objects',
    );
    fleet.update([named(first!.server.name, { ...managerOf(nodes.get(9)!), user: 'another' })]);
    assert.notEqual(fleet.servers[0], first);
    assert.equal(first!.server.state.kind, 'known', 'disposed of as it was');
  });

  it('waits until a version is empty, to a deadline', async () => {
    const node = nodes.get(11)!;
    const id = { path: '/quotes', version: NEW };
    await new Browser().visit(`${node.url}/quotes/`);
    const server = find('tomcat-11');
    const told: number[] = [];
    const waiting = { clock: systemClock, intervalMs: 50, onSessions: (count: number) => told.push(count) };
    const { signal } = new AbortController();
    assert.equal(await waitUntilEmpty(server, id, { ...waiting, deadlineMs: 200 }, signal), 1);
    const abort = new AbortController();
    const given = waitUntilEmpty(server, id, { ...waiting, deadlineMs: 60_000 }, abort.signal);
    abort.abort();
    await assert.rejects(given, { reason: 'aborted' });
    const empty = waitUntilEmpty(server, id, { ...waiting, deadlineMs: 60_000 }, signal);
    await runner.ask(callsOf(node).expire(id, 0));
    assert.equal(await empty, 0);
    assert.equal(told.at(-1), 0);
  });
});
