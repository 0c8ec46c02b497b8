import assert from 'node:assert/strict';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Inspection, Plan, StrategyName } from '../../src/contracts/deploy';
import { DeployError } from '../../src/contracts/deployError';
import type { Receipt } from '../../src/contracts/deployRecord';
import { inspectionDigest, planDigest } from '../../src/deploy/digest';
import type { KillPoint } from '../lab/processTarget/killPoint';
import type { Wish } from '../lab/processTarget/place';
import { bundleDeployer, DeployScene } from './support/deployScene';

/** Hosts so that no strategy has to leave users without an answer. */
const strategies: readonly [StrategyName, readonly string[]][] = [
  ['blue-green', ['web-1']],
  ['canary', ['web-1']],
  ['rolling', ['web-1', 'web-2']],
  ['recreate', ['web-1', 'web-2']],
];
const options = { shares: [50], holdMs: 60, keep: 1 };

/** Environments in which kills happen at the same time. */
const LANES = 3;

interface KillCase extends KillPoint {
  readonly choice: 'resume' | 'undo';
}

/**
 * Kills after every record, and before each that tells the end of a step: all of it was done, and nobody knows. With
 * `thorough` also between this machine's copy and the journal host's. Going on and going back take turns, so that
 * each kind of point gets both; SWAPDECK_EVERY_KILL=1 tries every point with both. Goes on without an end.
 */
function* killCases(thorough: boolean): Generator<KillCase, never> {
  const every = process.env.SWAPDECK_EVERY_KILL !== undefined;
  for (let record = 1; ; record++) {
    const step = Math.floor(record / 2);
    const isEnd = record > 1 && record % 2 === 1;
    const points = (['before', 'between', 'after'] as const).filter(
      (when) => every || when === 'after' || (when === 'before' ? isEnd : thorough),
    );
    for (const [index, when] of points.entries())
      for (const choice of ['resume', 'undo'] as const)
        if (every || (choice === 'undo') === ((step + index) % 2 === 0)) yield { record, when, choice };
  }
}

/** What is live on each host, and where users are sent. */
function liveVersions({ targets }: Inspection): (string | undefined)[] {
  return targets.map(({ live }) => live?.release.version);
}

