import assert from 'node:assert/strict';
import { systemClock, type Clock } from '../../../src/contracts/clock';
import type { Inspection, Plan, StrategyName } from '../../../src/contracts/deploy';
import type { Call, Performed } from '../../../src/contracts/deployCall';
import { DeployError } from '../../../src/contracts/deployError';
import type { DeployEvent, JournalRecord, Receipt } from '../../../src/contracts/deployRecord';
import { TransportError } from '../../../src/contracts/transportError';
import { planDigest } from '../../../src/deploy/digest';
import { execute, resume, undo, type ExecuteOptions } from '../../../src/deploy/execute';
import { makePlan } from '../../../src/deploy/makePlan';
import { standingOf } from '../../../src/deploy/recover';
import { CallRunner } from '../../../src/deploy/runner';
import { AbortedError } from '../../../src/util/errors';
import { inputOf, instance, type Scene } from './paperTarget';

const states = {
  'web-1': { live: instance('web-1', 'old', '8080') },
  'web-2': { live: instance('web-2', 'old', '8080') },
};
const scene: Scene = { states, version: 'new', options: { shares: [50], holdMs: 10 } };

/** Waits are cut short: what is tested is not how long they are. */
const impatient: Clock = {
  ...systemClock,
  delay: (ms, signal) => systemClock.delay(Math.min(ms, 5), signal),
};

/** What happens to the nth call (from 1); nothing for it to go well. */
type Fault = (n: number, argv: readonly string[], signal?: AbortSignal) => Promise<unknown> | undefined;

function setUp(strategy: StrategyName, fault: Fault = () => undefined) {
  const plan = makePlan(strategy, inputOf(scene));
  const performed: Performed[] = [];
  const records: JournalRecord[] = [];
  const events: DeployEvent[] = [];
  let calls = 0;
  const runner = new CallRunner({
    clock: systemClock,
    secret: () => Promise.reject(new Error('none')),
    performers: {
      command: async ({ argv }, { signal }) => {
        await fault(++calls, argv, signal);
        return { code: 0, stdout: '8081', stderr: '' };
      },
      http: async (_call, { signal }) => {
        await fault(++calls, [], signal);
        return { status: 200, headers: { 'x-release': 'new' }, body: '' };
      },
      watch: async (_call, { signal }) => {
        await fault(++calls, [], signal);
        return {};
      },
    },
  });
  runner.onPerformed((each) => performed.push(each));
  const options: ExecuteOptions = {
    runner,
    clock: impatient,
    actor: { name: 'a@b', machine: 'b', processId: 1 },
    fence: 7,
    journal: {
      append: (some) => {
        records.push(...structuredClone(some));
        return Promise.resolve();
      },
    },
    inspect: () => Promise.resolve(plan.inspection),
    onEvent: (event) => events.push(event),
    patienceMs: 1000,
  };
  const run = (more: Partial<ExecuteOptions> = {}, signal?: AbortSignal): Promise<Receipt> =>
    execute(plan, planDigest(plan), { ...options, ...more }, signal);
  return { plan, performed, records, events, options, run };
}

const forward = ({ steps }: Plan): Call[] => steps.flatMap(({ do: calls, verify }) => [...calls, ...verify]);
const backward = ({ steps }: Plan): Call[] => [...steps].reverse().flatMap((step) => step.undo);

