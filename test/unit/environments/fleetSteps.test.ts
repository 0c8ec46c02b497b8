import assert from 'node:assert/strict';
import type { RouterState, Step } from '../../../src/contracts/deploy';
import type { Call } from '../../../src/contracts/deployCall';
import { operationPlan } from '../../../src/deploy/operationPlan';
import {
  activateSteps,
  drainSteps,
  restartSteps,
  type RestartedNode,
} from '../../../src/environments/fleetSteps';
import type { Activation, JkMember } from '../../../src/routers/modJkAnswers';
import { ManagerCalls } from '../../../src/targets/tomcat/manager';

const options = { host: 'lb-1', url: 'http://127.0.0.1/jk-status', worker: 'lb' };
const member = (name: string, activation: Activation): JkMember => ({
  ...{ name, host: '10.0.0.1', port: '8009', route: name, weight: 1 },
  activation,
});
const route = (first: Activation = 'active', second: Activation = 'active') => ({
  options,
  state: {
    router: 'jk',
    backends: [],
    facts: { sticky: true, members: [member('worker1', first), member('worker2', second)] },
  } as unknown as RouterState,
  drainMs: 5000,
});
const node = (name: string): RestartedNode => {
  const contexts = [
    { path: '/shop', version: '1' },
    { path: '/shop', version: '2' },
  ];
  return {
    name,
    calls: new ManagerCalls({
      name,
      url: 'http://127.0.0.1:8080/manager',
      user: 'u',
      password: 'p',
      through: name,
    }),
    restart: { host: name, argv: ['systemctl', 'restart', 'tomcat10'] },
    contexts,
    running: new Set(contexts.slice(0, 1)),
    smoke: [],
  };
};
/** `update worker1 d`, `start worker1`, `stop /shop 2`: what is done, in order. */
const told = (calls: readonly Call[]): string[] =>
  calls.flatMap((call) => {
    if (call.via === 'command') return [`run ${call.argv.join(' ')}`];
    if (call.via !== 'http') return [call.via];
    const { pathname, searchParams } = new URL(call.url);
    const value = (name: string): string => searchParams.get(name) ?? '';
    if (value('cmd') === 'list') return call.until ? ['wait'] : [];
    if (value('cmd')) return [`${value('cmd')} ${value('sw')} ${value('vwa')}`.trim()];
    return [`${pathname.replace(/.*\//, '')} ${value('version')}`.trim()];
  });
const done = (steps: readonly Step[]): string[] => steps.flatMap((step) => told(step.do));

describe('nodes that start again', () => {
  const steps = restartSteps(route(), [node('worker1'), node('worker2')]);

  it('leave, finish, start and come back, one after another', () => {
    const turn = (name: string): string[] => [
      `update ${name} d`,
      `update ${name} s`,
      'wait',
      'vminfo',
      'run systemctl restart tomcat10',
      'vminfo',
      'list',
      'stop 2',
      `recover ${name}`,
      `update ${name} a`,
    ];
    assert.deepEqual(done(steps), [...turn('worker1'), ...turn('worker2')]);
  });

  it('lead back step by step: to who was out a moment before, and served', () => {
    assert.deepEqual(
      steps.slice(0, 5).map((step) => told(step.undo).join(', ')),
      ['update worker1 a', 'update worker1 d', '', 'list, stop 2', 'update worker1 s'],
    );
  });

  it('are believed when another process answers, with what ran before and without what was stopped', () => {
    const restart = steps.find(({ id }) => id === 'worker1/restart')!;
    const [, , again] = restart.do;
    assert.deepEqual(again?.expect?.at(-1), {
      path: 'value',
      is: 'differs',
      value: '${worker1.process}',
    });
    assert.deepEqual(restart.verify[0]?.expect?.slice(1), [
      { path: 'value.running', is: 'contains', value: '/shop##1' },
      { path: 'value.running', is: 'lacks', value: '/shop##2' },
    ]);
  });

  it('make a plan that keeps the rules of plans', () => {
    operationPlan({
      ...{ planId: 'p1', environment: 'live', subject: 'jk@fleet', intent: 'restart', steps },
      about: { version: 'worker1, worker2' },
      inspection: { targets: [] },
      journalHost: 'lb-1',
    });
  });

  it('stay out where they were out before', () => {
    assert.deepEqual(done(restartSteps(route('stopped'), [node('worker1')])), [
      'wait',
      'vminfo',
      'run systemctl restart tomcat10',
      'vminfo',
      'list',
      'stop 2',
    ]);
    assert.deepEqual(done(restartSteps(route('disabled'), [node('worker1')])).slice(-2), [
      'recover worker1',
      'update worker1 d',
    ]);
  });
});

describe('a node that is moved', () => {
  it('leaves whole, or lets those with a session stay', () => {
    assert.deepEqual(done(drainSteps(route(), 'worker2', false)), [
      'update worker2 d',
      'update worker2 s',
      'wait',
    ]);
    assert.deepEqual(done(drainSteps(route(), 'worker2', true)), ['update worker2 d']);
  });

  it('has nothing to do where it is there already', () => {
    assert.deepEqual(activateSteps(route(), 'worker1'), []);
    assert.deepEqual(drainSteps(route('disabled'), 'worker1', true), []);
    assert.deepEqual(drainSteps(route('stopped'), 'worker1', false), []);
    assert.deepEqual(done(activateSteps(route('stopped'), 'worker1')), [
      'recover worker1',
      'update worker1 a',
    ]);
  });
});
