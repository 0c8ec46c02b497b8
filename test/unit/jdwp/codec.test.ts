import assert from 'node:assert/strict';
import { EventRequest, ObjectReference, VirtualMachine } from '../../../src/jdwp/commands';
import { EventKind, SuspendPolicy, TypeTag } from '../../../src/jdwp/constants';
import { JdwpError } from '../../../src/jdwp/error';
import { composite } from '../../../src/jdwp/events';
import { encodeCommand } from '../../../src/jdwp/framing';
import type {
  ClassId,
  FieldId,
  IdSizes,
  MethodId,
  ObjectId,
  ReferenceTypeId,
  ThreadId,
} from '../../../src/jdwp/ids';
import { int, list, objectId, string, struct, type Layout } from '../../../src/jdwp/layout';
import { PacketReader } from '../../../src/jdwp/reader';
import { arrayRegion, location, taggedObject, value, type Value } from '../../../src/jdwp/values';
import { PacketWriter } from '../../../src/jdwp/writer';
import { TruncatedError } from '../../../src/util/bytes';

const eight: IdSizes = { field: 8, method: 8, object: 8, referenceType: 8, frame: 8 };
const odd: IdSizes = { field: 1, method: 2, object: 3, referenceType: 7, frame: 5 };

function encode<T>(layout: Layout<T>, value: T, sizes = eight): Buffer {
  const writer = new PacketWriter(sizes);
  layout.write(writer, value);
  const bytes = Buffer.concat(writer.chunks());
  assert.equal(bytes.length, writer.length);
  return bytes;
}

/** The bytes in two chunks, cut at every place; then one chunk a byte. */
function* cuts(bytes: Buffer): Generator<Buffer[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from({ length: bytes.length }, (_, at) => bytes.subarray(at, at + 1));
}

function roundTrip<T>(layout: Layout<T>, value: T, sizes = eight): void {
  const bytes = encode(layout, value, sizes);
  for (const parts of cuts(bytes)) {
    const reader = new PacketReader(parts, sizes);
    assert.deepEqual(layout.read(reader), value);
    reader.end();
  }
  for (let length = 0; length < bytes.length; length++) {
    const reader = new PacketReader([bytes.subarray(0, length)], sizes);
    assert.throws(() => layout.read(reader), TruncatedError, `cut at ${length} of ${bytes.length}`);
  }
}

