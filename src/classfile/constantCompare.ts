import type { BootstrapMethod } from './attributeTypes';
import { CONSTANT_SIZES, TAG, type ConstantPool } from './constantPool';

/** A constant pool with the bootstrap methods its dynamic constants point to; `undefined` when they can't be known. */
export interface Constants {
  readonly pool: ConstantPool;
  readonly bootstrapMethods?: readonly BootstrapMethod[] | undefined;
}

/** No constant nests deeper in a class that a JVM accepts; a corrupted pool may point in circles. */
const MAX_DEPTH = 64;

/**
 * Compares constants of two pools by what they mean, not by where they stand. A JVM that redefined a class merges
 * the pools of both versions, so that the same constants have other indices than in the file.
 *
 * Bootstrap methods can't be read back from a JVM. Where one side's are unknown, two dynamic constants are told
 * apart as far as the rest allows, and when nothing contradicts they count as equal and `assumed` is set:
 * - where the pool with known bootstrap methods is the beginning of the other one, it is what was loaded first:
 *   numbers of bootstrap methods mean the same on both sides, and the comparison is exact;
 * - otherwise name and type must be equal, each bootstrap method of one side must always meet the same one of the
 *   other, and all constants a known bootstrap method uses must be in the other pool.
 */
export class ConstantComparison {
  /** Set when two dynamic constants counted as equal though bootstrap methods are unknown; reset it as needed. */
  assumed = false;
  /** Equal indices are equal constants: both pools are the same bytes, and so are bootstrap methods if known. */
  readonly identical: boolean;
  /** The pool with known bootstrap methods is the beginning of the other one. */
  readonly #aligned: boolean;
  readonly #left: Constants;
  readonly #right: Constants;
  /** By left index: the right index last found equal. */
  readonly #known: number[];
  readonly #rightBootstraps = new Map<number, number>();
  readonly #leftBootstraps = new Map<number, number>();
  readonly #present = new Map<number, boolean>();

  constructor(left: Constants, right: Constants) {
    this.#left = left;
    this.#right = right;
    this.#known = new Array<number>(left.pool.count);
    const equal = left.pool === right.pool || left.pool.bytes.equals(right.pool.bytes);
    this.identical = equal && this.#sameBootstrapTables();
    this.#aligned =
      (left.bootstrapMethods !== undefined && beginsWith(right.pool, left.pool)) ||
      (right.bootstrapMethods !== undefined && beginsWith(left.pool, right.pool));
  }

  #sameBootstrapTables(): boolean {
    const left = this.#left.bootstrapMethods;
    const right = this.#right.bootstrapMethods;
    if (!left || !right) return true;
    return (
      left.length === right.length &&
      left.every((method, at) => this.#sameBootstrapMethod(method, right[at], 0))
    );
  }

  /** Whether the constant at `i` on the left means the same as the one at `j` on the right. */
  same(i: number, j: number): boolean {
    return this.#same(i, j, 0);
  }

  #same(i: number, j: number, depth: number): boolean {
    const a = this.#left.pool;
    const b = this.#right.pool;
    if (i === 0 || j === 0) return i === j;
    if (this.#known[i] === j) return true;
    const tag = a.tag(i);
    if (tag === 0 || tag !== b.tag(j) || depth > MAX_DEPTH) return false;
    const x = a.offsets[i]!;
    const y = b.offsets[j]!;
    let equal: boolean;
    switch (tag) {
      case TAG.Utf8:
        equal = sameBytes(a.bytes, x, b.bytes, y, 2 + a.u16At(x), 2 + b.u16At(y));
        break;
      case TAG.Class:
      case TAG.String:
      case TAG.MethodType:
      case TAG.Module:
      case TAG.Package:
        equal = this.#same(a.u16At(x), b.u16At(y), depth + 1);
        break;
      case TAG.Fieldref:
      case TAG.Methodref:
      case TAG.InterfaceMethodref:
      case TAG.NameAndType:
        equal =
          this.#same(a.u16At(x), b.u16At(y), depth + 1) &&
          this.#same(a.u16At(x + 2), b.u16At(y + 2), depth + 1);
        break;
      case TAG.MethodHandle:
        equal = a.bytes[x] === b.bytes[y] && this.#same(a.u16At(x + 1), b.u16At(y + 1), depth + 1);
        break;
      case TAG.Dynamic:
      case TAG.InvokeDynamic:
        // Not kept as known: that would lose `assumed`.
        return (
          this.#same(a.u16At(x + 2), b.u16At(y + 2), depth + 1) &&
          this.#sameBootstrap(i, j, a.u16At(x), b.u16At(y), depth + 1)
        );
      default: {
        const size = CONSTANT_SIZES[tag]!;
        equal = sameBytes(a.bytes, x, b.bytes, y, size, size);
      }
    }
    if (equal) this.#known[i] = j;
    return equal;
  }

