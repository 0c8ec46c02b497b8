import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RouterAbilities } from '../../../src/contracts/deployTarget';
import type { Plan, StrategyName } from '../../../src/contracts/deploy';
import { DeployError } from '../../../src/contracts/deployError';
import { planDigest } from '../../../src/deploy/digest';
import { makePlan } from '../../../src/deploy/makePlan';
import { renderPlan } from '../../../src/deploy/render';
import { inputOf, instance, release, type Scene } from './paperTarget';

const one = { 'web-1': { live: instance('web-1', 'old', '8080') } };
const two = { ...one, 'web-2': { live: instance('web-2', 'old', '8080') } };
const shares = { shares: [5, 25, 100], holdMs: 60_000, limits: { errorsPercent: 1, p99Ratio: 1.5 } };

/** A plan a file: `golden/NAME.plan`, as the preview shows it. `UPDATE_GOLDEN=1` writes them anew. */
const golden: Readonly<Record<string, [StrategyName, Scene]>> = {
  'blue-green-one': ['blue-green', { states: one, version: 'new' }],
  'blue-green-first': ['blue-green', { states: { 'web-1': {} }, version: 'new' }],
  'blue-green-leftovers': [
    'blue-green',
    {
      states: {
        'web-1': {
          live: instance('web-1', 'old', '8080'),
          older: [
            instance('web-1', 'older', '8081', 'stopped'),
            instance('web-1', 'oldest', '8082', 'stopped'),
          ],
          pending: [instance('web-1', 'failed', '8083', 'stopped')],
        },
      },
      version: 'new',
      probe: false,
    },
  ],
  'blue-green-standby': ['blue-green', { states: one, version: 'new', options: { standby: 1 } }],
  'rollback-standby': [
    'blue-green',
    {
      states: {
        'web-1': { live: instance('web-1', 'new', '8081'), older: [instance('web-1', 'old', '8080')] },
      },
      version: 'old',
      intent: 'rollback',
      options: { standby: 1 },
    },
  ],
  'rollback-stopped': [
    'rolling',
    {
      states: {
        'web-1': {
          live: instance('web-1', 'new', '8081'),
          older: [instance('web-1', 'old', '8080', 'stopped')],
        },
      },
      version: 'old',
      intent: 'rollback',
    },
  ],
  'rolling-two': ['rolling', { states: two, version: 'new' }],
  'rolling-one': ['rolling', { states: one, version: 'new' }],
  'rolling-first': ['rolling', { states: { 'web-1': {}, 'web-2': {} }, version: 'new' }],
  'rolling-half': [
    'rolling',
    { states: { ...two, 'web-1': { live: instance('web-1', 'new', '8081') } }, version: 'new' },
  ],
  'canary-two': ['canary', { states: two, version: 'new', options: shares }],
  'canary-first': ['canary', { states: { 'web-1': {} }, version: 'new', options: shares }],
  'recreate-one': ['recreate', { states: one, version: 'new', router: false, probe: false }],
  'recreate-two': ['recreate', { states: two, version: 'new' }],
  'switch-standby': [
    'blue-green',
    {
      states: {
        'web-1': { live: instance('web-1', 'new', '8081'), older: [instance('web-1', 'old', '8080')] },
      },
      version: 'old',
      intent: 'switch',
    },
  ],
  'live-already': ['rolling', { states: two, version: 'old' }],
};

const planOf = (strategy: StrategyName, scene: Scene): Plan => makePlan(strategy, inputOf(scene));

function refuses(strategy: StrategyName, scene: Scene, reason: string, problem?: string): void {
  assert.throws(
    () => planOf(strategy, scene),
    (error: unknown) => {
      assert.ok(error instanceof DeployError);
      assert.deepEqual([error.reason, error.details.problem], [reason, problem]);
      return true;
    },
  );
}

