import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { parseClassFile } from '../../src/classfile/classFile';
import { attachJvm, type Attached } from '../../src/hotswap/attach';
import { bytecodeSides, type Sides } from '../../src/hotswap/comparison/bytecode';
import { compareJvm, type CompareOptions } from '../../src/hotswap/comparison/compareJvm';
import { countStates, type ComparedClass, type JvmComparison } from '../../src/hotswap/comparison/model';
import { swapClasses } from '../../src/hotswap/swap';
import { openRoots } from '../../src/hotswap/roots/openRoots';
import { nextEvent } from '../../src/util/async';
import { AbortedError } from '../../src/util/errors';
import { dependencies, greeting, HotSwapApp, late, other, readAll } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

/** Uses a constant pool in all its kinds: numbers, strings, calls, lambdas, concatenation, a switch on strings. */
const varied = (text: string, limit: number): string => `package demo;
public class Other {
  static long sum(int limit) { long sum = ${limit}L; for (int i = 0; i < limit; i++) sum += i; return sum; }
  static String text() {
    java.util.function.Supplier<String> lazy = () -> "${text}" + sum(3);
    switch (lazy.get()) { case "a": return "A"; case "${text}": return "B"; default: return lazy.get(); }
  }
}`;

for (const jdk of jdksToTest()) {
  describe(`comparing a JVM ${jdk.feature} with class roots`, () => {
    let app: HotSwapApp;
    let attached: Attached;

    beforeEach(async () => {
      app = await HotSwapApp.start(jdk);
      attached = await attachJvm(app.target(), dependencies);
    });
    afterEach(async () => {
      attached.connection.dispose();
      await app.stop();
    });

    const compare = async (
      root: string,
      options: CompareOptions = {},
      signal?: AbortSignal,
    ): Promise<JvmComparison> => {
      const roots = await openRoots([root], 'newest');
      try {
        return await compareJvm(attached, roots.entries, options, signal);
      } finally {
        await roots.close();
      }
    };
    const swap = async (root: string): Promise<void> => {
      const { classes } = await swapClasses(attached, await readAll(root));
      assert.ok(classes.every(({ outcome }) => outcome !== 'refused'));
    };
    /** As a debugger that comes later: it does not know what was swapped before. */
    const attachAnew = async (): Promise<void> => {
      attached.connection.dispose();
      attached = await attachJvm(app.target(), dependencies);
    };
    const states = ({ classes }: JvmComparison): string[] =>
      classes.map(({ name, state }) => `${name} ${state}`);
    const members = ({ loaders }: ComparedClass): string[] =>
      loaders.flatMap(({ differences }) =>
        differences.map((each) => (each.of === 'class' ? each.what : `${each.name} ${each.what}`)),
      );
    const find = ({ classes }: JvmComparison, name: string): ComparedClass => {
      const found = classes.find((each) => each.name === name);
      assert.ok(found, name);
      return found;
    };

    it('finds nothing in what it was started with', async () => {
      const compared = await compare(app.classes);
      assert.deepEqual(states(compared), [
        'demo.App same',
        'demo.Greeting same',
        'demo.Late unloaded',
        'demo.Other same',
      ]);
      assert.deepEqual(compared.unreadable, []);
    });

    it('compares by meaning once swaps merged the constant pools, there and back', async () => {
      const one = await app.compile({ 'demo/Other.java': varied('one', 1) });
      const two = await app.compile({ 'demo/Other.java': varied('two', 2) });
      const refused = find(await compare(one), 'demo.Other');
      assert.equal(refused.state, 'changed');
      // The members differ from those of the program: bring up one that has them.
      await attachedTo(one);
      for (const root of [two, one, two]) await swap(root);
      await attachAnew();
      assert.equal(find(await compare(two), 'demo.Other').state, 'same');
      const compared = find(await compare(one), 'demo.Other');
      assert.equal(compared.state, 'changed');
      assert.deepEqual(members(compared), ['sum code', 'text code', 'lambda$text$0 code']);
      assert.deepEqual(
        compared.loaders[0]?.methods.map(({ name, firstLine }) => [name, firstLine]),
        [
          ['sum', 3],
          ['text', 5],
          ['lambda$text$0', 5],
        ],
      );
    });

    it('tells debug data from code, also where pools were merged', async () => {
      const moved = await app.compile({ 'demo/Greeting.java': `\n\n${greeting('one')}` });
      const before = find(await compare(moved), 'demo.Greeting');
      assert.equal(before.state, 'debug');
      assert.deepEqual(members(before), ['<init> debug', 'text debug']);
      await swap(await app.compile({ 'demo/Greeting.java': greeting('two') }));
      await swap(await app.compile({ 'demo/Greeting.java': greeting('one') }));
      await attachAnew();
      assert.equal(find(await compare(moved), 'demo.Greeting').state, 'debug');
      assert.equal(find(await compare(app.classes), 'demo.Greeting').state, 'same');
    });

    it('knows exactly what it swapped itself, although JDWP gives no handlers and annotations back', async () => {
      const caught = (type: string): string =>
        greeting('one').replace(
          'return "one" + count;',
          `try { return "one" + count; } catch (${type} e) { return "x"; }`,
        );
      const one = await app.compile({ 'demo/Greeting.java': caught('IllegalStateException') });
      const both = `class Names { Object a = IllegalStateException.class; Object b = IllegalArgumentException.class; }`;
      const two = await app.compile({ 'demo/Greeting.java': caught('IllegalArgumentException') + both });
      for (const root of [two, one]) await swap(root);
      const compared = find(await compare(two), 'demo.Greeting');
      assert.equal(compared.state, 'changed');
      assert.ok(members(compared).includes('text handlers'), members(compared).join());
    });

    it('lists classes that only the JVM has, but not those generated at run time', async () => {
      const copy = path.join(app.folder, 'copy');
      await cp(app.classes, copy, { recursive: true });
      await rm(path.join(copy, 'demo', 'Other.class'));
      assert.deepEqual(
        (await compare(copy)).classes.filter(({ state }) => state === 'gone').map(({ name }) => name),
        ['demo.Other'],
      );
      const proxied = other('x', 'interface Hidden {}').replace(
        'return "x";',
        'return java.lang.reflect.Proxy.newProxyInstance(Other.class.getClassLoader(), new Class[] { Hidden.class }, (p, m, a) -> "x").getClass().getName();',
      );
      // The JVM tells of it when it likes.
      const told = nextEvent(attached.index.onPrepare, ({ name }) => name.startsWith('demo.$Proxy'));
      const proxy = await app.ask(`load ${await app.compile({ 'demo/Other.java': proxied })} demo.Other`);
      assert.equal((await told).name, proxy);
      assert.equal(attached.index.lookup(proxy).length, 1);
      const names = (await compare(copy)).classes
        .filter(({ state }) => state === 'gone')
        .map(({ name }) => name);
      assert.deepEqual(names, ['demo.Other', 'demo.Other$Hidden']);
      assert.deepEqual(
        (await compare(copy, { isChosen: (name) => name === 'demo.App' })).classes.map(({ name }) => name),
        ['demo.App'],
      );
    });

    it('compares a class under each of its loaders', async () => {
      await app.ask(`load ${await app.compile({ 'demo/Other.java': other('another one') })} demo.Other`);
      const compared = find(await compare(app.classes), 'demo.Other');
      assert.equal(compared.state, 'changed');
      assert.deepEqual(compared.loaders.map(({ state }) => state).sort(), ['changed', 'same']);
      assert.deepEqual(compared.loaders.map(({ loader }) => loader?.type.replace(/.*[.$]/, '')).sort(), [
        'AppClassLoader',
        'URLClassLoader',
      ]);
    });

    it('says of classes that are loaded and not linked that they are not loaded yet', async () => {
      assert.equal(await app.ask('known demo.Late'), 'known');
      assert.equal(find(await compare(app.classes), 'demo.Late').state, 'unloaded');
      const two = await app.compile({ 'demo/Late.java': late('late two') });
      assert.equal(await app.ask('late'), 'late one static late one');
      assert.equal(find(await compare(two), 'demo.Late').state, 'changed');
    });

    it('is equal after one swap of what differs', async () => {
      const two = await app.compile({
        'demo/Greeting.java': greeting('two'),
        'demo/Other.java': `\n${other('other two')}`,
      });
      assert.deepEqual(countStates((await compare(two)).classes), {
        changed: 2,
        debug: 0,
        gone: 0,
        unloaded: 1,
        same: 1,
      });
      await swap(two);
      const { classes } = await compare(two);
      assert.equal(countStates(classes).same, 3);
      await attachAnew();
      assert.equal(countStates((await compare(two)).classes).same, 3);
    });

    it('leaves out what is no class file, and says so', async () => {
      const copy = path.join(app.folder, 'copy');
      await cp(app.classes, copy, { recursive: true });
      await writeFile(path.join(copy, 'demo', 'Other.class'), 'half written');
      const compared = await compare(copy);
      assert.deepEqual(compared.unreadable, ['demo.Other']);
      assert.ok(!compared.classes.some(({ name }) => name === 'demo.Other'));
    });

    it('tells how far it is, and stops when it is told to', async () => {
      const told: string[] = [];
      await compare(app.classes, { onProgress: (done, total) => told.push(`${done}/${total}`) });
      assert.deepEqual(told, ['1/4', '2/4', '3/4', '4/4']);
      const abort = new AbortController();
      const aborted = compare(app.classes, { onProgress: () => abort.abort() }, abort.signal);
      await assert.rejects(aborted, AbortedError);
      assert.equal(attached.connection.pendingRequests, 0);
    });

    const sides = async (root: string, name: string): Promise<Sides> => {
      const file = parseClassFile(await readFile(path.join(root, 'demo', `${name}.class`)));
      return bytecodeSides(attached, attached.index.lookup(`demo.${name}`)[0], file);
    };

    it('gives both sides the same text where they are the same, merged pools or not', async () => {
      for (const name of ['App', 'Greeting', 'Other']) {
        const { running, built } = await sides(app.classes, name);
        assert.equal(running, built);
      }
      const two = await app.compile({ 'demo/Other.java': other('two') });
      await swap(two);
      const known = await sides(two, 'Other');
      assert.equal(known.running, known.built);
      await attachAnew();
      const read = await sides(two, 'Other');
      assert.equal(read.running, read.built);
      const { running, built } = await sides(app.classes, 'Other');
      assert.match(running!, /ldc "two"/);
      assert.equal(running!.replace('"two"', '"other one"'), built);
    });

    it('shows a difference that JDWP gives only as a constant: the text of a concatenation', async () => {
      const two = await app.compile({ 'demo/Greeting.java': greeting('two') });
      const { running, built } = await sides(two, 'Greeting');
      assert.equal(running!.replace('"one\\u0001"', '"two\\u0001"'), built);
      assert.notEqual(running, built);
    });

    /** Starts the program anew with other classes. */
    async function attachedTo(classes: string): Promise<void> {
      attached.connection.dispose();
      await app.jvm.stop();
      await app.restart(classes);
      attached = await attachJvm(app.target(), dependencies);
    }
  });
}