describe('execute', () => {
  for (const strategy of ['blue-green', 'rolling', 'canary', 'recreate'] as const) {
    it(`makes exactly the calls that were shown, in their order: ${strategy}`, async () => {
      const { plan, performed, run } = setUp(strategy);
      assert.equal((await run()).outcome, 'done');
      assert.deepEqual(
        performed.map(({ call }) => call),
        forward(plan),
      );
    });

    it(`takes back exactly what was shown, whichever step fails: ${strategy}`, async () => {
      const { plan } = setUp(strategy);
      for (const [index, broken] of plan.steps.entries()) {
        const before = forward({ ...plan, steps: plan.steps.slice(0, index) }).length;
        const { performed, run } = setUp(strategy, (n) =>
          n === before + 1 ? Promise.reject(new TransportError('auth', 'denied')) : undefined,
        );
        const receipt = await run();
        assert.equal(receipt.outcome, 'undone', broken.id);
        assert.equal(receipt.exact, true);
        assert.equal(receipt.failure?.details.step, broken.id);
        const taken = backward({ ...plan, steps: plan.steps.slice(0, index + 1) });
        const made = performed.map(({ call }) => call);
        assert.deepEqual(made.slice(before + 1), taken, broken.id);
      }
    });
  }

  it('writes a record before and after each step, with the token and what was bound', async () => {
    const { plan, records, run } = setUp('blue-green');
    await run();
    assert.equal(records[0]?.kind, 'plan');
    assert.equal(records.at(-1)?.kind, 'finish');
    assert.deepEqual(
      records.slice(1, -1).map((each) => ('step' in each ? `${each.kind} ${each.step}` : each.kind)),
      plan.steps.flatMap(({ id }) => [`begin ${id}`, `end ${id}`]),
    );
    assert.ok(records.every(({ fence }) => fence === 7));
    const start = records.find((each) => each.kind === 'end' && each.step === 'web-1/start');
    assert.deepEqual(start?.kind === 'end' && start.bound, { 'web-1.port': '8081' });
  });

  it('writes the end of a step and the begin of the next in one go', async () => {
    const { plan, run } = setUp('blue-green');
    const writes: string[][] = [];
    await run({
      journal: {
        append: (records) => {
          writes.push(records.map(({ kind }) => kind));
          return Promise.resolve();
        },
      },
    });
    const between = plan.steps.slice(1).map(() => ['end', 'begin']);
    assert.deepEqual(writes, [['plan'], ['begin'], ...between, ['end', 'finish']]);
  });

  it('does not lose the end of a step whose way to the journal was cut', async () => {
    const { plan, run } = setUp('blue-green');
    const written: string[] = [];
    let isCut = false;
    await run({
      patienceMs: 0,
      journal: {
        append: (records) => {
          const [first] = records;
          if (!isCut && first?.kind === 'end') {
            isCut = true;
            return Promise.reject(new TransportError('reset', 'cut'));
          }
          written.push(...records.map((each) => ('step' in each ? `${each.kind} ${each.step}` : each.kind)));
          return Promise.resolve();
        },
      },
    });
    const { id } = plan.steps[0]!;
    assert.ok(isCut);
    assert.deepEqual(written.slice(0, 3), ['plan', `begin ${id}`, `end ${id}`]);
    assert.equal(written.at(-1), 'finish');
  });

  it('does nothing before its record is written', async () => {
    const { performed, run } = setUp('blue-green');
    const receipt = await run({
      journal: {
        append: (records) =>
          records.some(({ kind }) => kind === 'begin')
            ? Promise.reject(new DeployError('leaseLost', 'gone'))
            : Promise.resolve(),
      },
    });
    assert.equal(receipt.outcome, 'interrupted');
    assert.equal(receipt.failure?.reason, 'leaseLost');
    assert.deepEqual(performed, []);
  });

  it('goes on by itself when the way is cut at any call', async () => {
    const total = forward(setUp('rolling').plan).length;
    for (let cut = 1; cut <= total; cut++) {
      const { run } = setUp('rolling', (n) =>
        n === cut ? Promise.reject(new TransportError('reset', 'cut')) : undefined,
      );
      assert.equal((await run()).outcome, 'done', `call ${cut}`);
    }
  });

  it('takes a step that can not simply be repeated back before it tries again', async () => {
    const { performed, run } = setUp('blue-green', (n) =>
      n === 4 ? Promise.reject(new TransportError('reset', 'cut')) : undefined,
    );
    await run();
    const made = performed.map(({ call }) => (call.via === 'command' ? call.argv.slice(0, 3).join(' ') : ''));
    assert.deepEqual(made.slice(2, 7), [
      'free-port',
      'start new ${web-1.port}',
      'undo start new',
      'free-port',
      'start new ${web-1.port}',
    ]);
  });

  it('takes all back when the way stays cut but comes again', async () => {
    let down = true;
    const { run } = setUp('blue-green', (_n, argv) => {
      if (argv[0] === 'undo') down = false;
      return argv[0] === 'health' && down ? Promise.reject(new TransportError('refused', 'down')) : undefined;
    });
    const receipt = await run({ patienceMs: 50 });
    assert.equal(receipt.outcome, 'undone');
    assert.equal(receipt.failure?.details.because, 'refused');
  });

  it('is stuck, and can be undone later, when an undo fails', async () => {
    let broken = true;
    const { records, options, run } = setUp('blue-green', (_n, argv) => {
      if (argv[0] === 'health') return Promise.reject(new TransportError('auth', 'denied'));
      return broken && argv.join(' ').startsWith('undo start')
        ? Promise.reject(new TransportError('auth', 'denied'))
        : undefined;
    });
    const receipt = await run();
    assert.equal(receipt.outcome, 'stuck');
    assert.equal(receipt.failure?.reason, 'undoFailed');
    broken = false;
    const later = await undo(standingOf(records), options);
    assert.equal(later.outcome, 'undone');
  });

  for (const choice of ['undo', 'stay'] as const)
    it(`cancelled: the running step is taken back, then the person decides: ${choice}`, async () => {
      const cancel = new AbortController();
      const { plan, performed, records, options, run } = setUp('blue-green', (_n, argv, signal) => {
        if (argv[0] !== 'health' || cancel.signal.aborted) return undefined;
        setTimeout(() => cancel.abort(), 1);
        return new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new AbortedError('health'))),
        );
      });
      const asked: string[] = [];
      const receipt = await run(
        {
          decide: () => {
            asked.push(performed.map(({ call }) => (call.via === 'command' ? call.argv[0] : '')).join());
            return Promise.resolve(choice);
          },
        },
        cancel.signal,
      );
      assert.equal(asked.length, 1);
      assert.equal(receipt.outcome, choice === 'undo' ? 'undone' : 'stayed');
      if (choice === 'undo') return;
      const later = await resume(standingOf(records), options);
      assert.equal(later.outcome, 'done');
      assert.deepEqual(new Set(plan.steps.map(({ id }) => id)).size, plan.steps.length);
    });

  it('can be cancelled at any call, and all is taken back', async () => {
    const total = forward(setUp('rolling').plan).length;
    for (let at = 1; at <= total; at++) {
      const cancel = new AbortController();
      const { plan, run } = setUp('rolling', (n, _argv, signal) => {
        if (n !== at) return undefined;
        cancel.abort();
        return Promise.reject(signal?.aborted ? new AbortedError('it') : new Error('not cancelled'));
      });
      const receipt = await run({ decide: () => Promise.resolve('undo') }, cancel.signal);
      assert.equal(receipt.outcome, 'undone', `call ${at}: ${JSON.stringify(receipt.failure)}`);
      const states = new Set(receipt.steps.map(({ state }) => state));
      assert.deepEqual([...states], ['undone'], `call ${at} of ${plan.steps.length} steps`);
    }
  });

  it('is refused when it is not the approved plan, or the world is another', async () => {
    const { plan, options, performed } = setUp('blue-green');
    await assert.rejects(execute(plan, 'other', options), { reason: 'notApproved' });
    const elsewhere: Inspection = { ...plan.inspection, targets: plan.inspection.targets.slice(0, 1) };
    const changed = { ...options, inspect: () => Promise.resolve(elsewhere) };
    await assert.rejects(execute(plan, planDigest(plan), changed), { reason: 'worldChanged' });
    assert.deepEqual(performed, []);
  });

  it('says when undoing did not lead to what was before', async () => {
    const { plan, run } = setUp('blue-green', (_n, argv) =>
      argv[0] === 'health' ? Promise.reject(new TransportError('auth', 'denied')) : undefined,
    );
    let asked = 0;
    const receipt = await run({
      inspect: () => Promise.resolve(asked++ === 0 ? plan.inspection : { ...plan.inspection, targets: [] }),
    });
    assert.equal(receipt.exact, false);
  });

  it('stops at once when the lock is lost, and takes nothing back that is no longer its own', async () => {
    const lost = new AbortController();
    const { performed, records, run } = setUp('blue-green', (n) => {
      if (n === 3) lost.abort(new DeployError('leaseLost', 'taken'));
      return undefined;
    });
    const receipt = await run({ lost: lost.signal });
    assert.equal(receipt.outcome, 'interrupted');
    assert.ok(performed.length <= 4);
    assert.ok(!records.some(({ kind }) => kind === 'finish'));
  });
});
