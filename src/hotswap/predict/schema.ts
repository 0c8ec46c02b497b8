import { flagNames } from '../../classfile/accessFlags';
import { classNameText, typeText } from '../../classfile/descriptors';
import { memberKey, type MemberSide } from '../../classfile/side';
import { compareFields } from './fields';
import { compareMethods, type MethodChanges, type MethodRules } from './methods';
import type { Pairing } from './pairs';
import { REASON_ERRORS, type Reason, type ReasonCode } from './reasons';
import type { ClassShape, RecordComponentShape } from './shape';

/** A reason before it is known where in the source it is. */
export type Finding = Omit<Reason, 'error' | 'file' | 'line' | 'cause' | 'member'> & {
  /** Where it is not that of its code. */
  readonly error?: number;
  /** The member it is about, of the new version, or of the running one when it is gone. */
  readonly at?: { readonly of: 'field' | 'method'; readonly member: MemberSide };
};

/** Which members of both versions belong together. */
export interface MemberPairs {
  readonly fields: Pairing;
  readonly methods: Pairing;
}

export interface SchemaFindings {
  /** In the order in which HotSpot looks. */
  readonly findings: readonly Finding[];
  readonly methods: MethodChanges;
  /** What could not be compared since the running class's is not known. */
  readonly unknown: readonly ('nest' | 'record' | 'permittedSubclasses' | 'flags')[];
}

/** Compares two versions of a class as HotSpot does before it redefines one (facts of JVMTI's RedefineClasses). */
export function compareSchema(
  running: ClassShape,
  next: ClassShape,
  members: MemberPairs,
  rules: MethodRules,
): SchemaFindings {
  const findings: Finding[] = [...compareSupertypes(running, next)];
  const unknown: SchemaFindings['unknown'][number][] = [];
  findings.push(...compareNest(running, next));
  if (running.nestHost === undefined || running.nestMembers === undefined) unknown.push('nest');
  if (running.record === undefined) unknown.push('record');
  else if (!sameRecord(running.record, next.record ?? null)) findings.push({ code: 'recordChanged' });
  if (running.permittedSubclasses === undefined) unknown.push('permittedSubclasses');
  else if (!sameNames(running.permittedSubclasses, next.permittedSubclasses ?? null))
    findings.push({ code: 'permittedSubclassesChanged' });
  const flags = ((running.flags ?? 0) ^ (next.flags ?? 0)) & running.knownFlags;
  if (running.flags !== undefined && next.flags !== undefined && flags !== 0)
    findings.push({ code: 'classFlagsChanged', ...changedFlags('class', running.flags, next.flags) });
  else if (running.openFlags !== 0) unknown.push('flags');
  for (const { code, field, before } of compareFields(running.fields, next.fields, members.fields))
    findings.push({ code, at: { of: 'field', member: field }, ...fieldDetail(code, field, before) });
  const methods = compareMethods(running.methods, next.methods, members.methods, rules);
  for (const { code, error, method, before } of methods.changes)
    findings.push({
      code,
      error,
      at: { of: 'method', member: method },
      ...(before && changedFlags('method', before.accessFlags, method.accessFlags)),
    });
  return { findings, methods, unknown };
}

function compareSupertypes(running: ClassShape, next: ClassShape): Finding[] {
  const findings: Finding[] = [];
  const { superName: before, interfaces: old } = running;
  if (before !== undefined && before !== next.superName)
    findings.push({
      code: 'superclassChanged',
      from: classNameText(before),
      to: classNameText(next.superName ?? ''),
    });
  const now = next.interfaces ?? [];
  if (old && old.join() !== now.join()) {
    const isReordered = [...old].sort().join() === [...now].sort().join();
    findings.push({
      code: isReordered ? 'interfacesReordered' : 'interfacesChanged',
      from: old.map(classNameText).join(', '),
      to: now.map(classNameText).join(', '),
    });
  }
  return findings;
}

function compareNest(running: ClassShape, next: ClassShape): Finding[] {
  const findings: Finding[] = [];
  if (running.nestHost !== undefined && running.nestHost !== next.nestHost)
    findings.push({ code: 'nestHostChanged', from: running.nestHost ?? '', to: next.nestHost ?? '' });
  if (running.nestMembers === undefined) return findings;
  const before = running.nestMembers ?? [];
  const after = next.nestMembers ?? [];
  for (const className of after)
    if (!before.includes(className)) findings.push({ code: 'nestMemberAdded', className });
  for (const className of before)
    if (!after.includes(className)) findings.push({ code: 'nestMemberRemoved', className });
  return findings;
}

function sameNames(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b;
  return [...a].sort().join() === [...b].sort().join();
}

function sameRecord(
  a: readonly RecordComponentShape[] | null,
  b: readonly RecordComponentShape[] | null,
): boolean {
  if (a === null || b === null) return a === b;
  const text = ({ name, descriptor, signature }: RecordComponentShape): string =>
    `${name} ${descriptor} ${signature ?? ''}`;
  return a.length === b.length && a.every((component, at) => text(component) === text(b[at]!));
}

function changedFlags(
  kind: 'class' | 'field' | 'method',
  from: number,
  to: number,
): { from: string; to: string } {
  return { from: flagNames(kind, from).join(' '), to: flagNames(kind, to).join(' ') };
}

function fieldDetail(code: ReasonCode, field: MemberSide, before: MemberSide | undefined): Partial<Finding> {
  if (!before) return {};
  return code === 'fieldTypeChanged'
    ? { from: typeText(before.descriptor), to: typeText(field.descriptor) }
    : changedFlags('field', before.accessFlags, field.accessFlags);
}

/** The name a reason gives its member: `f(I)V`, `x`. */
export function memberName({ of, member }: NonNullable<Finding['at']>): string {
  return of === 'method' ? memberKey(member) : member.name;
}

export function errorOf(code: ReasonCode): number {
  return REASON_ERRORS[code];
}