describe('deploy engine with real processes', function () {
  this.timeout(1_800_000);
  let deployer: Awaited<ReturnType<typeof bundleDeployer>>;
  let next = 1;
  const planId = (): string => `p${String(next++).padStart(4, '0')}`;

  before(async () => (deployer = await bundleDeployer()));
  after(() => deployer.remove());

  for (const [strategy, hosts] of strategies) {
    describe(strategy, () => {
      const planOf = (scene: DeployScene, version: string): Promise<Plan> =>
        scene.place.plan({ planId: planId(), strategy, version, options });

      it('is killed at every record, then goes on to success or back to how it was', async () => {
        const cases = killCases(strategy === 'blue-green');
        await inLanes(hosts, async (scene) => {
          for (;;) {
            const { record, when, choice } = cases.next().value;
            const before = await scene.place.inspect();
            const plan = await planOf(scene, `${choice}-${record}-${when}`);
            // The plan, the begin and the end of each step, and that it is finished.
            if (record > 2 + 2 * plan.steps.length) return;
            const { signal, stderr } = await scene.run({ what: 'deploy', plan, kill: { record, when } });
            const at = `${choice} after a kill ${when} record ${record}`;
            assert.deepEqual({ signal, stderr }, { signal: 'SIGKILL', stderr: '' }, at);
            await settle(scene, plan, choice, before, at);
          }
        });
      });

      it('is killed again and again, and still comes to its end either way', () =>
        inLanes(hosts, async (scene, lane) => {
          const choice = lane === 0 ? 'resume' : 'undo';
          if (lane > 1) return;
          const before = await scene.place.inspect();
          const plan = await planOf(scene, `again-${choice}`);
          // Far enough that there is something to go back from.
          await scene.run({ what: 'deploy', plan, kill: { record: plan.steps.length, when: 'after' } });
          for (let tries = 0; await scene.place.deployer().interrupted(); tries++) {
            assert.ok(tries < 60, 'it comes nearer to its end each time');
            await scene.run({ what: choice, kill: { record: 4, when: 'between' } });
          }
          const now = await scene.place.inspect();
          if (choice === 'undo') assert.deepEqual(now, before);
          else assert.deepEqual(new Set(liveVersions(now)), new Set([plan.release.version]));
        }));
    });
  }

  /** Several environments at once, each with users of its own, of whom none may lose a request. */
  async function inLanes(
    hosts: readonly string[],
    run: (scene: DeployScene, lane: number) => Promise<void>,
  ): Promise<void> {
    const lane = async (number: number): Promise<void> => {
      const scene = await DeployScene.make(hosts, deployer.file);
      try {
        await scene.deploy({ planId: planId(), strategy: 'blue-green', version: 'v0' });
        await scene.usersCome();
        await run(scene, number);
        const { lost, losses, sent } = await scene.usersGo();
        assert.equal(lost, 0, `of ${sent}: ${JSON.stringify(losses)}`);
      } finally {
        await scene.dispose();
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: LANES }, (_, number) => lane(number)));
    const failed = ended.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** After a kill: what the person chose comes true, and is told. */
  async function settle(
    scene: DeployScene,
    plan: Plan,
    choice: 'resume' | 'undo',
    before: Inspection,
    at: string,
  ): Promise<void> {
    const again = scene.place.deployer();
    const open = await again.interrupted();
    if (!open) {
      // Killed before anything was done, or after all was.
      const live = liveVersions(await scene.place.inspect());
      const isDone = live.every((version) => version === plan.release.version);
      if (!isDone) assert.deepEqual(await scene.place.inspect(), before, at);
      return;
    }
    assert.equal(open.plan.id, plan.id, at);
    const receipt = await (choice === 'undo' ? undoOrGoOn(scene) : again.resume());
    const now = await scene.place.inspect();
    if (receipt.outcome === 'undone') {
      assert.equal(choice, 'undo', `${at}: ${JSON.stringify(receipt.failure)}`);
      assert.equal(receipt.exact, true, at);
      assert.deepEqual(now, before, at);
    } else {
      assert.equal(receipt.outcome, 'done', `${at}: ${JSON.stringify(receipt.failure)}`);
      assert.deepEqual(new Set(liveVersions(now)), new Set([plan.release.version]), at);
      assert.deepEqual(
        now.targets.flatMap(({ pending }) => pending),
        [],
        at,
      );
    }
    const [told] = await again.history(1);
    assert.equal(told?.plan, plan.id, at);
    assert.equal(told.outcome, receipt.outcome, at);
    assert.equal(await again.holder(), undefined, at);
  }

  async function undoOrGoOn(scene: DeployScene): Promise<Receipt> {
    try {
      return await scene.place.deployer().undo();
    } catch (error) {
      assert.ok(error instanceof DeployError && error.reason === 'committed', String(error));
      return scene.place.deployer().resume();
    }
  }

  describe('what goes wrong', () => {
    let scene: DeployScene;
    beforeEach(async () => {
      scene = await DeployScene.make(['web-1'], deployer.file);
      await scene.deploy({ planId: planId(), strategy: 'blue-green', version: 'v0' });
      await scene.usersCome();
    });
    afterEach(() => scene.dispose());

    const attempt = async (wish: Partial<Wish>): Promise<Receipt> => {
      const plan = await scene.place.plan({
        planId: planId(),
        strategy: 'blue-green',
        version: 'bad',
        options,
        ...wish,
      });
      return scene.place.deployer().deploy(plan, planDigest(plan));
    };
    const isAsBefore = async (receipt: Receipt, before: Inspection): Promise<void> => {
      assert.equal(receipt.outcome, 'undone', JSON.stringify(receipt.failure));
      assert.equal(receipt.exact, true);
      assert.equal(inspectionDigest(await scene.place.inspect()), inspectionDigest(before));
      const { lost, losses } = await scene.usersGo();
      assert.equal(lost, 0, JSON.stringify(losses));
    };

    for (const mode of ['unhealthy', 'crash'] as const)
      it(`takes back a release that is ${mode}, and users notice nothing`, async () => {
        const before = await scene.place.inspect();
        const receipt = await attempt({ mode });
        assert.equal(receipt.failure?.reason, 'stepFailed');
        assert.equal(receipt.failure.details.step, mode === 'crash' ? 'web-1/start' : 'web-1/health');
        assert.equal(receipt.failure.details.because, 'deadline');
        await isAsBefore(receipt, before);
      });

    it('catches a router that reports success and serves the old release', async () => {
      const before = await scene.place.inspect();
      scene.proxy.stubborn = true;
      const receipt = await attempt({});
      assert.equal(receipt.failure?.details.step, 'proxy/route-1');
      await isAsBefore(receipt, before);
    });

    it('takes a canary back when its users get errors', async () => {
      const before = await scene.place.inspect();
      const receipt = await attempt({
        strategy: 'canary',
        mode: 'failing',
        options: { shares: [50], holdMs: 5000, limits: { errorsPercent: 5 } },
      });
      assert.equal(receipt.failure?.details.step, 'watch-50');
      assert.equal(receipt.failure.details.because, 'limit');
      assert.ok((receipt.probe?.lost ?? 0) > 0);
      assert.equal(receipt.exact, true);
      assert.deepEqual(await scene.place.inspect(), before);
    });

    it('takes a canary back when it is slower than the old release', async () => {
      const receipt = await attempt({
        strategy: 'canary',
        mode: 'slow',
        options: { shares: [50], holdMs: 5000, limits: { p99Ms: 60 } },
      });
      assert.equal(receipt.failure?.details.limit, 'p99Ms');
      assert.equal(receipt.outcome, 'undone');
    });

    it('refuses a plan when the world changed since its preview', async () => {
      const plan = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'late' });
      await scene.deploy({ planId: planId(), strategy: 'blue-green', version: 'meanwhile' });
      await assert.rejects(scene.place.deployer().deploy(plan, planDigest(plan)), (error: unknown) => {
        assert.ok(error instanceof DeployError);
        assert.equal(error.reason, 'worldChanged');
        assert.equal(error.details.places, 'web-1, proxy');
        return true;
      });
      assert.deepEqual(liveVersions(await scene.place.inspect()), ['meanwhile']);
    });

    it('refuses a plan that is not the approved one', async () => {
      const plan = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'x' });
      const other = { ...plan, steps: plan.steps.slice(1) };
      await assert.rejects(scene.place.deployer().deploy(other, planDigest(plan)), { reason: 'notApproved' });
    });

    it('lets one of two deployers at it, and tells the other who it is', async () => {
      const slow: Partial<Wish> = { strategy: 'canary', options: { shares: [50], holdMs: 1500 } };
      const first = attempt({ ...slow, version: 'first' });
      while (!(await scene.place.lock.look())) await new Promise((resolve) => setTimeout(resolve, 10));
      await assert.rejects(attempt({ version: 'second' }), (error: unknown) => {
        assert.ok(error instanceof DeployError && error.reason === 'locked', String(error));
        assert.equal(error.details.owner, 'someone@lab');
        assert.equal(error.details.reason, 'deploy adara first');
        return true;
      });
      assert.equal((await first).outcome, 'done');
    });

    it('stops by itself when its lock is taken away, and another can take it all back', async () => {
      const before = await scene.place.inspect();
      const first = attempt({ strategy: 'canary', options: { shares: [50], holdMs: 60_000 } });
      const { lock } = scene.place;
      let open = await scene.place.deployer().interrupted();
      while (open?.statuses.get('watch-50') !== 'begun') open = await scene.place.deployer().interrupted();
      const held = await lock.look();
      assert.ok(held);
      assert.equal(await lock.isAlive(held), true);
      assert.equal(await lock.break(held.token), true);
      const receipt = await first;
      assert.equal(receipt.outcome, 'interrupted');
      assert.equal(receipt.failure?.reason, 'leaseLost');
      await isAsBefore(await scene.place.deployer().undo(), before);
    });

    it('waits for nobody that is dead: a lock that is not renewed can be told', async () => {
      const short = await DeployScene.make(['web-1'], deployer.file, 3000);
      after(() => short.dispose());
      await short.deploy({ planId: planId(), strategy: 'blue-green', version: 'v0' });
      const plan = await short.place.plan({ planId: planId(), strategy: 'blue-green', version: 'dead' });
      await short.run({ what: 'deploy', plan, kill: { record: 2, when: 'after' } });
      const { lock } = short.place;
      const held = await lock.look();
      assert.equal(held?.owner?.reason, 'deploy adara dead');
      const elsewhere = short.place.deployer({
        actor: { name: 'other@elsewhere', machine: 'elsewhere', processId: 1 },
      });
      await assert.rejects(elsewhere.resume(), { reason: 'locked' });
      assert.equal(await lock.isAlive(held), false);
      await lock.break(held.token);
      assert.equal((await elsewhere.resume()).outcome, 'done');
    });

    it('refuses another release until what was interrupted is settled', async () => {
      const plan = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'half' });
      await scene.run({ what: 'deploy', plan, kill: { record: 4, when: 'after' } });
      await assert.rejects(attempt({ version: 'next' }), { reason: 'unfinished' });
      assert.equal((await scene.place.deployer().undo()).outcome, 'undone');
      assert.equal((await attempt({ version: 'next' })).outcome, 'done');
    });

    it('leaves what was interrupted as it is when told to; the next deployment clears it away', async () => {
      const plan = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'half' });
      await scene.run({ what: 'deploy', plan, kill: { record: 4, when: 'after' } });
      assert.equal((await scene.place.deployer().leave()).outcome, 'stayed');
      const next = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'next' });
      assert.deepEqual(next.notes, [{ kind: 'clearsPending', subject: `web-1: ${plan.id}` }]);
      const receipt = await scene.place.deployer().deploy(next, planDigest(next));
      assert.equal(receipt.outcome, 'done');
      assert.deepEqual((await scene.place.inspect()).targets[0]?.pending, []);
    });

    it('keeps the newest 50 journals on this machine, and what was interrupted besides', async () => {
      const mine = join(scene.place.description.root, 'mine');
      const half = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'half' });
      await scene.run({ what: 'deploy', plan: half, kill: { record: 4, when: 'after' } });
      assert.equal((await scene.place.deployer().leave()).outcome, 'stayed');
      const age = (name: string, hours: number): Promise<void> =>
        utimes(join(mine, name), new Date(), new Date(Date.now() - hours * 60 * 60_000));
      await age(`${half.id}.jsonl`, 2);
      for (let other = 0; other < 60; other++) {
        await writeFile(join(mine, `other${other}.jsonl`), '{"kind":"finish","outcome":"done"}\n');
        await age(`other${other}.jsonl`, 1);
      }
      const plan = await scene.place.plan({ planId: planId(), strategy: 'blue-green', version: 'next' });
      assert.equal((await scene.place.deployer().deploy(plan, planDigest(plan))).outcome, 'done');
      const kept = await readdir(mine);
      assert.equal(kept.length, 51);
      for (const { id } of [half, plan]) assert.ok(kept.includes(`${id}.jsonl`));
    });

    it('rolls back to a release that was kept, running or stopped, by a plan like any other', async () => {
      for (const standby of [0, 1]) {
        await scene.deploy({
          planId: planId(),
          strategy: 'blue-green',
          version: `next-${standby}`,
          options: { standby, keep: 1 },
        });
        const [target] = (await scene.place.inspect()).targets;
        const kept = standby === 1 ? 'running' : 'stopped';
        const old = target?.older.find(({ state }) => state === kept);
        assert.ok(old, `one is kept, ${kept}`);
        const receipt = await attempt({
          version: old.release.version,
          intent: 'rollback',
          options: { standby, keep: 1 },
        });
        assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
        assert.equal(receipt.probe?.lost, 0);
        assert.deepEqual(liveVersions(await scene.place.inspect()), [old.release.version]);
        const started = receipt.steps.some(({ step }) => step === 'web-1/start');
        assert.equal(started, standby === 0, 'a release that runs is not started');
      }
      const { lost, losses } = await scene.usersGo();
      assert.equal(lost, 0, JSON.stringify(losses));
    });
  });
});
