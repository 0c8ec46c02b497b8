import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/contracts/clock';
import type { Plan, Step } from '../../../src/contracts/deploy';
import type { Answer, Call } from '../../../src/contracts/deployCall';
import type { JournalRecord, Receipt } from '../../../src/contracts/deployRecord';
import { TransportError } from '../../../src/contracts/transportError';
import { planDigest } from '../../../src/deploy/digest';
import { execute, resume, type ExecuteOptions } from '../../../src/deploy/execute';
import { makePlan } from '../../../src/deploy/makePlan';
import { standingOf } from '../../../src/deploy/recover';
import { renderPlan } from '../../../src/deploy/render';
import { CallRunner } from '../../../src/deploy/runner';
import type { StrategyInput } from '../../../src/deploy/strategies/input';
import { AbortedError } from '../../../src/util/errors';
import { Deferred } from '../../../src/util/async';
import { inputOf, instance } from './paperTarget';

/** Targets that send users to their newest instance by themselves. */
function selfRouting(more: Partial<Parameters<typeof inputOf>[0]> = {}): StrategyInput {
  const input = inputOf({
    states: {
      'tomcat-1': { live: instance('tomcat-1', 'old', '8080') },
      'tomcat-2': { live: instance('tomcat-2', 'old', '8080') },
    },
    version: 'new',
    ...more,
  });
  for (const { target } of input.targets) Object.assign(target, { routesItself: true });
  return input;
}

type Reply = (argv: readonly string[], signal: AbortSignal | undefined, host: string) => Promise<Answer>;

function setUp(plan: Plan, reply: Reply = () => Promise.resolve({})) {
  const records: JournalRecord[] = [];
  const made: string[] = [];
  const runner = new CallRunner({
    clock: systemClock,
    secret: () => Promise.reject(new Error('none')),
    performers: {
      command: async ({ argv, host }, { signal }) => {
        made.push([host, ...argv].join(' '));
        return { code: 0, stdout: '8081', stderr: '', ...(await reply(argv, signal, host)) };
      },
      http: () => Promise.resolve({ status: 200, headers: { 'x-release': 'new' }, body: '' }),
    },
  });
  const options: ExecuteOptions = {
    runner,
    clock: systemClock,
    actor: { name: 'a@b', machine: 'b', processId: 1 },
    fence: 7,
    journal: {
      append: (some) => {
        records.push(...structuredClone(some));
        return Promise.resolve();
      },
    },
    inspect: () => Promise.resolve(plan.inspection),
    patienceMs: 0,
  };
  const run = (): Promise<Receipt> => execute(plan, planDigest(plan), options);
  const history = (): string[] =>
    records.flatMap((each) =>
      'step' in each ? [`${each.kind} ${each.direction} ${each.step}`] : each.kind === 'turn' ? ['turn'] : [],
    );
  return { run, options, records, made, history };
}

const fail = (why: string): Promise<never> => Promise.reject(new TransportError('auth', why));

describe('the strategy parallel', () => {
  it('starts, tests and retires on all targets at once, and has users checked before the old one goes', () => {
    const plan = makePlan('parallel', selfRouting());
    const text = renderPlan(plan);
    const file = join(__dirname, 'golden', 'parallel-two.plan');
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
    assert.equal(text, readFileSync(file, 'utf8'));
    const groups = plan.steps.map(({ together, phase }) => `${together ?? '-'} ${phase}`);
    assert.deepEqual(groups, [
      '- transfer',
      '- transfer',
      'start-1 route',
      'start-1 route',
      'check-1 health',
      'check-1 health',
      'adopt-1 route',
      'adopt-1 route',
      '- route',
      'retire-1 retire',
      'retire-1 retire',
    ]);
  });

  it('says when nobody watches, with a router or without', () => {
    for (const router of [true, false])
      assert.deepEqual(makePlan('parallel', selfRouting({ probe: false, router })).notes, [
        { kind: 'unproven' },
      ]);
  });

  it('refuses targets that need somebody to send them users', () => {
    const input = inputOf({ states: { 'web-1': {} }, version: 'new' });
    assert.throws(() => makePlan('parallel', input), {
      reason: 'unsupported',
      details: { problem: 'versions', target: 'web-1' },
    });
  });
});

