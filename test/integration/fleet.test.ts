import assert from 'node:assert/strict';
import * as path from 'node:path';
import type { FleetMode } from '../../src/hotswap/fleet/fleet';
import { createHotSwap } from '../../src/hotswap/hotSwap';
import { Ledger } from '../../src/hotswap/ledger/ledger';
import type { BuiltClass, HotSwap, SwapRecord } from '../../src/hotswap/model';
import { nextEvent } from '../../src/util/async';
import { change, compiled, dependencies, greeting, HotSwapApp, other } from './support/hotswapApp';
import { temporaryFolder, type JavaSources } from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { MeddlingDialer, type MeddlingChannel, type SentCommand } from './support/meddlingDialer';

const names = ['a', 'b', 'c'];
const outcomes = ({ jvm, classes, error }: SwapRecord): string =>
  `${jvm}: ${error ? error.reason : classes.map(({ name, outcome }) => `${name.slice(5)} ${outcome}`).join(', ')}`;
const isRedefine = ({ set, command }: SentCommand): boolean => set === 1 && command === 18;
const magic = Buffer.from('cafebabe', 'hex');

for (const jdk of jdksToTest()) {
  describe(`a save for three replicas of an application, on JVMs ${jdk.feature}`, () => {
    const apps: HotSwapApp[] = [];
    const dialers: MeddlingDialer[] = [];
    const records: SwapRecord[] = [];
    let hotSwap: HotSwap;
    let mode: FleetMode;
    let root: string;

    const built = async (sources: JavaSources, ...wanted: string[]): Promise<BuiltClass[]> => {
      const classes = await apps[0]!.build(sources, ...wanted);
      return classes.map((each) => ({ ...each, root, file: path.join(root, `${each.name}.class`) }));
    };
    const answers = (question = 'greet'): Promise<string[]> =>
      Promise.all(apps.map((app) => app.ask(question)));
    const save = async (classes: readonly BuiltClass[]): Promise<string[]> => {
      const swapped = await hotSwap.submit(change(classes));
      return swapped.map(outcomes).sort();
    };
    /** Does something the first time a replica is sent a redefinition. */
    const atRedefinition = (replica: number, act: (channel: MeddlingChannel) => void): void => {
      dialers[replica]!.onCommand = (command, channel) => {
        if (!isRedefine(command)) return;
        dialers[replica]!.onCommand = () => undefined;
        act(channel);
      };
    };
    /** The record that tells what became of a JVM that was lost. */
    const broughtBack = (jvm: string): Promise<SwapRecord> =>
      nextEvent(hotSwap.onDidSwap, (record) => record.jvm === jvm && record.resolves !== undefined);

    const open = async (ledger?: Ledger): Promise<void> => {
      hotSwap = createHotSwap({
        ...dependencies,
        findRoots: () => Promise.resolve([]),
        fleetMode: () => mode,
        ledger,
      });
      records.length = 0;
      hotSwap.onDidSwap((record) => records.push(record));
      for (const [i, id] of names.entries()) {
        const target = apps[i]!.target(dialers[i]);
        await hotSwap.attach({ ...target, id, name: id, classRoots: [root], application: 'demo' });
      }
    };

    beforeEach(async () => {
      mode = 'allOrNone';
      root = await compiled(jdk, {});
      apps.splice(0, apps.length, ...(await Promise.all(names.map(() => HotSwapApp.start(jdk)))));
      dialers.splice(0, dialers.length, ...names.map(() => new MeddlingDialer()));
      await open();
    });
    afterEach(async () => {
      hotSwap.dispose();
      await Promise.all(apps.map((app) => app.stop()));
    });
    /** Compares once, so that it is known what runs. */
    const learn = (): Promise<unknown> => hotSwap.swapChanged();

    it('lands on all of them at the same time', async () => {
      await learn();
      let sent = 0;
      for (const dialer of dialers)
        dialer.onCommand = (command) => {
          if (!isRedefine(command)) return;
          sent++;
          assert.equal(records.length, 0, 'sent before any has answered');
        };
      const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(swapped, ['a: Greeting swapped', 'b: Greeting swapped', 'c: Greeting swapped']);
      assert.equal(sent, 3, 'one packet each: what changes only bodies is not tried first');
      const [{ group } = assert.fail()] = records;
      assert.deepEqual([group?.decision, group?.jvms], ['all', names]);
      assert.equal(new Set(records.map((record) => record.group?.id)).size, 1);
      assert.deepEqual(await answers(), ['two4', 'two4', 'two4']);
    });

    it('lands on none where one would refuse it', async () => {
      mode = 'each';
      const shape = greeting('one', 'void extra() {}');
      await apps[1]!.jvm.stop();
      const lost = nextEvent(
        hotSwap.sessions[1]!.onDidChange,
        () => hotSwap.sessions[1]!.state.kind === 'attached',
      );
      await apps[1]!.restart(await compiled(jdk, { 'demo/Greeting.java': shape }));
      await lost;
      mode = 'allOrNone';
      const next = { 'demo/Greeting.java': greeting('two'), 'demo/Other.java': other('other two') };
      const swapped = await save(await built(next, 'demo.Greeting', 'demo.Other'));
      assert.deepEqual(swapped, [
        'a: Greeting skipped, Other skipped',
        'b: Greeting refused, Other skipped',
        'c: Greeting skipped, Other skipped',
      ]);
      assert.equal(records.find(({ jvm }) => jvm === 'a')?.classes[0]?.heldBackBy, 'b');
      assert.deepEqual(records[0]?.group?.cause, 'b');
      assert.deepEqual(await answers(), ['one4', 'one4', 'one4']);
    });

    it('is taken back where one refuses after all, and comes along with the next save', async () => {
      await learn();
      // What arrives there is no class file.
      atRedefinition(1, (channel) => channel.replaceNext(magic, Buffer.alloc(4)));
      const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(swapped, ['a: Greeting takenBack', 'b: Greeting refused', 'c: Greeting takenBack']);
      assert.deepEqual(
        records.map(({ group }) => group?.decision),
        ['none', 'none', 'none'],
      );
      assert.deepEqual(await answers(), ['one4', 'one4', 'one4']);
      const three = await built({ 'demo/Greeting.java': greeting('three') }, 'demo.Greeting');
      assert.deepEqual(await save(three), [
        'a: Greeting swapped',
        'b: Greeting swapped',
        'c: Greeting swapped',
      ]);
      assert.deepEqual(await answers(), ['three4', 'three4', 'three4']);
    });

    it('is taken back when one is cut in the middle, there too once it is back', async () => {
      await learn();
      atRedefinition(1, (channel) => queueMicrotask(() => channel.cut()));
      const back = broughtBack('b');
      const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(swapped, ['a: Greeting takenBack', 'b: unknownOutcome', 'c: Greeting takenBack']);
      const record = await back;
      assert.equal(record.group?.decision, 'none');
      assert.ok(['takenBack', 'skipped'].includes(record.classes[0]!.outcome));
      assert.deepEqual(await answers(), ['one4', 'one4', 'one4']);
      // Nothing of the save is lost.
      const rest = await built({ 'demo/Other.java': other('other two') }, 'demo.Other');
      assert.deepEqual(await save(rest), [
        'a: Greeting swapped, Other swapped',
        'b: Greeting swapped, Other swapped',
        'c: Greeting swapped, Other swapped',
      ]);
      assert.deepEqual(await answers(), ['two4', 'two4', 'two4']);
    });

    it('is taken back when the packet to one never arrived', async () => {
      await learn();
      atRedefinition(1, (channel) => {
        channel.hold();
        queueMicrotask(() => channel.cut());
      });
      const back = broughtBack('b');
      await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(outcomes(await back), 'b: Greeting skipped');
      assert.deepEqual(await answers(), ['one4', 'one4', 'one4']);
    });

    it('is taken back when one is killed in the middle', async () => {
      await learn();
      atRedefinition(2, () => void apps[2]!.jvm.stop());
      const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(swapped, ['a: Greeting takenBack', 'b: Greeting takenBack', 'c: unknownOutcome']);
      assert.deepEqual(await Promise.all([0, 1].map((i) => apps[i]!.ask('greet'))), ['one4', 'one4']);
    });

    it('goes on where nobody knows what ran, also with one that was cut, once it is back', async () => {
      let packets = 0;
      dialers[1]!.onCommand = (command, channel) => {
        // The first one only asks.
        if (isRedefine(command) && ++packets === 2) queueMicrotask(() => channel.cut());
      };
      const back = broughtBack('b');
      const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(swapped, ['a: Greeting swapped', 'b: unknownOutcome', 'c: Greeting swapped']);
      assert.equal(records[0]?.group?.decision, 'all');
      await back;
      assert.deepEqual(await answers(), ['two4', 'two4', 'two4']);
    });

    it('is written down as one, and taken back to what the class root held at the attach', async () => {
      hotSwap.dispose();
      const { folder, remove } = await temporaryFolder();
      const ledger = new Ledger(folder);
      try {
        await open(ledger);
        await Promise.all(hotSwap.sessions.map((session) => session.kept()));
        atRedefinition(1, (channel) => queueMicrotask(() => channel.cut()));
        const back = broughtBack('b');
        const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
        assert.deepEqual(swapped, ['a: Greeting takenBack', 'b: unknownOutcome', 'c: Greeting takenBack']);
        await back;
        assert.deepEqual(await answers(), ['one4', 'one4', 'one4']);
        const three = await built({ 'demo/Greeting.java': greeting('three') }, 'demo.Greeting');
        await save(three);
        const entries = await ledger.entries();
        const groups = new Map<string, string[]>();
        for (const { begin, end } of entries) {
          if (!end?.group || begin.classes.length === 0) continue;
          const { id, decision } = end.group;
          groups.set(id, [...(groups.get(id) ?? []), `${begin.jvm} ${decision} ${end.results[0]?.outcome}`]);
        }
        const [first, second] = [...groups.values()].map((each) => each.sort());
        assert.deepEqual(
          first?.filter((each) => !each.startsWith('b')),
          ['a none takenBack', 'c none takenBack'],
        );
        assert.deepEqual(second, ['a all swapped', 'b all swapped', 'c all swapped']);
        assert.deepEqual(
          entries.filter(({ open: unknown }) => unknown.length > 0),
          [],
          'no outcome is left unknown',
        );
      } finally {
        hotSwap.dispose();
        await ledger.close();
        await remove();
      }
    });

    it('lands where it can when each is swapped on its own', async () => {
      mode = 'each';
      await learn();
      atRedefinition(1, (channel) => channel.replaceNext(magic, Buffer.alloc(4)));
      const swapped = await save(await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting'));
      assert.deepEqual(swapped, ['a: Greeting swapped', 'b: Greeting refused', 'c: Greeting swapped']);
      assert.equal(records[0]?.group, undefined);
      assert.deepEqual(await answers(), ['two4', 'one4', 'two4']);
    });

    it('reaches one that was away once it is back', async () => {
      await learn();
      const session = hotSwap.sessions[1]!;
      const away = nextEvent(session.onDidChange, () => session.state.kind === 'waiting');
      await apps[1]!.jvm.stop();
      await away;
      const two = await built({ 'demo/Greeting.java': greeting('two') }, 'demo.Greeting');
      assert.deepEqual(await save(two), ['a: Greeting swapped', 'c: Greeting swapped']);
      const back = nextEvent(hotSwap.onDidSwap, ({ jvm }) => jvm === 'b');
      await apps[1]!.restart();
      assert.equal(outcomes(await back), 'b: Greeting swapped');
      assert.deepEqual(await answers(), ['two4', 'two4', 'two4']);
    });
  });
}
