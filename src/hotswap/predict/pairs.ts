import { memberKey, type MemberSide } from '../../classfile/side';

/** Which members of two versions have the same name and type, as places in their lists. */
export interface Pairing {
  /** By place in the new version: the place in the running one, -1 for a new member. */
  readonly before: readonly number[];
  /** Places in the running version of those that are gone. */
  readonly removed: readonly number[];
}

export function pairMembers(running: readonly MemberSide[], next: readonly MemberSide[]): Pairing {
  // Most edits leave all members where they are; then nothing needs to be looked up.
  if (running.length === next.length && running.every((member, at) => isSame(member, next[at]!)))
    return { before: next.map((_, at) => at), removed: [] };
  const left = new Map(running.map((member, at) => [memberKey(member), at]));
  const before = next.map((member) => {
    const key = memberKey(member);
    const at = left.get(key) ?? -1;
    left.delete(key);
    return at;
  });
  return { before, removed: [...left.values()] };
}

function isSame(a: MemberSide, b: MemberSide): boolean {
  return a.name === b.name && a.descriptor === b.descriptor;
}
