import type { ClassFile } from '../../classfile/classFile';
import type { FindClass } from '../../classfile/hierarchy';
import { ClassVerifier } from '../../classfile/verify/verifyMethod';
import type { CodeChanges } from './code';
import type { Finding } from './schema';

/**
 * What the verifier minds about the new version. Methods that do the same as in the running one have passed it
 * already, with the classes that are there now, and are left out.
 */
export function checkVerification(next: ClassFile, { changed }: CodeChanges, find: FindClass): Finding[] {
  if (changed.length === 0) return [];
  const verifier = new ClassVerifier(next, find);
  return changed.flatMap(({ method }): Finding[] => {
    const fault = verifier.verify(method);
    if (!fault) return [];
    const at = { of: 'method', member: method } as const;
    return fault.className === undefined
      ? [{ code: 'failsVerification', at, what: fault.what }]
      : [{ code: 'verifierNeedsClass', at, className: fault.className }];
  });
}
