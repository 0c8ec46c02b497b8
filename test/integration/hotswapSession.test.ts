import assert from 'node:assert/strict';
import * as http from 'node:http';
import type * as net from 'node:net';
import { TransportError } from '../../src/contracts/transportError';
import { HotSwapError } from '../../src/hotswap/errors';
import type { SwapRecord } from '../../src/hotswap/model';
import { Session } from '../../src/hotswap/session';
import { JdwpError } from '../../src/jdwp/error';
import { localEndpointProbe } from '../../src/targets/jvm/discover';
import { Deferred, nextEvent } from '../../src/util/async';
import { AbortedError } from '../../src/util/errors';
import { change, dependencies, greeting, HotSwapApp, late, other } from './support/hotswapApp';
import { freePort, startJava } from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { MeddlingDialer } from './support/meddlingDialer';

const until = async (session: Session, is: () => boolean): Promise<void> => {
  if (!is()) await nextEvent(session.onDidChange, is);
};
const outcomes = ({ classes }: SwapRecord): string[] =>
  classes.map(({ name, outcome }) => `${name} ${outcome}`);

for (const jdk of jdksToTest()) {
  describe(`a session with a JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    let session: Session;
    let dialer: MeddlingDialer;

    const open = async (options: { suspend?: boolean } = {}): Promise<void> => {
      app = await HotSwapApp.start(jdk, options);
      dialer = new MeddlingDialer();
      session = new Session(app.target(dialer), dependencies);
      await session.start(false);
    };
    const restart = async (): Promise<void> => {
      const { port } = app.endpoint;
      await app.jvm.stop();
      app.jvm = await startJava(jdk, {
        classPath: [app.classes],
        mainClass: 'demo.App',
        readyLine: 'ready',
        port,
      });
    };
    afterEach(async () => {
      await session.close();
      await app.stop();
    });

    it('tells what the JVM is', async () => {
      await open();
      assert.equal(session.state.kind, 'attached');
      const { info } = session.state;
      assert.equal(info.version, jdk.version);
      assert.equal(info.suspendedAtStart, false);
      assert.ok(info.loadedClasses > 300);
    });

    it('sees a JVM that waits for a debugger, swaps before its first line runs, and lets it run', async () => {
      await open({ suspend: true });
      const { info } = session.state as Extract<typeof session.state, { kind: 'attached' }>;
      assert.equal(info.suspendedAtStart, true);
      const built = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      const record = await session.swap(change(built));
      assert.deepEqual(outcomes(record), ['demo.Greeting pending']);
      await session.resume();
      assert.equal(
        (session.state as Extract<typeof session.state, { kind: 'attached' }>).info.suspendedAtStart,
        false,
      );
      await app.jvm.line('ready');
      assert.equal(await app.ask('greet'), 'two4');
      assert.deepEqual(session.pending, []);
    });

    it('comes back when the JVM was restarted, with what was saved and pending meanwhile', async () => {
      await open();
      const built = await app.build(
        { 'demo/Greeting.java': greeting('two'), 'demo/Late.java': late('late two') },
        'demo.Greeting',
        'demo.Late',
      );
      await session.swap(change(built.filter(({ name }) => name === 'demo.Late')));
      assert.deepEqual(session.pending, ['demo.Late']);
      const lost = nextEvent(session.onDidChange, () => session.state.kind === 'waiting');
      await app.jvm.stop();
      await lost;
      session.enqueue(change(built.filter(({ name }) => name === 'demo.Greeting')));
      assert.equal(session.waitingFor, 'queue');
      const swapped = nextEvent(session.onDidSwap);
      await restart();
      assert.deepEqual(outcomes(await swapped).sort(), ['demo.Greeting swapped', 'demo.Late pending']);
      assert.equal(await app.ask('greet'), 'two4');
      assert.equal(await app.ask('late'), 'late two static late two');
    });

    it('merges what is saved during a swap into the next one, the newest bytes winning', async () => {
      await open();
      const [two] = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      const [three] = await app.build({ 'demo/Greeting.java': greeting('three') }, 'demo.Greeting');
      const [other2] = await app.build({ 'demo/Other.java': other('other two') }, 'demo.Other');
      let redefinitions = 0;
      dialer.onCommand = ({ set, command }) => {
        if (set === 1 && command === 18) redefinitions++;
      };
      const first = session.swap(change([two!]));
      const merged = [
        session.swap(change([other2!])),
        session.swap(change([two!])),
        session.swap(change([three!])),
      ];
      assert.deepEqual(outcomes(await first), ['demo.Greeting swapped']);
      const records = await Promise.all(merged);
      assert.equal(new Set(records).size, 1);
      assert.deepEqual(outcomes(records[0]!).sort(), ['demo.Greeting swapped', 'demo.Other swapped']);
      assert.equal(redefinitions, 2);
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('brings along what a refused save held back, once the refused class is written again', async () => {
      await open();
      const bad = await app.build(
        { 'demo/Greeting.java': greeting('two', 'void added() {}'), 'demo/Other.java': other('other two') },
        'demo.Greeting',
        'demo.Other',
      );
      assert.deepEqual(outcomes(await session.swap(change(bad))), [
        'demo.Greeting refused',
        'demo.Other skipped',
      ]);
      const good = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      const record = await session.swap(change(good));
      assert.deepEqual(outcomes(record).sort(), ['demo.Greeting swapped', 'demo.Other swapped']);
      assert.equal(await app.ask('other'), 'other two');
    });

    if (process.platform !== 'win32') {
      it('says that it waits for a JVM that stands still, and can be cancelled', async () => {
        await open();
        const built = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
        app.jvm.signal('SIGSTOP');
        const swap = session.swap(change(built));
        await until(session, () => session.waitingFor === 'jvm');
        session.cancel();
        await assert.rejects(swap, AbortedError);
        app.jvm.signal('SIGCONT');
        const record = await session.swap(change(built));
        assert.deepEqual(outcomes(record), ['demo.Greeting swapped']);
        assert.equal(await app.ask('greet'), 'two4');
      });

      it('records what a cancelled swap still does when it was sent already', async () => {
        await open();
        const built = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
        const sent = new Deferred<void>();
        dialer.onCommand = ({ set, command }) => {
          if (set !== 1 || command !== 18) return;
          app.jvm.signal('SIGSTOP');
          sent.resolve();
        };
        const swap = session.swap(change(built));
        await sent.promise;
        const recorded = nextEvent(session.onDidSwap);
        session.cancel();
        await assert.rejects(swap, AbortedError);
        app.jvm.signal('SIGCONT');
        assert.deepEqual(outcomes(await recorded), ['demo.Greeting swapped']);
      });
    }

    it('does not guess when the connection is cut in the middle of a redefinition: it compares and says', async () => {
      await open();
      const built = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      dialer.onCommand = ({ set, command }, channel) => {
        // Sent, then cut: the JVM may or may not see it.
        if (set === 1 && command === 18) queueMicrotask(() => channel.cut());
      };
      const told: SwapRecord[] = [];
      session.onDidSwap((record) => told.push(record));
      const record = await session.swap(change(built));
      dialer.onCommand = () => undefined;
      assert.ok(record.error instanceof HotSwapError && record.error.reason === 'unknownOutcome');
      assert.deepEqual(outcomes(record), ['demo.Greeting unknown']);
      if (told.length < 2) await nextEvent(session.onDidSwap);
      const [, resolved] = told;
      assert.equal(resolved?.resolves, record.id);
      assert.ok(['swapped', 'skipped'].includes(resolved.classes[0]!.outcome));
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('swaps after a cut what was not sent yet', async () => {
      await open();
      const built = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      dialer.onCommand = ({ set, command }, channel) => {
        // ReferenceType.ConstantPool: the comparison before the packet.
        if (set === 2 && command === 18) channel.cut();
      };
      const told: SwapRecord[] = [];
      session.onDidSwap((record) => told.push(record));
      const swap = await session.swap(change(built));
      dialer.onCommand = () => undefined;
      assert.ok(swap.error instanceof JdwpError);
      if (told.length < 2) await nextEvent(session.onDidSwap);
      const record = told[1]!;
      assert.equal(told.length, 2, 'the failure and the swap after it');
      assert.deepEqual(outcomes(record), ['demo.Greeting swapped']);
      assert.equal(record.resolves, undefined);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('ends whoever waits when it is closed', async () => {
      await open();
      const built = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      dialer.last.hold();
      const swaps = [session.swap(change(built)), session.swap(change(built))];
      const ends = Promise.allSettled(swaps);
      await session.close();
      assert.deepEqual(
        (await ends).map((end) => end.status === 'rejected' && (end.reason as HotSwapError).reason),
        ['detached', 'detached'],
      );
      assert.equal(session.state.kind, 'detached');
    });

    it('says when another debugger holds the JVM', async () => {
      await open();
      const rival = new Session(app.target(), { ...dependencies, probe: localEndpointProbe() });
      const end = await rival.start(false).then(
        () => undefined,
        (error: unknown) => error,
      );
      const reason = (end as HotSwapError | JdwpError).reason;
      assert.ok(['held', 'busy'].includes(reason), reason);
      assert.equal(rival.state.kind, 'detached');
    });
  });
}

describe('a session without a JVM', () => {
  const target = async (port?: number) => ({
    id: 'none',
    name: 'none',
    endpoint: { host: '127.0.0.1', port: port ?? (await freePort()) },
    dialer: new MeddlingDialer(),
    classRoots: [],
  });

  it('fails when nothing listens', async () => {
    const session = new Session(await target(), dependencies);
    await assert.rejects(
      session.start(false),
      (error) => error instanceof TransportError && error.reason === 'refused',
    );
    assert.equal(session.state.kind, 'detached');
  });

  it('keeps trying when asked to, and can be ended', async () => {
    const session = new Session(await target(), dependencies);
    await session.start(true);
    const waiting = session.state as Extract<typeof session.state, { kind: 'waiting' }>;
    assert.equal(waiting.kind, 'waiting');
    assert.equal(waiting.error.reason, 'refused');
    await session.close();
    assert.equal(session.state.kind, 'detached');
  });

  it('knows an HTTP port', async () => {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    const session = new Session(await target(port), dependencies);
    await assert.rejects(
      session.start(false),
      (error) => error instanceof JdwpError && error.reason === 'notJdwp',
    );
    server.close();
  });

  it('is ended by its signal while connecting', async () => {
    const abort = new AbortController();
    const session = new Session(await target(), dependencies);
    const start = session.start(false, abort.signal);
    abort.abort();
    await assert.rejects(start, AbortedError);
    assert.equal(session.state.kind, 'detached');
  });
});
