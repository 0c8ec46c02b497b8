/** Access and property flags of classes, fields and methods (JVMS tables 4.1-B, 4.5-A, 4.6-A, 4.7.6-A). */
export const ACC = {
  PUBLIC: 0x0001,
  PRIVATE: 0x0002,
  PROTECTED: 0x0004,
  STATIC: 0x0008,
  FINAL: 0x0010,
  /** Of a class; `SYNCHRONIZED` of a method. */
  SUPER: 0x0020,
  SYNCHRONIZED: 0x0020,
  /** Of a field; `BRIDGE` of a method. */
  VOLATILE: 0x0040,
  BRIDGE: 0x0040,
  /** Of a field; `VARARGS` of a method. */
  TRANSIENT: 0x0080,
  VARARGS: 0x0080,
  NATIVE: 0x0100,
  INTERFACE: 0x0200,
  ABSTRACT: 0x0400,
  STRICT: 0x0800,
  SYNTHETIC: 0x1000,
  ANNOTATION: 0x2000,
  ENUM: 0x4000,
  /** Of a class; `MANDATED` of a parameter. */
  MODULE: 0x8000,
  MANDATED: 0x8000,
} as const;

/**
 * The flags of a class itself from what JVM TI, and so JDWP, gives as its modifiers: for a nested class these are
 * the ones it was declared with. A protected class is public in its file, a private one package-private; none is
 * static; ACC_SUPER is left out and set on every class but interfaces.
 */
export function classFlagsOfModifiers(modifiers: number): number {
  let flags = modifiers & ~(ACC.PRIVATE | ACC.PROTECTED | ACC.STATIC);
  if ((modifiers & ACC.PROTECTED) !== 0) flags |= ACC.PUBLIC;
  return (flags & ACC.INTERFACE) === 0 ? flags | ACC.SUPER : flags & ~ACC.SUPER;
}

type Names = readonly (readonly [bit: number, name: string])[];

const common: Names = [
  [ACC.PUBLIC, 'public'],
  [ACC.PRIVATE, 'private'],
  [ACC.PROTECTED, 'protected'],
  [ACC.STATIC, 'static'],
  [ACC.FINAL, 'final'],
];
const tail: Names = [
  [ACC.ABSTRACT, 'abstract'],
  [ACC.STRICT, 'strictfp'],
  [ACC.SYNTHETIC, 'synthetic'],
];
const names: Readonly<Record<'class' | 'field' | 'method', Names>> = {
  class: [
    ...common,
    ...tail,
    [ACC.INTERFACE, 'interface'],
    [ACC.ANNOTATION, 'annotation'],
    [ACC.ENUM, 'enum'],
    [ACC.MODULE, 'module'],
  ],
  field: [
    ...common,
    [ACC.VOLATILE, 'volatile'],
    [ACC.TRANSIENT, 'transient'],
    [ACC.SYNTHETIC, 'synthetic'],
    [ACC.ENUM, 'enum'],
  ],
  method: [
    ...common,
    [ACC.SYNCHRONIZED, 'synchronized'],
    [ACC.BRIDGE, 'bridge'],
    [ACC.VARARGS, 'varargs'],
    [ACC.NATIVE, 'native'],
    ...tail,
  ],
};

/** The words of the set flags in a fixed order; bits without a name for that kind (ACC_SUPER) are left out. */
export function flagNames(kind: 'class' | 'field' | 'method', flags: number): string[] {
  return names[kind].filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}
