import assert from 'node:assert/strict';
import { lastLine, runCli } from './support/cli';
import { greeting, HotSwapApp, other } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

interface Predicted {
  readonly jvms: readonly {
    readonly version: string;
    readonly classes: readonly {
      readonly name: string;
      readonly state: string;
      readonly verdict?: string;
      readonly error?: number;
      readonly reasons?: readonly {
        readonly code: string;
        readonly member?: string;
        readonly line?: number;
      }[];
    }[];
  }[];
}

for (const jdk of jdksToTest()) {
  describe(`swapdeck predict against Java ${jdk.feature}`, () => {
    let app: HotSwapApp;
    before(async () => (app = await HotSwapApp.start(jdk)));
    after(() => app.stop());
    const predict = async (classes: string, ...more: string[]): Promise<[number | null, Predicted]> => {
      const jvm = `127.0.0.1:${app.endpoint.port}`;
      const ran = await runCli(app.folder, 'predict', '--jvm', jvm, '--classes', classes, '--json', ...more);
      return [ran.code, lastLine(ran.stdout) as Predicted];
    };

    it('tells a refused class with every reason and its line, sends nothing, and exits with 3', async () => {
      const classes = await app.compile({
        'demo/Greeting.java': greeting('two', 'int added; void more() {}'),
      });
      const [code, { jvms }] = await predict(classes);
      assert.equal(code, 3);
      const [jvm] = jvms;
      assert.match(jvm!.version, new RegExp(`^${jdk.feature}`));
      const row = jvm!.classes.find(({ name }) => name === 'demo.Greeting');
      assert.equal(row?.verdict, 'refuse');
      assert.equal(row.error, 64);
      assert.deepEqual(
        row.reasons?.map(({ code: reason, member }) => [reason, member]),
        [
          ['fieldAdded', 'added'],
          ['methodAdded', 'more()V'],
        ],
      );
      assert.equal(await app.ask('greet'), 'one4');
    });

    it('accepts a changed body, and exits with 0', async () => {
      const classes = await app.compile({ 'demo/Other.java': other('another') });
      const [code, { jvms }] = await predict(classes, '--only', 'demo.Other');
      assert.equal(code, 0);
      assert.deepEqual(
        jvms[0]?.classes.map(({ name, state, verdict }) => [name, state, verdict]),
        [['demo.Other', 'changed', 'accept']],
      );
    });
  });
}
