import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { attachJvm, type Attached } from '../../src/hotswap/attach';
import type { BuiltClass } from '../../src/hotswap/model';
import { predictClasses, type ClassPrediction, type PredictOptions } from '../../src/hotswap/predictJvm';
import { redefine } from '../../src/hotswap/redefine';
import { vmFlags } from '../../src/hotswap/vmFlags';
import { VirtualMachine } from '../../src/jdwp/commands';
import { TcpDialer } from '../../src/transport/tcp';
import { dependencies, readAll } from './support/hotswapApp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
  type JavaSources,
} from './support/javaProcess';
import { jdksToTest } from './support/jdks';

const main = `package demo;
import java.net.*; import java.nio.file.*; import java.util.*;
public class Main {
  static final List<Object> held = new ArrayList<>();
  public static void main(String[] args) throws Exception {
    for (int i = 0; i < 3; i++) held.add(new Held());
    new Thread(new Waiting()).start();
    new Child().f(); new User().f();
    try { new Failing(); } catch (Throwable expected) {}
    Class.forName("demo.Quiet", false, Main.class.getClassLoader());
    Class.forName("demo.Both");
    URL[] urls = { Path.of(args[0]).toUri().toURL() };
    for (int i = 0; i < 2; i++) {
      ClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader());
      held.add(loader.loadClass("demo.Twice").getDeclaredConstructor().newInstance());
    }
    Waiting.isThere.await();
    System.out.println("ready");
    System.in.read();
  }
}`;
const held = (body: string): string => `package demo; public class Held { int x = ${body}; }`;
const waiting = (text: string): string => `package demo;
import java.util.concurrent.CountDownLatch;
class Waiting implements Runnable {
  static final CountDownLatch isThere = new CountDownLatch(1);
  public void run() { stay(1); }
  void stay(int n) { isThere.countDown(); synchronized (this) { try { wait(); } catch (InterruptedException e) {} } System.out.println("${text}"); }
  void idle() { System.out.println("${text}"); }
}`;
const failing = (text: string): string => `package demo;
class Failing { static int x = Integer.parseInt("none"); String text() { return "${text}"; } }`;
const child = (body: string): string => `package demo;
class Parent { } interface Shape { }
class Child { Object f() { ${body} } static void take(Parent p) {} }
class Quiet extends Parent { } class Never extends Parent { } class Other { Never n; }`;
const user = (members: string): string =>
  `package demo; class User { String f() { return "u"; } ${members} }`;
const constants = (value: string): string => `package demo;
class Constants { static final String NAME = "${value}"; String own() { return "${value}"; } }`;

const sources: JavaSources = {
  'demo/Main.java': main,
  'demo/Held.java': held('1'),
  'demo/Waiting.java': waiting('one'),
  'demo/Failing.java': failing('one'),
  'demo/Child.java': child('return "one";'),
  'demo/User.java': user(''),
  'demo/Both.java': 'package demo; interface Both extends Runnable, java.io.Serializable { }',
};
const twice = (text: string): string =>
  `package demo; public class Twice { public String text() { return "${text}"; } }`;

