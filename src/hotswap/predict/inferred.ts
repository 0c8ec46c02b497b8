import { ACC } from '../../classfile/accessFlags';
import { TAG, type ConstantPool } from '../../classfile/constantPool';
import type { ClassSide } from '../../classfile/side';
import type { ClassShape, RecordComponentShape } from './shape';

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
  const { pool } = side;
  const classes = classNames(pool);
  const has = (attribute: string): boolean => pool.findUtf8(attribute) !== 0;
  return {
    nestHost: has('NestHost') ? inferHost(next, classes) : null,
    nestMembers: has('NestMembers') ? [...classes].filter((name) => name.startsWith(`${side.name}$`)) : null,
    record: side.superName === 'java/lang/Record' ? components(side, next) : null,
    permittedSubclasses: has('PermittedSubclasses') ? inferPermitted(next, classes) : null,
  };
}

function classNames(pool: ConstantPool): ReadonlySet<string> {
  const names = new Set<string>();
  for (let index = 1; index < pool.count; index++)
    if (pool.tag(index) === TAG.Class) names.add(pool.className(index));
  return names;
}

/** A class is nested where its name says; so a host that is named at all is the same. */
function inferHost({ nestHost }: ClassShape, classes: ReadonlySet<string>): string {
  return nestHost && classes.has(nestHost) ? nestHost : '';
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
  { permittedSubclasses }: ClassShape,
  classes: ReadonlySet<string>,
): readonly string[] | undefined {
  if (!permittedSubclasses) return [];
  return permittedSubclasses.every((name) => classes.has(name)) ? undefined : [];
}