  #sameBootstrap(i: number, j: number, m: number, n: number, depth: number): boolean {
    const left = this.#left.bootstrapMethods;
    const right = this.#right.bootstrapMethods;
    if (left && right) return this.#sameBootstrapMethod(left[m], right[n], depth);
    if (this.#aligned) {
      // A constant beyond the common part was appended by the merge because it was equal to none that was there.
      const shared = Math.min(this.#left.pool.count, this.#right.pool.count);
      return i < shared && j < shared && m === n;
    }
    if ((this.#rightBootstraps.get(m) ?? n) !== n || (this.#leftBootstraps.get(n) ?? m) !== m) return false;
    if (right && !this.#usesOnlyConstantsOf(right[n], this.#right.pool, this.#left.pool)) return false;
    if (left && !this.#usesOnlyConstantsOf(left[m], this.#left.pool, this.#right.pool)) return false;
    this.#rightBootstraps.set(m, n);
    this.#leftBootstraps.set(n, m);
    this.assumed = true;
    return true;
  }

  #sameBootstrapMethod(
    a: BootstrapMethod | undefined,
    b: BootstrapMethod | undefined,
    depth: number,
  ): boolean {
    if (a?.argumentIndexes.length !== b?.argumentIndexes.length || !a || !b) return false;
    return (
      this.#same(a.methodHandleIndex, b.methodHandleIndex, depth) &&
      a.argumentIndexes.every((index, place) => this.#same(index, b.argumentIndexes[place]!, depth))
    );
  }

  #usesOnlyConstantsOf(method: BootstrapMethod | undefined, own: ConstantPool, other: ConstantPool): boolean {
    if (!method) return false;
    return [method.methodHandleIndex, ...method.argumentIndexes].every((index) => {
      let found = this.#present.get(index);
      if (found === undefined) {
        found = this.#isIn(index, own, other);
        this.#present.set(index, found);
      }
      return found;
    });
  }

  #isIn(index: number, own: ConstantPool, other: ConstantPool): boolean {
    const tag = own.tag(index);
    // A nested dynamic constant has an unknown bootstrap method as well; its name and type decide.
    for (let candidate = 1; candidate < other.count; candidate++) {
      if (other.tag(candidate) !== tag) continue;
      if (tag === TAG.Dynamic) return true;
      const equal =
        own === this.#left.pool ? this.#same(index, candidate, 0) : this.#same(candidate, index, 0);
      if (equal) return true;
    }
    return false;
  }
}

function beginsWith(longer: ConstantPool, shorter: ConstantPool): boolean {
  const length = shorter.bytes.length;
  return length <= longer.bytes.length && longer.bytes.compare(shorter.bytes, 0, length, 0, length) === 0;
}

function sameBytes(a: Buffer, x: number, b: Buffer, y: number, length: number, other: number): boolean {
  if (length !== other) return false;
  for (let at = 0; at < length; at++) if (a[x + at] !== b[y + at]) return false;
  return true;
}
