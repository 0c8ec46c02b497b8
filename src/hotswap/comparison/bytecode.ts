import { classFlagsOfModifiers } from '../../classfile/accessFlags';
import type { ClassFile } from '../../classfile/classFile';
import { compareClasses } from '../../classfile/compare';
import { ConstantPool, TAG } from '../../classfile/constantPool';
import { constantText } from '../../classfile/constantText';
import { disassembleClass } from '../../classfile/disassemble';
import { decodeInstructions } from '../../classfile/instructions';
import type { ClassSide } from '../../classfile/side';
import type { LoadedClass } from '../../jdwp/classIndex';
import type { Attached } from '../attach';
import { classFileOf } from '../roots/builtClass';
import { readBack, runningClass, type ReadBack } from '../running';
import { readClassHeader, type ClassHeader } from './header';

/** The bytecode of a class as text; absent where a side has no such class. */
export interface Sides {
  readonly running: string | undefined;
  readonly built: string | undefined;
}

const whole = { lines: true } as const;
/** As far as a JVM gives it back. */
const readable = { ...whole, readableOnly: true } as const;

/**
 * What runs and what was built as text, to stand side by side; members of the running class stand in the order of the
 * file. Whole where the class file is known that runs. Else as far as a JVM gives a class back; when no difference
 * shows then, the constants are added that something besides the code uses: string concatenation, annotations and the
 * like. Rejects with `JdwpError` and `ClassFileError`.
 */
export async function bytecodeSides(
  context: Pick<Attached, 'connection' | 'known'>,
  loaded: LoadedClass | undefined,
  built: ClassFile | undefined,
  signal?: AbortSignal,
): Promise<Sides> {
  if (!loaded) return { running: undefined, built: built && disassembleClass(built, whole) };
  const { connection, known } = context;
  const [read, header, before] = await Promise.all([
    readBack(connection, loaded.id, signal),
    readClassHeader(connection, loaded, signal),
    known.running(loaded.id, loaded.name),
  ]);
  const file = before && classFileOf(before);
  // What we put there is believed where nothing that can be read back contradicts.
  if (file && compareClasses(runningClass(read, file), file).outcome !== 'changed') {
    const running = disassembleClass(file, { ...whole, ...(built && { like: built }) });
    return { running, built: built && disassembleClass(built, whole) };
  }
  const side = runningSide(read, header, loaded, built);
  const running = disassembleClass(side, { ...readable, ...(built && { like: built }) });
  if (!built) return { running, built: undefined };
  const text = disassembleClass(built, readable);
  if (text !== running || compareClasses(side, built).outcome !== 'changed') return { running, built: text };
  return { running: running + otherConstants(side), built: text + otherConstants(built) };
}

function runningSide(
  read: ReadBack,
  header: ClassHeader,
  loaded: LoadedClass,
  built: ClassFile | undefined,
): ClassSide {
  if (built) return { ...runningClass(read, built), ...header };
  const { pool, modifiers, fields, methods } = read;
  return {
    name: loaded.name.replaceAll('.', '/'),
    pool: new ConstantPool(pool.bytes, pool.count),
    accessFlags: classFlagsOfModifiers(modifiers),
    fields,
    methods,
    ...header,
  };
}

/** What stands for a value; the rest only leads to these. */
const values: readonly number[] = [
  TAG.Integer,
  TAG.Float,
  TAG.Long,
  TAG.Double,
  TAG.String,
  TAG.Class,
  TAG.MethodHandle,
  TAG.MethodType,
];

/** The constants that no instruction names, one a line, in the order of their texts. */
function otherConstants(side: ClassSide): string {
  const { pool, methods } = side;
  const used = new Set<number>();
  for (const { code } of methods)
    for (const instruction of code?.length ? decodeInstructions(code) : [])
      if (instruction.form === 'constant' || instruction.form === 'multiArray') used.add(instruction.index);
  const texts: string[] = [];
  for (let index = 1; index < pool.count; index++)
    if (values.includes(pool.tag(index)) && !used.has(index)) texts.push(constantText(side, index, false));
  return `\nconstants {\n${[...new Set(texts)]
    .sort()
    .map((text) => `    ${text}\n`)
    .join('')}}\n`;
}
