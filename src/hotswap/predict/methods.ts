import { ACC } from '../../classfile/accessFlags';
import type { MemberSide } from '../../classfile/side';
import { OVERPASS_FLAGS } from './overpass';
import type { Pairing } from './pairs';
import type { ReasonCode } from './reasons';

export interface MethodChange {
  readonly code: Extract<ReasonCode, 'methodAdded' | 'methodRemoved' | 'methodFlagsChanged'>;
  /** The error the JVM gives for it. */
  readonly error: 63 | 67 | 71;
  /** The new one; of a removed method the old one. */
  readonly method: MemberSide;
  readonly before?: MemberSide;
}

export interface MethodChanges {
  readonly changes: readonly MethodChange[];
  /**
   * The errors the JVM may answer with. It walks both versions' methods in the order of where their names lie in
   * memory, which nobody can know, so any name may be the first. Of one name it looks at the running methods first.
   */
  readonly errors: readonly number[];
}

export interface MethodRules {
  /** The JVM runs with `-XX:+AllowRedefinitionToAddDeleteMethods`: private static and private final ones may change. */
  readonly allowAddDelete: boolean;
  /** Whether the JVM made up a method for the running version that this one replaces. */
  readonly replacesOverpass: (added: MemberSide) => boolean;
  /** Methods the JVM makes up for one version only, whatever its own ones are. */
  readonly madeUp: () => { readonly added: readonly MemberSide[]; readonly removed: readonly MemberSide[] };
  /** Whether the JVM would make up one for the new version in place of this one. */
  readonly becomesOverpass: (removed: MemberSide) => boolean;
}

const NONE: MethodChanges = { changes: [], errors: [] };

/** What a redefinition minds about methods; NATIVE may change. */
export function compareMethods(
  running: readonly MemberSide[],
  next: readonly MemberSide[],
  pairing: Pairing,
  rules: MethodRules,
): MethodChanges {
  const changes: MethodChange[] = [];
  for (const at of pairing.removed) {
    const change = removal(running[at]!, rules);
    if (change) changes.push(change);
  }
  for (let at = 0; at < next.length; at++) {
    const change = appearance(running[pairing.before[at]!], next[at]!, rules);
    if (change) changes.push(change);
  }
  return changes.length === 0 ? NONE : { changes, errors: errorsOf(changes, rules) };
}

function removal(method: MemberSide, rules: MethodRules): MethodChange | undefined {
  if (rules.becomesOverpass(method))
    return differs(method.accessFlags, OVERPASS_FLAGS)
      ? { code: 'methodRemoved', error: 71, method }
      : undefined;
  return mayComeAndGo(method, rules) ? undefined : { code: 'methodRemoved', error: 67, method };
}

function appearance(
  before: MemberSide | undefined,
  method: MemberSide,
  rules: MethodRules,
): MethodChange | undefined {
  if (before)
    return differs(before.accessFlags, method.accessFlags)
      ? { code: 'methodFlagsChanged', error: 71, method, before }
      : undefined;
  if (rules.replacesOverpass(method))
    return differs(method.accessFlags, OVERPASS_FLAGS)
      ? { code: 'methodAdded', error: 71, method }
      : undefined;
  return mayComeAndGo(method, rules) ? undefined : { code: 'methodAdded', error: 63, method };
}

function differs(before: number, after: number): boolean {
  return ((before ^ after) & ~ACC.NATIVE) !== 0;
}

function mayComeAndGo({ accessFlags }: MemberSide, { allowAddDelete }: MethodRules): boolean {
  return (
    allowAddDelete && (accessFlags & ACC.PRIVATE) !== 0 && (accessFlags & (ACC.STATIC | ACC.FINAL)) !== 0
  );
}

function errorsOf(changes: readonly MethodChange[], { madeUp }: MethodRules): number[] {
  const byName = new Map<string, Set<number>>();
  const { added, removed } = madeUp();
  const all = [
    ...changes,
    ...added.map((method) => ({ error: 63, method })),
    ...removed.map((method) => ({ error: 67, method })),
  ];
  for (const { error, method } of all) {
    const errors = byName.get(method.name) ?? new Set();
    byName.set(method.name, errors.add(error));
  }
  // Added ones come last among those of one name.
  for (const errors of byName.values()) if (errors.size > 1) errors.delete(63);
  return [...new Set([...byName.values()].flatMap((errors) => [...errors]))].sort((a, b) => a - b);
}
