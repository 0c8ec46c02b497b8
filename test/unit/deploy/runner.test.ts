import assert from 'node:assert/strict';
import { ConfigError } from '../../../src/config/errors';
import { systemClock, type Clock } from '../../../src/contracts/clock';
import { literal, type Answer, type Call, type Performed } from '../../../src/contracts/deployCall';
import { DeployError } from '../../../src/contracts/deployError';
import { TransportError } from '../../../src/contracts/transportError';
import { CallRunner } from '../../../src/deploy/runner';
import { AbortedError, SwapdeckError } from '../../../src/util/errors';

const secrets: Record<string, string> = { db: 'hunter2-käse', token: 'a"b\\c&d e' };

/** A runner whose commands answer what `answer` says; it keeps what it was asked to do. */
function runnerThat(answer: (argv: readonly string[]) => Answer | Error, clock: Clock = systemClock) {
  const argvs: (readonly string[])[] = [];
  const performed: Performed[] = [];
  const runner = new CallRunner({
    clock,
    secret: (name) => {
      const value = secrets[name];
      return value === undefined
        ? Promise.reject(new ConfigError('secretMissing', name, { name }))
        : Promise.resolve(value);
    },
    parsers: {
      'lab.odd': () => {
        throw new Error('odd');
      },
    },
    performers: {
      command: ({ argv }, { signal }) => {
        argvs.push(argv);
        if (signal?.aborted) return Promise.reject(new AbortedError('it'));
        const given = answer(argv);
        return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
      },
    },
  });
  runner.onPerformed((each) => performed.push(each));
  return { runner, argvs, performed };
}

const command = (argv: string[], more: Partial<Call> = {}): Call =>
  ({ via: 'command', host: 'web-1', argv, ...more }) as Call;
const ok = (stdout = ''): Answer => ({ code: 0, stdout, stderr: '' });
const reason = (expected: string) => (error: unknown) =>
  error instanceof SwapdeckError && error.reason === expected;

