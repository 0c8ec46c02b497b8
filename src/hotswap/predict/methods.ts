import { ACC } from '../../classfile/accessFlags';
import { memberKey, type MemberSide } from '../../classfile/side';
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
   * the order of the running class, a removed one before an added one.
   */
  readonly first: readonly MethodChange[];
}

/**
 * What a redefinition minds about methods; NATIVE may change. `allowAddDelete`: the JVM runs with
 * `-XX:+AllowRedefinitionToAddDeleteMethods`, so private static and private final ones may come and go.
 */
export function compareMethods(
  running: readonly MemberSide[],
  next: readonly MemberSide[],
  allowAddDelete: boolean,
): MethodChanges {
  const mayChange = ({ accessFlags }: MemberSide): boolean =>
    allowAddDelete && (accessFlags & ACC.PRIVATE) !== 0 && (accessFlags & (ACC.STATIC | ACC.FINAL)) !== 0;
  const added = new Map(next.map((method) => [memberKey(method), method]));
  const changes: MethodChange[] = [];
  const first = new Map<string, MethodChange>();
  const note = (change: MethodChange): void => {
    changes.push(change);
    if (!first.has(change.method.name)) first.set(change.method.name, change);
  };
  for (const before of running) {
    const method = added.get(memberKey(before));
    added.delete(memberKey(before));
    if (!method) {
      if (!mayChange(before)) note({ code: 'methodRemoved', method: before });
    } else if (((before.accessFlags ^ method.accessFlags) & ~ACC.NATIVE) !== 0)
      note({ code: 'methodFlagsChanged', method, before });
  }
  for (const method of added.values()) if (!mayChange(method)) note({ code: 'methodAdded', method });
  return { changes, first: [...first.values()] };
}