describe('strategies', () => {
  for (const [name, [strategy, scene]] of Object.entries(golden))
    it(`makes the plan ${name}`, () => {
      const file = join(__dirname, 'golden', `${name}.plan`);
      const text = renderPlan(planOf(strategy, scene));
      if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
      assert.equal(text, readFileSync(file, 'utf8'));
    });

  it('makes equal plans of equal inputs, plain JSON throughout', () => {
    for (const [strategy, scene] of Object.values(golden)) {
      const plan = planOf(strategy, scene);
      assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
      assert.equal(planDigest(JSON.parse(JSON.stringify(plan)) as Plan), planDigest(planOf(strategy, scene)));
    }
  });

  it('gives another digest for any change of one argument', () => {
    const plan = planOf('blue-green', { states: one, version: 'new' });
    const text = JSON.stringify(plan);
    const changed = JSON.parse(text.replace('"wait-idle"', '"wait-idle "')) as Plan;
    assert.notEqual(planDigest(changed), planDigest(plan));
  });

  it('has every change of the router undone to the state it was planned from', () => {
    const plan = planOf('canary', { states: two, version: 'new', options: shares });
    const routes = plan.steps.filter(({ phase }) => phase === 'route');
    routes.slice(1).forEach((step, index) => assert.deepEqual(step.undo[0], routes[index]!.do[0]));
  });

  it('takes no target out of the router that is the last one in it', () => {
    for (const states of [one, two]) {
      const plan = planOf('rolling', { states, version: 'new' });
      for (const { do: calls } of plan.steps.filter(({ phase }) => phase === 'route')) {
        const [route] = calls;
        assert.ok(route?.via === 'command');
        assert.ok(route.argv.some((word) => word.endsWith('*100')));
      }
    }
  });

  it('redeploys when only the configuration differs', () => {
    const input = inputOf({ states: one, version: 'old' });
    assert.equal(makePlan('blue-green', input).steps.length, 0);
    const plan = makePlan('blue-green', {
      ...input,
      release: { ...release('old'), artifact: 'sha256:rebuilt' },
    });
    assert.ok(plan.steps.length > 0);
  });

  it('does not call a release live that users are not sent to', () => {
    const input = inputOf({ states: one, version: 'old' });
    const elsewhere = [{ address: { host: 'web-9', port: '1' }, weight: 100 }];
    const router = { ...input.router!, state: { router: 'edge', backends: elsewhere } };
    assert.ok(makePlan('blue-green', { ...input, router }).steps.length > 0);
  });

  it('sends users back at once to the old release that they waited for, and only there', () => {
    const undone = (states: Scene['states']): string[] =>
      planOf('recreate', { states, version: 'new' })
        .steps.filter(({ phase }) => phase === 'retire')
        .flatMap(({ undo }) => undo.flatMap((each) => (each.via === 'command' ? [each.argv.join(' ')] : [])));
    assert.deepEqual(undone(one), ['start old', 'readmit web-1:8080']);
    assert.deepEqual(undone(two), ['start old', 'start old']);
  });

  it('waits for connections only where the router knows no requests', () => {
    const waits = (abilities: RouterAbilities): number =>
      planOf('blue-green', { states: one, version: 'new', abilities }).steps.find(
        ({ phase }) => phase === 'drain',
      )!.do.length;
    assert.equal(waits({ backends: 'many', weights: true }), 2);
    assert.equal(waits({ backends: 'many', weights: true, requests: true }), 1);
  });

  it('refuses what target or router can not do', () => {
    refuses('blue-green', { states: one, version: 'new', router: false }, 'unsupported', 'routerMissing');
    const plain = { backends: 'one', weights: false } as const;
    refuses(
      'canary',
      { states: one, version: 'new', abilities: plain, options: shares },
      'unsupported',
      'weights',
    );
    refuses('blue-green', { states: two, version: 'new', abilities: plain }, 'unsupported', 'oneBackend');
    refuses(
      'canary',
      { states: one, version: 'n', options: shares, probe: false },
      'unsupported',
      'probeMissing',
    );
    refuses('blue-green', { states: one, version: 'gone', intent: 'switch' }, 'releaseGone');
  });
});
