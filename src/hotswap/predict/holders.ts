import type { ClassFile } from '../../classfile/classFile';
import { TAG } from '../../classfile/constantPool';
import { constantText } from '../../classfile/constantText';

/** Constants that compilers put into a class's pool wherever they compile one in. */
const POOLED = new Set<number>([TAG.Integer, TAG.Float, TAG.Long, TAG.Double, TAG.String]);
/** Numbers that instructions hold themselves, besides those of 16 bits: nothing tells where they come from. */
const IN_INSTRUCTIONS = new Set(['0L', '1L', '0f', '1f', '2f', '0d', '1d']);
const SHORT_MIN = -0x8000;
const SHORT_MAX = 0x7fff;

/** Whether a class that holds this constant (as `constantText` writes it) shows it; small numbers are in instructions. */
export function isTraceable(constant: string): boolean {
  return !IN_INSTRUCTIONS.has(constant) && !isShort(constant);
}

/**
 * Which classes hold each of these constants, as they do when it was compiled into them: names as in
 * `Class.getName()`.
 */
export function constantHolders(
  files: Iterable<ClassFile>,
  constants: ReadonlySet<string>,
): Map<string, string[]> {
  const holders = new Map([...constants].map((constant): [string, string[]] => [constant, []]));
  for (const file of files)
    for (const constant of pooled(file)) {
      const names = holders.get(constant);
      if (names && names.at(-1) !== file.binaryName) names.push(file.binaryName);
    }
  return holders;
}

function isShort(constant: string): boolean {
  const value = /^-?\d+$/.test(constant) ? Number(constant) : NaN;
  return value >= SHORT_MIN && value <= SHORT_MAX;
}

function* pooled(file: ClassFile): Generator<string> {
  const { pool } = file;
  for (let index = 1; index < pool.count; index++)
    if (POOLED.has(pool.tag(index))) yield constantText(file, index);
}
