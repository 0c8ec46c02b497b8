import type { ClassFile } from '../../classfile/classFile';
import { TAG } from '../../classfile/constantPool';
import { constantText } from '../../classfile/constantText';

/** Constants that compilers put into a class's pool wherever they compile one in. */
const POOLED = new Set<number>([TAG.Integer, TAG.Float, TAG.Long, TAG.Double, TAG.String]);
/** Numbers that instructions hold themselves, besides those of 16 bits: nothing tells where they come from. */
const IN_INSTRUCTIONS = new Set(['0L', '1L', '0f', '1f', '2f', '0d', '1d']);
const SHORT_MIN = -0x8000;
const SHORT_MAX = 0x7fff;

/**
 * Which classes hold a constant (as `constantText` writes it), as they do when it was compiled into them. `undefined`
 * for numbers so small that they are part of instructions: then none can be told from others.
 */
export function constantHolders(files: Iterable<ClassFile>, constant: string): string[] | undefined {
  if (IN_INSTRUCTIONS.has(constant) || isShort(constant)) return undefined;
  const holders: string[] = [];
  for (const file of files) if (holds(file, constant)) holders.push(file.binaryName);
  return holders;
}

function isShort(constant: string): boolean {
  const value = /^-?\d+$/.test(constant) ? Number(constant) : NaN;
  return value >= SHORT_MIN && value <= SHORT_MAX;
}

function holds(file: ClassFile, constant: string): boolean {
  const { pool } = file;
  for (let index = 1; index < pool.count; index++)
    if (POOLED.has(pool.tag(index)) && constantText(file, index) === constant) return true;
  return false;
}
