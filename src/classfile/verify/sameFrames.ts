import type { AttributeInfo } from '../attributeInfo';
import type { Code } from '../attributeTypes';
import type { ConstantComparison } from '../constantCompare';

/**
 * Whether two methods whose bytecodes are the same, instruction by instruction in the same places, also declare the
 * same to the verifier: sizes, exception handlers and stack maps, each in terms of its own pool. False negatives
 * are possible (such as two ways to write a frame), false positives are not.
 */
export function sameForVerifier(left: Code, right: Code, constants: ConstantComparison): boolean {
  if (left.maxStack !== right.maxStack || left.maxLocals !== right.maxLocals) return false;
  const one = left.exceptionTable;
  const two = right.exceptionTable;
  if (one.length !== two.length) return false;
  for (let at = 0; at < one.length; at++) {
    const a = one[at]!;
    const b = two[at]!;
    if (a.startPc !== b.startPc || a.endPc !== b.endPc || a.handlerPc !== b.handlerPc) return false;
    if (!constants.same(a.catchTypeIndex, b.catchTypeIndex)) return false;
  }
  const a = left.attributes.find(({ name }) => name === 'StackMapTable');
  const b = right.attributes.find(({ name }) => name === 'StackMapTable');
  return a === undefined || b === undefined ? a === b : sameStackMaps(a, b, constants);
}

/** The same bytes but for indices of equal constants. */
function sameStackMaps(left: AttributeInfo, right: AttributeInfo, constants: ConstantComparison): boolean {
  if (left.length !== right.length) return false;
  const walk = new FrameWalk(left, right, constants);
  return walk.run();
}

/** Walks over two tables at once; a byte that differs ends it, as does a table that ends too early. */
class FrameWalk {
  readonly #a: Buffer;
  readonly #b: Buffer;
  readonly #shift: number;
  readonly #end: number;
  readonly #constants: ConstantComparison;
  #at: number;
  #isSame = true;

  constructor(left: AttributeInfo, right: AttributeInfo, constants: ConstantComparison) {
    this.#a = left.source;
    this.#b = right.source;
    this.#at = left.start;
    this.#shift = right.start - left.start;
    this.#end = left.start + left.length;
    this.#constants = constants;
  }

  run(): boolean {
    for (let left = this.#u16(); left > 0 && this.#isSame; left--) this.#frame();
    return this.#isSame && this.#at === this.#end;
  }

  #u8(): number {
    if (this.#at >= this.#end || this.#a[this.#at] !== this.#b[this.#at + this.#shift]) this.#isSame = false;
    return this.#a[this.#at++] ?? 0;
  }

  #u16(): number {
    return (this.#u8() << 8) | this.#u8();
  }

  #frame(): void {
    const type = this.#u8();
    if (type <= 63) return;
    if (type > 127) this.#u16();
    if (type <= 127 || type === 247) this.#types(1);
    else if (type >= 252 && type <= 254) this.#types(type - 251);
    else if (type === 255) {
      this.#types(this.#u16());
      this.#types(this.#u16());
    }
  }

  #types(count: number): void {
    for (let left = count; left > 0 && this.#isSame; left--) {
      const tag = this.#u8();
      if (tag === 8) this.#u16();
      if (tag !== 7) continue;
      if (this.#at + 2 > this.#end) this.#isSame = false;
      else {
        const one = this.#a.readUInt16BE(this.#at);
        const two = this.#b.readUInt16BE(this.#at + this.#shift);
        this.#isSame = this.#constants.same(one, two);
        this.#at += 2;
      }
    }
  }
}
