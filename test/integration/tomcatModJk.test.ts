import assert from 'node:assert/strict';
import type { RouterState } from '../../src/contracts/deploy';
import type { Route, Router } from '../../src/contracts/deployTarget';
import { addressOf } from '../../src/targets/tomcat/inspect';
import { activate, idle, modJk, type ModJkOptions } from '../../src/routers/modJk';
import type { JkMember } from '../../src/routers/modJkAnswers';
import { RouterRunner } from '../lab/routersRunner';
import { Traffic } from '../lab/routersTraffic';
import { ModJk, modJkMissing } from '../lab/tomcat/modJk';
import { TomcatNode } from '../lab/tomcat/node';
import { Browser, QuotesFleet } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';
import { skip } from '../support/skip';

describe('Tomcats behind mod_jk', function () {
  this.timeout(90_000);
  const runner = new RouterRunner();
  const started: { dispose(): Promise<void> }[] = [];
  let nodes: { worker1: TomcatNode; worker2: TomcatNode };
  let apache: ModJk;
  let fleet: QuotesFleet;
  let options: ModJkOptions;
  let router: Router;
  let initial: RouterState;

  before(async function () {
    this.timeout(300_000);
    const missing = await modJkMissing();
    if (missing !== undefined) skip(this, missing);
    const [worker1, worker2] = await Promise.all([
      TomcatNode.start({ major: 10, route: 'worker1' }),
      TomcatNode.start({ major: 10, route: 'worker2' }),
    ]);
    nodes = { worker1, worker2 };
    apache = await ModJk.start(nodes);
    started.push(worker1, worker2, apache);
    fleet = new QuotesFleet(nodes);
    const targets = { worker1: addressOf(worker1.manager), worker2: addressOf(worker2.manager) };
    options = { host: 'lab', url: apache.statusUrl, worker: 'loadbalancer', targets };
    router = modJk('jk', options);
    const { receipt } = await fleet.deploy({
      version: '1.0.0',
      war: (await randomQuotes('1.0.0', 'jakarta')).file,
    });
    assert.equal(receipt.outcome, 'done');
  });
  after(async () => {
    await Promise.all(started.map((each) => each.dispose()));
  });
  const running: Traffic[] = [];
  /** Clients of the balancer, which end with the test. */
  const traffic = (keepAlive: boolean): Traffic => {
    const path = '/randomquotes/quote';
    running.push(new Traffic(apache.url, { clients: 8, keepAlive, pauseMs: 5, path }));
    return running.at(-1)!;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  beforeEach(async () => {
    initial = await runner.read(router);
  });

  const page = (): string => `${apache.url}/randomquotes/`;
  /** A user with a session on a node. */
  const userOn = async (node: string): Promise<Browser> => {
    for (;;) {
      const browser = new Browser();
      await browser.visit(page());
      if (browser.session?.endsWith(`.${node}`)) return browser;
    }
  };
  const route = (weight1: number, weight2: number): Route => ({
    backends: [
      { target: 'worker1', release: '1.0.0', address: options.targets!.worker1!, weight: weight1 },
      { target: 'worker2', release: '1.0.0', address: options.targets!.worker2!, weight: weight2 },
    ],
  });
  const memberOf = (state: RouterState, name: string): JkMember =>
    (state.facts as unknown as { members: JkMember[] }).members.find((each) => each.name === name)!;

  it('are read, each at the address of its target', () => {
    assert.deepEqual(
      initial.backends,
      ['worker1', 'worker2'].map((name) => ({ name, weight: 1, address: options.targets![name]! })),
    );
    assert.deepEqual(memberOf(initial, 'worker1'), {
      name: 'worker1',
      host: '127.0.0.1',
      port: String(nodes.worker1.ajpPort),
      route: 'worker1',
      activation: 'active',
      weight: 1,
    });
  });

  it('leave and come back without a lost request or session, to exactly what was before', async () => {
    const user = await userOn('worker1');
    const clients = traffic(true);
    const change = router.change(initial, route(0, 100), 'p1');
    await runner.perform(change.do);
    await runner.perform(change.verify);
    assert.deepEqual(
      (await runner.read(router)).backends.map(({ weight }) => weight),
      [0, 1],
    );
    for (let each = 0; each < 6; each++) {
      const fresh = new Browser();
      await fresh.visit(page());
      assert.match(fresh.session!, /\.worker2$/);
    }
    // Their sessions are where they were.
    const { visits } = await user.visit(page());
    assert.ok(visits > 1);
    await runner.perform(change.undo);
    await runner.perform(change.undo);
    assert.deepEqual(await runner.read(router), initial);
    const { lost, answered } = await clients.stop();
    assert.deepEqual(lost, {});
    assert.ok(answered['1.0.0']! > 20);
    await userOn('worker1');
  });

  it('take shares', async () => {
    const change = router.change(initial, route(75, 25), 'p1');
    await runner.perform(change.do);
    await runner.perform(change.verify);
    assert.deepEqual(
      (await runner.read(router)).backends.map(({ weight }) => weight),
      [3, 1],
    );
    await runner.perform(change.undo);
    assert.deepEqual(await runner.read(router), initial);
  });

  it('are waited for until they have no request', async () => {
    const user = await userOn('worker1');
    const slow = user.visit(`${apache.url}/randomquotes/slow?ms=1200`);
    const change = router.change(initial, route(0, 100), 'p1');
    await runner.perform(change.do);
    let ended = false;
    void slow.then(() => (ended = true));
    await runner.perform(router.drained!(change.after, options.targets!.worker1!, 20_000));
    assert.equal(ended, true);
    await runner.perform(change.undo);
  });

  it('can be stopped, for maintenance: users with a session go elsewhere too', async () => {
    const user = await userOn('worker1');
    const stop = activate(options, initial, 'worker1', 'stopped');
    await runner.perform([...stop.do, ...stop.verify, ...idle(options, 'worker1', 10_000, 'fail')]);
    await user.visit(page());
    assert.match(user.session!, /\.worker2$/);
    await runner.perform(stop.undo);
    assert.deepEqual(await runner.read(router), initial);
  });

  it('that it does not have are refused', async () => {
    const strange: Route = {
      backends: [{ target: 'worker3', release: '1', address: { host: '10.0.0.1', port: '1' }, weight: 1 }],
    };
    assert.throws(() => router.change(initial, strange, 'p1'), { reason: 'noPlace' });
    await assert.rejects(runner.read(modJk('jk', { ...options, worker: 'other' })), { reason: 'noBackend' });
    const elsewhere = modJk('jk', { ...options, url: `${apache.url}/randomquotes/health` });
    await assert.rejects(runner.read(elsewhere), { reason: 'unreadable' });
  });

  it('that are not what they were told to be are seen', async () => {
    const change = router.change(initial, route(0, 100), 'p1');
    await runner.perform(change.do);
    // It forgets all of it.
    await apache.restart();
    await assert.rejects(runner.perform(change.verify), { reason: 'unmet' });
  });

  it('get a release and give it back while requests flow, and none is lost', async () => {
    const clients = [traffic(true), traffic(false)];
    const user = await userOn('worker2');
    const [, second] = await Promise.all([
      user.visit(page()),
      fleet.deploy({ version: '1.1.0', war: (await randomQuotes('1.1.0', 'jakarta')).file }),
    ]);
    assert.equal(second.receipt.outcome, 'done', JSON.stringify(second.receipt.failure));
    assert.equal((await user.visit(page())).release, '1.0.0');
    const started = performance.now();
    const back = await fleet.deploy({ version: '1.0.0', intent: 'rollback' });
    const tookMs = performance.now() - started;
    assert.equal(back.receipt.outcome, 'done', JSON.stringify(back.receipt.failure));
    const { visits, release } = await user.visit(page());
    assert.deepEqual([release, visits], ['1.0.0', 4]);
    for (const each of clients) {
      const { lost, answered, sent } = await each.stop();
      assert.deepEqual(lost, {}, `${sent} sent, roll back in ${tookMs} ms`);
      assert.ok(answered['1.0.0']! > 0 && answered['1.1.0']! > 0, JSON.stringify(answered));
    }
  });
});
