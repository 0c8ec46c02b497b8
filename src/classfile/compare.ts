import type { AttributeInfo } from './attributeInfo';
import { compareAttributes, type AttributeOwner } from './attributeCompare';
import type { ExceptionHandler, LineNumber } from './attributeTypes';
import { ClassFile } from './classFile';
import { matchCode, type PlaceMap } from './codeCompare';
import { ConstantComparison } from './constantCompare';
import { compareUnreadable } from './poolCompare';
import { memberKey, type ClassSide, type MemberSide, type MethodSide } from './side';

/** `debug`: only line numbers, names of local variables and the like differ. */
export type Equality = 'same' | 'debug' | 'changed';

/** What of the class itself, or of one of its members, is not the same on both sides. */
export type Difference =
  | { readonly of: 'class'; readonly what: 'version' | 'flags' | 'superclass' | 'interfaces' | 'fieldOrder' }
  /** Attributes by name. `unreadable`: seen only in constants, since attributes can't be read back. */
  | { readonly of: 'class'; readonly what: 'attributes' | 'debug'; readonly names: readonly string[] }
  | { readonly of: 'class'; readonly what: 'unreadable' | 'unreadableDebug' }
  | MemberDifference;

/** `added`: only on the right; `removed`: only on the left. */
export interface MemberDifference {
  readonly of: 'field' | 'method';
  readonly name: string;
  readonly descriptor: string;
  readonly what: 'added' | 'removed' | 'flags' | 'code' | 'handlers' | 'attributes' | 'debug';
}

export interface ClassComparison {
  readonly outcome: Equality;
  /** Class first, then fields, then methods, in the order of the right side; removed ones last. */
  readonly differences: readonly Difference[];
  /**
   * The verdict rests on what can't be read back from a JVM and nothing contradicts. `bootstrapMethods`: of lambdas
   * and string concatenations; `attributes`: exception tables, annotations and the like, when the running pool is
   * a merged one. Never set when both sides are files, or when both pools are the same bytes.
   */
  readonly assumed: readonly ('bootstrapMethods' | 'attributes')[];
}

/** Compares what runs (left) with what was built (right). Throws `ClassFileError` for a side that can't be decoded. */
export function compareClasses(left: ClassSide, right: ClassSide): ClassComparison {
  return new Comparison(left, right).run();
}

class Comparison {
  readonly #left: ClassSide;
  readonly #right: ClassSide;
  readonly #constants: ConstantComparison;
  readonly #differences: Difference[] = [];
  #bootstrapsAssumed = false;

  constructor(left: ClassSide, right: ClassSide) {
    this.#left = left;
    this.#right = right;
    this.#constants = new ConstantComparison(left, right);
  }