for (const jdk of jdksToTest())
  describe(`prediction for a running JVM ${jdk.feature}`, function () {
    this.timeout(120_000);
    let folder: string;
    let remove: () => Promise<void>;
    let classes: string;
    let plugins: string;
    let count = 0;

    before(async () => {
      ({ folder, remove } = await temporaryFolder());
      classes = await compileJava(jdk, folder, sources);
      plugins = await compileJava(jdk, folder, { 'demo/Twice.java': twice('one') }, { classes: 'plugins' });
    });
    after(() => remove());

    let jvm: JavaProcess | undefined;
    let attached: Attached;
    afterEach(async () => {
      attached.connection.dispose();
      await jvm?.stop();
      jvm = undefined;
    });

    async function start(vmArgs: readonly string[] = []): Promise<void> {
      const options = { mainClass: 'demo.Main', readyLine: 'ready', vmArgs };
      jvm = await startJava(jdk, { classPath: [classes], args: [plugins], ...options });
      const { endpoint } = jvm;
      const target = { id: 'app', name: 'app', endpoint, dialer: new TcpDialer(), classRoots: [] };
      attached = await attachJvm(target, dependencies);
    }

    /** Compiles other versions of some sources; all of their classes. */
    async function build(changed: JavaSources): Promise<BuiltClass[]> {
      const name = `after-${++count}`;
      const options = { classes: name, args: ['-cp', classes] };
      return readAll(await compileJava(jdk, folder, changed, options));
    }

    const predict = (
      built: readonly BuiltClass[],
      options: Partial<PredictOptions> = {},
    ): Promise<ClassPrediction[]> => predictClasses(attached, built, { rootsVisible: false, ...options });

    async function predictOne(
      name: string,
      built: readonly BuiltClass[],
      options: Partial<PredictOptions> = {},
    ): Promise<ClassPrediction> {
      const found = (await predict(built, options)).find((each) => each.built.name === name);
      assert.ok(found, name);
      return found;
    }

    /** The JVM's own answer, 0 when it took the class. */
    async function answer(built: readonly BuiltClass[], name: string): Promise<number> {
      const one = built.find((each) => each.name === name)!;
      const [loaded] = attached.index.lookup(name);
      const answered = await redefine(attached.connection, [{ loaded: loaded!, built: one }]);
      return answered.accepted ? 0 : answered.error;
    }

    const error = ({ prediction }: ClassPrediction): number => prediction?.error ?? 0;

    it('learns that the JVM lets private methods come and go', async () => {
      const added = await build({ 'demo/User.java': user('private static int more() { return 1; }') });
      const open = await build({ 'demo/User.java': user('public int more() { return 1; }') });
      await start();
      assert.equal(error(await predictOne('demo.User', added)), 63);
      assert.equal(await answer(added, 'demo.User'), 63);
      attached.connection.dispose();
      await jvm!.stop();
      await start(['-XX:+AllowRedefinitionToAddDeleteMethods']);
      assert.equal(error(await predictOne('demo.User', open)), 63);
      assert.equal(error(await predictOne('demo.User', added)), 0);
      assert.equal(await answer(open, 'demo.User'), 63);
      assert.equal(await answer(added, 'demo.User'), 0);
    });

    it('learns that the JVM runs with preview features', async () => {
      const built = (await build({ 'demo/Held.java': held('2') })).map((each) => {
        const bytes = Buffer.from(each.bytes);
        bytes.writeUInt16BE(0xffff, 4); // the minor version that says so
        return { ...each, bytes };
      });
      await start();
      assert.equal(error(await predictOne('demo.Held', built)), 68);
      assert.equal(await answer(built, 'demo.Held'), 68);
      attached.connection.dispose();
      await jvm!.stop();
      await start(['--enable-preview']);
      assert.equal(error(await predictOne('demo.Held', built)), 0);
      assert.equal(await answer(built, 'demo.Held'), 0);
      const flags = await vmFlags(attached, jdk.feature);
      assert.deepEqual(flags, { preview: true, enhanced: false, allowAddDeleteMethods: false });
    });

    it('tells a class that is missing from one that the JVM does not show', async () => {
      await start();
      // Quiet is loaded and not linked; Never is not loaded, and nothing that runs names it, but the class path has it.
      for (const [type, expected] of [
        ['Quiet', 0],
        ['Never', 0],
        ['Fresh', 62],
      ] as const) {
        const fresh = type === 'Fresh' ? ' class Fresh extends Parent { }' : '';
        const body = `take(new ${type}()); return null;`;
        const built = await build({ 'demo/Child.java': child(body) + fresh });
        const found = await predictOne('demo.Child', built, { sameMachine: true });
        assert.equal(error(found), expected, type);
        assert.equal(await answer(built, 'demo.Child'), expected, type);
        if (expected === 0) continue;
        const [reason] = found.prediction!.reasons;
        assert.equal(reason?.definable, true);
        assert.equal(reason.className, `demo/${type}`);
      }
      assert.equal(attached.index.lookup('demo.Quiet').length, 0, 'JDWP does not show it');
    });

    it('knows by what runs that a class was there, without a class path to look at', async () => {
      await start();
      const built = await build({ 'demo/Child.java': child('take(new Quiet()); return null;') });
      assert.equal(error(await predictOne('demo.Child', built)), 0);
    });

    it('says of a missing class that is not built either what its class path says', async () => {
      const library = path.join(folder, `library-${++count}`);
      await mkdir(library);
      const compiled = await compileJava(jdk, library, {
        'lib/Gone.java': 'package lib; public class Gone extends RuntimeException { }',
      });
      const args = ['-cp', [classes, compiled].join(path.delimiter)];
      const changed = {
        'demo/Child.java': child('Object o = null; take((Parent) o); throw new lib.Gone();'),
      };
      const options = { classes: `after-${++count}`, args };
      const built = await readAll(await compileJava(jdk, folder, changed, options));
      await rm(library, { recursive: true });
      await start();
      assert.equal(error(await predictOne('demo.Child', built, { sameMachine: true })), 62);
      assert.equal(await answer(built, 'demo.Child'), 62);
      // Without a look at the class path it counts as there.
      assert.equal(error(await predictOne('demo.Child', built)), 0);
    });

    it('sees that an interface is gone, where nothing else of a class differs', async () => {
      await start();
      const built = await build({ 'demo/Both.java': 'package demo; interface Both extends Runnable { }' });
      assert.equal(error(await predictOne('demo.Both', built)), 66);
      assert.equal(await answer(built, 'demo.Both'), 66);
    });

    it('tells new classes from those that are only not loaded', async () => {
      await start();
      const built = await build({ 'demo/Child.java': `${child('return "two";')} class Fresh { }` });
      const told = await predict(built, { tellNew: true });
      const fresh = told.filter(({ isNew }) => isNew).map((each) => each.built.name);
      assert.ok(fresh.includes('demo.Fresh'), fresh.join());
      assert.ok(!fresh.includes('demo.Quiet') && !fresh.includes('demo.Child'), fresh.join());
    });

    it('counts objects that keep what the old constructor gave them, when asked', async () => {
      await start();
      const built = await build({ 'demo/Held.java': held('2') });
      const [asked] = await predict(built, { inUse: true });
      assert.equal(asked?.inUse?.instances, 3);
      const notes = asked.prediction?.notes.filter(({ code }) => code === 'constructor');
      assert.deepEqual(
        notes?.map(({ instances }) => instances),
        [3],
      );
      const [unasked] = await predict(built);
      assert.equal(unasked?.inUse, undefined);
    });

    it('names methods that run right now, when asked, and lets every thread go on', async () => {
      await start();
      const built = (await build({ 'demo/Waiting.java': waiting('two') })).filter(
        ({ name }) => name === 'demo.Waiting',
      );
      const [asked] = await predict(built, { inUse: true });
      assert.deepEqual([...(asked?.inUse?.onStack ?? [])].sort(), ['run()V', 'stay(I)V']);
      const notes = asked?.prediction?.notes.filter(({ code }) => code === 'onStack');
      assert.deepEqual(
        notes?.map(({ member }) => member),
        ['stay(I)V'],
        'only what changed',
      );
      const { threads } = await attached.connection.request(VirtualMachine.AllThreads, {});
      assert.ok(threads.length > 0);
      // It answers and ends: no thread was left stopped.
      jvm!.tell('');
      await redefine(attached.connection, [
        { loaded: attached.index.lookup('demo.Waiting')[0]!, built: built[0]! },
      ]);
    });

    it('predicts for each class loader of a class', async () => {
      await start();
      const built = await build({ 'demo/Twice.java': twice('two') });
      const one = await predictOne('demo.Twice', built);
      assert.equal(one.loaded.length, 2);
      assert.equal(error(one), 0);
      // One of the two gets another version: then only the other one still differs.
      const [first] = attached.index.lookup('demo.Twice');
      await redefine(attached.connection, [{ loaded: first!, built: built[0]! }]);
      assert.equal((await predictOne('demo.Twice', built)).loaded.length, 1);
    });

    it('knows that a class which failed to initialise is never redefined', async () => {
      await start();
      const built = await build({ 'demo/Failing.java': failing('two') });
      const failed = await predictOne('demo.Failing', built);
      assert.equal(error(failed), await answer(built, 'demo.Failing'));
      assert.equal(failed.prediction?.reasons[0]?.code, 'initializationFailed');
    });

    it('names the classes of the class roots that hold the old value of a constant', async () => {
      const before = await build({
        'demo/User.java': user(''),
        'demo/Constants.java': constants('some name'),
        'demo/Reader.java': 'package demo; class Reader { String f() { return Constants.NAME; } }',
      });
      const next = await build({ 'demo/Constants.java': constants('another name') });
      const loader = await compileJava(
        jdk,
        folder,
        {
          'demo/Main.java': main.replace('new User().f();', 'new User().f(); new Constants().own();'),
          'demo/Constants.java': constants('some name'),
        },
        { classes: `main-${++count}`, args: ['-cp', classes] },
      );
      jvm = await startJava(jdk, {
        classPath: [loader, classes],
        args: [plugins],
        mainClass: 'demo.Main',
        readyLine: 'ready',
      });
      const { endpoint } = jvm;
      attached = await attachJvm(
        { id: 'app', name: 'app', endpoint, dialer: new TcpDialer(), classRoots: [] },
        dependencies,
      );
      const built = next.filter(({ name }) => name === 'demo.Constants');
      const [found] = await predict(built, { allBuilt: () => Promise.resolve([...before, ...built]) });
      const notes = found?.prediction?.notes.filter(({ code }) => code === 'constantInlined');
      assert.deepEqual(
        notes?.map(({ classes: holders }) => holders),
        [['demo.Reader']],
      );
    });
  });
