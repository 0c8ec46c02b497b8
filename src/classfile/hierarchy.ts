import { ACC } from './accessFlags';
import type { MemberSide } from './side';

/** What is known of a class that another one names; `ClassFile` is one. Flags are those of the class itself. */
export interface KnownClass {
  readonly name: string;
  readonly accessFlags?: number | undefined;
  readonly superName?: string | undefined;
  readonly interfaces?: readonly string[] | undefined;
  readonly fields?: readonly MemberSide[] | undefined;
  readonly methods?: readonly MemberSide[] | undefined;
  /** Internal names; `null` for a class that is not sealed, `undefined` when not known. */
  readonly permittedSubclasses?: readonly string[] | null | undefined;
}

/**
 * Finds a class by internal name as the class loader in question would; `absent`: it would not find it;
 * `undefined`: not known.
 */
export type FindClass = (name: string) => KnownClass | 'absent' | undefined;

/** Longer chains of superclasses are taken for a circle. */
const MAX_DEPTH = 1000;

/** The package of an internal name, `''` for the unnamed one. */
export function packageOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** Whether the class is an interface; `undefined` when not known. */
export function isInterface(found: KnownClass): boolean | undefined {
  return found.accessFlags === undefined ? undefined : (found.accessFlags & ACC.INTERFACE) !== 0;
}

/**
 * The class and its superclasses, from the class up. Ends with `absent` where one is missing and with `undefined`
 * where one is not known; else the last one is `java/lang/Object`.
 */
export function* superclasses(name: string, find: FindClass): Generator<KnownClass | 'absent' | undefined> {
  let next: string | undefined = name;
  for (let depth = 0; next !== undefined && depth < MAX_DEPTH; depth++) {
    const found: KnownClass | 'absent' | undefined = find(next);
    yield found;
    if (found === undefined || found === 'absent') return;
    next = found.superName;
    if (next === undefined && found.name !== 'java/lang/Object') yield undefined;
  }
}

/** Whether `name` is `ancestor` or one of its subclasses; `absent` names what is missing on the way. */
export function isSubclass(
  name: string,
  ancestor: string,
  find: FindClass,
): boolean | { readonly absent: string } | undefined {
  let last = name;
  for (const found of superclasses(name, find)) {
    if (found === undefined) return undefined;
    if (found === 'absent') return { absent: last };
    if (found.name === ancestor) return true;
    last = found.superName ?? last;
  }
  return false;
}
