import type { ClassFile, MethodInfo } from '../../classfile/classFile';
import { matchCode } from '../../classfile/codeCompare';
import { ConstantComparison } from '../../classfile/constantCompare';
import type { FindClass } from '../../classfile/hierarchy';
import { memberKey, type ClassSide } from '../../classfile/side';
import { ClassVerifier } from '../../classfile/verify/verifyMethod';
import type { Finding } from './schema';

/**
 * What the verifier minds about the new version. Methods that do the same as in the running one have passed it
 * already, with the classes that are there now, and are left out.
 */
export function checkVerification(running: ClassSide, next: ClassFile, find: FindClass): Finding[] {
  const verifier = new ClassVerifier(next, find);
  const constants = new ConstantComparison(running, next);
  const before = new Map(running.methods.map((method) => [memberKey(method), method]));
  const isVerified = (method: MethodInfo): boolean => {
    const old = before.get(memberKey(method))?.code;
    return old !== undefined && matchCode(old, method.code ?? Buffer.alloc(0), constants) !== undefined;
  };
  return next.methods.flatMap((method): Finding[] => {
    if (!method.code || isVerified(method)) return [];
    const fault = verifier.verify(method);
    if (!fault) return [];
    const at = { of: 'method', member: method } as const;
    return fault.className === undefined
      ? [{ code: 'failsVerification', at, what: fault.what }]
      : [{ code: 'verifierNeedsClass', at, className: fault.className }];
  });
}
