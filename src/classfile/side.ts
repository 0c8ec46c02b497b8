import type { BootstrapMethod, ExceptionHandler, LineNumber } from './attributeTypes';
import type { ConstantPool } from './constantPool';

/**
 * One side of a comparison: what is known of a class, from its file (`ClassFile` is one) or read back from a JVM.
 * `undefined` means not known; a file knows everything. Names are internal (`java/lang/String`), flags the 16 bits
 * of the class file (JDWP sets further bits for synthetic members: mask them).
 */
export interface ClassSide {
  readonly name: string;
  readonly pool: ConstantPool;
  readonly majorVersion?: number | undefined;
  readonly accessFlags?: number | undefined;
  /** Of what was read back from a JVM: the flags a nested class was declared with; its own may be others. */
  readonly declaredFlags?: number | undefined;
  /** Unknown and "none" (only `java/lang/Object`) are both `undefined`. */
  readonly superName?: string | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly fields: readonly MemberSide[];
  readonly methods: readonly MethodSide[];
  readonly sourceFile?: string | undefined;
  /** Can't be read back over JDWP. */
  readonly bootstrapMethods?: readonly BootstrapMethod[] | undefined;
}

export interface MemberSide {
  readonly name: string;
  readonly descriptor: string;
  readonly accessFlags: number;
}

export interface MethodSide extends MemberSide {
  /** `undefined` or empty for an abstract or native method. */
  readonly code?: Buffer | undefined;
  readonly lineNumbers?: readonly LineNumber[] | undefined;
  /** Can't be read back over JDWP. */
  readonly codeAttribute?: { readonly exceptionTable: readonly ExceptionHandler[] } | undefined;
}

/** Tells a member among the fields, or among the methods, of its class: `name` and descriptor in one. */
export function memberKey(member: MemberSide): string {
  return member.name + member.descriptor;
}
