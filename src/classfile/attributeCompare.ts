import type { AttributeInfo } from './attributeInfo';
import { decodeAttribute } from './attributes';
import type { ConstantComparison } from './constantCompare';
import type { ConstantPool } from './constantPool';

/** Attributes that tell debuggers and the verifier about code, but do not change what it does. */
const DEBUG = new Set([
  'SourceFile',
  'SourceDebugExtension',
  'LineNumberTable',
  'LocalVariableTable',
  'LocalVariableTypeTable',
  'StackMapTable',
]);
/** Compared where they are used. */
const ELSEWHERE = new Set(['Code', 'BootstrapMethods']);
/** Lists whose order means nothing. */
const UNORDERED = new Set(['classes', 'classIndexes']);

const MAX_DEPTH = 4;

export interface AttributeOwner {
  readonly attributes: readonly AttributeInfo[];
  readonly pool: ConstantPool;
}

/**
 * Compares two attribute tables by meaning, each in terms of its own pool. Gives the names of the attributes that
 * differ, those of debug data apart. `Code` and `BootstrapMethods` are not looked at.
 */
export function compareAttributes(
  left: AttributeOwner,
  right: AttributeOwner,
  constants: ConstantComparison,
): { readonly debug: string[]; readonly other: string[] } {
  const debug: string[] = [];
  const other: string[] = [];
  if (left.attributes.length === 0 && right.attributes.length === 0) return { debug, other };
  const comparison = new AttributeComparison(left.pool, right.pool, constants);
  const names = new Set([...left.attributes, ...right.attributes].map(({ name }) => name));
  for (const name of names) {
    if (ELSEWHERE.has(name)) continue;
    const one = left.attributes.filter((attribute) => attribute.name === name);
    const two = right.attributes.filter((attribute) => attribute.name === name);
    if (one.length === two.length && one.every((attribute, at) => comparison.same(attribute, two[at]!)))
      continue;
    (DEBUG.has(name) ? debug : other).push(name);
  }
  return { debug, other };
}

class AttributeComparison {
  readonly #left: ConstantPool;
  readonly #right: ConstantPool;
  readonly #constants: ConstantComparison;
  #depth = 0;

  constructor(left: ConstantPool, right: ConstantPool, constants: ConstantComparison) {
    this.#left = left;
    this.#right = right;
    this.#constants = constants;
  }

  same(left: AttributeInfo, right: AttributeInfo): boolean {
    if (this.#constants.identical) return left.info.equals(right.info);
    // Attributes hold attributes one or two levels deep; a corrupted file must not exhaust the stack.
    if (this.#depth > MAX_DEPTH) return left.info.equals(right.info);
    const a = decodeAttribute(left, this.#left);
    const b = decodeAttribute(right, this.#right);
    this.#depth++;
    try {
      return a && b ? this.#sameValue('', a, b) : left.info.equals(right.info);
    } finally {
      this.#depth--;
    }
  }

  /** Decoded attributes name every constant pool index `...Index`, every list of them `...Indexes`. */
  #sameValue(key: string, a: unknown, b: unknown): boolean {
    if (typeof a === 'number' && typeof b === 'number')
      return /Index(es)?$/.test(key) ? this.#constants.same(a, b) : a === b;
    if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return a.equals(b);
    if (Array.isArray(a) && Array.isArray(b)) return this.#sameList(key, a, b);
    if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return a === b;
    const one = a as Record<string, unknown>;
    const two = b as Record<string, unknown>;
    if (key === 'attributes') return this.same(a as AttributeInfo, b as AttributeInfo);
    return Object.keys(one).every((name) => this.#sameValue(name, one[name], two[name]));
  }

  #sameList(key: string, a: readonly unknown[], b: readonly unknown[]): boolean {
    if (a.length !== b.length) return false;
    if (a.every((item, at) => this.#sameValue(key, item, b[at]))) return true;
    return (
      UNORDERED.has(key) && a.every((item) => b.some((candidate) => this.#sameValue(key, item, candidate)))
    );
  }
}
