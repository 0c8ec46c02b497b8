import type { MemberSide } from '../../classfile/side';
import type { Pairing } from './pairs';
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
  pairing: Pairing,
): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  const gone = pairing.removed.map((at) => running[at]!);
  for (let at = 0; at < next.length; at++) {
    const field = next[at]!;
    const before = running[pairing.before[at]!];
    if (before) {
      if (before.accessFlags !== field.accessFlags)
        changes.push({ code: 'fieldFlagsChanged', field, before });
      continue;
    }
    const other = gone.findIndex(({ name }) => name === field.name);
    const [typed] = other < 0 ? [] : gone.splice(other, 1);
    changes.push(typed ? { code: 'fieldTypeChanged', field, before: typed } : { code: 'fieldAdded', field });
  }
  for (const field of gone) changes.push({ code: 'fieldRemoved', field });
  const moved = firstMoved(pairing);
  if (moved >= 0) changes.push({ code: 'fieldsReordered', field: next[moved]! });
  return changes;
}

/** Place of the first field that both versions have and that stands in another order among those; -1 if none. */
function firstMoved({ before }: Pairing): number {
  const kept = before.filter((at) => at >= 0);
  const order = [...kept].sort((a, b) => a - b);
  const first = kept.findIndex((at, place) => at !== order[place]);
  return first < 0 ? -1 : before.indexOf(kept[first]!);
}
