import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findAndRestartGracefully } from '../../src/routers/apacheRestart';
import { routerHints } from '../../src/routers/hints';
import { apacheBalancer } from '../../src/routers/apacheBalancer';
import { balancers } from '../../src/routers/balancerManager';
import { haproxy } from '../../src/routers/haproxy';
import type { Backend, LabRouter } from '../lab/routers';
import { routeTo, RouterRunner } from '../lab/routersRunner';
import { admitted, askAt, releaseAt, scene, useRouterLab, type RouterScene } from '../lab/routersScene';
import { Traffic } from '../lab/routersTraffic';

describe('what HAProxy keeps', function () {
  this.timeout(60_000);
  const lab = useRouterLab();
  const runner = new RouterRunner();
  let one: Backend;
  let two: Backend;
  beforeEach(async () => {
    one = await lab().backend('one');
    two = await lab().backend('two');
  });
  const routerOf = (
    { socket, url }: LabRouter & { socket: string },
    more: { backend?: string; stateFile?: string } = {},
  ) => haproxy('edge', { host: 'lab', socket, backend: 'web', ask: askAt(url), ...more });
  const toTwo = () =>
    routeTo({ release: 'two', port: two.port }, { release: 'one', port: one.port, weight: 0 });

  it('is kept over a reload in its state file, and what was undone is too', async () => {
    const real = await lab().haproxy([one.port, 1], true);
    const router = routerOf(real, { stateFile: join(real.folder, 'state') });
    const before = await runner.read(router);
    assert.deepEqual(routerHints('haproxy', before), []);
    const change = await runner.switch(router, toTwo());
    const switched = await runner.read(router);
    await real.reload();
    assert.equal(await releaseAt(real.url), 'two');
    assert.deepEqual(await runner.read(router), switched);
    await runner.perform(change.undo);
    await real.reload();
    assert.equal(await releaseAt(real.url), 'one');
    assert.deepEqual(await runner.read(router), before);
  });

  it('is lost with a reload without one, as the hint says', async () => {
    const real = await lab().haproxy([one.port, 1]);
    const router = routerOf(real);
    assert.deepEqual(routerHints('haproxy', await runner.read(router)), ['serversForgotten']);
    await runner.switch(router, toTwo());
    await real.reload();
    assert.equal(await releaseAt(real.url), 'one');
  });

  it('has one server: its address is changed while it serves, and the old requests end where they began', async () => {
    const real = await lab().haproxy([one.port]);
    const router = routerOf(real);
    const before = await runner.read(router);
    const traffic = new Traffic(real.url, { clients: 16, keepAlive: true, pauseMs: 10 });
    const begun = one.begun();
    const slow = fetch(`${real.url}/?ms=1000`);
    await begun;
    const change = await runner.switch(router, toTwo());
    await runner.perform(
      router.drained!(change.after, { host: '127.0.0.1', port: String(one.port) }, 10_000),
    );
    await one.stop();
    assert.equal((await slow).headers.get('x-release'), 'one');
    const { lost, raced, answered } = await traffic.stop();
    assert.deepEqual({ lost, raced }, { lost: {}, raced: 0 });
    assert.ok(answered.two! > 0);
    one = await lab().backend('one', one.port);
    await runner.perform(change.undo);
    assert.deepEqual(await runner.read(router), before);
    assert.equal(await releaseAt(real.url), 'one');
  });

  it('lacks a backend of that name', async () => {
    const real = await lab().haproxy([one.port]);
    await assert.rejects(runner.read(routerOf(real, { backend: 'nope' })), {
      reason: 'noBackend',
      details: { name: 'nope' },
    });
  });

  it('lacks a server that was there when the switch was planned: it refuses, and nobody is sent elsewhere', async () => {
    const real = await lab().haproxy([one.port, 1]);
    const router = routerOf(real);
    const change = router.change(await runner.read(router), toTwo(), 'p1');
    const file = join(real.folder, 'haproxy.cfg');
    await writeFile(file, (await readFile(file, 'utf8')).replace('server s2', 'server other'));
    await real.reload();
    await assert.rejects(runner.perform(change.do), {
      reason: 'refused',
      details: { answer: 'No such server.' },
    });
    assert.equal(await releaseAt(real.url), 'one');
  });

  it('has servers that only help out: they are left alone', async () => {
    const real = await lab().haproxy([one.port, 1]);
    const file = join(real.folder, 'haproxy.cfg');
    await writeFile(file, `${await readFile(file, 'utf8')}  server sorry 127.0.0.1:${one.port} backup\n`);
    await real.reload();
    const router = routerOf(real);
    assert.deepEqual(admitted(await runner.read(router)), [String(one.port)]);
    const { do: calls } = await runner.switch(router, toTwo());
    assert.ok(!JSON.stringify(calls).includes('sorry'));
  });
});

