import assert from 'node:assert/strict';
import { attachJvm, type Attached } from '../../src/hotswap/attach';
import { predictClasses } from '../../src/hotswap/predictJvm';
import { redefine } from '../../src/hotswap/redefine';
import { dependencies, HotSwapApp, readAll } from './support/hotswapApp';
import { compileJava } from './support/javaProcess';
import { jdksToTest } from './support/jdks';

/** One number in each place where the JVM does not look again: an enum constant, a static field, an object. */
const probe = (n: number): string => `package demo;
public class Probe {
  enum Kind { ONE(${n}); final int n; Kind(int n) { this.n = n; } }
  static int n = ${n};
  static final Probe MADE = new Probe();
  final int made;
  Probe() { made = ${n}; }
  static String text() { return ${n} + ": " + Kind.ONE.n + " " + n + " " + MADE.made; }
}`;

for (const jdk of jdksToTest())
  describe(`what prediction says will not take effect in a JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    let attached: Attached;

    before(async () => {
      app = await HotSwapApp.start(jdk);
      attached = await attachJvm(app.target(), dependencies);
    });
    after(async () => {
      attached.connection.dispose();
      await app.stop();
    });

    it('does not: static fields, enum constants and objects keep what they have', async () => {
      const compile = (n: number): Promise<string> =>
        compileJava(jdk, app.folder, { 'demo/Probe.java': probe(n) }, { classes: `probe-${n}` });
      const first = await compile(1);
      assert.equal(await app.ask(`load ${first}/ demo.Probe`), '1: 1 1 1');
      const built = await readAll(await compile(2));
      const predictions = await predictClasses(attached, built, { rootsVisible: true, inUse: true });
      const notes = predictions.flatMap(({ prediction }) => {
        assert.equal(prediction?.verdict, 'accept');
        return prediction.notes.map(({ code, member, line }) => [code, member, line]);
      });
      assert.deepEqual(notes.filter(([code]) => code !== 'unknown').sort(), [
        ['constructor', '<init>()V', 7],
        ['enumConstants', 'ONE', 3],
        ['staticInitializer', 'n', 4],
      ]);
      const items = built.map((each) => ({ built: each, loaded: attached.index.lookup(each.name)[0]! }));
      assert.deepEqual(await redefine(attached.connection, items), { accepted: true });
      assert.equal(await app.ask('again 0 demo.Probe'), '2: 1 1 1');
    });
  });
