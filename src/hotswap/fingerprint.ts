import { createHash } from 'node:crypto';
import { ACC } from '../classfile/accessFlags';
import { memberKey, type MethodSide } from '../classfile/side';
import { Method, ReferenceType } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import type { ReferenceTypeId } from '../jdwp/ids';
import type { RunningMethod } from './known';
import type { ReadBack } from './running';

/**
 * Hex SHA-256 over the constant pool and the code of each method as a JVM gives them back. Every redefinition merges
 * constants or moves code to others, so a class whose fingerprint is the one noted after a swap runs what that swap
 * put there: also where a comparison has to assume what can't be read back, as the texts of string concatenations.
 */
export function fingerprintOf(pool: Buffer, methods: readonly MethodSide[]): string {
  const hash = createHash('sha256').update(pool);
  const sorted = methods
    .map((method) => [memberKey(method), method.code] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, code] of sorted) hash.update(`\n${key} ${code?.length ?? -1}\n`).update(code ?? '');
  return hash.digest('hex');
}

export function fingerprintOfRead({ pool, methods }: ReadBack): string {
  return fingerprintOf(pool.bytes, methods);
}

/**
 * The fingerprint of what a class runs now. All requests are written before this returns, so that what is redefined
 * later does not show. Rejects with `JdwpError`.
 */
export async function readFingerprint(
  connection: JdwpConnection,
  refType: ReferenceTypeId,
  methods: readonly RunningMethod[],
): Promise<string> {
  const [pool, ...read] = await Promise.all([
    connection.request(ReferenceType.ConstantPool, { refType }),
    ...methods.map(async ({ id: methodID, ...member }): Promise<MethodSide> => {
      if ((member.accessFlags & (ACC.NATIVE | ACC.ABSTRACT)) !== 0) return member;
      const { bytes } = await connection.request(Method.Bytecodes, { refType, methodID });
      return { ...member, code: bytes };
    }),
  ]);
  return fingerprintOf(pool.bytes, read);
}