describe('Apache, when each of its workers has requests', function () {
  this.timeout(20_000);
  const lab = useRouterLab();

  /** Restarts it by `restart` while more requests wait for the old release than one worker can serve. */
  async function restarted(
    restart: (at: RouterScene, two: Backend) => Promise<unknown>,
    release: string,
  ): Promise<void> {
    const one = await lab().backend('one');
    const at = await scene(lab(), 'apache-template', one);
    const two = await lab().backend('two');
    const restarts = async (): Promise<number> =>
      (await at.real.errors()).match(/resuming normal operations/g)!.length;
    const before = await restarts();
    const count = 70;
    const begun = one.begun(count);
    const held = Array.from({ length: count }, () => fetch(`${at.real.url}/?hold`));
    await begun;
    await restart(at, two);
    assert.equal(await releaseAt(at.real.url), release);
    // What is told again is told beside everything else.
    while ((await restarts()) - before < 2) await releaseAt(at.real.url);
    await one.letGo();
    const answers = await Promise.all(held);
    assert.ok(answers.every(({ headers }) => headers.get('x-release') === 'one'));
  }

  it('is told again after a switch, and does not sleep for a second in which nobody is served', async () => {
    await restarted(async ({ router, runner }, two) => {
      const to = routeTo({ release: 'two', port: two.port });
      await runner.perform(router.change(await runner.read(router), to, 'p1').do);
    }, 'two');
  });

  it('is told again where no more is known of it than the command that controls it', async () => {
    await restarted(
      ({ runner, real }) => runner.perform([findAndRestartGracefully('lab', real.control)]),
      'one',
    );
  });
});

