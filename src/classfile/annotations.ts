import type { BinaryReader, BinaryWriter } from '../util/bytes';
import { ClassFileError } from './errors';

/** An annotation (JVMS 4.7.16): its type's descriptor and its elements in file order. */
export interface Annotation {
  readonly typeIndex: number;
  readonly elements: readonly { readonly nameIndex: number; readonly value: ElementValue }[];
}

/** An `element_value` (JVMS 4.7.16.1); `tag` as in the file. */
export type ElementValue =
  | {
      readonly tag: 'B' | 'C' | 'D' | 'F' | 'I' | 'J' | 'S' | 'Z' | 's';
      readonly constantIndex: number;
    }
  | { readonly tag: 'e'; readonly typeIndex: number; readonly nameIndex: number }
  | { readonly tag: 'c'; readonly classIndex: number }
  | { readonly tag: '@'; readonly annotation: Annotation }
  | { readonly tag: '['; readonly values: readonly ElementValue[] };

/** A `type_annotation` (JVMS 4.7.20). */
export interface TypeAnnotation {
  readonly target: TypeTarget;
  readonly path: readonly { readonly kind: number; readonly argument: number }[];
  readonly annotation: Annotation;
}

/** A `target_info` (JVMS tables 4.7.20-A and B); `type` is the `target_type` byte. */
export type TypeTarget =
  | { readonly shape: 'typeParameter'; readonly type: number; readonly parameter: number }
  | { readonly shape: 'supertype'; readonly type: number; readonly index: number }
  | {
      readonly shape: 'typeParameterBound';
      readonly type: number;
      readonly parameter: number;
      readonly bound: number;
    }
  | { readonly shape: 'empty'; readonly type: number }
  | { readonly shape: 'formalParameter'; readonly type: number; readonly parameter: number }
  | { readonly shape: 'throws'; readonly type: number; readonly index: number }
  | { readonly shape: 'localVariable'; readonly type: number; readonly table: readonly LocalRange[] }
  | { readonly shape: 'catch'; readonly type: number; readonly exceptionIndex: number }
  | { readonly shape: 'offset'; readonly type: number; readonly pc: number }
  | { readonly shape: 'typeArgument'; readonly type: number; readonly pc: number; readonly argument: number };

export interface LocalRange {
  readonly startPc: number;
  readonly length: number;
  readonly slot: number;
}

/** Deeper nesting than any compiler writes; a corrupted file must not exhaust the stack. */
const MAX_DEPTH = 256;

export function readList<T>(r: BinaryReader, count: number, read: (r: BinaryReader) => T): T[] {
  const items: T[] = [];
  for (let index = 0; index < count; index++) items.push(read(r));
  return items;
}

function bad(r: BinaryReader, what: string): never {
  throw new ClassFileError('attribute', r.offset - 1, what);
}

export function readAnnotation(r: BinaryReader, depth = 0): Annotation {
  const typeIndex = r.u16();
  const elements = readList(r, r.u16(), () => ({
    nameIndex: r.u16(),
    value: readElementValue(r, depth + 1),
  }));
  return { typeIndex, elements };
}

export function readElementValue(r: BinaryReader, depth = 0): ElementValue {
  const tag = String.fromCharCode(r.u8());
  if (depth > MAX_DEPTH) bad(r, 'annotations are nested too deeply');
  switch (tag) {
    case 'B':
    case 'C':
    case 'D':
    case 'F':
    case 'I':
    case 'J':
    case 'S':
    case 'Z':
    case 's':
      return { tag, constantIndex: r.u16() };
    case 'e':
      return { tag, typeIndex: r.u16(), nameIndex: r.u16() };
    case 'c':
      return { tag, classIndex: r.u16() };
    case '@':
      return { tag, annotation: readAnnotation(r, depth + 1) };
    case '[':
      return { tag, values: readList(r, r.u16(), () => readElementValue(r, depth + 1)) };
    default:
      return bad(r, `unknown element value tag ${tag.charCodeAt(0)}`);
  }
}

