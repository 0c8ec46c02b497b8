import assert from 'node:assert/strict';
import type { Step } from '../../../src/contracts/deploy';
import { operationPlan, type OperationInput } from '../../../src/deploy/operationPlan';
import { renderPlan } from '../../../src/deploy/render';

const step: Step = {
  id: 'lb-2/take',
  title: 'Take the address',
  on: 'lb-2',
  phase: 'route',
  do: [{ via: 'command', host: 'lb-2', argv: ['true'] }],
  verify: [],
  undo: [],
  again: 'repeat',
};

const input: OperationInput = {
  planId: 'p1',
  environment: 'production',
  subject: 'vip@address',
  intent: 'move',
  about: { version: 'lb-2' },
  before: { version: 'lb-1' },
  inspection: { targets: [{ target: 'lb-1', older: [], pending: [] }] },
  steps: [step],
  journalHost: 'lb-1',
};

describe('the plan of an operation', () => {
  it('says what is done with what, and from where to where', () => {
    const text = renderPlan(operationPlan(input));
    assert.match(text, /^# move vip@address lb-2 in production, plan p1\n/);
    assert.match(text, /live before +vip@address lb-1\n/);
    assert.doesNotMatch(text, /^(artifact|configuration|strategy) /m);
  });

  it('says so when there is nothing to do', () => {
    assert.deepEqual(operationPlan({ ...input, steps: [] }).notes, [{ kind: 'alreadyLive' }]);
  });

  it('is refused where it could not be taken back', () => {
    const undo = [{ via: 'command', host: 'lb-2', argv: ['stop', '${mine}'] }] as const;
    const broken = { ...step, do: [{ ...step.do[0]!, binds: { mine: 'stdout' } }], undo };
    assert.throws(() => operationPlan({ ...input, steps: [broken] }), { reason: 'invalidPlan' });
  });
});
