import assert from 'node:assert/strict';
import type { Plan, Step } from '../../../src/contracts/deploy';
import type { Call } from '../../../src/contracts/deployCall';
import { DeployError } from '../../../src/contracts/deployError';
import { checkPlan } from '../../../src/deploy/check';
import { makePlan } from '../../../src/deploy/makePlan';
import { inputOf } from './paperTarget';

const base = makePlan('recreate', inputOf({ states: {}, version: 'x', router: false }));
const call = (...argv: string[]): Call => ({ via: 'command', host: 'web-1', argv });
const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  title: id,
  on: 'web-1',
  phase: 'start',
  do: [call('do')],
  verify: [],
  undo: [],
  again: 'repeat',
  ...more,
});
const planOf = (...steps: Step[]): Plan => ({ ...base, steps });

function refuses(problem: string, ...steps: Step[]): void {
  assert.throws(
    () => checkPlan(planOf(...steps)),
    (error: unknown) => {
      assert.ok(error instanceof DeployError);
      assert.deepEqual([error.reason, error.details.problem], ['invalidPlan', problem]);
      return true;
    },
  );
}

describe('checkPlan', () => {
  const binds = { ...call('x'), binds: { port: 'stdout' } };

  it('takes a plan whose bindings are made before they are used', () => {
    checkPlan(
      planOf(
        step('a', { do: [binds, call('${port}')], verify: [call('${port}', '${secret:db}', '$${PORT}')] }),
        step('b', { undo: [call('${port}')] }),
      ),
    );
  });

  it('refuses an undo that needs what its own step binds: a kill would lose that', () =>
    refuses('undoNeedsOwn', step('a', { do: [binds], undo: [call('${port}')] })));

  it('refuses a binding that nobody makes before', () => {
    refuses('unbound', step('a', { do: [call('${port}')] }), step('b', { do: [binds] }));
    refuses('unbound', step('a', { do: [call('${port}'), binds] }));
  });

  it('refuses two steps of one id, a step that does nothing, and a way back after none', () => {
    refuses('twice', step('a'), step('a'));
    refuses('empty', step('a', { do: [] }));
    refuses('notFinal', step('a', { final: true }), step('b'));
  });

  it('refuses a check that writes', () =>
    refuses(
      'writesToVerify',
      step('a', { verify: [{ via: 'writeFile', host: 'web-1', path: '/x', content: '' }] }),
    ));
});
