import { ACC } from '../../classfile/accessFlags';
import type { MemberSide } from '../../classfile/side';
import type { Pairing } from './pairs';
import type { ReasonCode } from './reasons';

export interface MethodChange {
  readonly code: Extract<ReasonCode, 'methodAdded' | 'methodRemoved' | 'methodFlagsChanged'>;
  /** The new one; of a removed method the old one. */
  readonly method: MemberSide;
  readonly before?: MemberSide;
}

export interface MethodChanges {
  readonly changes: readonly MethodChange[];
  /**
   * The changes the JVM may name first. It walks both versions' methods in the order of where their names lie in
   * memory, which nobody can know: so this is the first change of each name. Methods of one name are looked at in
   * the order of the running class, an added one last.
   */
  readonly first: readonly MethodChange[];
}

const NONE: MethodChanges = { changes: [], first: [] };

/**
 * What a redefinition minds about methods; NATIVE may change. `allowAddDelete`: the JVM runs with
 * `-XX:+AllowRedefinitionToAddDeleteMethods`, so private static and private final ones may come and go.
 */
export function compareMethods(
  running: readonly MemberSide[],
  next: readonly MemberSide[],
  pairing: Pairing,
  allowAddDelete: boolean,
): MethodChanges {
  const mayChange = ({ accessFlags }: MemberSide): boolean =>
    allowAddDelete && (accessFlags & ACC.PRIVATE) !== 0 && (accessFlags & (ACC.STATIC | ACC.FINAL)) !== 0;
  const inRunning: MethodChange[] = [];
  for (const at of pairing.removed)
    if (!mayChange(running[at]!)) inRunning.push({ code: 'methodRemoved', method: running[at]! });
  const added: MethodChange[] = [];
  for (let at = 0; at < next.length; at++) {
    const before = running[pairing.before[at]!];
    const method = next[at]!;
    if (!before) {
      if (!mayChange(method)) added.push({ code: 'methodAdded', method });
    } else if (((before.accessFlags ^ method.accessFlags) & ~ACC.NATIVE) !== 0)
      inRunning.push({ code: 'methodFlagsChanged', method, before });
  }
  const place = ({ before, method }: MethodChange): number => running.indexOf(before ?? method);
  if (inRunning.length > 1) inRunning.sort((a, b) => place(a) - place(b));
  const changes = [...inRunning, ...added];
  if (changes.length === 0) return NONE;
  const first = new Map<string, MethodChange>();
  for (const change of changes) if (!first.has(change.method.name)) first.set(change.method.name, change);
  return { changes, first: [...first.values()] };
}
