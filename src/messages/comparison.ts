import type { Difference, MemberDifference } from '../classfile/compare';
import { methodTypeText, typeText } from '../classfile/descriptors';
import type { ComparedState } from '../hotswap/comparison/model';
import type { Translate } from './translate';

/** How classes stand, in the words of a group. */
export const stateTitles: Readonly<Record<ComparedState, (t: Translate) => string>> = {
  changed: (t) => t('Changed'),
  debug: (t) => t('Only debug data differs'),
  gone: (t) => t('Only in the JVM'),
  unloaded: (t) => t('Not loaded yet'),
  same: (t) => t('Same'),
};

/** The same in a line of counts, after the number. */
export const stateCounts: Readonly<Record<ComparedState, (t: Translate) => string>> = {
  changed: (t) => t('changed'),
  debug: (t) => t('debug data only'),
  gone: (t) => t('only in the JVM'),
  unloaded: (t) => t('not loaded yet'),
  same: (t) => t('the same'),
};

/** A field or method as Java writes it: `count`, `mix(int, String)`, `<init>()`. */
export function memberText({
  of,
  name,
  descriptor,
}: Pick<MemberDifference, 'of' | 'name' | 'descriptor'>): string {
  if (of === 'field') return `${simple(typeText(descriptor))} ${name}`;
  const type = methodTypeText(descriptor);
  return type ? `${name}(${type.parameters.map(simple).join(', ')})` : name + descriptor;
}

function simple(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

/** What differs, seen from the class file: in a few words, to stand beside the member or the class. */
export function differenceText(difference: Difference, t: Translate): string {
  return difference.of === 'class' ? classTexts[difference.what](t) : memberTexts[difference.what](t);
}

const memberTexts: Readonly<Record<MemberDifference['what'], (t: Translate) => string>> = {
  added: (t) => t('only in the class file'),
  removed: (t) => t('only in the JVM'),
  flags: (t) => t('modifiers differ'),
  code: (t) => t('code differs'),
  handlers: (t) => t('exception handlers differ'),
  attributes: (t) => t('annotations or signature differ'),
  debug: (t) => t('only line numbers or variable names differ'),
};

type ClassWhat = Extract<Difference, { of: 'class' }>['what'];

const classTexts: Readonly<Record<ClassWhat, (t: Translate) => string>> = {
  version: (t) => t('class file version differs'),
  flags: (t) => t('class modifiers differ'),
  superclass: (t) => t('superclass differs'),
  interfaces: (t) => t('interfaces differ'),
  fieldOrder: (t) => t('order of fields differs'),
  attributes: (t) => t('annotations or other attributes differ'),
  debug: (t) => t('source file name differs'),
  unreadable: (t) => t('superclass, interfaces, annotations or handlers differ'),
  unreadableDebug: (t) => t('names of variables or source differ'),
};
