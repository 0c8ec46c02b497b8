import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { lastLine, runCli, type Ran } from './support/cli';
import { greeting, HotSwapApp, late, other } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

interface UndoJson {
  readonly jvms: readonly {
    readonly swap?: string;
    readonly classes: readonly { readonly name: string; readonly outcome: string }[];
    readonly error?: { readonly reason: string; readonly message: string };
  }[];
}
interface HistoryJson {
  readonly swaps: readonly {
    readonly id: string;
    readonly jvm: string;
    readonly who: string;
    readonly origin: string;
    readonly undoes?: readonly string[];
    readonly takenBack: boolean;
    readonly outcome: string;
    readonly classes: readonly {
      readonly name: string;
      readonly before?: string;
      readonly after?: string;
      readonly outcome?: string;
    }[];
    readonly ms: Readonly<Record<string, number>>;
  }[];
}

for (const jdk of jdksToTest()) {
  describe(`swapdeck undo and history, JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    const run = async (...argv: string[]): Promise<{ code: number | null; json: unknown; ran: Ran }> => {
      const ran = await runCli(app.folder, ...argv, '--json');
      return { code: ran.code, json: lastLine(ran.stdout), ran };
    };
    const jvm = (): string => `127.0.0.1:${app.endpoint.port}`;
    const swap = async (classes: string): Promise<UndoJson> =>
      (await run('swap', '--jvm', jvm(), '--classes', classes)).json as UndoJson;
    const undo = async (...argv: string[]) => {
      const { json, ...rest } = await run('undo', '--jvm', jvm(), ...argv);
      return { ...rest, json: json as UndoJson };
    };
    const history = async (...argv: string[]) => ((await run('history', ...argv)).json as HistoryJson).swaps;

    beforeEach(async () => (app = await HotSwapApp.start(jdk)));
    afterEach(() => app.stop());

    it('takes the last swap back, though each command is a session of its own', async () => {
      await swap(await app.compile({ 'demo/Greeting.java': greeting('two') }));
      await swap(await app.compile({ 'demo/Greeting.java': greeting('three') }));
      const first = await undo();
      assert.equal(first.code, 0);
      assert.deepEqual(first.json.jvms[0]!.classes, [
        { name: 'demo.Greeting', state: 'changed', outcome: 'swapped', message: 'swapped' },
      ]);
      assert.equal(await app.ask('greet'), 'two4');
      assert.equal((await undo()).code, 0);
      assert.equal(await app.ask('greet'), 'one4');
      const none = await undo();
      assert.deepEqual([none.code, none.json.jvms[0]!.classes], [0, []]);
      assert.match(none.ran.stderr, /Nothing was swapped/);
    });

    it('takes a named swap back, by the beginning of its id; undoing that is a redo', async () => {
      const swapped = await swap(await app.compile({ 'demo/Greeting.java': greeting('two') }));
      const { json } = await undo(swapped.jvms[0]!.swap!.slice(0, 8));
      assert.equal(await app.ask('greet'), 'one4');
      const redone = await undo(json.jvms[0]!.swap!);
      assert.equal(redone.code, 0);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('takes everything back that was swapped since the JVM was attached to', async () => {
      await swap(await app.compile({ 'demo/Greeting.java': greeting('two') }));
      const both = { 'demo/Greeting.java': greeting('three'), 'demo/Other.java': other('other three') };
      await swap(await app.compile(both));
      assert.equal((await undo('--all')).code, 0);
      assert.equal(await app.ask('greet'), 'one4');
      assert.equal(await app.ask('other'), 'other one');
    });

    it('refuses with 3 when something else was swapped meanwhile', async () => {
      const swapped = await swap(await app.compile({ 'demo/Greeting.java': greeting('two') }));
      await swap(await app.compile({ 'demo/Greeting.java': greeting('three') }));
      const refused = await undo(swapped.jvms[0]!.swap!);
      assert.equal(refused.code, 3);
      assert.equal(refused.json.jvms[0]!.error?.reason, 'superseded');
      assert.match(refused.ran.stderr, /no longer runs what this swap put there/);
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('knows what ran before a build overwrote it, when a command had looked there', async () => {
      // Nothing differs yet; what lies there is kept.
      await swap(app.classes);
      await cp(await app.compile({ 'demo/Greeting.java': greeting('two') }), app.classes, {
        recursive: true,
      });
      await swap(app.classes);
      assert.equal(await app.ask('greet'), 'two4');
      assert.equal((await undo()).code, 0);
      assert.equal(await app.ask('greet'), 'one4');
    });

    it('refuses with 3 what ran before nobody knows', async () => {
      await cp(await app.compile({ 'demo/Greeting.java': greeting('two') }), app.classes, {
        recursive: true,
      });
      await swap(app.classes);
      const refused = await undo();
      assert.deepEqual([refused.code, refused.json.jvms[0]!.error?.reason], [3, 'unknownBefore']);
      assert.equal(await app.ask('greet'), 'two4');
    });

    it('lists every swap with who, when, which classes and how it ended', async () => {
      const both = { 'demo/Greeting.java': greeting('two'), 'demo/Late.java': late('two') };
      await swap(await app.compile(both));
      await swap(await app.compile({ 'demo/Greeting.java': greeting('two', 'void added() {}') }));
      await undo();
      const swaps = await history('--jvm', `localhost:${app.endpoint.port}`);
      assert.deepEqual(
        swaps.map(({ origin, outcome, takenBack }) => [origin, outcome, takenBack]),
        [
          ['undo', 'swapped', false],
          ['command', 'refused', false],
          ['command', 'swapped', true],
        ],
      );
      const [undone, , swapped] = swaps;
      assert.deepEqual(undone?.undoes, [swapped?.id]);
      assert.ok(swapped!.who.length > 0);
      const named = swapped!.classes.find(({ name }) => name === 'demo.Greeting');
      assert.match(named?.before ?? '', /^[0-9a-f]{64}$/);
      assert.equal(undone.classes[0]?.after, named?.before);
      assert.ok((swapped!.ms.send ?? 0) > 0);
      assert.equal((await history('--jvm', jvm(), '--class', 'demo.Nothing')).length, 0);
      const { stdout } = await runCli(app.folder, 'history');
      assert.match(
        stdout,
        /^SWAP +WHEN +JVM +WHO +WHAT +MS +CLASSES\n[0-9a-f]{8} .* undo: 1 class +[\d.]+ +demo.Greeting\n/,
      );
    });

    it('says when there is no such swap, and when both a swap and --all are named', async () => {
      const missing = await undo('00000000');
      assert.deepEqual([missing.code, missing.json.jvms[0]!.error?.reason], [1, 'unknownSwap']);
      const { code, json } = await undo('abcd1234', '--all');
      assert.equal(code, 1);
      assert.equal((json as { error?: { reason: string } }).error?.reason, 'usage');
    });
  });
}
