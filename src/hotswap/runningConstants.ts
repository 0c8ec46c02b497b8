import { ACC } from '../classfile/accessFlags';
import type { ClassFile } from '../classfile/classFile';
import { numberText, quoted } from '../classfile/constantText';
import type { LoadedClass } from '../jdwp/classIndex';
import { ReferenceType, StringReference } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import type { StringId } from '../jdwp/ids';
import type { Value } from '../jdwp/values';

/**
 * The values that the constants of a class have where it runs, by field, as `constantText` writes them: the JVM sets
 * them once, when it loads the class. Of the fields that are constants in `next`. Rejects with `JdwpError`.
 */
export async function readConstants(
  connection: JdwpConnection,
  { id: refType }: LoadedClass,
  next: ClassFile,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const names = new Set(
    next.fields
      .filter(({ accessFlags }) => (accessFlags & ACC.STATIC) !== 0)
      .filter((field) => field.attributes.some(({ name }) => name === 'ConstantValue'))
      .map(({ name, descriptor }) => name + descriptor),
  );
  if (names.size === 0) return new Map();
  const { declared } = await connection.request(ReferenceType.Fields, { refType }, { signal });
  const fields = declared.filter(
    ({ name, signature, modBits }) => (modBits & ACC.STATIC) !== 0 && names.has(name + signature),
  );
  if (fields.length === 0) return new Map();
  const args = { refType, fields: fields.map(({ fieldID }) => ({ fieldID })) };
  const { values } = await connection.request(ReferenceType.GetValues, args, { signal });
  const texts = await Promise.all(values.map((value) => textOf(connection, value, signal)));
  return new Map(
    fields.flatMap(({ name }, at): [string, string][] => {
      const text = texts[at];
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

async function textOf(
  connection: JdwpConnection,
  value: Value,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { tag } = value;
  if (tag === 'J') return `${value.value}L`;
  if (tag === 'F') return `${numberText(value.value)}f`;
  if (tag === 'D') return `${numberText(value.value)}d`;
  if (tag === 'Z') return value.value ? '1' : '0';
  if (tag === 'B' || tag === 'C' || tag === 'S' || tag === 'I') return String(value.value);
  if (tag !== 's') return undefined;
  const stringObject = value.value as bigint as StringId;
  const { stringValue } = await connection.request(StringReference.Value, { stringObject }, { signal });
  return quoted(stringValue);
}
