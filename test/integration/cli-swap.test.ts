import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as path from 'node:path';
import { lastLine, runCli, startCli, type Ran } from './support/cli';
import { greeting, HotSwapApp, late, other } from './support/hotswapApp';
import { freePort } from './support/javaProcess';
import { jdksToTest } from './support/jdks';

interface SwapJson {
  readonly jvms: readonly {
    readonly jvm: string;
    readonly version?: string;
    readonly classes: readonly {
      readonly name: string;
      readonly state: string;
      readonly outcome: string;
      readonly error?: number;
      readonly message: string;
      readonly loaders?: readonly { readonly type: string; readonly outcome: string }[];
    }[];
    readonly swapped: number;
    readonly ms: Record<string, number>;
    readonly error?: { readonly reason: string; readonly message: string; readonly next: readonly string[] };
  }[];
  readonly group?: { readonly decision: string; readonly cause?: string };
}

const json = ({ stdout }: Ran): unknown => lastLine(stdout);

for (const jdk of jdksToTest()) {
  describe(`swapdeck swap, JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    const jvm = (): string => `127.0.0.1:${app.endpoint.port}`;
    const swap = async (...argv: string[]): Promise<{ code: number | null; json: SwapJson }> => {
      const ran = await runCli('.', 'swap', '--jvm', jvm(), '--json', ...argv);
      return { code: ran.code, json: json(ran) as SwapJson };
    };

    beforeEach(async () => (app = await HotSwapApp.start(jdk)));
    afterEach(() => app.stop());

    it('sends what differs, and nothing the second time', async () => {
      const classes = await app.compile({
        'demo/Greeting.java': greeting('two'),
        'demo/Other.java': other('two'),
      });
      const first = await swap('--classes', classes);
      assert.equal(first.code, 0);
      const [report] = first.json.jvms;
      assert.equal(report!.jvm, jvm());
      assert.equal(report!.version, jdk.version);
      assert.equal(report!.swapped, 2);
      assert.deepEqual(
        report!.classes.map(({ name, state, outcome }) => `${name} ${state} ${outcome}`),
        [
          'demo.App same skipped',
          'demo.Greeting changed swapped',
          'demo.Late unloaded pending',
          'demo.Other changed swapped',
        ],
      );
      assert.deepEqual(Object.keys(report!.ms), ['connect', 'compare', 'send', 'verify']);
      assert.equal(await app.ask('greet'), 'two4');

      const second = await swap('--classes', classes);
      assert.equal(second.code, 0);
      assert.equal(second.json.jvms[0]!.swapped, 0);
      assert.equal(second.json.jvms[0]!.ms.send, undefined);
    });

    it('tells a refusal with its error and ends with 3; nothing is applied', async () => {
      const classes = await app.compile({
        'demo/Greeting.java': greeting('two', 'void added() {}'),
        'demo/Other.java': other('two'),
      });
      const { code, json } = await swap('--classes', classes);
      assert.equal(code, 3);
      const refused = json.jvms[0]!.classes.find(({ name }) => name === 'demo.Greeting')!;
      assert.deepEqual([refused.state, refused.outcome, refused.error], ['changed', 'refused', 63]);
      assert.match(refused.message, /method was added/);
      assert.equal(json.jvms[0]!.classes.find(({ name }) => name === 'demo.Other')!.outcome, 'skipped');
      assert.equal(await app.ask('other'), 'other one');
    });

    it('looks only at classes that --only names, and sends them in any case with --all', async () => {
      const classes = await app.compile({
        'demo/Greeting.java': greeting('two'),
        'demo/Other.java': other('two'),
      });
      const { json } = await swap('--classes', classes, '--only', 'demo.Gr*');
      assert.deepEqual(
        json.jvms[0]!.classes.map(({ name }) => name),
        ['demo.Greeting'],
      );
      assert.equal(await app.ask('other'), 'other one');
      const all = await swap('--classes', classes, '--only', 'demo/Greeting.class', '--all');
      assert.deepEqual(
        all.json.jvms[0]!.classes.map(({ state, outcome }) => [state, outcome]),
        [['same', 'swapped']],
      );
    });

    it('with --wait serves pending classes until it is interrupted', async () => {
      const classes = await app.compile({ 'demo/Late.java': late('late two') });
      const cli = startCli('.', ['swap', '--jvm', jvm(), '--classes', classes, '--json', '--wait']);
      let said = '';
      cli.child.stderr.on('data', (text: string) => (said += text));
      const says = async (pattern: RegExp): Promise<void> => {
        while (!pattern.test(said)) await once(cli.child.stderr, 'data');
      };
      try {
        await says(/1 pending/);
        assert.equal(await app.ask('late'), 'late two static late two');
        await says(/demo\.Late: swapped/);
      } finally {
        cli.child.kill('SIGINT');
      }
      const ran = await cli.ended;
      assert.equal(ran.code, process.platform === 'win32' ? null : 0);
      const report = (json(ran) as SwapJson).jvms[0]!;
      assert.equal(report.swapped, 1);
      assert.equal(report.classes.find(({ name }) => name === 'demo.Late')!.outcome, 'swapped');
    });

    it('swaps several JVMs together: where one is not there, none of them', async () => {
      const nobody = `127.0.0.1:${await freePort()}`;
      const classes = await app.compile({ 'demo/Greeting.java': greeting('two') });
      const { code, json } = await swap('--jvm', nobody, '--classes', classes);
      assert.equal(code, 1);
      assert.deepEqual(
        json.jvms.map(({ swapped, error }) => [swapped, error?.reason]),
        [
          [0, 'groupIncomplete'],
          [0, 'refused'],
        ],
      );
      assert.equal(await app.ask('greet'), 'one4');
      const each = await swap('--jvm', nobody, '--classes', classes, '--each');
      assert.equal(each.code, 1);
      assert.deepEqual(
        each.json.jvms.map(({ swapped, error }) => [swapped, error?.reason]),
        [
          [1, undefined],
          [0, 'refused'],
        ],
      );
      assert.equal(each.json.group, undefined);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('swaps several JVMs together: what one refuses lands on none, unless each is swapped on its own', async () => {
      const second = await HotSwapApp.start(jdk);
      try {
        await second.jvm.stop();
        // One method more than the others run, so that it would have to go.
        await second.restart(
          await second.compile({ 'demo/Other.java': other('other one', 'void extra() {}') }),
        );
        const classes = await app.compile({
          'demo/Greeting.java': greeting('two'),
          'demo/Other.java': other('two'),
        });
        const both = ['--jvm', `127.0.0.1:${second.endpoint.port}`, '--classes', classes];
        const { code, json } = await swap(...both);
        assert.equal(code, 3);
        assert.deepEqual(json.group?.decision, 'none');
        assert.equal(json.group.cause, json.jvms[1]!.jvm);
        assert.deepEqual(
          json.jvms.map(({ swapped }) => swapped),
          [0, 0],
        );
        assert.deepEqual([await app.ask('greet'), await second.ask('greet')], ['one4', 'one4']);
        const each = await swap(...both, '--each');
        assert.equal(each.code, 3);
        assert.deepEqual([await app.ask('greet'), await second.ask('greet')], ['two4', 'one4']);
        await second.jvm.stop();
        await second.restart();
        const together = await swap(...both);
        assert.equal(together.code, 0);
        assert.equal(together.json.group?.decision, 'all');
        assert.deepEqual([await app.ask('greet'), await second.ask('greet')], ['two4', 'two4']);
      } finally {
        await second.stop();
      }
    });

    it('lists the class loaders of a class, and swaps under those that are named', async () => {
      await app.ask(`load ${path.join(app.classes, path.sep)} demo.Other`);
      const classes = await app.compile({ 'demo/Other.java': other('other two') });
      const { json } = await swap('--classes', classes, '--loader', 'URLClassLoader');
      const result = json.jvms[0]!.classes.find(({ name }) => name === 'demo.Other')!;
      assert.deepEqual(result.loaders?.map(({ type, outcome }) => `${type} ${outcome}`).sort(), [
        'java.net.URLClassLoader swapped',
        'jdk.internal.loader.ClassLoaders$AppClassLoader skipped',
      ]);
      assert.deepEqual(
        [await app.ask('other'), await app.ask('again 0 demo.Other')],
        ['other one', 'other two'],
      );
    });

    it('jvm info tells the version, and the JVM listens again afterwards', async () => {
      for (let round = 0; round < 2; round++) {
        const ran = await runCli('.', 'jvm', 'info', jvm(), '--json');
        assert.equal(ran.code, 0, ran.stderr);
        const info = json(ran) as Record<string, unknown>;
        assert.equal(info.version, jdk.version);
        assert.equal(info.exposed, false);
        assert.deepEqual(info.classPath, [app.classes]);
      }
    });

    it('jvm list shows it', async () => {
      const ran = await runCli('.', 'jvm', 'list', '--json');
      assert.equal(ran.code, 0, ran.stderr);
      const { jvms } = json(ran) as { jvms: { pid: number; jvm: string; main: string; state: string }[] };
      const own = jvms.find(({ pid }) => pid === app.jvm.pid);
      assert.deepEqual([own?.jvm, own?.main], [jvm(), 'demo.App']);
      if (process.platform === 'linux') assert.equal(own?.state, 'listening');
    });
  });
}

describe('swapdeck swap, used wrongly', () => {
  it('says what is missing, and ends with 1', async () => {
    const ran = await runCli('.', 'swap', '--json', '--jvm', 'localhost:5005');
    assert.equal(ran.code, 1);
    assert.match(JSON.stringify(json(ran)), /--classes/);
  });

  it('refuses an address that is none', async () => {
    const ran = await runCli('.', 'swap', '--jvm', 'localhost', '--classes', '.');
    assert.equal(ran.code, 1);
    assert.match(ran.stderr, /HOST:PORT/);
  });

  it('says when the folder of classes is not there', async () => {
    const ran = await runCli('.', 'swap', '--jvm', 'localhost:1', '--classes', 'no/such/folder', '--json');
    assert.equal(ran.code, 1);
    assert.equal((json(ran) as { error: { reason: string } }).error.reason, 'noClassRoots');
  });

  it('says when nothing listens', async () => {
    const ran = await runCli('.', 'jvm', 'info', `127.0.0.1:${await freePort()}`, '--json');
    assert.equal(ran.code, 1);
    assert.equal((json(ran) as { error: { reason: string } }).error.reason, 'refused');
  });
});