describe('JDWP codec', () => {
  it('gives back every kind of value, wherever its bytes are cut, and refuses each prefix of it', () => {
    const values: Value[] = [
      { tag: 'B', value: -128 },
      { tag: 'C', value: 0xffff },
      { tag: 'S', value: -32768 },
      { tag: 'I', value: -2147483648 },
      { tag: 'F', value: 0.5 },
      { tag: 'D', value: -1e300 },
      { tag: 'J', value: -(2n ** 63n) },
      { tag: 'Z', value: true },
      { tag: 'V', value: undefined },
      { tag: 's', value: 0xffff_ffff_ffff_fffen as ObjectId },
    ];
    for (const each of values) roundTrip(value, each);
    roundTrip(list(value), values);
    roundTrip(string, 'straße \u{1f600} \0');
    roundTrip(struct({ texts: list(string), n: int }), { texts: ['', 'a'], n: 7 });
  });

  it('gives back regions of arrays of every component type', () => {
    roundTrip(arrayRegion, { tag: 'B', values: Buffer.from([0, 127, 128, 255]) });
    roundTrip(arrayRegion, { tag: 'C', values: [0, 65535] });
    roundTrip(arrayRegion, { tag: 'J', values: [1n, -1n] });
    roundTrip(arrayRegion, { tag: 'Z', values: [true, false] });
    roundTrip(arrayRegion, { tag: 'L', values: [{ tag: 's', value: 9n as ObjectId }] });
  });

  it('reads and writes ids in the widths the VM says', () => {
    const place = {
      typeTag: TypeTag.Interface,
      classID: 0x01_2345_6789_abcdn as ClassId,
      methodID: 0xfffen as MethodId,
      index: 3n,
    };
    assert.equal(
      encode(location, place, odd).toString('hex'),
      '02' + '0123456789abcd' + 'fffe' + '0000000000000003',
    );
    roundTrip(location, place, odd);
    roundTrip(taggedObject, { tag: 'L', value: 0xabcdefn as ObjectId }, odd);
    roundTrip(objectId, 0xff_ffff_ffff_ffffn as ObjectId, { ...eight, object: 7 });
    assert.throws(() => encode(objectId, 0x100_0000n as ObjectId, odd), RangeError);
  });

  it('lays requests out as the specification has them', () => {
    const packet = encodeCommand(
      0x01020304,
      EventRequest.Set,
      {
        eventKind: EventKind.ClassPrepare,
        suspendPolicy: SuspendPolicy.EventThread,
        modifiers: [
          { kind: 'ClassMatch', classPattern: 'demo.A' },
          { kind: 'Count', count: 1 },
          { kind: 'Step', thread: 5n as ThreadId, size: 1, depth: 2 },
          { kind: 'PlatformThreadsOnly' },
        ],
      },
      { ...eight, object: 4 },
    );
    const expected = [
      '0000002f 01020304 00 0f01', // length, id, flags, command set and command
      '08 01 00000004', // event kind, suspend policy, count of modifiers
      `05 00000006 ${Buffer.from('demo.A').toString('hex')}`,
      '01 00000001',
      '0a 00000005 00000001 00000002',
      '0d',
    ];
    assert.equal(Buffer.concat(packet.chunks).toString('hex'), expected.join('').replaceAll(' ', ''));
    assert.equal(packet.length, 0x2f);

    const set = encodeCommand(
      1,
      ObjectReference.SetValues,
      { object: 2n as ObjectId, values: [{ fieldID: 3n as FieldId, value: { tag: 'S', value: -2 } }] },
      eight,
    );
    // An untagged value: only its two bytes.
    assert.equal(
      Buffer.concat(set.chunks).toString('hex').slice(22),
      '0000000000000002' + '00000001' + '0000000000000003' + 'fffe',
    );
  });

  it('sends large class files as they are, not as copies', () => {
    const large = [1, 2, 3].map((fill) => Buffer.alloc(100_000, fill));
    const small = Buffer.alloc(100, 4);
    const classes = [...large, small].map((classfile, at) => ({
      refType: BigInt(at) as ReferenceTypeId,
      classfile,
    }));
    const packet = encodeCommand(9, VirtualMachine.RedefineClasses, { classes }, eight);
    const borrowed = packet.chunks.filter((chunk) => large.some((each) => each === chunk));
    assert.equal(borrowed.length, 3);
    const bytes = Buffer.concat(packet.chunks);
    assert.equal(bytes.readUInt32BE(0), bytes.length);
    let at = 15;
    for (const { refType, classfile } of classes) {
      assert.equal(bytes.readBigUInt64BE(at), refType);
      assert.equal(bytes.readInt32BE(at + 8), classfile.length);
      assert.ok(bytes.subarray(at + 12, at + 12 + classfile.length).equals(classfile));
      at += 12 + classfile.length;
    }
    assert.equal(at, bytes.length);
  });

  it('refuses counts and lengths that cannot be true before it makes room for them', () => {
    for (const claim of [-1, 5, 0x7fffffff, -2147483648]) {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(claim, 0);
      for (const layout of [list(int), string, arrayRegion as Layout<unknown>]) {
        const body = layout === arrayRegion ? Buffer.concat([Buffer.from('B'), bytes]) : bytes;
        assert.throws(() => layout.read(new PacketReader([body], eight)), TruncatedError, String(claim));
      }
    }
  });

  it('reads no element of a list that claims more elements than there are bytes', () => {
    let read = 0;
    const element: Layout<number> = { read: (from) => (read++, from.byte()), write: () => undefined };
    const body = Buffer.from([0, 0, 0, 5, 1, 2, 3, 4]);
    assert.throws(() => list(element).read(new PacketReader([body], eight)), TruncatedError);
    assert.equal(read, 0);
  });

  it('refuses tags and constants outside the specification', () => {
    const malformed = (error: unknown): boolean => error instanceof JdwpError && error.reason === 'malformed';
    const read = (layout: Layout<unknown>, ...bytes: number[]): unknown =>
      layout.read(new PacketReader([Buffer.from([...bytes, ...Buffer.alloc(40)])], eight));
    assert.throws(() => read(value, 'x'.charCodeAt(0)), malformed);
    assert.throws(() => read(taggedObject, 'I'.charCodeAt(0)), malformed);
    assert.throws(() => read(arrayRegion, 'V'.charCodeAt(0)), malformed);
    assert.throws(() => read(location, 4), malformed);
    assert.throws(() => read(composite, 3), malformed);
    assert.throws(() => read(composite, 0, 0, 0, 0, 1, 77), malformed);
  });
});
