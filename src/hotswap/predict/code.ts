import type { ClassFile, MethodInfo } from '../../classfile/classFile';
import { firstDifference, matchCode } from '../../classfile/codeCompare';
import { ConstantComparison } from '../../classfile/constantCompare';
import type { ClassSide } from '../../classfile/side';
import type { Pairing } from './pairs';

/** A method whose code is not that of the running version, or may not be since that is not known. */
export interface ChangedCode {
  readonly method: MethodInfo;
  /** The running one's code; `undefined` for a new method and where it is not known. */
  readonly before: Buffer | undefined;
}

/** Which methods of the new version have other code than the running one. Throws `ClassFileError`. */
export class CodeChanges {
  readonly #constants: ConstantComparison;
  readonly changed: readonly ChangedCode[];

  /** `methods`: which methods belong together. */
  constructor(running: ClassSide, next: ClassFile, methods: Pairing) {
    this.#constants = new ConstantComparison(running, next);
    const changed: ChangedCode[] = [];
    next.methods.forEach((method, at) => {
      const { code } = method;
      const before = running.methods[methods.before[at]!]?.code;
      if (code && !(before && matchCode(before, code, this.#constants))) changed.push({ method, before });
    });
    this.changed = changed;
  }

  /** Position of the first instruction of a changed method that is not as before. */
  differsAt({ method, before }: ChangedCode): number {
    return before ? (firstDifference(before, method.code!, this.#constants) ?? 0) : 0;
  }
}
