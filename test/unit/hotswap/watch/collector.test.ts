import assert from 'node:assert/strict';
import { systemClock } from '../../../../src/contracts/clock';
import type { BuiltClass, Change } from '../../../../src/hotswap/model';
import { builtClass } from '../../../../src/hotswap/roots/builtClass';
import { ChangeCollector, type SettleTimes } from '../../../../src/hotswap/watch/collector';
import { Deferred, delay } from '../../../../src/util/async';
import { classBytes, type ClassOptions } from '../support/classes';

/** Well apart from each other, so that a busy machine can't confuse them. */
const times: SettleTimes = { quiet: 30, nest: 200, outer: 400, patience: 3, longest: 300, incomplete: 600 };

/** Files in memory, and the changes that come of them. */
class Disk {
  readonly files = new Map<string, Buffer>();
  readonly changes: Change[] = [];
  reads = 0;
  readonly collector: ChangeCollector;
  #next = new Deferred<Change>();

  constructor() {
    this.collector = new ChangeCollector(
      (change) => {
        this.changes.push(change);
        this.#next.resolve(change);
        this.#next = new Deferred();
      },
      systemClock,
      (file, root) => {
        this.reads++;
        const bytes = this.files.get(file);
        const whole = bytes && builtClass(Buffer.from(bytes), file, root);
        return Promise.resolve(!whole ? 'gone' : whole === 'incomplete' ? whole : [whole]);
      },
      times,
    );
  }

  write(name: string, options: ClassOptions & { length?: number } = {}): void {
    this.files.set(name, classBytes(name, options).subarray(0, options.length));
    this.collector.touched(name, '/root');
  }

  remove(name: string): void {
    this.files.delete(name);
    this.collector.touched(name, '/root');
  }

  next(): Promise<Change> {
    return this.#next.promise;
  }
}

const names = ({ classes }: { classes: readonly BuiltClass[] }): string[] =>
  classes.map(({ name }) => name).sort();

describe('collecting the files of one save', () => {
  let disk: Disk;
  beforeEach(() => (disk = new Disk()));
  afterEach(() => disk.collector.dispose());

  it('takes files written one after another for one change', async () => {
    const next = disk.next();
    disk.write('demo.A');
    disk.write('demo.B');
    await delay(5);
    disk.write('demo.C');
    const change = await next;
    assert.deepEqual(names(change), ['demo.A', 'demo.B', 'demo.C']);
    assert.equal(change.origin, 'watch');
    assert.ok(change.ms.detect! >= 30, `${change.ms.detect}`);
    assert.ok(Math.abs(change.at - Date.now()) < 5000);
  });

  it('takes files that come after the quiet for another one', async () => {
    let next = disk.next();
    disk.write('demo.A');
    assert.deepEqual(names(await next), ['demo.A']);
    next = disk.next();
    disk.write('demo.B');
    assert.deepEqual(names(await next), ['demo.B']);
  });

  it('waits for a half written file, looking again at each event', async () => {
    const next = disk.next();
    disk.write('demo.A', { length: 20 });
    disk.write('demo.B');
    await delay(100);
    assert.deepEqual(disk.changes, []);
    disk.write('demo.A', { length: 40 });
    await delay(60);
    assert.deepEqual(disk.changes, []);
    disk.write('demo.A');
    assert.deepEqual(names(await next), ['demo.A', 'demo.B']);
  });

  it('looks again at a half written file although no event tells of the rest', async () => {
    const next = disk.next();
    disk.write('demo.A', { length: 20 });
    await delay(50);
    disk.files.set('demo.A', classBytes('demo.A'));
    assert.deepEqual(names(await next), ['demo.A']);
  });

  it('gives up a file that stays half written, and takes it when it is written after all', async () => {
    let next = disk.next();
    disk.write('demo.A', { length: 20 });
    disk.write('demo.B');
    assert.deepEqual(names(await next), ['demo.B']);
    next = disk.next();
    disk.write('demo.A');
    assert.deepEqual(names(await next), ['demo.A']);
  });

  it('takes the last of several writes to a file', async () => {
    const next = disk.next();
    disk.write('demo.A', { text: 'one' });
    disk.write('demo.A', { text: 'two' });
    const [built] = (await next).classes;
    assert.ok(built!.bytes.includes('two'));
    assert.equal(disk.changes.length, 1);
  });

  it('forgets a file that was removed', async () => {
    const next = disk.next();
    disk.write('demo.A');
    disk.write('demo.B');
    disk.remove('demo.A');
    assert.deepEqual(names(await next), ['demo.B']);
  });

  it('says nothing when all files were removed', async () => {
    disk.write('demo.A');
    disk.remove('demo.A');
    await delay(100);
    assert.deepEqual(disk.changes, []);
  });

  it('waits longer for the classes nested in a written one', async () => {
    const next = disk.next();
    disk.write('demo.A', { nested: ['demo.A$B', 'demo.Other$C'] });
    await delay(90);
    assert.deepEqual(disk.changes, []);
    disk.write('demo.A$B', { nested: ['demo.A$B'] });
    const change = await next;
    assert.deepEqual(names(change), ['demo.A', 'demo.A$B']);
  });

  it('waits longest for the class around a written one', async () => {
    const next = disk.next();
    disk.write('demo.A$B', { nested: ['demo.A$B'] });
    await delay(250);
    assert.deepEqual(disk.changes, []);
    disk.write('demo.A', { nested: ['demo.A$B'] });
    assert.deepEqual(names(await next), ['demo.A', 'demo.A$B']);
  });

  it('does without the rest of a nest that is not written', async () => {
    const next = disk.next();
    disk.write('demo.A', { nested: ['demo.A$B'] });
    assert.deepEqual(names(await next), ['demo.A']);
  });

  it('is patient with several sources that come slowly', async () => {
    const next = disk.next();
    disk.write('demo.A');
    await delay(20);
    disk.write('demo.B');
    // Longer than the quiet, shorter than three times the pause seen.
    await delay(45);
    assert.deepEqual(disk.changes, []);
    disk.write('demo.C');
    assert.deepEqual(names(await next), ['demo.A', 'demo.B', 'demo.C']);
  });

  it('reads thousands of files, each once', async () => {
    const next = disk.next();
    for (let i = 0; i < 3000; i++) disk.write(`demo.C${i}`);
    assert.equal((await next).classes.length, 3000);
    assert.equal(disk.reads, 3000);
  });

  it('says nothing after it was disposed', async () => {
    disk.write('demo.A');
    disk.collector.dispose();
    await delay(80);
    assert.deepEqual(disk.changes, []);
  });
});
