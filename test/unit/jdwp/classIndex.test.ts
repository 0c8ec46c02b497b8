import assert from 'node:assert/strict';
import { ClassIndex, type LoadedClass } from '../../../src/jdwp/classIndex';
import type { JdwpConnection } from '../../../src/jdwp/connection';
import { AbortedError } from '../../../src/util/errors';
import type { MemoryChannel } from './support/memoryChannel';
import { command, idOf, int, openWith, reply, string, written } from './support/peer';

type Row = readonly [id: number, signature: string, tag?: number];

const id = (value: number): Buffer => int(0, value);
const snapshot = (...rows: Row[]): Buffer =>
  Buffer.concat([
    int(rows.length),
    ...rows.flatMap(([value, signature, tag = 1]) => [
      Buffer.from([tag]),
      id(value),
      string(signature),
      string('<T:Ljava/lang/Object;>'),
      int(7),
    ]),
  ]);
const prepared = (value: number, signature: string): Buffer =>
  command(
    1,
    Buffer.concat([
      Buffer.from([0]),
      int(1),
      Buffer.from([8]),
      int(1),
      id(5),
      Buffer.from([1]),
      id(value),
      string(signature),
      int(3),
    ]),
  );
const unloaded = (signature: string): Buffer =>
  command(1, Buffer.concat([Buffer.from([0]), int(1), Buffer.from([9]), int(2), string(signature)]));

/** A VM whose commands the test answers one by one. */
class Vm {
  readonly connection: JdwpConnection;
  readonly channel: MemoryChannel;
  /** Ids that are dead. */
  readonly dead = new Set<number>();
  /** Sent before the reply to the next command of that set and number. */
  readonly before = new Map<string, Buffer>();
  readonly seen: string[] = [];
  /** The fields of `java.lang.Class`. */
  classFields: Buffer = Buffer.concat([
    int(1),
    id(77),
    string('classLoader'),
    string('Ljava/lang/ClassLoader;'),
    int(18),
  ]);

  private constructor(connection: JdwpConnection, channel: MemoryChannel, rows: Row[]) {
    this.connection = connection;
    this.channel = channel;
    // Not at once: a real VM never answers within our own call.
    channel.onWrite = (packet) => {
      this.seen.push(`${packet[9]}/${packet[10]}`);
      setImmediate(() => this.#answer(packet, rows));
    };
  }

  #answer(packet: Buffer, rows: Row[]): void {
    const name = `${packet[9]}/${packet[10]}`;
    const early = this.before.get(name);
    this.before.delete(name);
    if (early) this.channel.receive(early);
    const wanted = packet.length >= 19 ? packet.readInt32BE(15) : 0;
    const bodies: Record<string, () => Buffer> = {
      '1/2': () => Buffer.concat([int(1), Buffer.from([1]), id(99), int(7)]),
      '1/20': () => snapshot(...rows),
      '2/2': () => id(wanted + 1000),
      '2/4': () => this.classFields,
      '2/9': () => int(7),
      '2/11': () => id(wanted + 2000),
      '9/2': () => Buffer.concat([int(1), Buffer.from('l'), id(wanted + 1000)]),
      '15/1': () => int(packet[11]!),
    };
    const dead = name === '2/9' && this.dead.has(wanted);
    this.channel.receive(
      dead ? reply(idOf(packet), Buffer.alloc(0), 20) : reply(idOf(packet), bodies[name]?.()),
    );
  }

  static async start(...rows: Row[]): Promise<Vm> {
    const { connection, channel } = await openWith();
    return new Vm(connection, channel, rows);
  }
}

const ids = (classes: readonly LoadedClass[]): number[] => classes.map((each) => Number(each.id));