describe('steps that are performed at once', () => {
  const plan = makePlan('parallel', selfRouting());

  it('begin before one of them ends, and the next one waits for all', async () => {
    const both = new Deferred<void>();
    let waiting = 0;
    const { run, history } = setUp(plan, async ([what]) => {
      // Ends only if the other one is under way too.
      if (what === 'start' && ++waiting === 2) both.resolve();
      if (what === 'start') await both.promise;
      return {};
    });
    assert.equal((await run()).outcome, 'done');
    const order = history().filter((line) => /start|health/.test(line));
    assert.deepEqual(order.slice(0, 2), ['begin do tomcat-1/start', 'begin do tomcat-2/start']);
    assert.deepEqual(order.slice(2, 4).sort(), ['end do tomcat-1/start', 'end do tomcat-2/start']);
    assert.deepEqual(order.slice(4, 6), ['begin do tomcat-1/health', 'begin do tomcat-2/health']);
  });

  it('end when one of them fails, and all are taken back', async () => {
    let isOver = false;
    const { run, history } = setUp(plan, ([what], signal, host) => {
      if (what !== 'start') return Promise.resolve({});
      if (host === 'tomcat-2') return fail('broken');
      return new Promise((_, reject) => {
        signal!.addEventListener('abort', () => {
          isOver = true;
          reject(new AbortedError('start'));
        });
      });
    });
    const receipt = await run();
    assert.deepEqual([receipt.outcome, receipt.exact, isOver], ['undone', true, true]);
    assert.equal(receipt.failure?.details.step, 'tomcat-2/start');
    const undone = history().filter((line) => line.startsWith('begin undo'));
    assert.deepEqual(undone, [
      'begin undo tomcat-2/start',
      'begin undo tomcat-1/start',
      'begin undo tomcat-2/transfer',
      'begin undo tomcat-1/transfer',
    ]);
  });

  it('are taken back where they can be, though another can not, and nothing before them is', async () => {
    const { run, records } = setUp(plan, ([what, , third], _signal, host) => {
      if (what === 'health' && host === 'tomcat-2') return fail('broken');
      if (what === 'undo' && third !== undefined && host === 'tomcat-2') return fail('down');
      return Promise.resolve({});
    });
    const receipt = await run();
    assert.equal(receipt.outcome, 'stuck');
    const { statuses } = standingOf(records);
    assert.deepEqual(
      ['tomcat-1/start', 'tomcat-2/start', 'tomcat-1/transfer'].map((step) => statuses.get(step)),
      ['undone', 'undoFailed', 'done'],
    );
  });

  it('go on after an interruption in the middle of them', async () => {
    const { run, records } = setUp(plan);
    await run();
    const cut = records.findIndex((each) => each.kind === 'end' && each.step.endsWith('/start'));
    // Both had begun, and of neither is known how it ended.
    const standing = standingOf(records.slice(0, cut));
    const again = setUp(plan);
    assert.equal((await resume(standing, again.options)).outcome, 'done');
    const starts = again.made.filter((line) => / (undo start|start) /.test(line));
    assert.deepEqual(starts.slice().sort(), [
      'tomcat-1 start new 8081',
      'tomcat-1 undo start new',
      'tomcat-2 start new 8081',
      'tomcat-2 undo start new',
    ]);
  });
});

describe('a wait that ends its step', () => {
  const wait = (until: number): Call => ({
    via: 'command',
    host: 'web-1',
    argv: ['sessions'],
    expect: [{ path: 'stdout', is: 'equals', value: '0' }],
    until: { intervalMs: 5, deadlineMs: until, atDeadline: 'endStep' },
  });
  const step: Step = {
    id: 'web-1/stop',
    title: 'Stop it',
    on: 'web-1',
    phase: 'retire',
    do: [wait(30), { via: 'command', host: 'web-1', argv: ['stop'] }],
    verify: [],
    undo: [],
    again: 'repeat',
  };
  const plan = { ...makePlan('parallel', selfRouting()), steps: [step] };

  for (const [sessions, outcome] of [
    ['0', ['web-1 stop']],
    ['3', []],
  ] as const)
    it(`leaves out what follows only where it was in vain: ${sessions} left`, async () => {
      const { run, made } = setUp(plan, ([what]) =>
        Promise.resolve(what === 'sessions' ? { stdout: sessions } : {}),
      );
      assert.equal((await run()).outcome, 'done');
      assert.deepEqual(
        made.filter((line) => line.endsWith('stop')),
        outcome,
      );
    });
});
