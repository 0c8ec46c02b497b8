import { ACC } from '../../classfile/accessFlags';
import { superclasses, type FindClass, type KnownClass } from '../../classfile/hierarchy';
import { memberKey, type MemberSide } from '../../classfile/side';

/** Flags HotSpot gives the methods it makes up. */
export const OVERPASS_FLAGS = ACC.PUBLIC | ACC.BRIDGE | ACC.SYNTHETIC;

/**
 * Methods that HotSpot makes up when it loads a class: where an interface method has no implementation, or several
 * default ones, in a hierarchy that has any default method, it adds one that throws ("overpass"). They count among
 * the methods of both versions when a redefinition is compared: so a method that only declares again what an
 * interface has, such as a bridge, is not new to the JVM. What is not known counts as not being there.
 */
export class Overpasses {
  readonly #find: FindClass;
  readonly #concrete = new Map<KnownClass, boolean>();

  constructor(find: FindClass) {
    this.#find = find;
  }

  /** Whether the JVM adds a method of this name and type to a class that does not declare it. */
  has(owner: KnownClass, { name, descriptor }: MemberSide): boolean {
    const key = name + descriptor;
    return (
      !name.startsWith('<') &&
      this.#hasConcrete(owner) &&
      this.#hasSlot(owner, key) &&
      this.#throws(owner, key)
    );
  }

  /**
   * Methods that are made up for one version only because it has a default method somewhere and the other has none.
   * Other differences come from the versions' own methods, one by one.
   */
  difference(
    before: KnownClass,
    after: KnownClass,
  ): { readonly added: MemberSide[]; readonly removed: MemberSide[] } {
    const [had, has] = [before, after].map((each) => new Overpasses(this.#find).#hasConcrete(each));
    if (had === has) return { added: [], removed: [] };
    const owner = has ? after : before;
    const fresh = new Overpasses(this.#find);
    const own = new Set([...(before.methods ?? []), ...(after.methods ?? [])].map(memberKey));
    const made = this.#interfaceMethods(owner).filter(
      (method) => !own.has(memberKey(method)) && fresh.has(owner, method),
    );
    return has ? { added: made, removed: [] } : { added: [], removed: made };
  }

  #interfaceMethods(owner: KnownClass): MemberSide[] {
    const seen = new Set<string>();
    const methods: MemberSide[] = [];
    const left = [...(owner.interfaces ?? [])];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const known = seen.has(name) ? undefined : this.#known(name);
      seen.add(name);
      left.push(...(known?.interfaces ?? []));
      methods.push(...(known?.methods ?? []));
    }
    return methods;
  }

  #known(name: string | undefined): KnownClass | undefined {
    const found = name === undefined ? undefined : this.#find(name);
    return found === 'absent' ? undefined : found;
  }

  /** An instance method of an interface with a body, anywhere in the hierarchy: else nothing is made up. */
  #hasConcrete(owner: KnownClass): boolean {
    const known = this.#concrete.get(owner);
    if (known !== undefined) return known;
    // Set at once: a hierarchy that goes in circles must end.
    this.#concrete.set(owner, false);
    const isOwn = isInterface(owner) && (owner.methods ?? []).some(isDefault);
    const above = [owner.superName, ...(owner.interfaces ?? [])].map((name) => this.#known(name));
    const answer = isOwn || above.some((each) => each !== undefined && this.#hasConcrete(each));
    this.#concrete.set(owner, answer);
    return answer;
  }

  /** Whether nothing implements the method, as far as the JVM looks when it loads the class. */
  #hasSlot(owner: KnownClass, key: string): boolean {
    const above = [...superclasses(owner.superName ?? '', this.#find)].filter(
      (each): each is KnownClass => each !== undefined && each !== 'absent',
    );
    if (above.some((each) => !isInterface(each) && declares(each, key))) return false;
    if (this.#inherited(owner.interfaces ?? [], key).length > 0) return true;
    // What a superclass had made up, or took from an interface, is looked at again.
    return above.some((each) => this.#hasConcrete(each) && this.#hasSlot(each, key));
  }

  /** Nothing to take, or more than one: only an exception can be thrown. */
  #throws(owner: KnownClass, key: string): boolean {
    const interfaces = [owner, ...superclasses(owner.superName ?? '', this.#find)].flatMap((each) =>
      each === undefined || each === 'absent' ? [] : (each.interfaces ?? []),
    );
    const declaring = this.#inherited(interfaces, key);
    const specific = declaring.filter(
      (each) =>
        !declaring.some(
          (other) => other !== each && this.#inherited([other.name], key, each.name).length > 0,
        ),
    );
    return (
      specific.filter((each) =>
        (each.methods ?? []).some((method) => memberKey(method) === key && isDefault(method)),
      ).length !== 1
    );
  }

  /** The interfaces among these and those above them that declare the method; only `one` of them when given. */
  #inherited(names: readonly string[], key: string, one?: string): KnownClass[] {
    const seen = new Set<string>();
    const found: KnownClass[] = [];
    const left = [...names];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const known = seen.has(name) ? undefined : this.#known(name);
      seen.add(name);
      if (!known) continue;
      left.push(...(known.interfaces ?? []));
      if ((one === undefined || name === one) && declares(known, key)) found.push(known);
    }
    return found;
  }
}

function isInterface({ accessFlags }: KnownClass): boolean {
  return ((accessFlags ?? 0) & ACC.INTERFACE) !== 0;
}

function isDefault({ accessFlags }: MemberSide): boolean {
  return (accessFlags & (ACC.ABSTRACT | ACC.STATIC)) === 0;
}

/** Whether a class has an instance method of its own that others can take for an implementation. */
function declares({ methods }: KnownClass, key: string): boolean {
  return (methods ?? []).some(
    (method) => (method.accessFlags & (ACC.STATIC | ACC.PRIVATE)) === 0 && memberKey(method) === key,
  );
}
