import assert from 'node:assert/strict';
import { parseClassFile } from '../../../src/classfile/classFile';
import { compareClasses } from '../../../src/classfile/compare';
import { disassembleClass } from '../../../src/classfile/disassemble';
import { ClassFileError } from '../../../src/classfile/errors';
import { writeClassFile } from '../../../src/classfile/writer';
import { everyAttribute, richClass } from './support';

/** Repeatable random numbers in [0, below). */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function corrupt(original: Buffer, seed: number): Buffer {
  const next = random(seed);
  if (next(4) === 0) return original.subarray(0, next(original.length));
  const bytes = Buffer.from(original);
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(bytes.length);
    const kind = next(3);
    if (kind === 0) bytes[at] = next(256);
    else if (kind === 1) bytes[at] = 0xff;
    else bytes.copy(bytes, at, next(bytes.length), Math.min(bytes.length, at + next(64)));
  }
  return bytes;
}

/** Everything this room does with a class. */
function useAll(bytes: Buffer, intact: Buffer): void {
  const file = parseClassFile(bytes);
  assert.deepEqual(writeClassFile(file), bytes);
  for (const use of [
    () => [...everyAttribute(file)],
    () => disassembleClass(file, { lines: true }),
    () => compareClasses(parseClassFile(intact), file),
    () => compareClasses({ ...side(bytes), bootstrapMethods: undefined }, parseClassFile(intact)),
  ])
    tolerate(use, bytes.length);
}

function side(bytes: Buffer) {
  const { name, pool, fields, methods } = parseClassFile(bytes);
  return { name, pool, fields, methods };
}

function tolerate(run: () => unknown, length: number): boolean {
  try {
    run();
    return true;
  } catch (error) {
    assert.ok(error instanceof ClassFileError, String(error instanceof Error ? error.stack : error));
    assert.ok(error.offset >= 0 && error.offset <= length, `offset ${error.offset} of ${length}`);
    return false;
  }
}

describe('corrupted class files', () => {
  it('10,000 of them are read, or refused with a typed error and its offset', () => {
    const intact = richClass();
    let read = 0;
    for (let seed = 1; seed <= 10_000; seed++) {
      const bytes = corrupt(intact, seed);
      if (tolerate(() => useAll(bytes, intact), bytes.length)) read++;
    }
    // Both outcomes must have been tried.
    assert.ok(read > 1000 && read < 9000, `${read} were read`);
  });

  it('nested annotations beyond reason are refused, not followed', () => {
    const intact = richClass();
    const file = parseClassFile(intact);
    const [info] = file.methods[0]!.attributes.filter(({ name }) => name === 'AnnotationDefault');
    const depth = 20_000;
    const nested = Buffer.alloc(depth * 3, Buffer.of(0x5b, 0, 1));
    const at = info!.offset;
    const bytes = Buffer.concat([intact.subarray(0, at), nested, intact.subarray(at + info!.length)]);
    bytes.writeUInt32BE(nested.length, at - 4);
    assert.throws(() => parseClassFile(bytes).methods[0]!.attribute('AnnotationDefault'), ClassFileError);
  });
});
