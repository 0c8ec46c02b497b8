import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
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
      readonly notes?: readonly string[];
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

    it('finds the source where the build has it, for lines that no class file tells', async () => {
      const project = path.join(app.folder, 'project');
      const source = path.join(project, 'src', 'main', 'java', 'demo', 'Greeting.java');
      const text = greeting('two', '\n\n  int added;');
      await mkdir(path.dirname(source), { recursive: true });
      await writeFile(path.join(project, 'pom.xml'), '<project/>');
      await writeFile(source, text);
      const classes = path.join(project, 'target', 'classes');
      await cp(await app.compile({ 'demo/Greeting.java': text }), classes, { recursive: true });
      const [, { jvms }] = await predict(classes, '--only', 'demo.Greeting');
      const line = text.slice(0, text.indexOf('int added')).split('\n').length;
      assert.deepEqual(
        jvms[0]?.classes[0]?.reasons?.map((reason) => [reason.code, reason.line]),
        [['fieldAdded', line]],
      );
    });

    it('tells classes that are new, not loaded, and gone', async () => {
      const folder = path.join(app.folder, 'partly');
      const built = await app.compile({
        'demo/Other.java': `${other('two')} class Fresh { }`,
      });
      await cp(built, folder, { recursive: true });
      await rm(path.join(folder, 'demo', 'Greeting.class'));
      const [code, { jvms }] = await predict(folder);
      assert.equal(code, 0);
      const states = Object.fromEntries(jvms[0]!.classes.map(({ name, state }) => [name, state]));
      assert.deepEqual(states, {
        'demo.App': 'same',
        'demo.Fresh': 'new',
        'demo.Greeting': 'gone',
        'demo.Late': 'unloaded',
        'demo.Other': 'changed',
      });
    });

    it('sees by the class path what JDWP does not give back', async () => {
      const annotated = `package demo; @Deprecated public class Other { static String text() { return "two"; } }`;
      const classes = await app.compile({ 'demo/Other.java': annotated });
      const [code, { jvms }] = await predict(classes, '--only', 'demo.Other');
      assert.equal(code, 0);
      assert.match(jvms[0]?.classes[0]?.notes?.join() ?? '', /annotation java\.lang\.Deprecated changed/);
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
