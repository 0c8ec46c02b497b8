import type { Constants } from './constantCompare';
import { TAG } from './constantPool';
import { classNameText, methodText, typeText } from './descriptors';

/** `reference_kind` of a method handle (JVMS table 5.4.3.5-A). */
const HANDLE_KINDS = [
  '',
  'getField',
  'getStatic',
  'putField',
  'putStatic',
  'invokeVirtual',
  'invokeStatic',
  'invokeSpecial',
  'newInvokeSpecial',
  'invokeInterface',
];

/** Constants nest no deeper than this in a class that a JVM accepts; a corrupted pool may point in circles. */
const MAX_DEPTH = 16;

/**
 * A constant as text that does not depend on where it stands in its pool: `"text"`, `42L`, `java.util.Map`,
 * `java.util.Map.size() : int`. `bootstraps` adds the bootstrap methods of dynamic constants where they are known.
 */
export function constantText(constants: Constants, index: number, bootstraps = true, depth = 0): string {
  const { pool } = constants;
  const tag = pool.tag(index);
  if (depth > MAX_DEPTH) return pool.fail(index, 'a constant that does not contain itself');
  switch (tag) {
    case TAG.Utf8:
      return quoted(pool.utf8(index));
    case TAG.Integer:
      return String(pool.integer(index));
    case TAG.Float:
      return `${numberText(pool.float(index))}f`;
    case TAG.Long:
      return `${pool.long(index)}L`;
    case TAG.Double:
      return `${numberText(pool.double(index))}d`;
    case TAG.Class:
      return classNameText(pool.className(index));
    case TAG.String:
      return quoted(pool.string(index));
    case TAG.Fieldref: {
      const { owner, name, descriptor } = pool.memberRef(index);
      return `${classNameText(owner)}.${name} : ${typeText(descriptor)}`;
    }
    case TAG.Methodref:
    case TAG.InterfaceMethodref: {
      const { owner, name, descriptor } = pool.memberRef(index);
      return `${classNameText(owner)}.${methodText(name, descriptor)}`;
    }
    case TAG.NameAndType: {
      const { name, descriptor } = pool.nameAndType(index);
      return `${name} ${descriptor}`;
    }
    case TAG.MethodHandle: {
      const { kind, reference } = pool.methodHandle(index);
      return `${HANDLE_KINDS[kind] ?? kind} ${constantText(constants, reference, bootstraps, depth + 1)}`;
    }
    case TAG.MethodType:
      return `methodType${methodText('', pool.methodType(index))}`;
    case TAG.Dynamic:
    case TAG.InvokeDynamic:
      return dynamicText(constants, index, tag, bootstraps, depth);
    case TAG.Module:
    case TAG.Package:
      return classNameText(pool.named(index, tag));
    default:
      return pool.fail(index, 'a constant');
  }
}

function dynamicText(
  constants: Constants,
  index: number,
  tag: number,
  bootstraps: boolean,
  depth: number,
): string {
  const { name, descriptor, bootstrap } = constants.pool.dynamic(index);
  const text =
    tag === TAG.Dynamic ? `dynamic ${name} : ${typeText(descriptor)}` : methodText(name, descriptor);
  const method = bootstraps ? constants.bootstrapMethods?.[bootstrap] : undefined;
  if (!method) return text;
  const part = (at: number): string => constantText(constants, at, bootstraps, depth + 1);
  return `${text} by ${part(method.methodHandleIndex)} [${method.argumentIndexes.map(part).join(', ')}]`;
}

/**
 * A text as `constantText` writes it: in double quotes, on one line; control characters and lone surrogates become `\u`
 * with four hexadecimal digits.
 */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A float or double as `constantText` writes it, without its letter. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
