import type { ClassFile, MethodInfo } from '../classFile';
import { findAttribute } from '../attributes';
import type { Code } from '../attributeTypes';
import type { VerificationType } from '../stackMap';
import { ACC } from '../accessFlags';
import { unverifiable } from './fault';
import { Frame } from './frame';
import {
  DOUBLE,
  DOUBLE2,
  FLOAT,
  INT,
  LONG,
  LONG2,
  NULL,
  TOP,
  UNINITIALIZED_THIS,
  type TypeTable,
} from './types';

const SIMPLE = [TOP, INT, FLOAT, DOUBLE, LONG, NULL, UNINITIALIZED_THIS];

/** The frame at the start of a method: its object and parameters. */
export function entryFrame(file: ClassFile, method: MethodInfo, code: Code, types: TypeTable): Frame {
  const isStatic = (method.accessFlags & ACC.STATIC) !== 0;
  const isConstructor = method.name === '<init>' && file.name !== 'java/lang/Object';
  const self = isConstructor ? UNINITIALIZED_THIS : types.reference(file.name);
  const { parameters } = types.ofMethod(method.descriptor);
  const locals = isStatic ? parameters : [self, ...parameters];
  const frame = new Frame(code.maxLocals, code.maxStack, types, locals);
  frame.isThisUninitialized = isConstructor && !isStatic;
  return frame;
}

/** The frames a method declares, by position. Throws `Unverifiable` for a table that makes no sense. */
export function declaredFrames(
  file: ClassFile,
  code: Code,
  entry: Frame,
  types: TypeTable,
): ReadonlyMap<number, Frame> {
  const frames = new Map<number, Frame>();
  const table = findAttribute(code.attributes, 'StackMapTable', file.pool);
  if (!table) return frames;
  const expand = (type: VerificationType): number => {
    if (type.tag === 7) return types.reference(file.pool.className(type.classIndex));
    return type.tag === 8 ? -1 - type.pc : SIMPLE[type.tag]!;
  };
  let pc = -1;
  let locals = usedLocals(entry);
  for (const declared of table.frames) {
    pc += declared.delta + 1;
    if (declared.form === 'chop') locals = chop(locals, 251 - declared.type);
    if (declared.form === 'append') locals = [...locals, ...widen(declared.locals.map(expand))];
    if (declared.form === 'full') locals = widen(declared.locals.map(expand));
    const stack =
      declared.form === 'full'
        ? widen(declared.stack.map(expand))
        : declared.form === 'sameLocals1'
          ? widen([expand(declared.stack)])
          : [];
    frames.set(pc, toFrame(locals, stack, code, types));
  }
  return frames;
}

function usedLocals(frame: Frame): readonly number[] {
  let size = frame.locals.length;
  while (size > 0 && frame.locals[size - 1] === TOP) size--;
  return frame.locals.slice(0, size);
}

function widen(list: readonly number[]): readonly number[] {
  if (!list.includes(LONG) && !list.includes(DOUBLE)) return list;
  return list.flatMap((type) =>
    type === LONG ? [LONG, LONG2] : type === DOUBLE ? [DOUBLE, DOUBLE2] : [type],
  );
}

function chop(locals: readonly number[], count: number): readonly number[] {
  let size = locals.length;
  for (let left = count; left > 0; left--) {
    const last = locals[size - 1];
    size -= last === LONG2 || last === DOUBLE2 ? 2 : 1;
  }
  return size < 0 ? unverifiable('a stack map frame drops more than there is') : locals.slice(0, size);
}

function toFrame(locals: readonly number[], stack: readonly number[], code: Code, types: TypeTable): Frame {
  const frame = new Frame(code.maxLocals, code.maxStack, types, locals);
  frame.pushAll(stack);
  frame.isThisUninitialized = locals.includes(UNINITIALIZED_THIS) || stack.includes(UNINITIALIZED_THIS);
  return frame;
}
