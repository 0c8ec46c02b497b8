import type { PacketReader } from './reader';

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
  // Not replaceAll: V8 makes a tree of string pieces of it, ten times as large as the name.
  return signature.slice(1, -1).split('/').join('.');
}

const [L, SEMICOLON, SLASH, DOT] = Buffer.from('L;/.') as unknown as [number, number, number, number];

/** Reads one signature as `nameOfRedefinable` would, making no other string than the name. */
export function readNameOfRedefinable(from: PacketReader): string | undefined {
  const length = from.int();
  if (length > scratch.length) return nameOfRedefinable(from.bytes(length).toString());
  from.copyTo(scratch, length);
  if (scratch[0] !== L || scratch[length - 1] !== SEMICOLON) return undefined;
  for (let at = 1; at < length - 1; at++) {
    if (scratch[at] === DOT) return undefined;
    if (scratch[at] === SLASH) scratch[at] = DOT;
  }
  return scratch.toString('utf8', 1, length - 1);
}
const scratch = Buffer.alloc(1024);
