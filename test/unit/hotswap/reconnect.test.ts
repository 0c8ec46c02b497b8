import assert from 'node:assert/strict';
import type { Clock } from '../../../src/contracts/clock';
import { TransportError } from '../../../src/contracts/transportError';
import type { Attached } from '../../../src/hotswap/attach';
import type { JvmState } from '../../../src/hotswap/model';
import { Reconnector } from '../../../src/hotswap/reconnect';
import { JdwpError } from '../../../src/jdwp/error';
import { abortable, Deferred } from '../../../src/util/async';
import { Emitter } from '../../../src/util/emitter';
import { AbortedError } from '../../../src/util/errors';

/** Time that passes when the test says so. */
class ManualClock implements Clock {
  #now = 1000;
  readonly pauses: number[] = [];
  #waiting: Deferred<void>[] = [];
  readonly #asked = new Emitter<void>();

  now = (): number => this.#now;
  monotonic = (): number => this.#now;
  delay = async (ms: number, signal?: AbortSignal): Promise<void> => {
    this.pauses.push(ms);
    const deferred = new Deferred<void>();
    this.#waiting.push(deferred);
    this.#asked.fire();
    await abortable(deferred.promise, signal, 'wait');
  };
  /** Lets the pause under way (or the next one) end. */
  async pass(): Promise<void> {
    while (this.#waiting.length === 0)
      await new Promise<void>((resolve) => this.#asked.event(() => resolve()));
    this.#now += this.pauses.at(-1)!;
    for (const deferred of this.#waiting.splice(0)) deferred.resolve();
    await new Promise(setImmediate);
  }
}

/** As much of an attached JVM as a reconnector touches. */
class FakeJvm {
  readonly closing = new Emitter<JdwpError>();
  disposed = 0;
  readonly attached = {
    info: { version: '17' },
    index: { dispose: () => this.#dispose() },
    connection: {
      closed: undefined,
      onClose: this.closing.event,
      request: () => Promise.resolve({}),
      dispose: () => this.#dispose(),
    },
  } as unknown as Attached;

  #dispose(): void {
    this.disposed++;
  }
}

describe('keeping a JVM attached', () => {
  const refused = new TransportError('refused', 'nothing listens');
  let clock: ManualClock;
  let states: JvmState[];
  let lost: string[];
  let answers: (Attached | Error)[];
  let reconnector: Reconnector;
  const kinds = (): string[] => states.map(({ kind }) => kind);

  beforeEach(() => {
    clock = new ManualClock();
    states = [];
    lost = [];
    answers = [];
    const attach = (): Promise<Attached> => {
      const next = answers.shift() ?? refused;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    };
    reconnector = new Reconnector(attach, clock, {
      state: (state) => states.push(state),
      attached: () => undefined,
      lost: ({ reason }) => lost.push(reason),
    });
  });
  afterEach(() => reconnector.stop());

  it('fails at once when the JVM is not there', async () => {
    await assert.rejects(reconnector.start(false), refused);
    assert.deepEqual(kinds(), ['connecting', 'detached']);
  });

  it('tries again with growing pauses when told to, and says when', async () => {
    await reconnector.start(true);
    for (let i = 0; i < 7; i++) await clock.pass();
    assert.deepEqual(clock.pauses.slice(0, 7), [500, 1000, 2000, 4000, 5000, 5000, 5000]);
    const waiting = states.find((state) => state.kind === 'waiting');
    assert.equal(waiting?.retryAt, 1500);
    assert.equal(waiting.error, refused);
  });

  it('comes back after a loss, with short pauses again', async () => {
    const [first, second] = [new FakeJvm(), new FakeJvm()];
    answers = [first.attached, refused, second.attached];
    await reconnector.start(false);
    first.closing.fire(new JdwpError('closed', 'gone'));
    await clock.pass();
    await clock.pass();
    assert.deepEqual(lost, ['closed']);
    assert.deepEqual(clock.pauses, [250, 500]);
    assert.deepEqual(kinds(), [
      'connecting',
      'attached',
      'waiting',
      'connecting',
      'waiting',
      'connecting',
      'attached',
    ]);
    assert.equal(first.disposed, 1, 'the index of the connection that ended');
  });

  it('lets go of the JVM when it is stopped', async () => {
    const jvm = new FakeJvm();
    answers = [jvm.attached];
    await reconnector.start(false);
    await reconnector.stop();
    assert.equal(jvm.disposed, 2);
    assert.deepEqual(kinds(), ['connecting', 'attached', 'detached']);
    assert.equal(jvm.closing.listenerCount, 0);
  });

  it('stops in a pause', async () => {
    await reconnector.start(true);
    await reconnector.stop();
    assert.equal(kinds().at(-1), 'detached');
  });

  it('is stopped by the signal of its start', async () => {
    const abort = new AbortController();
    answers = [];
    const start = reconnector.start(false, abort.signal);
    abort.abort();
    await assert.rejects(start, AbortedError);
    assert.equal(kinds().at(-1), 'detached');
  });
});
