import { MethodInfo, type ClassFile } from '../../classfile/classFile';
import { firstDifference, matchCode } from '../../classfile/codeCompare';
import { ConstantComparison } from '../../classfile/constantCompare';
import type { ClassSide, MethodSide } from '../../classfile/side';
import { sameForVerifier } from '../../classfile/verify/sameFrames';
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
  /** Methods that the verifier has not seen as they are now: changed ones, and those with other stack maps. */
  readonly unverified: readonly MethodInfo[];

  /** `methods`: which methods belong together. */
  constructor(running: ClassSide, next: ClassFile, methods: Pairing) {
    this.#constants = new ConstantComparison(running, next);
    const changed: ChangedCode[] = [];
    const unverified: MethodInfo[] = [];
    next.methods.forEach((method, at) => {
      const { code } = method;
      if (!code) return;
      const old = running.methods[methods.before[at]!];
      const isSame = old?.code !== undefined && matchCode(old.code, code, this.#constants) !== undefined;
      if (!isSame) changed.push({ method, before: old?.code });
      if (!isSame || !this.#sameForVerifier(old, method)) unverified.push(method);
    });
    this.changed = changed;
    this.unverified = unverified;
  }

  /** What was read back from a JVM has no stack maps; then they count as the same. */
  #sameForVerifier(old: MethodSide, method: MethodInfo): boolean {
    if (!(old instanceof MethodInfo)) return true;
    return sameForVerifier(old.codeAttribute!, method.codeAttribute!, this.#constants);
  }

  /** Position of the first instruction of a changed method that is not as before. */
  differsAt({ method, before }: ChangedCode): number {
    return before ? (firstDifference(before, method.code!, this.#constants) ?? 0) : 0;
  }
}
