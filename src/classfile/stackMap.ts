import type { BinaryReader, BinaryWriter } from '../util/bytes';
import { readList } from './annotations';
import { ClassFileError } from './errors';

/** A `verification_type_info` (JVMS 4.7.4): 0 top, 1 int, 2 float, 3 double, 4 long, 5 null, 6 uninitializedThis. */
export type VerificationType =
  | { readonly tag: 0 | 1 | 2 | 3 | 4 | 5 | 6 }
  /** An object of the class at `classIndex`. */
  | { readonly tag: 7; readonly classIndex: number }
  /** The result of the `new` instruction at `pc`, not initialised yet. */
  | { readonly tag: 8; readonly pc: number };

/**
 * A `stack_map_frame` (JVMS 4.7.4). `type` is the frame type byte, which for the short forms holds the offset
 * delta (same, sameLocals1) or the number of locals (chop, append) as well; `delta` is the offset delta always.
 */
export type StackMapFrame =
  | { readonly form: 'same'; readonly type: number; readonly delta: number }
  | {
      readonly form: 'sameLocals1';
      readonly type: number;
      readonly delta: number;
      readonly stack: VerificationType;
    }
  | { readonly form: 'chop'; readonly type: number; readonly delta: number }
  | {
      readonly form: 'append';
      readonly type: number;
      readonly delta: number;
      readonly locals: readonly VerificationType[];
    }
  | {
      readonly form: 'full';
      readonly type: 255;
      readonly delta: number;
      readonly locals: readonly VerificationType[];
      readonly stack: readonly VerificationType[];
    };

function readType(r: BinaryReader): VerificationType {
  const tag = r.u8();
  if (tag === 7) return { tag, classIndex: r.u16() };
  if (tag === 8) return { tag, pc: r.u16() };
  if (tag < 7) return { tag: tag as 0 };
  throw new ClassFileError('attribute', r.offset - 1, `unknown verification type ${tag}`);
}

function writeType(w: BinaryWriter, type: VerificationType): void {
  w.u8(type.tag);
  if (type.tag === 7) w.u16(type.classIndex);
  else if (type.tag === 8) w.u16(type.pc);
}

export function readFrame(r: BinaryReader): StackMapFrame {
  const type = r.u8();
  if (type <= 63) return { form: 'same', type, delta: type };
  if (type <= 127) return { form: 'sameLocals1', type, delta: type - 64, stack: readType(r) };
  if (type <= 246)
    throw new ClassFileError('attribute', r.offset - 1, `reserved stack map frame type ${type}`);
  const delta = r.u16();
  if (type === 247) return { form: 'sameLocals1', type, delta, stack: readType(r) };
  if (type <= 250) return { form: 'chop', type, delta };
  if (type === 251) return { form: 'same', type, delta };
  if (type <= 254) return { form: 'append', type, delta, locals: readList(r, type - 251, readType) };
  const locals = readList(r, r.u16(), readType);
  return { form: 'full', type: 255, delta, locals, stack: readList(r, r.u16(), readType) };
}

export function writeFrame(w: BinaryWriter, frame: StackMapFrame): void {
  w.u8(frame.type);
  if (frame.type > 127) w.u16(frame.delta);
  switch (frame.form) {
    case 'same':
    case 'chop':
      break;
    case 'sameLocals1':
      writeType(w, frame.stack);
      break;
    case 'append':
      for (const local of frame.locals) writeType(w, local);
      break;
    case 'full':
      w.u16(frame.locals.length);
      for (const local of frame.locals) writeType(w, local);
      w.u16(frame.stack.length);
      for (const entry of frame.stack) writeType(w, entry);
      break;
  }
}
