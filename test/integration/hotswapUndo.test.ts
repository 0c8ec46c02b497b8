import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ledger } from '../../src/hotswap/ledger/ledger';
import { undoOf, undoOfAll, UndoError } from '../../src/hotswap/ledger/undo';
import type { BuiltClass, SwapRecord } from '../../src/hotswap/model';
import { configuredRoot } from '../../src/hotswap/roots/relevant';
import { Session } from '../../src/hotswap/session';
import { nextEvent } from '../../src/util/async';
import { change, dependencies, greeting, HotSwapApp, late, other } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

const tsx = pathToFileURL(require.resolve('tsx')).href;

const isUndoError =
  (reason: string, classes?: string) =>
  (error: unknown): boolean =>
    error instanceof UndoError &&
    error.reason === reason &&
    (classes === undefined || error.details.classes === classes);

for (const jdk of jdksToTest()) {
  describe(`taking swaps back in a JVM ${jdk.feature}`, () => {
    let app: HotSwapApp;
    let ledger: Ledger;
    let session: Session;

    const attach = async (): Promise<Session> => {
      const attached = new Session(app.target(), { ...dependencies, ledger });
      await attached.start(false);
      attached.useRoots([configuredRoot(app.classes)]);
      return attached;
    };
    const swap = async (sources: Record<string, string>, ...names: string[]): Promise<SwapRecord> => {
      const classes: BuiltClass[] = await app.build(sources, ...names);
      return session.swap(change(classes));
    };
    const undo = async (id: string): Promise<SwapRecord> => session.undo(undoOf((await ledger.entry(id))!));

    beforeEach(async () => {
      app = await HotSwapApp.start(jdk);
      ledger = new Ledger(path.join(app.folder, 'ledger'), { who: 'ada' });
      session = await attach();
      // What lies there is kept in the background; a build overwrites it later.
      await nextKept(app, ledger);
    });
    afterEach(async () => {
      await session.close();
      await ledger.close();
      await app.stop();
    });

    it('undo, and undo of the undo', async () => {
      const swapped = await swap({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      assert.equal(await app.ask('greet'), 'two4');
      const undone = await undo(swapped.id);
      assert.equal(undone.origin, 'undo');
      assert.deepEqual(undone.undoes, [swapped.id]);
      assert.deepEqual(
        undone.classes.map(({ name, outcome }) => [name, outcome]),
        [['demo.Greeting', 'swapped']],
      );
      assert.equal(await app.ask('greet'), 'one4');
      const redone = await undo(undone.id);
      assert.equal(await app.ask('greet'), 'two4');
      const entries = await ledger.entries();
      assert.deepEqual(
        entries.map(({ begin: { id, who, origin, undoes }, end }) => [id, who, origin, undoes, end?.outcome]),
        [
          [swapped.id, 'ada', 'command', undefined, 'swapped'],
          [undone.id, 'ada', 'undo', [swapped.id], 'swapped'],
          [redone.id, 'ada', 'undo', [undone.id], 'swapped'],
        ],
      );
      assert.deepEqual(entries[0]?.end?.ms, swapped.ms);
      assert.ok((entries[0].end.ms.send ?? 0) > 0);
    });

    it('undo of everything since attach, over several swaps', async () => {
      await swap({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      const both = { 'demo/Greeting.java': greeting('three'), 'demo/Other.java': other('other three') };
      await swap(both, 'demo.Greeting', 'demo.Other');
      assert.equal(await app.ask('other'), 'other three');
      await session.undo(undoOfAll(await ledger.sinceAttach('app')));
      assert.equal(await app.ask('greet'), 'one4');
      assert.equal(await app.ask('other'), 'other one');
      const entries = await ledger.sinceAttach('app');
      assert.throws(() => undoOfAll(entries), isUndoError('nothingToUndo'));
    });

    it('refuse when something else was swapped meanwhile, and change nothing', async () => {
      const both = { 'demo/Greeting.java': greeting('two'), 'demo/Other.java': other('other two') };
      const first = await swap(both, 'demo.Greeting', 'demo.Other');
      await swap({ 'demo/Greeting.java': greeting('three') }, 'demo.Greeting');
      await assert.rejects(undo(first.id), isUndoError('superseded', 'demo.Greeting'));
      assert.equal(await app.ask('greet'), 'three4');
      assert.equal(await app.ask('other'), 'other two');
    });

    it('refuse when somebody else put other code there, in another session', async () => {
      const first = await swap({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      await session.close();
      const stranger = new Session(app.target(), dependencies);
      await stranger.start(false);
      const third = { 'demo/Greeting.java': greeting('three') };
      const record = await stranger.swap(change(await app.build(third, 'demo.Greeting')));
      assert.equal(record.swapped, 1);
      await stranger.close();
      session = await attach();
      await assert.rejects(undo(first.id), isUndoError('superseded', 'demo.Greeting'));
      assert.equal(await app.ask('greet'), 'three4');
    });

    it('work in a later session, when what runs is still what was swapped', async () => {
      const first = await swap({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      await session.close();
      session = await attach();
      await undo(first.id);
      assert.equal(await app.ask('greet'), 'one4');
    });

    it('refuse what the JVM refused, and what ran before is not known', async () => {
      const refused = await swap(
        { 'demo/Greeting.java': greeting('two', 'int more() { return 1; }') },
        'demo.Greeting',
      );
      assert.equal((await ledger.entry(refused.id))?.end?.outcome, 'refused');
      await assert.rejects(undo(refused.id), isUndoError('notSwapped', 'demo.Greeting'));
    });

    it('a pending class gets what it would have had', async () => {
      const swapped = await swap({ 'demo/Late.java': late('late two') }, 'demo.Late');
      assert.equal(swapped.classes[0]?.outcome, 'pending');
      const undone = await undo(swapped.id);
      assert.equal(undone.classes[0]?.outcome, 'pending');
      assert.equal(await app.ask('late'), 'late one static late one');
    });

    it('a class that was pending and has been loaded since', async () => {
      const swapped = await swap({ 'demo/Late.java': late('late two') }, 'demo.Late');
      const served = nextEvent(session.onDidSwap);
      assert.equal(await app.ask('late'), 'late two static late two');
      assert.equal((await served).id, swapped.id, 'it is the same swap');
      await ledgerSays(ledger, swapped.id, 'swapped');
      await undo(swapped.id);
      // The static initialiser does not run again.
      assert.equal(await app.ask('late'), 'late one static late two');
    });

    it('a class that an earlier process waited for is waited for again', async () => {
      const swapped = await swap({ 'demo/Late.java': late('late two') }, 'demo.Late');
      await session.close();
      session = await attach();
      assert.deepEqual(session.pending, []);
      await session.waitAgain();
      assert.deepEqual(session.pending, ['demo.Late']);
      const served = nextEvent(session.onDidSwap);
      assert.equal(await app.ask('late'), 'late two static late two');
      assert.equal((await served).id, swapped.id);
      await ledgerSays(ledger, swapped.id, 'swapped');
      assert.equal((await ledger.entries()).length, 1);
      await undo(swapped.id);
      assert.equal(await app.ask('late'), 'late one static late two');
    });

    it('a class that was built anew since is not waited for with its old bytes', async () => {
      await swap({ 'demo/Late.java': late('late two') }, 'demo.Late');
      await session.close();
      await cp(await app.compile({ 'demo/Late.java': late('late three') }), app.classes, { recursive: true });
      session = await attach();
      await session.waitAgain();
      assert.deepEqual(session.pending, []);
      assert.equal(await app.ask('late'), 'late three static late three');
    });

    for (const [mode, outcome, answer] of [
      ['held', 'skipped', 'one4'],
      ['sent', 'swapped', 'two4'],
    ] as const)
      it(`a swap whose process was killed (packet ${mode}) is found by comparing at the next attach`, async () => {
        await session.close();
        const built = await app.compile({ 'demo/Greeting.java': greeting('two') });
        await killIn(mode, app, ledger.folder, built);
        const [unfinished] = await ledger.entries();
        assert.deepEqual(unfinished?.open, ['demo.Greeting']);
        assert.equal(unfinished.end, undefined);
        session = new Session(app.target(), { ...dependencies, ledger });
        const telling = nextEvent(session.onDidSwap);
        await session.start(false);
        const found = await telling;
        assert.equal(found.found, true);
        assert.equal(found.resolves, unfinished.begin.id);
        assert.deepEqual(
          found.classes.map((each) => each.outcome),
          [outcome],
        );
        assert.equal(await app.ask('greet'), answer);
        const [entry] = await ledger.entries();
        assert.deepEqual(
          entry?.end?.results.map((each) => each.outcome),
          [outcome],
        );
        if (outcome === 'skipped')
          await assert.rejects(undo(found.id), isUndoError('notSwapped', 'demo.Greeting'));
        else {
          await undo(found.id);
          assert.equal(await app.ask('greet'), 'one4');
        }
      });
  });
}

/** The class file of `Late` is the last of four; nobody tells when all are kept. */
async function nextKept(app: HotSwapApp, ledger: Ledger): Promise<void> {
  const { readAll } = await import('./support/hotswapApp');
  const { digestOf } = await import('../../src/hotswap/known');
  for (const built of await readAll(app.classes))
    while (!(await ledger.blobs.has(digestOf(built)))) await new Promise((resolve) => setImmediate(resolve));
}

async function ledgerSays(ledger: Ledger, id: string, outcome: string): Promise<void> {
  for (;;) {
    const entry = await ledger.entry(id);
    if (entry?.end?.results.every((each) => each.outcome === outcome)) return;
    await nextEvent(ledger.onDidChange);
  }
}

/** Swaps `demo.Greeting` in a process of its own, and kills that when it is between sending and the answer. */
async function killIn(mode: string, app: HotSwapApp, folder: string, built: string): Promise<void> {
  const script = path.join(__dirname, 'support', 'swapUntilKilled.ts');
  const args = [mode, String(app.endpoint.port), folder, app.classes, built, 'demo.Greeting'];
  const child = spawn(process.execPath, ['--import', tsx, script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [said] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
  assert.equal(String(said).trim(), mode);
  // What was sent is redefined when the application shows it.
  if (mode === 'sent') while ((await app.ask('greet')) !== 'two4');
  child.kill('SIGKILL');
  await ended;
}