  run(): ClassComparison {
    this.#header();
    this.#members('field', this.#left.fields, this.#right.fields, (a, b) => this.#owners(a, b, 'field', b));
    this.#members('method', this.#left.methods, this.#right.methods, (a, b) => this.#method(a, b));
    const areFiles = this.#left instanceof ClassFile && this.#right instanceof ClassFile;
    if (!areFiles && !this.#constants.identical && this.#differences.every(isDebug)) this.#unreadable();
    const changed = this.#differences.some((difference) => !isDebug(difference));
    const assumed: ClassComparison['assumed'][number][] = [];
    if (!changed && this.#bootstrapsAssumed) assumed.push('bootstrapMethods');
    if (!changed && !areFiles && !this.#constants.identical) assumed.push('attributes');
    const outcome = changed ? 'changed' : this.#differences.length > 0 ? 'debug' : 'same';
    return { outcome, differences: this.#differences, assumed };
  }

  #header(): void {
    const a = this.#left;
    const b = this.#right;
    const note = (what: 'version' | 'flags' | 'superclass' | 'interfaces' | 'fieldOrder'): void => {
      this.#differences.push({ of: 'class', what });
    };
    if (bothKnown(a.majorVersion, b.majorVersion) && a.majorVersion !== b.majorVersion) note('version');
    if (bothKnown(a.accessFlags, b.accessFlags) && a.accessFlags !== b.accessFlags) note('flags');
    if (bothKnown(a.superName, b.superName) && a.superName !== b.superName) note('superclass');
    if (bothKnown(a.interfaces, b.interfaces) && a.interfaces?.join() !== b.interfaces?.join())
      note('interfaces');
    if (isReordered(a.fields, b.fields)) note('fieldOrder');
    if (!isOwner(a) || !isOwner(b)) return;
    const { debug, other } = compareAttributes(a, b, this.#constants);
    if (other.length > 0) this.#differences.push({ of: 'class', what: 'attributes', names: other });
    if (debug.length > 0) this.#differences.push({ of: 'class', what: 'debug', names: debug });
  }

  #members<T extends MemberSide>(
    of: 'field' | 'method',
    left: readonly T[],
    right: readonly T[],
    compare: (a: T, b: T) => void,
  ): void {
    const gone = new Map(left.map((member) => [memberKey(member), member]));
    for (const member of right) {
      const before = gone.get(memberKey(member));
      gone.delete(memberKey(member));
      if (!before) this.#note(of, member, 'added');
      else {
        if (before.accessFlags !== member.accessFlags) this.#note(of, member, 'flags');
        compare(before, member);
      }
    }
    for (const member of gone.values()) this.#note(of, member, 'removed');
  }

  #note(of: 'field' | 'method', { name, descriptor }: MemberSide, what: MemberDifference['what']): void {
    this.#differences.push({ of, name, descriptor, what });
  }

  #owners(a: object, b: object, of: 'field' | 'method', member: MemberSide): void {
    if (!isOwner(a) || !isOwner(b)) return;
    const { debug, other } = compareAttributes(a, b, this.#constants);
    if (other.length > 0) this.#note(of, member, 'attributes');
    if (debug.length > 0) this.#note(of, member, 'debug');
  }

  #method(a: MethodSide, b: MethodSide): void {
    this.#owners(a, b, 'method', b);
    const one = a.code ?? Buffer.alloc(0);
    const two = b.code ?? Buffer.alloc(0);
    this.#constants.assumed = false;
    const places = matchCode(one, two, this.#constants);
    this.#bootstrapsAssumed ||= this.#constants.assumed;
    if (!places) this.#note('method', b, 'code');
    else if (!this.#sameHandlers(a, b, places)) this.#note('method', b, 'handlers');
    else if (!this.#sameDebug(a, b, places)) this.#note('method', b, 'debug');
  }

  #sameHandlers(a: MethodSide, b: MethodSide, place: PlaceMap): boolean {
    const one = a.codeAttribute?.exceptionTable;
    const two = b.codeAttribute?.exceptionTable;
    if (!one || !two) return true;
    const same = (x: ExceptionHandler, y: ExceptionHandler): boolean =>
      place(x.startPc) === y.startPc &&
      place(x.endPc) === y.endPc &&
      place(x.handlerPc) === y.handlerPc &&
      this.#constants.same(x.catchTypeIndex, y.catchTypeIndex);
    return one.length === two.length && one.every((handler, at) => same(handler, two[at]!));
  }

  #sameDebug(a: MethodSide, b: MethodSide, place: PlaceMap): boolean {
    if (a.lineNumbers && b.lineNumbers && !sameLines(a.lineNumbers, b.lineNumbers, place)) return false;
    const one = attributesOfCode(a);
    const two = attributesOfCode(b);
    if (!one || !two) return true;
    // Positions in these tables move with widened instructions; then their order is all that can be compared.
    const isTable = (attribute: AttributeInfo): boolean => attribute.name.startsWith('LocalVariable');
    const left = { attributes: one.filter(isTable), pool: this.#left.pool };
    const right = { attributes: two.filter(isTable), pool: this.#right.pool };
    const moved = place(a.code?.length ?? 0) !== a.code?.length;
    return moved || compareAttributes(left, right, this.#constants).debug.length === 0;
  }

  #unreadable(): void {
    const found = compareUnreadable(this.#left, this.#right);
    if (found === 'same') return;
    this.#differences.push({ of: 'class', what: found === 'debug' ? 'unreadableDebug' : 'unreadable' });
  }
}

function isDebug(difference: Difference): boolean {
  return difference.what === 'debug' || difference.what === 'unreadableDebug';
}

function bothKnown(a: unknown, b: unknown): boolean {
  return a !== undefined && b !== undefined;
}

function isOwner(side: object): side is AttributeOwner {
  return 'attributes' in side && 'pool' in side;
}

function attributesOfCode(method: MethodSide): readonly AttributeInfo[] | undefined {
  const code = method.codeAttribute;
  return code && 'attributes' in code ? (code.attributes as readonly AttributeInfo[]) : undefined;
}

/** Whether the fields both sides have stand in another order. */
function isReordered(left: readonly MemberSide[], right: readonly MemberSide[]): boolean {
  const a = new Set(left.map(memberKey));
  const b = new Set(right.map(memberKey));
  const common = [...b].filter((key) => a.has(key));
  return [...a].filter((key) => b.has(key)).some((key, at) => key !== common[at]);
}

function sameLines(left: readonly LineNumber[], right: readonly LineNumber[], place: PlaceMap): boolean {
  return (
    left.length === right.length &&
    left.every(({ startPc, line }, at) => line === right[at]!.line && place(startPc) === right[at]!.startPc)
  );
}
