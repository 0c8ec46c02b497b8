import assert from 'node:assert/strict';
import * as path from 'node:path';
import { attachJvm, detachJvm, type Attached } from '../../src/hotswap/attach';
import type { LoaderInfo } from '../../src/hotswap/model';
import { swapClasses, type SwapResult } from '../../src/hotswap/swap';
import { dependencies, greeting, HotSwapApp, other, readAll } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

const outcomes = ({ classes }: SwapResult): string[] =>
  classes.map(({ name, state, outcome, error }) => [name, state, outcome, error].filter(Boolean).join(' '));

for (const jdk of jdksToTest()) {
  describe(`swapping classes of a JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    let attached: Attached;
    const attach = async (): Promise<void> => void (attached = await attachJvm(app.target(), dependencies));
    const detach = async (): Promise<void> => {
      attached.index.dispose();
      await detachJvm(attached.connection);
    };

    beforeEach(async () => {
      app = await HotSwapApp.start(jdk);
      await attach();
    });
    afterEach(async () => {
      attached.connection.dispose();
      await app.stop();
    });

    it('sends nothing when everything runs already', async () => {
      const result = await swapClasses(attached, await readAll(app.classes));
      assert.deepEqual(outcomes(result).sort(), [
        'demo.App same skipped',
        'demo.Greeting same skipped',
        'demo.Late unloaded pending',
        'demo.Other same skipped',
      ]);
      assert.equal(result.ms.send, undefined);
    });

    it('swaps what changed, once, and finds it running afterwards', async () => {
      const next = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting', 'demo.Other');
      const result = await swapClasses(attached, next);
      assert.deepEqual(outcomes(result), ['demo.Greeting changed swapped', 'demo.Other same skipped']);
      assert.equal(result.classes[0]?.verified, undefined);
      const lines = greeting('two').split('\n');
      for (const { name, firstLine = 0 } of result.classes[0]?.methods ?? assert.fail('no methods'))
        assert.match(lines.slice(firstLine - 2, firstLine + 1).join('\n'), new RegExp(name));
      assert.equal(await app.ask('greet'), 'two4');
      const again = await swapClasses(attached, next);
      assert.deepEqual(outcomes(again), ['demo.Greeting same skipped', 'demo.Other same skipped']);
    });

    it('compares symbolically what an earlier attachment redefined', async () => {
      const two = await app.build({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      await swapClasses(attached, two);
      await detach();
      await attach();
      assert.deepEqual(outcomes(await swapClasses(attached, two)), ['demo.Greeting same skipped']);
      const one = (await readAll(app.classes)).filter(({ name }) => name === 'demo.Greeting');
      assert.deepEqual(outcomes(await swapClasses(attached, one)), ['demo.Greeting changed swapped']);
      assert.equal(await app.ask('greet'), 'one4');
    });

    it('swaps a class whose line numbers alone moved, and says so', async () => {
      const moved = await app.build({ 'demo/Greeting.java': `\n\n${greeting('one')}` }, 'demo.Greeting');
      assert.deepEqual(outcomes(await swapClasses(attached, moved)), ['demo.Greeting debug swapped']);
    });

    it('tells a change of modifiers from none', async () => {
      const final = greeting('one').replace('String text()', 'final String text()');
      const built = await app.build({ 'demo/Greeting.java': final }, 'demo.Greeting');
      assert.deepEqual(outcomes(await swapClasses(attached, built)), ['demo.Greeting changed refused 71']);
    });

    it('applies nothing of a save when one class is refused, and names it', async () => {
      const built = await app.build(
        { 'demo/Greeting.java': greeting('two', 'void added() {}'), 'demo/Other.java': other('other two') },
        'demo.Greeting',
        'demo.Other',
      );
      assert.deepEqual(outcomes(await swapClasses(attached, built)), [
        'demo.Greeting changed refused 63',
        'demo.Other changed skipped',
      ]);
      assert.equal(await app.ask('greet'), 'one4');
      assert.equal(await app.ask('other'), 'other one');
    });

    it('finds every refused class with its own error', async () => {
      const built = await app.build(
        {
          'demo/Greeting.java': greeting('two', 'int field;'),
          'demo/Other.java': other('two', 'class Inner {}'),
        },
        'demo.Greeting',
        'demo.Other',
      );
      assert.deepEqual(outcomes(await swapClasses(attached, built)), [
        'demo.Greeting changed refused 64',
        'demo.Other changed refused 72',
      ]);
      assert.equal(await app.ask('greet'), 'one4');
    });

    it("finds a class whose own error is that of a decoy (another class's name)", async () => {
      const [first, second] = await app.build(
        { 'demo/Greeting.java': greeting('two'), 'demo/Other.java': other('two') },
        'demo.Greeting',
        'demo.Other',
      );
      const misnamed = { ...first!, bytes: second!.bytes };
      const result = await swapClasses(attached, [misnamed, second!]);
      assert.deepEqual(outcomes(result), ['demo.Greeting changed refused 69', 'demo.Other changed skipped']);
      assert.equal(await app.ask('other'), 'other one');
    });

    it('redefines a class under every loader that has it', async () => {
      await app.ask(`load ${path.join(app.classes, path.sep)} demo.Other`);
      await app.ask(`load ${path.join(app.classes, path.sep)} demo.Other`);
      const built = await app.build({ 'demo/Other.java': other('other two') }, 'demo.Other');
      const result = await swapClasses(attached, built);
      assert.deepEqual(
        result.classes.map(({ outcome, loaders }) => [
          outcome,
          loaders?.map((each) => [each.type, each.name, each.outcome].join(' ')).sort(),
        ]),
        [
          [
            'swapped',
            [
              'java.net.URLClassLoader  swapped',
              'java.net.URLClassLoader  swapped',
              'jdk.internal.loader.ClassLoaders$AppClassLoader app swapped',
            ],
          ],
        ],
      );
      assert.deepEqual(
        [await app.ask('other'), await app.ask('again 0 demo.Other'), await app.ask('again 1 demo.Other')],
        ['other two', 'other two', 'other two'],
      );
    });

    it('redefines only under the loaders where it differs', async () => {
      const two = await app.compile({ 'demo/Other.java': other('other two') });
      await app.ask(`load ${path.join(two, path.sep)} demo.Other`);
      const built = (await readAll(two)).filter(({ name }) => name === 'demo.Other');
      const result = await swapClasses(attached, built);
      assert.deepEqual(
        result.classes.map(({ state, outcome, loaders }) => [
          state,
          outcome,
          loaders?.map((each) => `${each.name ?? 'unnamed'} ${each.state} ${each.outcome}`).sort(),
        ]),
        [['changed', 'swapped', ['app changed swapped', 'unnamed same skipped']]],
      );
      assert.equal(await app.ask('other'), 'other two');
    });

    it('redefines only under the loaders that were chosen', async () => {
      await app.ask(`load ${path.join(app.classes, path.sep)} demo.Other`);
      const built = await app.build({ 'demo/Other.java': other('other two') }, 'demo.Other');
      const isChosenLoader = ({ name }: LoaderInfo): boolean => name !== 'app';
      const result = await swapClasses(attached, built, { isChosenLoader });
      assert.deepEqual(
        result.classes.map(({ outcome, loaders }) => [
          outcome,
          loaders?.map((each) => `${each.name ?? 'unnamed'} ${each.outcome}`).sort(),
        ]),
        [['swapped', ['app skipped', 'unnamed swapped']]],
      );
      assert.deepEqual(
        [await app.ask('other'), await app.ask('again 0 demo.Other')],
        ['other one', 'other two'],
      );
    });

    it('redefines with `all` what runs already', async () => {
      const same = (await readAll(app.classes)).filter(({ name }) => name === 'demo.Greeting');
      assert.deepEqual(outcomes(await swapClasses(attached, same, { all: true })), [
        'demo.Greeting same swapped',
      ]);
    });
  });
}
