import assert from 'node:assert/strict';
import type { RouterState } from '../../src/contracts/deploy';
import type { Bindings } from '../../src/contracts/deployCall';
import type { RouteChange } from '../../src/contracts/deployTarget';
import type { Backend } from '../lab/routers';
import { routeTo, type RouterRunner } from '../lab/routersRunner';
import { admitted, releaseAt, routerKinds, scene, useRouterLab, type RouterScene } from '../lab/routersScene';
import { Traffic } from '../lab/routersTraffic';

for (const kind of routerKinds)
  describe(`switching ${kind}`, function () {
    this.timeout(60_000);
    const lab = useRouterLab();
    let one: Backend;
    let two: Backend;
    let at: RouterScene;
    let before: RouterState;
    let change: RouteChange;
    let runner: RouterRunner;
    /** What the step that started the new release would have bound. */
    let bindings: Bindings;

    beforeEach(async () => {
      one = await lab().backend('one');
      two = await lab().backend('two');
      at = await scene(lab(), kind, one, { spare: [two.port] });
      runner = at.runner;
      bindings = { 'lab.port': String(two.port) };
      before = await runner.read(at.router);
      change = at.router.change(
        before,
        routeTo({ release: 'two', port: '${lab.port}' }, { release: 'one', port: one.port, weight: 0 }),
        'p1',
      );
    });

    const doIt = async (): Promise<void> => {
      const bound = await runner.perform(change.do, bindings);
      await runner.perform(change.verify, bound);
    };
    /** While one slow request is answered the others come and go. */
    const flowing = async (): Promise<void> => {
      await (await fetch(`${at.real.url}/?ms=300`)).text();
    };
    const undoIt = (): Promise<Bindings> => runner.perform(change.undo, bindings);

    const drain = (deadlineMs: number): Promise<Bindings> => {
      const address = { host: '127.0.0.1', port: String(one.port) };
      return runner.perform(at.router.drained!(change.after, address, deadlineMs), bindings);
    };

    it('finds out where users go', () => {
      assert.deepEqual(admitted(before), [String(one.port)]);
    });

    it('loses no request, and the old release can be stopped when it has drained', async () => {
      const traffic = new Traffic(at.real.url, { clients: 24, keepAlive: false, pauseMs: 10 });
      const slow = new Traffic(at.real.url, { clients: 4, keepAlive: false, pauseMs: 5, path: '/?ms=400' });
      await flowing();
      await doIt();
      await drain(10_000);
      await one.stop();
      await flowing();
      const results = [await traffic.stop(), await slow.stop()];
      for (const { lost, answered } of results) {
        assert.deepEqual(lost, {});
        assert.ok(answered.one! > 0 && answered.two! > 0, JSON.stringify(answered));
      }
      assert.deepEqual(admitted(await runner.read(at.router)), [String(two.port)]);
    });

    it('leads where it says', async () => {
      await doIt();
      const found = await runner.read(at.router);
      const expected = change.after.backends.map(({ address, weight }) => ({
        host: address.host,
        port: address.port.replace('${lab.port}', String(two.port)),
        weight,
      }));
      const sorted = (list: readonly { host: string; port: string; weight: number }[]): unknown[] =>
        [...list].sort((a, b) => Number(a.port) - Number(b.port));
      assert.deepEqual(
        sorted(found.backends.map(({ address, weight }) => ({ ...address, weight }))),
        sorted(expected),
      );
    });

    it('may be performed again', async () => {
      await doIt();
      await doIt();
      assert.equal(await releaseAt(at.real.url), 'two');
    });

    it('is undone to exactly what was before, without a lost request', async () => {
      await doIt();
      const traffic = new Traffic(at.real.url, { clients: 16, keepAlive: false, pauseMs: 10 });
      await undoIt();
      await undoIt();
      const { lost } = await traffic.stop();
      assert.deepEqual(lost, {});
      assert.equal(await releaseAt(at.real.url), 'one');
      assert.deepEqual(await runner.read(at.router), before);
    });

    it('is undone after any part of it, or none', async () => {
      for (let calls = 0; calls < change.do.length; calls++) {
        await runner.perform(change.do.slice(0, calls), bindings);
        await undoIt();
        assert.equal(await releaseAt(at.real.url), 'one', `after ${calls} calls`);
        assert.deepEqual(await runner.read(at.router), before, `after ${calls} calls`);
      }
    });

    it('waits for a request that the old release has not finished', async () => {
      const begun = one.begun();
      const slow = fetch(`${at.real.url}/?hold`);
      await begun;
      await doIt();
      const drained = drain(20_000);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await one.letGo();
      await drained;
      assert.ok(runner.performed.at(-1)!.times > 1, 'it was asked more than once');
      await one.stop();
      const answer = await slow;
      assert.equal(answer.headers.get('x-release'), 'one');
      assert.equal(await answer.text(), 'one\n');
    });

    it('waits no longer than it may', async () => {
      const begun = one.begun();
      const slow = fetch(`${at.real.url}/?hold`);
      await begun;
      await doIt();
      await drain(300);
      assert.ok(runner.performed.at(-1)!.durationMs >= 300);
      await one.letGo();
      assert.equal(await (await slow).text(), 'one\n');
    });
  });

for (const kind of ['apache-balancer', 'haproxy', 'nginx'] as const)
  describe(`shares of ${kind}`, () => {
    const lab = useRouterLab();

    it('are as asked for, each step from where the one before led', async () => {
      const one = await lab().backend('one');
      const two = await lab().backend('two');
      const { real, router, runner } = await scene(lab(), kind, one, { spare: [two.port] });
      let state = await runner.read(router);
      for (const share of [20, 50, 100]) {
        const to = routeTo(
          ...(share < 100 ? [{ release: 'one', port: one.port, weight: 100 - share }] : []),
          { release: 'two', port: two.port, weight: share },
        );
        const change = router.change(state, to, 'p1');
        await runner.perform(change.verify, await runner.perform(change.do));
        state = change.after;
        const answers = await Promise.all(Array.from({ length: 200 }, () => releaseAt(real.url)));
        const got = answers.filter((release) => release === 'two').length / 2;
        assert.ok(Math.abs(got - share) <= 6, `${share} % asked for, ${got} % got`);
      }
      assert.deepEqual(admitted(await runner.read(router)), [String(two.port)]);
    });
  });
