import assert from 'node:assert/strict';
import type { Inspection, Plan } from '../../src/contracts/deploy';
import { DeployError } from '../../src/contracts/deployError';
import type { Receipt } from '../../src/contracts/deployRecord';
import { ENVIRONMENTS, type EnvironmentName } from '../lab/dockerPlace/configuration';
import type { KillPoint } from '../lab/processTarget/killPoint';
import { assertLive, liveVersions, useDockerScene } from './support/dockerScene';

const EVERY = process.env.SWAPDECK_EVERY_KILL !== undefined;

/** Routers that close connections which clients keep open: a request may meet that, as with any server. */
const CLOSES_KEPT: readonly string[] = ['template', 'proxy'];

interface KillCase extends KillPoint {
  readonly choice: 'resume' | 'undo';
}

/**
 * A few kills that differ in what they leave, each step being the place of one: before its end is told (all of it was
 * done, and nobody knows), after its beginning, after its end. SWAPDECK_EVERY_KILL=1: every record of the plan, before
 * and after it, with both choices.
 */
function killCases(plan: Plan, offset: number): KillCase[] {
  const records = 2 + 2 * plan.steps.length;
  const all: KillCase[] = [];
  for (let record = 1; record <= records; record++)
    for (const when of ['before', 'after'] as const)
      for (const choice of ['resume', 'undo'] as const) all.push({ record, when, choice });
  if (EVERY) return all;
  return plan.steps
    .map((_step, index): KillCase => {
      const turn = index + offset;
      return {
        record: 2 * index + (turn % 3 === 1 ? 2 : 3),
        when: turn % 3 === 0 ? 'before' : 'after',
        choice: turn % 2 === 0 ? 'undo' : 'resume',
      };
    })
    .filter((_each, index) => index % 2 === offset % 2);
}

describe('killed deployments of containers', function () {
  this.timeout(EVERY ? 3_600_000 : 300_000);
  const use = useDockerScene();

  for (const [offset, [name, { router, strategy }]] of Object.entries(ENVIRONMENTS).entries())
    it(`with ${strategy} and ${router} go on to success or back to how it was, and nobody loses a request`, async () => {
      const environment = name as EnvironmentName;
      await use.scene.deploy(environment);
      await use.scene.usersCome(environment);
      const application = use.scene.place.application(environment);
      const cases = killCases(await application.plan(await use.scene.release()), offset);
      for (const { choice, ...kill } of cases) {
        const plan = await application.plan(await use.scene.release());
        // Another plan may be shorter by what it has to remove.
        if (kill.record > 2 + 2 * plan.steps.length) continue;
        const step = plan.steps[Math.ceil((kill.record - 1) / 2) - 1]?.id ?? '';
        const at = `${choice} after a kill ${kill.when} record ${kill.record} ${step}`;
        const before = plan.inspection;
        const { signal, stderr } = await use.scene.run({ what: 'deploy', environment, plan, kill });
        assert.deepEqual({ signal, stderr }, { signal: 'SIGKILL', stderr: '' }, at);
        await settle(environment, plan, choice, before, at);
      }
      const { lost, lostFresh, losses, sent, releases } = await use.scene.usersGo();
      assert.ok(releases.length >= 2, `only ${releases.length} releases answered`);
      // Users of a lone host wait while it is stopped and started again.
      if (strategy === 'recreate') return;
      const counted = CLOSES_KEPT.includes(router) ? lostFresh : lost;
      assert.equal(counted, 0, `of ${sent}: ${JSON.stringify(losses)}`);
    });

  /** After a kill: what the person chose comes true, and is told. */
  async function settle(
    environment: EnvironmentName,
    plan: Plan,
    choice: 'resume' | 'undo',
    before: Inspection,
    at: string,
  ): Promise<void> {
    const again = use.scene.place.application(environment);
    const open = await again.interrupted();
    if (!open) {
      // Killed before anything was done, or after all was.
      const now = await again.inspect();
      if (liveVersions(now).every((version) => version === plan.release.version))
        await assertLive(again, plan.release.version, at);
      else assert.deepEqual(now, before, at);
      return;
    }
    assert.equal(open.plan.id, plan.id, at);
    const receipt = await (choice === 'undo' ? undoOrGoOn(environment) : again.resume());
    if (receipt.outcome === 'undone') {
      assert.equal(choice, 'undo', `${at}: ${JSON.stringify(receipt.failure)}`);
      assert.equal(receipt.exact, true, at);
      assert.deepEqual(await again.inspect(), before, at);
    } else {
      assert.equal(receipt.outcome, 'done', `${at}: ${JSON.stringify(receipt.failure)}`);
      await assertLive(again, plan.release.version, at);
    }
    const [told] = await again.history(1);
    assert.deepEqual(
      { plan: told?.plan, outcome: told?.outcome },
      { plan: plan.id, outcome: receipt.outcome },
      at,
    );
    assert.equal(await again.holder(), undefined, at);
  }

  async function undoOrGoOn(environment: EnvironmentName): Promise<Receipt> {
    const application = use.scene.place.application(environment);
    try {
      return await application.undo();
    } catch (error) {
      assert.ok(error instanceof DeployError && error.reason === 'committed', String(error));
      return application.resume();
    }
  }
});
