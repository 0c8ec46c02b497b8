import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { VirtualMachine } from '../../src/jdwp/commands';
import { ClassIndex } from '../../src/jdwp/classIndex';
import type { JdwpConnection } from '../../src/jdwp/connection';
import { nameOfRedefinable } from '../../src/jdwp/signature';
import { nextEvent } from '../../src/util/async';
import { attach, fixtureSources } from './support/jdwp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
  type TemporaryFolder,
} from './support/javaProcess';
import { jdksToTest } from './support/jdks';

for (const jdk of jdksToTest()) {
  describe(`JDWP class index of JDK ${jdk.version}`, () => {
    let temporary: TemporaryFolder;
    let jvm: JavaProcess;
    let connection: JdwpConnection;
    let index: ClassIndex;

    before(async () => {
      temporary = await temporaryFolder();
      const sources = await fixtureSources('play/Loaders.java', 'play/Hidden.java');
      const classes = await compileJava(jdk, temporary.folder, sources);
      const loose = await compileJava(
        jdk,
        temporary.folder,
        Object.fromEntries(
          ['Twin', 'Late', 'Flush'].map((name) => [`demo/${name}.java`, `package demo; class ${name} {}`]),
        ),
        { classes: 'loose' },
      );
      jvm = await startJava(jdk, {
        classPath: [classes],
        mainClass: 'play.Loaders',
        args: [loose],
        readyLine: 'READY',
      });
      connection = await attach(jvm);
      index = await ClassIndex.open(connection);
    });
    after(async () => {
      index.dispose();
      connection.dispose();
      await jvm.stop();
      await temporary.remove();
    });

    /** A class under a new loader: an event that brings along what HotSpot has not told yet. */
    let flushes = 0;
    async function flush(): Promise<void> {
      const told = nextEvent(index.onPrepare, ({ name }) => name === 'demo.Flush');
      await jvm.ask(`load flush${flushes++} demo.Flush`);
      await told;
      await index.settled();
    }

    async function theirs(): Promise<string[]> {
      const { classes } = await connection.request(VirtualMachine.AllClasses, {});
      const named = classes.flatMap(({ signature, typeID }) => {
        const name = nameOfRedefinable(signature);
        return name === undefined ? [] : [`${name} ${typeID}`];
      });
      return named.sort();
    }

    const ours = (): string[] =>
      [...index.names()].flatMap((name) => index.lookup(name).map(({ id }) => `${name} ${id}`)).sort();

    /** HotSpot tells of an unload some time after the collection, and only along with another event. */
    async function inStepWithTheVm(): Promise<void> {
      for (let attempts = 0; attempts < 50; attempts++) {
        await flush();
        if (isDeepStrictEqual(ours(), await theirs())) break;
      }
      assert.deepEqual(ours(), await theirs());
      assert.equal(index.size, ours().length);
    }

    it('has what the VM shows', () => inStepWithTheVm());

    it('keeps namesakes under several loaders apart, and forgets those whose loader is gone', async () => {
      for (const loader of ['one', 'two', 'three']) {
        const told = nextEvent(index.onPrepare);
        await jvm.ask(`load ${loader} demo.Twin`);
        assert.equal((await told).name, 'demo.Twin');
      }
      const twins = index.lookup('demo.Twin');
      assert.equal(twins.length, 3);
      const loaders = await Promise.all(twins.map((twin) => index.loaderOf(twin)));
      assert.equal(new Set(loaders).size, 3);
      assert.equal(await jvm.ask('drop two'), 'dropped');
      await inStepWithTheVm();
      assert.deepEqual(index.lookup('demo.Twin'), [twins[0], twins[2]]);
      await jvm.ask('load two demo.Twin');
      assert.equal(await jvm.ask('drop one'), 'dropped');
      assert.equal(await jvm.ask('drop three'), 'dropped');
      await inStepWithTheVm();
      assert.equal(index.lookup('demo.Twin').length, 1);
      assert.ok(!twins.includes(index.lookup('demo.Twin')[0]!));
    });

    it('shows a class only once it is linked, as the VM does', async () => {
      assert.equal(await jvm.ask('see late demo.Late'), 'demo.Late');
      await flush();
      assert.deepEqual(index.lookup('demo.Late'), []);
      const told = nextEvent(index.onPrepare);
      await jvm.ask('load late demo.Late');
      assert.equal((await told).name, 'demo.Late');
      assert.equal(index.lookup('demo.Late').length, 1);
    });

    it('an unload of a namesake that was never linked takes nothing away', async () => {
      await jvm.ask('see early demo.Late');
      assert.equal(await jvm.ask('drop early'), 'dropped');
      await inStepWithTheVm();
      assert.equal(index.lookup('demo.Late').length, 1);
      await inStepWithTheVm();
    });

    it('leaves hidden classes and arrays out', async () => {
      assert.match(await jvm.ask('hidden'), /^play\.Hidden\/0x/);
      await flush();
      assert.deepEqual(
        [...index.names()].filter((name) => /0x|\[|Hidden/.test(name)),
        [],
      );
      assert.equal(await jvm.ask('array'), '[[Lplay.Hidden;');
      await inStepWithTheVm();
      assert.deepEqual(
        [...index.names()].filter((name) => name.includes('[')),
        [],
      );
    });

    it('of a second connection is complete while classes come and go', async () => {
      index.dispose();
      const loading = (async () => {
        for (let at = 0; at < 40; at++) await jvm.ask(`load storm${at % 20} demo.Twin`);
      })();
      index = await ClassIndex.open(connection);
      await loading;
      await inStepWithTheVm();
      assert.equal(index.lookup('demo.Twin').length, 21);
    });
  });
}
