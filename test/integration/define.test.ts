import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineClasses, inOrder, type NewClass } from '../../src/hotswap/define/defineClasses';
import { withHeldThread } from '../../src/hotswap/define/heldThread';
import { HotSwapError } from '../../src/hotswap/errors';
import type { BuiltClass } from '../../src/hotswap/model';
import { redefine } from '../../src/hotswap/redefine';
import { ClassIndex } from '../../src/jdwp/classIndex';
import { ThreadReference, VirtualMachine } from '../../src/jdwp/commands';
import { JdwpConnection } from '../../src/jdwp/connection';
import { TcpDialer } from '../../src/transport/tcp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
  type TemporaryFolder,
} from './support/javaProcess';
import { findJdks } from './support/jdks';

const main = (body: string): string => `
package demo;
public class Main {
  static String answer() { ${body} }
  public static void main(String[] args) throws Exception {
    System.out.println("READY");
    int c;
    while ((c = System.in.read()) >= 0) if (c == '\\n') { System.out.println(answer()); System.out.flush(); }
  }
}`;
/** A second thread, so that one comes by although the main thread waits for input. */
const ticking = `
package demo;
public class Ticking {
  public static void main(String[] args) throws Exception {
    Thread ticker = new Thread(() -> { for (;;) try { Thread.sleep(20); } catch (InterruptedException e) { return; } });
    ticker.setDaemon(true);
    ticker.start();
    Main.main(args);
  }
}`;
const added = {
  'demo/Shape.java': 'package demo; interface Shape { String name(); }',
  'demo/Base.java':
    'package demo; abstract class Base implements Shape { public String name() { return "base"; } }',
  'demo/Circle.java':
    'package demo; class Circle extends Base { public String name() { return "circle of " + super.name(); } }',
};

for (const jdk of findJdks()) {
  describe(`defining new classes on Java ${jdk.version}`, () => {
    let temporary: TemporaryFolder;
    let folder: string;
    let jvm: JavaProcess;
    let connection: JdwpConnection;
    let index: ClassIndex;

    const start = async (mainClass: string): Promise<void> => {
      const classes = await compileJava(jdk, folder, {
        'demo/Main.java': main('return "old";'),
        'demo/Ticking.java': ticking,
      });
      jvm = await startJava(jdk, { classPath: [classes], mainClass, readyLine: 'READY' });
      connection = await JdwpConnection.open(await new TcpDialer().dial(jvm.endpoint));
      index = await ClassIndex.open(connection);
    };
    const built = async (name: string): Promise<BuiltClass> => {
      const root = join(folder, 'next');
      const file = join(root, `${name.replaceAll('.', '/')}.class`);
      return { name, root, file, bytes: await readFile(file) };
    };
    const newClasses = async (...names: string[]): Promise<NewClass[]> => {
      const [sibling] = index.lookup('demo.Main');
      return Promise.all(names.map(async (name) => ({ built: await built(name), sibling: sibling! })));
    };

    beforeEach(async () => {
      temporary = await temporaryFolder();
      folder = temporary.folder;
    });
    afterEach(async () => {
      connection.dispose();
      await jvm.stop();
      await temporary.remove();
    });

    it('brings in a class hierarchy in the right order, and the redefined class uses it', async () => {
      await start('demo.Ticking');
      await compileJava(
        jdk,
        folder,
        { 'demo/Main.java': main('return new Circle().name();'), ...added },
        { classes: 'next' },
      );
      // Given in the wrong order on purpose.
      const classes = await newClasses('demo.Circle', 'demo.Base', 'demo.Shape');
      const results = await defineClasses(connection, index, classes);
      assert.deepEqual(
        results.map(({ kind }) => kind),
        ['defined', 'defined', 'defined'],
      );
      const [loaded] = index.lookup('demo.Main');
      assert.deepEqual(await redefine(connection, [{ loaded: loaded!, built: await built('demo.Main') }]), {
        accepted: true,
      });
      assert.equal(await jvm.ask(''), 'circle of base');
    });

    it('leaves a class alone that its loader finds by itself', async () => {
      await start('demo.Ticking');
      await compileJava(jdk, folder, { ...added, 'demo/Main.java': main('return "old";') });
      await compileJava(jdk, folder, added, { classes: 'next' });
      const results = await defineClasses(connection, index, await newClasses('demo.Shape'));
      assert.deepEqual(results, [{ kind: 'visible' }]);
    });

    it('tells what the loader threw', async () => {
      await start('demo.Ticking');
      await compileJava(jdk, folder, added, { classes: 'next' });
      const [circle] = await newClasses('demo.Circle');
      assert.deepEqual(await defineClasses(connection, index, [circle!]), [
        { kind: 'failed', exception: 'java.lang.NoClassDefFoundError' },
      ]);
    });

    const suspendCounts = async (): Promise<number[]> => {
      const { threads } = await connection.request(VirtualMachine.AllThreads, {});
      const counts = threads.map((thread) => connection.request(ThreadReference.SuspendCount, { thread }));
      return (await Promise.all(counts)).map(({ suspendCount }) => suspendCount);
    };

    it('defines in an idle JVM, where no thread of the application comes by', async () => {
      await start('demo.Main');
      await compileJava(jdk, folder, added, { classes: 'next' });
      assert.deepEqual(await defineClasses(connection, index, await newClasses('demo.Shape')), [
        { kind: 'defined' },
      ]);
      assert.ok((await suspendCounts()).every((count) => count === 0));
      assert.equal(await jvm.ask(''), 'old');
    });

    it('takes a class that the loader was given before for one that is there', async () => {
      await start('demo.Main');
      await compileJava(jdk, folder, added, { classes: 'next' });
      const classes = await newClasses('demo.Shape');
      await defineClasses(connection, index, classes);
      assert.deepEqual(await defineClasses(connection, index, classes), [{ kind: 'visible' }]);
    });

    it('gives up in time when every thread is suspended, and leaves them as they were', async () => {
      await start('demo.Main');
      await compileJava(jdk, folder, added, { classes: 'next' });
      const classes = await newClasses('demo.Shape');
      await connection.request(VirtualMachine.Suspend, {});
      await assert.rejects(
        defineClasses(connection, index, classes, { timeoutMs: 400 }),
        (error) => error instanceof HotSwapError && error.reason === 'noThread',
      );
      assert.ok((await suspendCounts()).every((count) => count === 1));
      await connection.request(VirtualMachine.Resume, {});
      assert.equal(await jvm.ask(''), 'old');
    });

    it('lets the thread go on when the work in it fails', async () => {
      await start('demo.Ticking');
      await assert.rejects(
        withHeldThread(connection, () => Promise.reject(new Error('broken'))),
        /broken/,
      );
      assert.ok((await suspendCounts()).every((count) => count === 0));
    });
  });
}

describe('inOrder', () => {
  it('puts superclasses and interfaces first', async function () {
    const [jdk] = findJdks();
    const { folder, remove } = await temporaryFolder();
    try {
      const classes = await compileJava(jdk!, folder, added);
      const all = await Promise.all(
        ['Circle', 'Base', 'Shape'].map(async (simple): Promise<NewClass> => {
          const name = `demo.${simple}`;
          const file = join(classes, 'demo', `${simple}.class`);
          return {
            built: { name, root: classes, file, bytes: await readFile(file) },
            sibling: undefined as never,
          };
        }),
      );
      assert.deepEqual(
        inOrder(all).map((each) => each.built.name),
        ['demo.Shape', 'demo.Base', 'demo.Circle'],
      );
    } finally {
      await remove();
    }
  });
});
