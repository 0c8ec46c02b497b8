import type { ClassFile } from '../../classfile/classFile';
import type { FindClass } from '../../classfile/hierarchy';
import { ClassVerifier } from '../../classfile/verify/verifyMethod';
import type { CodeChanges } from './code';
import type { Finding } from './schema';

/**
 * What the verifier minds about the new version. Methods that are the same in the running one have passed it
 * already, with the classes that are there now, and are left out.
 */
export function checkVerification(next: ClassFile, { unverified }: CodeChanges, find: FindClass): Finding[] {
  if (unverified.length === 0) return [];
  const verifier = new ClassVerifier(next, find);
  return unverified.flatMap((method): Finding[] => {
    const fault = verifier.verify(method);
    if (!fault) return [];
    const at = { of: 'method', member: method } as const;
    return fault.className === undefined
      ? [{ code: 'failsVerification', at, what: fault.what }]
      : [{ code: 'verifierNeedsClass', at, className: fault.className }];
  });
}
