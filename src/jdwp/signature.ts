/**
 * Type signatures of classes, as JDWP shows them (JVM TI, GetClassSignature), and names as in `Class.getName()`:
 * `Ldemo/Outer$Inner;` is `demo.Outer$Inner`; `[` begins an array; a hidden class has a dot before its suffix,
 * `Ldemo/Foo.0x00007f0001000400;`.
 */
export function signatureOf(binaryName: string): string {
  return `L${binaryName.replaceAll('.', '/')};`;
}

/** The name of a class or interface; undefined for an array, a primitive, or a hidden class: those cannot be redefined. */
export function nameOfRedefinable(signature: string): string | undefined {
  if (!signature.startsWith('L') || !signature.endsWith(';') || signature.includes('.')) return undefined;
  return signature.slice(1, -1).replaceAll('/', '.');
}
