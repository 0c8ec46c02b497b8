import { ACC } from '../accessFlags';
import { superclasses, type FindClass, type KnownClass } from '../hierarchy';
import { Unverifiable } from './fault';

/**
 * Verification types (JVMS 4.10.1.2) as numbers: the constants below, references from `FIRST_REFERENCE` on, and
 * the result of a `new` at `pc`, not initialised yet, as `-1 - pc`. A long or double takes two places, the second
 * one being `LONG2` or `DOUBLE2`. boolean, byte, char and short are int.
 */
export const TOP = 0;
export const INT = 1;
export const FLOAT = 2;
export const DOUBLE = 3;
export const DOUBLE2 = 4;
export const LONG = 5;
export const LONG2 = 6;
export const NULL = 7;
export const UNINITIALIZED_THIS = 8;
/** Not types but questions: any reference, initialised or not; anything that takes one place. */
export const ANY_REFERENCE = 9;
export const ANY_SINGLE = 10;
const FIRST_REFERENCE = 16;

/** Types of a method's parameters and of its result, if it has one, each of one or two places. */
export interface MethodTypes {
  readonly parameters: readonly number[];
  readonly result: readonly number[];
}

/** The reference types of one class under verification, and which is assignable to which. */
export class TypeTable {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<string, boolean>();
  readonly #methods = new Map<string, MethodTypes>();
  readonly #find: FindClass;
  readonly object = this.reference('java/lang/Object');
  readonly throwable = this.reference('java/lang/Throwable');

  constructor(find: FindClass) {
    this.#find = find;
  }