export function writeAnnotation(w: BinaryWriter, annotation: Annotation): void {
  w.u16(annotation.typeIndex).u16(annotation.elements.length);
  for (const { nameIndex, value } of annotation.elements) {
    w.u16(nameIndex);
    writeElementValue(w, value);
  }
}

export function writeElementValue(w: BinaryWriter, value: ElementValue): void {
  w.u8(value.tag.charCodeAt(0));
  switch (value.tag) {
    case 'e':
      w.u16(value.typeIndex).u16(value.nameIndex);
      break;
    case 'c':
      w.u16(value.classIndex);
      break;
    case '@':
      writeAnnotation(w, value.annotation);
      break;
    case '[':
      w.u16(value.values.length);
      for (const item of value.values) writeElementValue(w, item);
      break;
    case 'B':
    case 'C':
    case 'D':
    case 'F':
    case 'I':
    case 'J':
    case 'S':
    case 'Z':
    case 's':
      w.u16(value.constantIndex);
      break;
  }
}

function readTarget(r: BinaryReader): TypeTarget {
  const type = r.u8();
  switch (type) {
    case 0x00:
    case 0x01:
      return { shape: 'typeParameter', type, parameter: r.u8() };
    case 0x10:
      return { shape: 'supertype', type, index: r.u16() };
    case 0x11:
    case 0x12:
      return { shape: 'typeParameterBound', type, parameter: r.u8(), bound: r.u8() };
    case 0x13:
    case 0x14:
    case 0x15:
      return { shape: 'empty', type };
    case 0x16:
      return { shape: 'formalParameter', type, parameter: r.u8() };
    case 0x17:
      return { shape: 'throws', type, index: r.u16() };
    case 0x40:
    case 0x41: {
      const range = (): LocalRange => ({ startPc: r.u16(), length: r.u16(), slot: r.u16() });
      return { shape: 'localVariable', type, table: readList(r, r.u16(), range) };
    }
    case 0x42:
      return { shape: 'catch', type, exceptionIndex: r.u16() };
    case 0x43:
    case 0x44:
    case 0x45:
    case 0x46:
      return { shape: 'offset', type, pc: r.u16() };
    case 0x47:
    case 0x48:
    case 0x49:
    case 0x4a:
    case 0x4b:
      return { shape: 'typeArgument', type, pc: r.u16(), argument: r.u8() };
    default:
      return bad(r, `unknown type annotation target ${type}`);
  }
}

function writeTarget(w: BinaryWriter, target: TypeTarget): void {
  w.u8(target.type);
  switch (target.shape) {
    case 'typeParameter':
    case 'formalParameter':
      w.u8(target.parameter);
      break;
    case 'supertype':
    case 'throws':
      w.u16(target.index);
      break;
    case 'typeParameterBound':
      w.u8(target.parameter).u8(target.bound);
      break;
    case 'empty':
      break;
    case 'localVariable':
      w.u16(target.table.length);
      for (const range of target.table) w.u16(range.startPc).u16(range.length).u16(range.slot);
      break;
    case 'catch':
      w.u16(target.exceptionIndex);
      break;
    case 'offset':
      w.u16(target.pc);
      break;
    case 'typeArgument':
      w.u16(target.pc).u8(target.argument);
      break;
  }
}

export function readTypeAnnotation(r: BinaryReader): TypeAnnotation {
  const target = readTarget(r);
  const path = readList(r, r.u8(), () => ({ kind: r.u8(), argument: r.u8() }));
  return { target, path, annotation: readAnnotation(r) };
}

export function writeTypeAnnotation(w: BinaryWriter, annotation: TypeAnnotation): void {
  writeTarget(w, annotation.target);
  w.u8(annotation.path.length);
  for (const step of annotation.path) w.u8(step.kind).u8(step.argument);
  writeAnnotation(w, annotation.annotation);
}