describe('CallRunner', () => {
  it('fills in bindings and secrets, and leaves escaped placeholders as they were', async () => {
    const { runner, argvs } = runnerThat(() => ok());
    const raw = 'ProxyPass ${ADARA_PORT} $${x} $';
    await runner.perform(command(['p=${web-1.port}', '${secret:db}', literal(raw)]), {
      'web-1.port': '8081',
    });
    assert.deepEqual(argvs, [['p=8081', 'hunter2-käse', raw]]);
  });

  it('refuses a placeholder that nothing gives, before anything is performed', async () => {
    const { runner, argvs } = runnerThat(() => ok());
    await assert.rejects(runner.perform(command(['${port}']), {}), reason('unbound'));
    await assert.rejects(runner.perform(command(['${toString}']), {}), reason('unbound'));
    await assert.rejects(runner.perform(command(['${secret:none}']), {}), reason('secretMissing'));
    assert.deepEqual(argvs, []);
  });

  it('parses, expects and binds', async () => {
    const { runner } = runnerThat(() => ok(' {"port": 8081, "names": ["a", "b"]} '));
    const { bound } = await runner.perform(
      command(['x'], {
        parse: 'json',
        expect: [
          { path: 'value.names', is: 'contains', value: 'b' },
          { path: 'value.port', is: 'atLeast', value: '${from}' },
        ],
        binds: { 'web-1.port': 'value.port' },
      }),
      { from: '8080' },
    );
    assert.deepEqual(bound, { 'web-1.port': '8081' });
  });

  it('takes an exit code other than 0 for a failure unless the call speaks of it', async () => {
    const { runner } = runnerThat(() => ({ code: 3, stdout: '', stderr: 'no such thing' }));
    await assert.rejects(runner.perform(command(['x']), {}), (error: unknown) => {
      assert.ok(error instanceof DeployError);
      assert.deepEqual(error.details, {
        path: 'code',
        expected: 'is 0',
        found: '3',
        said: 'no such thing',
      });
      return true;
    });
    const { answer } = await runner.perform(
      command(['x'], { expect: [{ path: 'code', is: 'oneOf', value: [0, 3] }] }),
      {},
    );
    assert.equal(answer.code, 3);
  });

  it('names a parser that does not understand, and one that is not there', async () => {
    const { runner } = runnerThat(() => ok());
    await assert.rejects(runner.perform(command(['x'], { parse: 'lab.odd' }), {}), reason('unparsable'));
    await assert.rejects(runner.perform(command(['x'], { parse: 'lab.none' }), {}), reason('unparsable'));
  });

  it('asks again until it holds, also over a way that is lost for a while', async () => {
    const answers = [
      new TransportError('refused', 'down'),
      ok('starting'),
      new TransportError('reset', 'cut'),
      ok('UP'),
    ];
    const { runner, performed } = runnerThat(() => answers.shift()!);
    await runner.perform(
      command(['x'], {
        expect: [{ path: 'stdout', is: 'equals', value: 'UP' }],
        until: { intervalMs: 1, deadlineMs: 5000 },
      }),
      {},
    );
    assert.deepEqual(
      performed.map(({ times, ok: good }) => [times, good]),
      [[4, true]],
    );
  });

  it('asks often in the beginning, so that what takes a moment is noticed soon', async () => {
    let now = 0;
    const pauses: number[] = [];
    const clock: Clock = {
      now: () => now,
      monotonic: () => now,
      delay: (ms) => {
        pauses.push(ms);
        now += ms;
        return Promise.resolve();
      },
    };
    const { runner } = runnerThat(() => (now < 2000 ? ok('starting') : ok('UP')), clock);
    await runner.perform(
      command(['x'], {
        expect: [{ path: 'stdout', is: 'equals', value: 'UP' }],
        until: { intervalMs: 100, deadlineMs: 5000 },
      }),
      {},
    );
    assert.equal(pauses[0], 10);
    assert.equal(pauses.at(-1), 100);
    let elapsed = 0;
    for (const pause of pauses) {
      assert.ok(pause <= Math.max(10, elapsed / 5), `${pause} ms after ${elapsed}`);
      elapsed += pause;
    }
  });

  it('gives up at the deadline and says what it last found, or goes on where it may', async () => {
    const { runner } = runnerThat(() => ok('starting'));
    const wait = (atDeadline: 'fail' | 'continue'): Call =>
      command(['x'], {
        expect: [{ path: 'stdout', is: 'equals', value: 'UP' }],
        until: { intervalMs: 1, deadlineMs: 20, atDeadline },
      });
    await assert.rejects(runner.perform(wait('fail'), {}), (error: unknown) => {
      assert.ok(error instanceof DeployError);
      assert.equal(error.reason, 'deadline');
      assert.equal(error.details.found, 'starting');
      assert.equal(error.details.afterMs, 20);
      return true;
    });
    assert.equal((await runner.perform(wait('continue'), {})).answer.stdout, 'starting');
  });

  it('does not wait for what will not pass by itself', async () => {
    const { runner, argvs } = runnerThat(() => new TransportError('auth', 'denied'));
    const call = command(['x'], { until: { intervalMs: 1, deadlineMs: 5000 } });
    await assert.rejects(runner.perform(call, {}), reason('auth'));
    assert.equal(argvs.length, 1);
  });

  it('stops waiting when cancelled', async () => {
    const cancel = new AbortController();
    const { runner } = runnerThat(() => {
      cancel.abort();
      return { code: 1 };
    });
    const call = command(['x'], { until: { intervalMs: 60_000, deadlineMs: 120_000 } });
    await assert.rejects(runner.perform(call, {}, cancel.signal), AbortedError);
  });

  it('blacks secrets out of answers, bindings and errors, however they are written', async () => {
    for (const [name, secret] of Object.entries(secrets)) {
      const forms = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
        JSON.stringify(secret),
      ];
      for (const form of forms) {
        const { runner } = runnerThat(() => ok(`DB=${form}`));
        const call = command([`\${secret:${name}}`], { binds: { found: 'stdout' } });
        const { answer, bound } = await runner.perform(call, {});
        assert.match(JSON.stringify([answer, bound]), /\*\*\*/);
        assert.doesNotMatch(JSON.stringify([answer, bound]), /hunter|b\\\\c|YSJi/);
        const failing = runnerThat(() => new TransportError('failed', form, { form }, new Error(form)));
        await assert.rejects(failing.runner.perform(call, {}), (error: unknown) => {
          assert.ok(error instanceof TransportError && error.reason === 'failed');
          const everything = [error.message, error.stack, JSON.stringify(error.details), String(error.cause)];
          assert.ok(!everything.join('\n').includes(form), everything.join('\n'));
          return true;
        });
      }
    }
  });

  it('reports what it performed as the plan has it, without what was filled in', async () => {
    const { runner, performed } = runnerThat(() => ok());
    const call = command(['${secret:db}', '${web-1.port}']);
    await runner.perform(call, { 'web-1.port': '1' });
    assert.deepEqual(performed[0]?.call, call);
  });

  it('says who is missing for a kind of call', async () => {
    const { runner } = runnerThat(() => ok());
    const call: Call = { via: 'engine', host: 'web-1', method: 'GET', path: '/_ping' };
    await assert.rejects(runner.perform(call, {}), reason('noPerformer'));
  });
});