describe('JDWP class index', () => {
  it('takes classes and interfaces from one answer, leaving arrays and hidden classes out', async () => {
    const vm = await Vm.start([1, 'LA;'], [2, 'La/B$C;', 2], [3, '[La/B;', 3], [4, 'La/B.0x7f;'], [5, 'LA;']);
    const index = await ClassIndex.open(vm.connection);
    assert.equal(index.size, 3);
    assert.deepEqual([...index.names()], ['A', 'a.B$C']);
    assert.deepEqual(index.lookup('a.B$C'), [{ name: 'a.B$C', id: 2n, typeTag: 2 }]);
    assert.deepEqual(ids(index.lookup('A')), [1, 5]);
    assert.deepEqual(index.lookup('a.B'), []);
    assert.deepEqual(
      vm.seen,
      ['15/1', '15/1', '1/20'],
      'events first, one answer with all classes, nothing else',
    );
  });

  it('follows classes that are prepared, once each, also those told before the answer', async () => {
    const vm = await Vm.start([1, 'LA;']);
    vm.before.set('1/20', Buffer.concat([prepared(1, 'LA;'), prepared(2, 'LB;')]));
    const index = await ClassIndex.open(vm.connection);
    assert.equal(index.size, 2);
    const told: string[] = [];
    index.onPrepare(({ name, id }) => told.push(`${name} ${id}`));
    vm.channel.receive(prepared(2, 'LB;'), prepared(3, 'LA;'), prepared(4, 'LA.0x1;'), prepared(5, '[LA;'));
    assert.deepEqual(told, ['A 3']);
    assert.deepEqual(ids(index.lookup('A')), [1, 3]);
    assert.equal(index.size, 3);
  });

  it('forgets, of an unloaded name, only the classes that are dead', async () => {
    const vm = await Vm.start([1, 'LA;'], [2, 'LA;'], [3, 'LA;'], [4, 'LB;']);
    const index = await ClassIndex.open(vm.connection);
    const gone: number[] = [];
    index.onUnload(({ id }) => gone.push(Number(id)));
    vm.dead.add(2).add(4);
    vm.channel.receive(unloaded('LA;'), unloaded('LB;'), unloaded('LUnknown;'));
    await index.settled();
    assert.deepEqual(ids(index.lookup('A')), [1, 3]);
    assert.deepEqual(index.lookup('B'), []);
    assert.deepEqual(gone, [2, 4]);
    assert.equal(index.size, 2);
    // An unload of a namesake that the VM never showed.
    vm.channel.receive(unloaded('LA;'));
    await index.settled();
    assert.deepEqual(ids(index.lookup('A')), [1, 3]);
    vm.dead.add(1);
    vm.channel.receive(unloaded('LA;'));
    await index.settled();
    assert.deepEqual(ids(index.lookup('A')), [3]);
    vm.dead.add(3);
    vm.channel.receive(unloaded('LA;'));
    await index.settled();
    assert.equal(index.size, 0);
    assert.deepEqual([...index.names()], []);
  });

  it('keeps a class that is prepared while an unload of its name is looked into', async () => {
    const vm = await Vm.start([1, 'LA;']);
    const index = await ClassIndex.open(vm.connection);
    vm.dead.add(1);
    vm.before.set('2/9', prepared(2, 'LA;'));
    vm.channel.receive(unloaded('LA;'));
    await index.settled();
    assert.deepEqual(ids(index.lookup('A')), [2]);
  });

  it('looks into unloads that were told before the answer with all classes', async () => {
    const vm = await Vm.start([1, 'LA;'], [2, 'LB;']);
    vm.dead.add(1);
    vm.before.set('1/20', unloaded('LA;'));
    const index = await ClassIndex.open(vm.connection);
    assert.deepEqual([...index.names()], ['B']);
  });

  it('looks into names on request', async () => {
    const vm = await Vm.start([1, 'LA;']);
    const index = await ClassIndex.open(vm.connection);
    vm.dead.add(1);
    index.recheck(['A', 'B']);
    await index.settled();
    assert.equal(index.size, 0);
  });

  it('reads a loader once for each class, from its class object, because the command for it leaks', async () => {
    const vm = await Vm.start([1, 'LA;'], [2, 'LA;']);
    const index = await ClassIndex.open(vm.connection);
    vm.seen.length = 0;
    const [first, second] = index.lookup('A') as [LoadedClass, LoadedClass];
    const loaders = await Promise.all([first, second].map((each) => index.loaderOf(each)));
    assert.deepEqual([...loaders, await index.loaderOf(first)], [3001n, 3002n, 3001n]);
    assert.deepEqual(vm.seen.sort(), ['1/2', '2/11', '2/11', '2/4', '9/2', '9/2']);
  });

  it('asks for a loader where a class object has no such field', async () => {
    const vm = await Vm.start([1, 'LA;']);
    vm.classFields = int(0);
    const index = await ClassIndex.open(vm.connection);
    assert.equal(await index.loaderOf(index.lookup('A')[0]!), 1001n);
  });

  it('clears its event requests when disposed, and when it could not be opened', async () => {
    const vm = await Vm.start([1, 'LA;']);
    const index = await ClassIndex.open(vm.connection);
    index.dispose();
    await written();
    assert.deepEqual(vm.seen.splice(0), ['15/1', '15/1', '1/20', '15/2', '15/2']);
    vm.channel.receive(prepared(9, 'LZ;'));
    assert.equal(index.size, 1);
    const abort = new AbortController();
    const opening = ClassIndex.open(vm.connection, abort.signal);
    abort.abort();
    await assert.rejects(opening, AbortedError);
    // The requests under way are cleared as soon as their ids are known.
    while (vm.seen.length < 5) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(vm.seen.splice(0), ['15/1', '15/1', '1/20', '15/2', '15/2']);
    vm.channel.end();
    index.dispose();
  });

  it('rejects when the connection ends, and settles nothing twice', async () => {
    const { connection, channel } = await openWith();
    const opening = ClassIndex.open(connection);
    channel.end();
    await assert.rejects(opening, { reason: 'closed' });
  });
});