  /** The type of an internal name or an array's descriptor. */
  reference(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = FIRST_REFERENCE + this.#names.length;
      this.#names.push(name);
      this.#numbers.set(name, number);
    }
    return number;
  }

  nameOf(type: number): string {
    return this.#names[type - FIRST_REFERENCE] ?? '';
  }

  isReference(type: number): boolean {
    return type >= FIRST_REFERENCE;
  }
  isArray(type: number): boolean {
    return this.nameOf(type).startsWith('[');
  }

  /** Element type of an array type; `TOP` for a descriptor that is none. */
  element(array: number): number {
    const name = this.nameOf(array);
    return this.#ofDescriptor(name.slice(1));
  }

  /** The types (one or two places) of a field descriptor; none for `V`. */
  ofDescriptor(descriptor: string): readonly number[] {
    const type = this.#ofDescriptor(descriptor);
    if (type === LONG) return [LONG, LONG2];
    if (type === DOUBLE) return [DOUBLE, DOUBLE2];
    return type === TOP ? [] : [type];
  }

  /** The parameter and result types of a method descriptor; a long or double takes two. */
  ofMethod(descriptor: string): MethodTypes {
    let found = this.#methods.get(descriptor);
    if (!found) {
      found = this.#ofMethod(descriptor);
      this.#methods.set(descriptor, found);
    }
    return found;
  }

  #ofMethod(descriptor: string): MethodTypes {
    const parameters: number[] = [];
    let at = 1;
    while (at < descriptor.length && descriptor[at] !== ')') {
      let end = at;
      while (descriptor[end] === '[') end++;
      end = descriptor[end] === 'L' ? descriptor.indexOf(';', end) + 1 : end + 1;
      if (end <= at) break;
      parameters.push(...this.ofDescriptor(descriptor.slice(at, end)));
      at = end;
    }
    return { parameters, result: this.ofDescriptor(descriptor.slice(at + 1)) };
  }

  #ofDescriptor(descriptor: string): number {
    switch (descriptor.charAt(0)) {
      case 'B':
      case 'C':
      case 'I':
      case 'S':
      case 'Z':
        return INT;
      case 'F':
        return FLOAT;
      case 'J':
        return LONG;
      case 'D':
        return DOUBLE;
      case '[':
        return this.reference(descriptor);
      case 'L':
        return this.reference(descriptor.slice(1, -1));
      default:
        return TOP;
    }
  }

  /** Whether a value of type `from` may stand where `to` is wanted. Throws `Unverifiable` when a class is missing. */
  isAssignable(from: number, to: number): boolean {
    if (from === to || to === TOP) return true;
    if (to === ANY_REFERENCE)
      return this.isReference(from) || from === NULL || from === UNINITIALIZED_THIS || from < 0;
    if (to === ANY_SINGLE) return from !== TOP && (from < DOUBLE || from > LONG2);
    if (!this.isReference(to)) return false;
    return from === NULL || (this.isReference(from) && this.isSubtype(this.nameOf(from), this.nameOf(to)));
  }

  /** As HotSpot answers it: interfaces count as `Object`, and classes are loaded only where names differ. */
  isSubtype(from: string, to: string, isProtected = false): boolean {
    if (from === to || to === 'java/lang/Object') return true;
    const key = `${from} ${to} ${isProtected}`;
    let answer = this.#known.get(key);
    if (answer === undefined) {
      answer = this.#isSubtype(from, to, isProtected);
      this.#known.set(key, answer);
    }
    return answer;
  }

  /** What two types have in common, `TOP` when nothing; asks for classes as HotSpot's inference does. */
  merge(a: number, b: number): number {
    if (a === b) return a;
    if (a === NULL) return this.isReference(b) ? b : TOP;
    if (b === NULL) return this.isReference(a) ? a : TOP;
    if (!this.isReference(a) || !this.isReference(b)) return TOP;
    if (a === this.object || b === this.object) return this.object;
    return this.isArray(a) || this.isArray(b) ? this.#mergeArrays(a, b) : this.#mergeClasses(a, b);
  }

  #mergeArrays(a: number, b: number): number {
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const name = this.nameOf(one);
      if (name === 'java/lang/Cloneable' || name === 'java/io/Serializable') return one;
      if (!this.isArray(other)) return this.object;
    }
    const [one, two] = [this.element(a), this.element(b)];
    const isNested = this.isReference(one) && this.isReference(two);
    return isNested ? this.arrayOf(this.merge(one, two)) : this.object;
  }

  /** The array type whose elements are these. */
  arrayOf(element: number): number {
    const name = this.nameOf(element);
    return this.reference(name.startsWith('[') ? `[${name}` : `[L${name};`);
  }

  #mergeClasses(a: number, b: number): number {
    for (const each of [b, a]) {
      const known = this.#load(this.nameOf(each));
      // Of what nothing is known nothing may be said: null fits everywhere.
      if (!known) return NULL;
      if (((known.accessFlags ?? 0) & ACC.INTERFACE) !== 0) return this.object;
    }
    const above = new Set<string>();
    for (const found of superclasses(this.nameOf(a), this.#find))
      if (found !== undefined && found !== 'absent') above.add(found.name);
    for (const found of superclasses(this.nameOf(b), this.#find)) {
      if (found === undefined || found === 'absent') return NULL;
      if (above.has(found.name)) return this.reference(found.name);
    }
    return this.object;
  }

  #isSubtype(from: string, to: string, isProtected: boolean): boolean {
    if (to.startsWith('[')) return from.startsWith('[') && this.#isElementSubtype(from.slice(1), to.slice(1));
    const target = this.#load(to);
    if (!target) return true;
    const isInterface = ((target.accessFlags ?? 0) & ACC.INTERFACE) !== 0;
    if (isInterface && (!isProtected || from !== 'java/lang/Object'))
      return !from.startsWith('[') || to === 'java/lang/Cloneable' || to === 'java/io/Serializable';
    if (from.startsWith('[')) return false;
    return this.#extends(from, to);
  }

  #isElementSubtype(from: string, to: string): boolean {
    const isObject = (descriptor: string): boolean =>
      descriptor.startsWith('L') || descriptor.startsWith('[');
    if (!isObject(from) || !isObject(to)) return from === to;
    const name = (descriptor: string): string =>
      descriptor.startsWith('L') ? descriptor.slice(1, -1) : descriptor;
    return this.isSubtype(name(from), name(to));
  }

  #extends(name: string, ancestor: string): boolean {
    let wanted = name;
    for (const found of superclasses(name, this.#find)) {
      if (found === undefined) return true;
      if (found === 'absent') throw missing(wanted);
      if (found.name === ancestor) return true;
      wanted = found.superName ?? wanted;
    }
    return false;
  }

  /** `undefined` when nothing is known of the class. */
  #load(name: string): KnownClass | undefined {
    const found = this.#find(name);
    if (found === 'absent') throw missing(name);
    return found;
  }
}

export function missing(className: string): Unverifiable {
  return new Unverifiable(`${className} is not there`, className);
}
