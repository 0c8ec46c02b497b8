import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import * as path from 'node:path';
import { attachJvm, type Attached } from '../../src/hotswap/attach';
import type { BuiltClass } from '../../src/hotswap/model';
import { findInRoot } from '../../src/hotswap/roots/findInRoot';
import { swapClasses, type SwapOptions, type SwapResult } from '../../src/hotswap/swap';
import { TcpDialer } from '../../src/transport/tcp';
import { dependencies } from './support/hotswapApp';
import { desk, HostedApp, type Hosting } from './support/hostedApp';
import { jdksToTest } from './support/jdks';

const outcomes = ({ classes }: SwapResult): string[] =>
  classes
    .map(({ name, outcome, error, exception }) => [name, outcome, error, exception].filter(Boolean).join(' '))
    .sort();

const counter = {
  'shop/Counter.java': `package shop; class Counter extends Base {
    static final String KIND = String.valueOf("counter");
    public String name() { return KIND + " on " + super.name(); }
  }`,
  'shop/Base.java':
    'package shop; abstract class Base implements Named { public String name() { return "base"; } }',
  'shop/Named.java': 'package shop; interface Named { String name(); }',
};
const counterNames = ['shop.Counter', 'shop.Base', 'shop.Named'];

for (const jdk of jdksToTest()) {
  describe(`a save that adds classes, on a JVM ${jdk.feature}`, () => {
    let app: HostedApp;
    let attached: Attached;
    const start = async (hosting: Hosting, copies?: number): Promise<void> => {
      app = await HostedApp.start(jdk, hosting, copies);
      const target = { id: 'app', name: 'app', classRoots: [], dialer: new TcpDialer() };
      attached = await attachJvm({ ...target, endpoint: app.jvm.endpoint }, dependencies);
    };
    const swap = (classes: readonly BuiltClass[], options: SwapOptions = {}): Promise<SwapResult> =>
      swapClasses(attached, classes, { find: findInRoot, ...options });
    afterEach(async () => {
      attached.connection.dispose();
      await app.stop();
    });

    for (const hosting of ['web', 'tomcat', 'jar', 'boot', 'springBoot'] as const) {
      it(`defines them before it redefines what uses them (${hosting})`, async () => {
        await start(hosting);
        const sources = { 'shop/Desk.java': desk('new Counter().name()'), ...counter };
        const result = await swap(await app.build(sources, 'shop.Desk', ...counterNames));
        assert.deepEqual(outcomes(result), [
          'shop.Base defined',
          'shop.Counter defined',
          'shop.Desk swapped',
          'shop.Named defined',
        ]);
        assert.deepEqual(result.unloaded, []);
        assert.ok(result.ms.define !== undefined);
        assert.equal(await app.ask(), 'counter on base');
      });
    }

    it('defines nothing where the class loader sees the class root', async () => {
      await start('classPath');
      const sources = { 'shop/Desk.java': desk('new Counter().name()'), ...counter };
      const result = await swap(await app.build(sources, 'shop.Desk', ...counterNames));
      assert.deepEqual(outcomes(result), [
        'shop.Base pending',
        'shop.Counter pending',
        'shop.Desk swapped',
        'shop.Named pending',
      ]);
      assert.equal(result.ms.define, undefined);
      assert.equal(await app.ask(), 'counter on base');
    });

    it('defines under each class loader that has the changed class', async () => {
      await start('web', 2);
      const sources = { 'shop/Desk.java': desk('new Counter().name()'), ...counter };
      const result = await swap(await app.build(sources, 'shop.Desk', ...counterNames));
      const changed = result.classes.find(({ name }) => name === 'shop.Desk');
      assert.deepEqual(changed?.loaders?.map(({ name, outcome }) => `${name} ${outcome}`).sort(), [
        'shop##1 swapped',
        'shop##2 swapped',
      ]);
      assert.equal(await app.ask(), 'counter on base, counter on base');
    });

    it('defines under one class loader what was brought to another one before', async () => {
      await start('web', 2);
      const sources = { 'shop/Desk.java': desk('new Counter().name()'), ...counter };
      const built = await app.build(sources, 'shop.Desk', ...counterNames);
      await swap(built, { isChosenLoader: ({ name }) => name === 'shop##1' });
      assert.equal(await app.ask(), 'counter on base, old');
      await swap(built);
      assert.equal(await app.ask(), 'counter on base, counter on base');
    });

    it('finds a new class of an earlier save, pending or only on the disk', async () => {
      await start('web');
      const earlier = await app.build(counter, ...counterNames);
      assert.deepEqual(outcomes(await swap(earlier)), [
        'shop.Base pending',
        'shop.Counter pending',
        'shop.Named pending',
      ]);
      const [named] = earlier.filter(({ name }) => name === 'shop.Named');
      const uses = await app.build({ 'shop/Desk.java': desk('new Counter().name()') }, 'shop.Desk');
      await rm(path.join(app.root, 'shop', 'Named.class'));
      const result = await swap(uses, { earlier: [named!] });
      assert.deepEqual(outcomes(result), [
        'shop.Base defined',
        'shop.Counter defined',
        'shop.Desk swapped',
        'shop.Named defined',
      ]);
      assert.equal(await app.ask(), 'counter on base');
    });

    it('swaps a class that was defined once it is prepared, and waits for it until then', async () => {
      await start('web');
      const sources = {
        'shop/Desk.java': desk('"new" + (System.nanoTime() == 0 ? new Counter() : "")'),
        ...counter,
      };
      await swap(await app.build(sources, 'shop.Desk', ...counterNames));
      assert.equal(await app.ask(), 'new');
      const second = { 'shop/Counter.java': counter['shop/Counter.java'].replace('" on "', '" at "') };
      const uses = { 'shop/Desk.java': desk('"used: " + new Counter().name()') };
      const result = await swap(await app.build({ ...second, ...uses }, 'shop.Desk', 'shop.Counter'));
      assert.deepEqual(outcomes(result), ['shop.Counter pending', 'shop.Desk swapped']);
      assert.equal(await app.ask(), 'used: counter on base');
      const late = await swap(await app.build(second, 'shop.Counter'));
      assert.deepEqual(outcomes(late), ['shop.Counter swapped']);
      assert.equal(await app.ask(), 'used: counter at base');
    });

    it('defines nothing when the JVM refuses the changed class anyway', async () => {
      await start('web');
      const bad = { 'shop/Desk.java': desk('new Counter().name()', 'void added() {}'), ...counter };
      const refused = await swap(await app.build(bad, 'shop.Desk', ...counterNames));
      assert.ok(outcomes(refused).includes('shop.Desk refused 63'), outcomes(refused).join());
      // As nothing was defined, other class files of these names can be.
      const shape = {
        'shop/Named.java':
          'package shop; interface Named { String name(); default int more() { return 1; } }',
      };
      const good = {
        ...counter,
        ...shape,
        'shop/Desk.java': desk('new Counter().name() + new Counter().more()'),
      };
      const result = await swap(await app.build(good, 'shop.Desk', ...counterNames));
      assert.ok(outcomes(result).includes('shop.Named defined'), outcomes(result).join());
      assert.equal(await app.ask(), 'counter on base1');
    });

    it('takes a class that can be verified only with the new ones', async () => {
      await start('web');
      const body =
        'package shop; public class Desk { public static String answer() { Object o = new Counter(); return ((Named) o).name(); } }';
      const result = await swap(
        await app.build({ ...counter, 'shop/Desk.java': body }, 'shop.Desk', ...counterNames),
      );
      assert.ok(outcomes(result).includes('shop.Desk swapped'), outcomes(result).join());
      assert.equal(await app.ask(), 'counter on base');
    });

    it('swaps nothing when a new class can not be defined, and says why', async () => {
      await start('web');
      const sources = { 'shop/Desk.java': desk('new Counter().name()'), ...counter };
      const built = await app.build(sources, 'shop.Desk', ...counterNames);
      await rm(path.join(app.root, 'shop', 'Named.class'));
      const result = await swap(built.filter(({ name }) => name !== 'shop.Named'));
      assert.deepEqual(outcomes(result), [
        'shop.Base refused java.lang.NoClassDefFoundError',
        'shop.Counter refused java.lang.NoClassDefFoundError',
        'shop.Desk skipped',
      ]);
      assert.equal(await app.ask(), 'old');
    });
  });
}
