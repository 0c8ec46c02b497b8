import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { lastLine, runCli, type Ran } from './support/cli';
import { greeting, HotSwapApp, other } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

interface Row {
  readonly name: string;
  readonly state: string;
  readonly methods?: readonly { readonly member: string; readonly what: string; readonly line?: number }[];
}
interface Compared {
  readonly jvms: readonly {
    readonly jvm: string;
    readonly version: string;
    readonly classes: readonly Row[];
    readonly counts: Readonly<Record<string, number>>;
  }[];
  readonly error?: { readonly reason: string; readonly message: string; readonly detail: string };
}

for (const jdk of jdksToTest()) {
  describe(`swapdeck compare against Java ${jdk.feature}`, () => {
    let app: HotSwapApp;
    let address: string;
    before(async () => {
      app = await HotSwapApp.start(jdk);
      address = `127.0.0.1:${app.endpoint.port}`;
    });
    after(() => app.stop());
    const json = ({ stdout }: Ran): Compared => lastLine(stdout) as Compared;
    const compare = (classes: string, ...more: string[]): Promise<Ran> =>
      runCli(app.folder, 'compare', '--jvm', address, '--classes', classes, ...more);

    it('exits with 0 when nothing differs; what is not loaded yet is no difference', async () => {
      const ran = await compare(app.classes, '--json');
      assert.equal(ran.code, 0, ran.stderr);
      const [jvm] = json(ran).jvms;
      assert.match(jvm!.version, new RegExp(`^${jdk.feature}`));
      assert.deepEqual(jvm!.counts, { changed: 0, debug: 0, gone: 0, unloaded: 1, same: 3 });
      assert.deepEqual(
        jvm!.classes.map(({ name, state }) => [name, state]),
        [
          ['demo.App', 'same'],
          ['demo.Greeting', 'same'],
          ['demo.Late', 'unloaded'],
          ['demo.Other', 'same'],
        ],
      );
    });

    it('tells each changed method with its line, and exits with 3', async () => {
      const classes = await app.compile({
        'demo/Greeting.java': greeting('two', 'void more() {}'),
        'demo/Other.java': `\n${other('other one')}`,
      });
      const ran = await compare(classes, '--json', '--only', 'demo.Greeting', '--only', 'demo.Other');
      assert.equal(ran.code, 3, ran.stderr);
      const [jvm] = json(ran).jvms;
      assert.deepEqual(jvm?.classes, [
        {
          name: 'demo.Greeting',
          state: 'changed',
          methods: [
            { member: 'text()Ljava/lang/String;', what: 'code', line: 4 },
            { member: 'more()V', what: 'added', line: 5 },
          ],
        },
        {
          name: 'demo.Other',
          state: 'debug',
          methods: [
            { member: '<init>()V', what: 'debug' },
            { member: 'text()Ljava/lang/String;', what: 'debug' },
          ],
        },
      ]);
      assert.equal(await app.ask('greet'), 'one4', 'nothing was sent');
      const { code, stdout } = await compare(classes, '--only', 'demo.Greeting');
      assert.equal(code, 3);
      assert.deepEqual(stdout.trimEnd().split('\n').slice(1), [
        '  demo.Greeting  changed',
        '    text()  code differs, line 4',
        '    more()  only in the class file, line 5',
      ]);
    });

    it('tells classes that no class file stands for any more', async () => {
      const [code, classes] = await goneFrom(app, compare);
      assert.equal(code, 3);
      assert.deepEqual(
        classes.filter(({ state }) => state !== 'same').map(({ name, state }) => [name, state]),
        [['demo.Other', 'gone']],
      );
    });

    it('takes a JVM by its name in swapdeck.yaml, with the classes of its application', async () => {
      const folder = path.join(app.folder, 'project', 'deep');
      await mkdir(folder, { recursive: true });
      const { port } = app.endpoint;
      const config = [
        'applications:',
        `  demo: { classes: [${JSON.stringify(app.classes)}] }`,
        'environments:',
        `  dev: { jvms: { app: { jdwp: "127.0.0.1:${port}", application: demo }, alone: { jdwp: "127.0.0.1:${port}", application: demo } } }`,
        '  staging: { jvms: { app: { jdwp: "127.0.0.1:1", application: demo } } }',
      ];
      await writeFile(path.join(app.folder, 'project', 'swapdeck.yaml'), config.join('\n'));
      for (const name of ['dev/app', 'alone']) {
        const ran = await runCli(folder, 'compare', '--jvm', name, '--json');
        assert.equal(ran.code, 0, ran.stderr);
        assert.equal(json(ran).jvms[0]?.counts.same, 3);
      }
      const ambiguous = await runCli(folder, 'compare', '--jvm', 'app', '--json');
      assert.equal(ambiguous.code, 1);
      assert.equal(json(ambiguous).error?.reason, 'ambiguousJvm');
      assert.match(ambiguous.stderr, /Say which: dev\/app, staging\/app/);
      const unknown = await runCli(folder, 'predict', '--jvm', 'nobody', '--json');
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /It has: dev\/app, dev\/alone, staging\/app/);
      const info = await runCli(folder, 'jvm', 'info', 'alone');
      assert.equal(info.code, 0, info.stderr);
      assert.match(info.stdout, /^dev\/alone {2}Java/);
      const swap = await runCli(folder, 'swap', '--jvm', 'alone', '--json');
      assert.equal(swap.code, 0, swap.stderr);
    });

    it('exits with 1 when there is no JVM, or no classes', async () => {
      const nobody = await runCli(app.folder, 'compare', '--jvm', '127.0.0.1:1', '--classes', app.classes);
      assert.equal(nobody.code, 1);
      const nothing = await runCli(app.folder, 'compare', '--jvm', address, '--json');
      assert.equal(nothing.code, 1);
      assert.equal(json(nothing).error?.reason, 'noClassRoots');
      assert.equal((await runCli(app.folder, 'compare')).code, 1);
    });
  });
}

/** Compares with a copy of the classes from which one was taken. */
async function goneFrom(
  app: HotSwapApp,
  compare: (classes: string, ...more: string[]) => Promise<Ran>,
): Promise<[number | null, readonly Row[]]> {
  const copy = path.join(app.folder, 'copy');
  await cp(app.classes, copy, { recursive: true });
  await rm(path.join(copy, 'demo', 'Other.class'));
  await rm(path.join(copy, 'demo', 'Late.class'));
  const ran = await compare(copy, '--json');
  return [ran.code, (lastLine(ran.stdout) as Compared).jvms[0]!.classes];
}
