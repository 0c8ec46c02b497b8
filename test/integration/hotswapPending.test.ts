import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { attachJvm, type Attached } from '../../src/hotswap/attach';
import type { BuiltClass } from '../../src/hotswap/model';
import { PendingClasses, type Served } from '../../src/hotswap/pending';
import { Deferred } from '../../src/util/async';
import { compiled, dependencies, HotSwapApp, late, readAll } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';
import { MeddlingDialer } from './support/meddlingDialer';

/** Collects what was served, in order. */
class Serving {
  readonly all: Served[] = [];
  readonly errors: Error[] = [];
  #next = new Deferred<Served>();

  served(served: Served): void {
    this.all.push(served);
    this.#next.resolve(served);
    this.#next = new Deferred();
  }
  failed(_built: BuiltClass, error: Error): void {
    this.errors.push(error);
  }
  next(): Promise<Served> {
    return this.#next.promise;
  }
}

for (const jdk of jdksToTest()) {
  describe(`classes that a JVM ${jdk.feature} does not show yet`, () => {
    let app: HotSwapApp;
    let attached: Attached;
    let serving: Serving;
    let pending: PendingClasses;
    let dialer: MeddlingDialer;
    const builtLate = async (text: string): Promise<BuiltClass[]> =>
      app.build({ 'demo/Late.java': late(text) }, 'demo.Late');

    beforeEach(async () => {
      app = await HotSwapApp.start(jdk);
      dialer = new MeddlingDialer();
      attached = await attachJvm(app.target(dialer), dependencies);
      serving = new Serving();
      pending = new PendingClasses(attached, serving);
    });
    afterEach(async () => {
      attached.connection.dispose();
      await app.stop();
    });

    it('are redefined before any of their code runs, the static initialiser included', async () => {
      assert.deepEqual(pending.add(await builtLate('late two')), []);
      await pending.armed();
      assert.equal(await app.ask('late'), 'late two static late two');
      assert.deepEqual(serving.all[0]?.result, { name: 'demo.Late', state: 'changed', outcome: 'swapped' });
      assert.deepEqual(pending.classes, []);
      assert.equal(attached.known.get(attached.index.lookup('demo.Late')[0]!.id)?.built?.name, 'demo.Late');
    });

    it('are left alone when they load with those bytes by themselves', async () => {
      const same = (await readAll(app.classes)).filter(({ name }) => name === 'demo.Late');
      pending.add(same);
      await pending.armed();
      assert.equal(await app.ask('late'), 'late one static late one');
      assert.deepEqual(serving.all[0]?.result, { name: 'demo.Late', state: 'same', outcome: 'skipped' });
    });

    it('take the newest of several saves', async () => {
      pending.add(await builtLate('late two'));
      pending.add(await builtLate('late three'));
      await pending.armed();
      assert.equal(await app.ask('late'), 'late three static late three');
      assert.equal(serving.all.length, 1);
    });

    it('loaded but not linked: still get the new code', async () => {
      assert.equal(await app.ask('known demo.Late'), 'known');
      assert.deepEqual(attached.index.lookup('demo.Late'), []);
      pending.add(await builtLate('late two'));
      await pending.armed();
      assert.equal(await app.ask('late'), 'late two static late two');
    });

    it('in a jar that loads after the save: get the new code', async () => {
      const classes = await compiled(jdk, {});
      const jar = path.join(app.folder, 'late.jar');
      const jarTool = path.join(path.dirname(jdk.javac), 'jar');
      await promisify(execFile)(jarTool, ['cf', `${jar}.part`, '-C', classes, 'demo/Late.class']);
      await rename(`${jar}.part`, jar);
      pending.add(await builtLate('late two'));
      await pending.armed();
      assert.equal(await app.ask(`load ${jar} demo.Late`), 'late two static late two');
    });

    it('are handed back when they became visible since they were looked up', async () => {
      await app.ask('late');
      const built = await builtLate('late two');
      assert.deepEqual(pending.add(built), built);
      assert.deepEqual(pending.classes, []);
    });

    it('prepared while the request for them is on its way are redefined too', async () => {
      dialer.last.hold();
      pending.add(await builtLate('late two'));
      // Nothing holds the thread, for the JVM does not have the request yet.
      assert.equal(await app.ask('late'), 'late one static late one');
      const served = serving.next();
      dialer.last.release();
      assert.equal((await served).result.outcome, 'swapped');
      assert.equal(await app.ask('late'), 'late two static late one');
    });

    it('refused in the event: the thread goes on with the old code', async () => {
      const [built] = await app.build(
        { 'demo/Late.java': late('late two').replace('{ ', '{ int added; ') },
        'demo.Late',
      );
      pending.add([built!]);
      await pending.armed();
      assert.equal(await app.ask('late'), 'late one static late one');
      assert.deepEqual(serving.all[0]?.result, {
        name: 'demo.Late',
        state: 'changed',
        outcome: 'refused',
        error: 64,
      });
    });

    it('never leave a thread held when the connection ends in the event', async () => {
      pending.add(await builtLate('late two'));
      await pending.armed();
      const closed = new Deferred<void>();
      attached.connection.onEvent(() => {
        // The thread that loads the class is held now.
        attached.connection.dispose();
        closed.resolve();
      });
      const answer = app.ask('late');
      await closed.promise;
      assert.match(await answer, /^late (one|two) /);
    });

    it('removed: load with their own bytes', async () => {
      pending.add(await builtLate('late two'));
      await pending.armed();
      pending.remove('demo.Late');
      assert.equal(await app.ask('late'), 'late one static late one');
      assert.equal(serving.all.length, 0);
    });
  });
}
