import assert from 'node:assert/strict';
import { cp, open, rename, rm, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { HotSwapError } from '../../src/hotswap/errors';
import { createHotSwap } from '../../src/hotswap/hotSwap';
import type { BuiltClass, HotSwap, JvmSession, SwapRecord } from '../../src/hotswap/model';
import type { ClassRoot } from '../../src/hotswap/roots/classRoot';
import { delay, nextEvent } from '../../src/util/async';
import { change, dependencies, greeting, HotSwapApp, late, other, readAll } from './support/hotswapApp';
import { compileJava, type JavaSources } from './support/javaProcess';
import { jdksToTest } from './support/jdks';

/** Port 1 of this machine, where nothing listens. */
const nowhere = { host: '127.0.0.1', port: 1 };
const outcomes = ({ classes }: SwapRecord): string[] =>
  classes.map(({ name, outcome }) => `${name} ${outcome}`).sort();

for (const jdk of jdksToTest()) {
  describe(`swap on save with a JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    let hotSwap: HotSwap;
    let session: JvmSession;
    let found: ClassRoot[];
    const records: SwapRecord[] = [];
    const fileOf = (name: string): string => path.join(app.classes, ...name.split('.')) + '.class';
    const write = (classes: readonly BuiltClass[]): Promise<unknown> =>
      Promise.all(classes.map(({ name, bytes }) => writeFile(fileOf(name), bytes)));
    const builtGreeting = (text: string): Promise<BuiltClass[]> =>
      app.build({ 'demo/Greeting.java': greeting(text) }, 'demo.Greeting');

    beforeEach(async () => {
      app = await HotSwapApp.start(jdk);
      found = [{ path: app.classes, kind: 'folder', sources: [], build: 'maven' }];
      hotSwap = createHotSwap({ ...dependencies, findRoots: () => Promise.resolve(found) });
      records.length = 0;
      hotSwap.onDidSwap((record) => records.push(record));
      session = await hotSwap.attach(app.target());
    });
    afterEach(async () => {
      hotSwap.dispose();
      await app.stop();
    });

    it('swaps what a compiler writes for one save as one change', async () => {
      const nest = (text: string): string => `package demo; class Nest {
        static String text() { return new Inner().text() + Kind.ONE.text() + new Object() { String text() { return "${text}"; } }.text(); }
        static class Inner { String text() { return "${text}"; } }
        enum Kind { ONE; String text() { return "${text}"; } }
      }`;
      const root = await compileJava(jdk, app.folder, { 'demo/Nest.java': nest('one') }, { classes: 'nest' });
      const built = await readAll(root);
      const swapped = nextEvent(hotSwap.onDidSwap);
      // The order and the pauses of javac on a busy machine: nested classes first, the one around them last.
      for (const name of ['demo.Nest$Kind', 'demo.Nest$Inner', 'demo.Nest$1', 'demo.Nest']) {
        await write(built.filter((each) => each.name === name));
        await delay(30);
      }
      const record = await swapped;
      assert.deepEqual(outcomes(record), [
        'demo.Nest pending',
        'demo.Nest$1 pending',
        'demo.Nest$Inner pending',
        'demo.Nest$Kind pending',
      ]);
      assert.equal(record.origin, 'watch');
      assert.ok((record.ms.detect ?? 0) > 0);
    });

    it('swaps what a compiler hands over once, however long after its files are there', async () => {
      const built = await builtGreeting('two');
      const classes = built.map((each) => ({ ...each, root: app.classes, file: fileOf(each.name) }));
      const held = hotSwap.hold();
      await write(classes);
      // Long enough for the watcher to have found them.
      await delay(500);
      assert.equal(records.length, 0);
      await hotSwap.submit({ ...change(classes), origin: 'compile' });
      held.dispose();
      await delay(500);
      assert.deepEqual(
        records.map((record) => [record.origin, ...outcomes(record)]),
        [['compile', 'demo.Greeting swapped']],
      );
      // What others wrote meanwhile is swapped when it is let go.
      const again = hotSwap.hold();
      await write(await builtGreeting('three'));
      await delay(500);
      const swapped = nextEvent(hotSwap.onDidSwap);
      again.dispose();
      assert.equal((await swapped).origin, 'watch');
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('swaps once more what it swapped before a JVM with older classes was started', async () => {
      const [one, two] = [await builtGreeting('one'), await builtGreeting('two')];
      let swapped = nextEvent(hotSwap.onDidSwap);
      await write(two);
      await swapped;
      await hotSwap.detach(session.target.id);
      await app.jvm.stop();
      // Nobody watches.
      await write(one);
      await app.restart();
      await hotSwap.attach(app.target());
      swapped = nextEvent(hotSwap.onDidSwap);
      await write(two);
      assert.deepEqual(outcomes(await swapped), ['demo.Greeting swapped']);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('waits for a class file that is half written', async () => {
      const [built] = await builtGreeting('two');
      const file = await open(fileOf('demo.Greeting'), 'w');
      await file.write(built!.bytes.subarray(0, 100));
      // Longer than any quiet that would make the burst over: only parsing tells.
      await delay(150);
      assert.deepEqual(records, []);
      const swapped = nextEvent(hotSwap.onDidSwap);
      await file.write(built!.bytes.subarray(100));
      await file.close();
      assert.deepEqual(outcomes(await swapped), ['demo.Greeting swapped']);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('takes an atomic rename, and a file deleted and written anew', async () => {
      const [two] = await builtGreeting('two');
      let swapped = nextEvent(hotSwap.onDidSwap);
      await writeFile(path.join(app.folder, 'new.class'), two!.bytes);
      await rename(path.join(app.folder, 'new.class'), fileOf('demo.Greeting'));
      await swapped;
      assert.equal(await app.ask('greet'), 'two4');
      swapped = nextEvent(hotSwap.onDidSwap);
      await rm(fileOf('demo.Greeting'));
      await write(await builtGreeting('three'));
      await swapped;
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('takes a class root that is deleted and built again', async () => {
      const next = await app.compile({ 'demo/Greeting.java': greeting('two') });
      const swapped = nextEvent(hotSwap.onDidSwap);
      await rm(app.classes, { recursive: true });
      await cp(next, app.classes, { recursive: true });
      assert.ok(outcomes(await swapped).includes('demo.Greeting swapped'));
      assert.equal(await app.ask('greet'), 'two4');
      // And goes on watching the new folder.
      const again = nextEvent(hotSwap.onDidSwap, (record) =>
        outcomes(record).includes('demo.Greeting swapped'),
      );
      await write(await builtGreeting('three'));
      await again;
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('makes a saved class that is not loaded pending, and tells when it is served', async () => {
      const swapped = nextEvent(hotSwap.onDidSwap);
      await write(await app.build({ 'demo/Late.java': late('late two') }, 'demo.Late'));
      assert.deepEqual(outcomes(await swapped), ['demo.Late pending']);
      assert.deepEqual(session.pending, ['demo.Late']);
      // Another class root's bytes are in the JVM's own way now: it loads the written file by itself.
      assert.equal(await app.ask('late'), 'late two static late two');
      assert.deepEqual(session.pending, []);
    });

    it('says nothing of files written again with what runs', async () => {
      const swapped = nextEvent(hotSwap.onDidSwap);
      await write(await app.build({}, 'demo.Greeting', 'demo.Other'));
      // A change that matters, to know that the other one was dealt with.
      await delay(100);
      await write(await builtGreeting('two'));
      assert.deepEqual(outcomes(await swapped), ['demo.Greeting swapped']);
      assert.equal(records.length, 1);
    });

    it("swaps what a compiler hands in, and takes the watcher's echo for nothing", async () => {
      const built = (await builtGreeting('two')).map((each) => ({
        ...each,
        root: app.classes,
        file: fileOf(each.name),
      }));
      await write(built);
      const [record] = await hotSwap.submit({
        origin: 'compile',
        at: Date.now(),
        classes: built,
        ms: { compile: 30 },
      });
      assert.deepEqual(outcomes(record!), ['demo.Greeting swapped']);
      assert.equal(record!.origin, 'compile');
      assert.ok(record!.ms.total >= 30);
      const next = nextEvent(hotSwap.onDidSwap);
      await write(await builtGreeting('three'));
      await next;
      assert.equal(records.length, 2);
    });

    it('keeps changes while paused and swaps the newest at the end', async () => {
      hotSwap.pause();
      await write(await builtGreeting('two'));
      await delay(100);
      await write(await builtGreeting('three'));
      await write(await app.build({ 'demo/Other.java': other('other two') }, 'demo.Other'));
      await delay(200);
      assert.deepEqual(records, []);
      assert.equal(await app.ask('greet'), 'one4');
      const [record] = await hotSwap.unpause();
      assert.deepEqual(outcomes(record!), ['demo.Greeting swapped', 'demo.Other swapped']);
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('compares everything on demand and swaps what differs', async () => {
      hotSwap.pause();
      await write(await builtGreeting('two'));
      const [record] = await hotSwap.swapChanged();
      assert.deepEqual(
        outcomes(record!).filter((outcome) => outcome.includes('swapped')),
        ['demo.Greeting swapped'],
      );
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('feeds each of two JVMs', async () => {
      const second = await HotSwapApp.start(jdk);
      try {
        found.push({ path: second.classes, kind: 'folder', sources: [], build: 'maven' });
        await hotSwap.attach({ ...second.target(), id: 'second', classRoots: [app.classes] });
        const both = Promise.all(
          ['app', 'second'].map((id) => nextEvent(hotSwap.onDidSwap, ({ jvm }) => jvm === id)),
        );
        await write(await builtGreeting('two'));
        await both;
        assert.deepEqual([await app.ask('greet'), await second.ask('greet')], ['two4', 'two4']);
        // The second one's own folder feeds nobody.
        assert.equal(session.classRoots.length, 1);
      } finally {
        await hotSwap.detach('second');
        await second.stop();
      }
    });

    it('swaps what is new in a jar that is written anew', async () => {
      const jar = path.join(app.folder, 'app.jar');
      const pack = async (sources: JavaSources): Promise<unknown> => {
        const tool = path.join(path.dirname(jdk.javac), 'jar');
        return promisify(execFile)(tool, ['cf', jar, '-C', await app.compile(sources), '.']);
      };
      await pack({});
      await hotSwap.detach('app');
      await hotSwap.attach({ ...app.target(), classRoots: [jar] });
      const swapped = nextEvent(hotSwap.onDidSwap);
      await pack({ 'demo/Greeting.java': greeting('two') });
      assert.deepEqual(outcomes(await swapped), ['demo.Greeting swapped']);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('says that nothing feeds a JVM', async () => {
      await hotSwap.detach('app');
      found.splice(0);
      const failed = nextEvent(hotSwap.onDidFail);
      await hotSwap.attach(app.target());
      console.error('C');
      assert.equal((await failed).reason, 'noClassRoots');
    });

    it('refuses a second attachment under one name, and to detach what is not attached', async () => {
      const reason = (error: unknown): unknown => (error as HotSwapError).reason;
      await assert.rejects(hotSwap.attach(app.target()), (error) => reason(error) === 'alreadyAttached');
      await assert.rejects(hotSwap.detach('nobody'), (error) => reason(error) === 'notAttached');
      await hotSwap.detach('app');
      assert.deepEqual(hotSwap.sessions, []);
      await hotSwap.attach(app.target());
      console.error('C');
    });
  });
}

describe('swap on save', () => {
  /** Watches and sockets beyond those that other tests of this process have. */
  const heldBeyond = (before: readonly string[]): string[] => {
    const others = [...before];
    return held().filter((name) => {
      const at = others.indexOf(name);
      if (at >= 0) others.splice(at, 1);
      return at < 0;
    });
  };
  const held = (): string[] => process.getActiveResourcesInfo().filter((name) => /FSEvent|TCP/.test(name));

  it('leaves no socket, watch or timer behind when it is disposed', async () => {
    // What tests before this one left to close by itself takes a moment.
    for (let tries = 0; tries < 150 && held().length > 0; tries++) await delay(20);
    const before = held();
    const app = await HotSwapApp.start(jdksToTest()[0]!);
    const root: ClassRoot = { path: app.classes, kind: 'folder', sources: [], build: 'maven' };
    const hotSwap = createHotSwap({ ...dependencies, findRoots: () => Promise.resolve([root]) });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const timersBefore = timers();
    await hotSwap.attach(app.target());
    await hotSwap.attach({ ...app.target(), id: 'nobody', endpoint: nowhere }, { keepTrying: true });
    const built = await app.build({ 'demo/Late.java': late('two') });
    const [record] = await hotSwap.submit(change(built.map((each) => ({ ...each, root: app.classes }))));
    assert.equal(record?.classes.length, 4);
    // The root, its folder `demo`, and the connection.
    assert.deepEqual(heldBeyond(before).sort(), ['FSEventWrap', 'FSEventWrap', 'TCPSocketWrap']);
    hotSwap.dispose();
    for (let tries = 0; tries < 150 && heldBeyond(before).length > 0; tries++) await delay(20);
    assert.deepEqual(heldBeyond(before), []);
    assert.equal(timers(), timersBefore);
    await app.stop();
  });
});
