import { memberKey, type MemberSide } from '../../classfile/side';
import type { ReasonCode } from './reasons';

export interface FieldChange {
  readonly code: Extract<
    ReasonCode,
    'fieldAdded' | 'fieldRemoved' | 'fieldTypeChanged' | 'fieldFlagsChanged' | 'fieldsReordered'
  >;
  /** The new one; of a removed field the old one. */
  readonly field: MemberSide;
  readonly before?: MemberSide;
}

/** What a redefinition minds about fields: names, types and flags in order. */
export function compareFields(
  running: readonly MemberSide[],
  next: readonly MemberSide[],
): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const before = new Map(running.map((field) => [memberKey(field), field]));
  const gone = new Map(before);
  const added: MemberSide[] = [];
  for (const field of next) {
    const same = gone.get(memberKey(field));
    gone.delete(memberKey(field));
    if (!same) added.push(field);
    else if (same.accessFlags !== field.accessFlags)
      changes.push({ code: 'fieldFlagsChanged', field, before: same });
  }
  for (const field of added) {
    const other = [...gone.values()].find(({ name }) => name === field.name);
    if (other) gone.delete(memberKey(other));
    changes.push(other ? { code: 'fieldTypeChanged', field, before: other } : { code: 'fieldAdded', field });
  }
  for (const field of gone.values()) changes.push({ code: 'fieldRemoved', field });
  const moved = firstMoved(running, next, before);
  if (moved) changes.push({ code: 'fieldsReordered', field: moved });
  return changes;
}

/** The first field that both versions have and that stands in another place among those. */
function firstMoved(
  running: readonly MemberSide[],
  next: readonly MemberSide[],
  before: ReadonlyMap<string, MemberSide>,
): MemberSide | undefined {
  const after = new Set(next.map(memberKey));
  const kept = running.filter((field) => after.has(memberKey(field)));
  return next
    .filter((field) => before.has(memberKey(field)))
    .find((field, at) => memberKey(field) !== memberKey(kept[at]!));
}
