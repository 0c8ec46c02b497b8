import { ACC } from '../../classfile/accessFlags';
import { TAG, type ConstantPool } from '../../classfile/constantPool';
import type { ClassSide } from '../../classfile/side';
import type { ClassShape, RecordComponentShape } from './shape';

/** The class file versions from which a JVM reads these attributes. */
const JAVA_11 = 55;
const JAVA_17 = 61;

export type InferredAttributes = Pick<
  ClassShape,
  'nestHost' | 'nestMembers' | 'record' | 'permittedSubclasses'
>;

/**
 * The attributes of a running class that can't be read back over JDWP, as far as its constants and members tell:
 * an attribute's name is among the constants, and so is every class it lists. `next` is the version that is to
 * replace it. Earlier redefinitions only added constants, and changed none of these attributes.
 */
export function inferAttributes(side: ClassSide, next: ClassShape): InferredAttributes {
  const { pool, majorVersion = Infinity } = side;
  const classes = classNames(pool);
  // The name of an attribute is there also where the code has it as a text; before its version the JVM passes it over.
  const has = (attribute: string, since: number): boolean =>
    majorVersion >= since && pool.findUtf8(attribute) !== 0;
  const host = has('NestHost', JAVA_11) ? inferHost(side.name, next, classes) : null;
  const isSealed = has('PermittedSubclasses', JAVA_17) && ((side.accessFlags ?? 0) & ACC.FINAL) === 0;
  return {
    nestHost: host,
    nestMembers:
      host === null && has('NestMembers', JAVA_11)
        ? [...classes].filter((name) => name.startsWith(`${side.name}$`))
        : null,
    record: side.superName === 'java/lang/Record' ? components(side, next) : null,
    permittedSubclasses: isSealed ? inferPermitted(pool, next, classes) : null,
  };
}

function classNames(pool: ConstantPool): ReadonlySet<string> {
  const names = new Set<string>();
  for (let index = 1; index < pool.count; index++)
    if (pool.tag(index) === TAG.Class) names.add(pool.className(index));
  return names;
}

/**
 * A class is nested where its name says, in a class that it names; so a host that is named at all is the same. ''
 * for one that is not named like that.
 */
function inferHost(own: string, { nestHost }: ClassShape, classes: ReadonlySet<string>): string | null {
  if (nestHost && classes.has(nestHost)) return nestHost;
  return [...classes].some((name) => own.startsWith(`${name}$`)) ? '' : null;
}

/** Every component has a field of its name and type, in the same order; its generic type can't be known. */
function components(side: ClassSide, next: ClassShape): RecordComponentShape[] {
  const signatures = new Map(next.record?.map(({ name, signature }) => [name, signature]));
  return side.fields
    .filter(({ accessFlags }) => (accessFlags & ACC.STATIC) === 0)
    .map(({ name, descriptor }) => ({ name, descriptor, signature: signatures.get(name) }));
}

/** A class among them that no constant names was added; one that is gone can't be seen. */
function inferPermitted(
  pool: ConstantPool,
  { permittedSubclasses }: ClassShape,
  classes: ReadonlySet<string>,
): readonly string[] | null | undefined {
  if (!permittedSubclasses) return isText(pool, 'PermittedSubclasses') ? undefined : [];
  return permittedSubclasses.every((name) => classes.has(name)) ? undefined : [];
}

/** Whether the code has this text as a constant. */
function isText(pool: ConstantPool, text: string): boolean {
  const wanted = pool.findUtf8(text);
  for (let index = 1; index < pool.count; index++)
    if (pool.tag(index) === TAG.String && pool.u16At(pool.offsets[index]!) === wanted) return true;
  return false;
}