describe('what the balancer of Apache keeps', function () {
  this.timeout(60_000);
  const lab = useRouterLab();
  const runner = new RouterRunner();
  let one: Backend;
  let two: Backend;
  beforeEach(async () => {
    one = await lab().backend('one');
    two = await lab().backend('two');
  });
  const routerOf = ({ url }: LabRouter, balancer = 'adara') =>
    apacheBalancer('balancer', { host: 'lab', url: `${url}/balancer-manager`, balancer, ask: askAt(url) });
  const toTwo = () => routeTo({ release: 'two', port: two.port });

  it('is lost with a graceful restart, as the hint says', async () => {
    const real = await lab().apacheBalancer([one.port, two.port]);
    const router = routerOf(real);
    const before = await runner.read(router);
    assert.deepEqual(routerHints('apache-balancer', before), ['balancerForgets']);
    await runner.switch(router, toTwo());
    await real.reload();
    await settled(real, 'one');
  });

  it('is kept where it persists', async () => {
    const real = await lab().apacheBalancer([one.port, two.port], { persist: true });
    const router = routerOf(real);
    assert.deepEqual(routerHints('apache-balancer', await runner.read(router)), []);
    await runner.switch(router, toTwo());
    const switched = await runner.read(router);
    await real.reload();
    await settled(real, 'two');
    assert.deepEqual(await runner.read(router), switched);
  });

  /** Until a graceful restart is over: which release answers is all that can be seen of it. */
  const settled = async (real: LabRouter, release: string): Promise<void> => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => releaseAt(real.url)));
      if (answers.every((each) => each === release)) return;
      assert.ok(Date.now() < deadline, `answered by ${answers.join(', ')}`);
    }
  };

  it('changes its nonce with a restart: a switch planned before still works', async () => {
    const real = await lab().apacheBalancer([one.port, two.port]);
    const router = routerOf(real);
    const change = router.change(await runner.read(router), toTwo(), 'p1');
    await real.reload();
    await settled(real, 'one');
    await runner.perform(change.verify, await runner.perform(change.do));
    assert.equal(await releaseAt(real.url), 'two');
  });

  it('has no member with the address: refused, or failed before the old one is closed, and nothing is left', async () => {
    const real = await lab().apacheBalancer([one.port]);
    const router = routerOf(real);
    const before = await runner.read(router);
    assert.throws(() => router.change(before, toTwo(), 'p1'), {
      reason: 'noPlace',
      details: { name: 'adara', address: `127.0.0.1:${two.port}` },
    });
    // Which port it is may only come out while the plan is performed.
    const bindings = { 'lab.port': String(two.port) };
    const change = router.change(before, routeTo({ release: 'two', port: '${lab.port}' }), 'p1');
    await assert.rejects(
      runner.perform(change.do, bindings),
      ({ reason, details: { expected } }: { reason: string; details: { expected: string } }) => {
        assert.equal(reason, 'unmet');
        assert.equal(expected, `contains http://127.0.0.1:${two.port} ready 1.00 whatever it meets`);
        return true;
      },
    );
    assert.equal(await releaseAt(real.url), 'one');
    await runner.perform(change.undo, bindings);
    assert.deepEqual(await runner.read(router), before);
  });

  it('has a member that is open with nobody there: the first release may get its port, and keeps it', async () => {
    const members = [two.port, one.port];
    const real = await lab().apacheBalancer(members);
    const router = routerOf(real);
    const before = await runner.read(router);
    assert.deepEqual(admitted(before), [String(two.port)]);
    const bindings = { 'lab.port': String(two.port) };
    const change = router.change(before, routeTo({ release: 'two', port: '${lab.port}' }), 'p1');
    await runner.perform(change.verify, await runner.perform(change.do, bindings));
    assert.deepEqual(admitted(await runner.read(router)), [String(two.port)]);
    await runner.perform(change.undo, bindings);
    assert.deepEqual(await runner.read(router), before);
  });

  it('has a member with a weight of its own: it is back after an undo, whatever port came out', async () => {
    const real = await lab().apacheBalancer([one.port, two.port]);
    const site = join(real.folder, 'sites', 'balancer.conf');
    await writeFile(site, (await readFile(site, 'utf8')).replace('status=+D', 'status=+D loadfactor=7'));
    await real.reload();
    const router = routerOf(real);
    await settled(real, 'one');
    const before = await runner.read(router);
    const bindings = { 'lab.port': String(two.port) };
    const change = router.change(before, routeTo({ release: 'two', port: '${lab.port}' }), 'p1');
    await runner.perform(change.verify, await runner.perform(change.do, bindings));
    await runner.perform(change.undo, bindings);
    assert.deepEqual(await runner.read(router), before);
    assert.match(JSON.stringify(before), /"weight":7/);
  });

  describe('of errors', () => {
    const manager = ({ url }: LabRouter): string => `${url}/balancer-manager`;
    const page = async (real: LabRouter): Promise<string> =>
      (await fetch(`${manager(real)}?xml=1`, { headers: { Referer: manager(real) } })).text();
    const isInError = async (real: LabRouter, { port }: Backend): Promise<boolean> =>
      balancers({ body: await page(real) }).adara!.failed.includes(`http://127.0.0.1:${port}`);
    const close = async (real: LabRouter, { port }: Backend, closed: boolean): Promise<void> => {
      const { nonce } = balancers({ body: await page(real) }).adara!;
      const w = `http://127.0.0.1:${port}`;
      const body = new URLSearchParams({ b: 'adara', nonce, w, w_status_D: closed ? '1' : '0' });
      await fetch(manager(real), { method: 'POST', headers: { Referer: manager(real) }, body });
    };
    /** Requests met nobody at a closed member, at which a release is again. */
    const failAt = async (real: LabRouter, backend: Backend): Promise<Backend> => {
      await backend.stop();
      await close(real, backend, false);
      while (!(await isInError(real, backend))) await releaseAt(real.url);
      await close(real, backend, true);
      return lab().backend(backend.release, backend.port);
    };
    let traffic: Traffic | undefined;
    afterEach(async () => {
      await traffic?.stop();
      traffic = undefined;
    });

    for (const [how, asked] of [
      ['that asks as a user', true],
      ['that can only wait for users', false],
    ] as const)
      it(`is not in the way of a switch ${how}, nor of its undo, and nobody is lost`, async () => {
        const real = await lab().apacheBalancer([one.port, two.port]);
        const url = manager(real);
        const router = asked
          ? routerOf(real)
          : apacheBalancer('balancer', { host: 'lab', url, balancer: 'adara' });
        const before = await runner.read(router);
        two = await failAt(real, two);
        traffic = new Traffic(real.url, { clients: 8, keepAlive: false, pauseMs: 2 });
        const change = await runner.switch(router, toTwo());
        assert.equal(await isInError(real, two), false);
        assert.equal(await releaseAt(real.url), 'two');
        one = await failAt(real, one);
        await runner.perform(change.undo);
        assert.equal(await releaseAt(real.url), 'one');
        const { lost, answered } = await traffic.stop();
        assert.deepEqual(lost, {});
        assert.ok(answered.two! > 0);
        assert.deepEqual(await runner.read(router), before, 'no member is left ignoring errors');
      });

    it('is over at once when the only open member answers again', async () => {
      const real = await lab().apacheBalancer([one.port, two.port]);
      const router = routerOf(real);
      const before = await runner.read(router);
      await one.stop();
      while (!(await isInError(real, one))) await releaseAt(real.url);
      one = await lab().backend('one', one.port);
      assert.equal(await releaseAt(real.url), 'status 503');
      await runner.perform(router.readmit!(before, { host: '127.0.0.1', port: String(one.port) }));
      assert.equal(await releaseAt(real.url), 'one');
      assert.equal(await isInError(real, one), false);
      assert.deepEqual(await runner.read(router), before);
    });

    it('that no member is to have is left as it was configured', async () => {
      const real = await lab().apacheBalancer([one.port, two.port]);
      const site = join(real.folder, 'sites', 'balancer.conf');
      await writeFile(site, (await readFile(site, 'utf8')).replace('status=+D', 'status=+D+I'));
      await real.reload();
      await settled(real, 'one');
      const router = routerOf(real);
      const before = await runner.read(router);
      assert.match(JSON.stringify(before), /"ignoresErrors":true/);
      const change = await runner.switch(router, toTwo());
      assert.match(JSON.stringify(await runner.read(router)), /"ignoresErrors":true/);
      await runner.perform(change.undo);
      assert.deepEqual(await runner.read(router), before);
    });
  });

  it('lacks a balancer of that name, or answers with something else', async () => {
    const real = await lab().apacheBalancer([one.port]);
    await assert.rejects(runner.read(routerOf(real, 'nope')), {
      reason: 'noBackend',
      details: { name: 'nope' },
    });
    const elsewhere = apacheBalancer('balancer', {
      host: 'lab',
      url: `${real.url}/health`,
      balancer: 'adara',
    });
    await assert.rejects(runner.read(elsewhere), { reason: 'unreadable' });
  });
});
