const PRIMITIVES: Readonly<Record<string, string>> = {
  B: 'byte',
  C: 'char',
  D: 'double',
  F: 'float',
  I: 'int',
  J: 'long',
  S: 'short',
  V: 'void',
  Z: 'boolean',
};

/** `java.util.Map$Entry` of `java/util/Map$Entry`; an array's descriptor becomes `int[]`. */
export function classNameText(internalName: string): string {
  return internalName.startsWith('[') ? typeText(internalName) : internalName.replaceAll('/', '.');
}

/** A field descriptor as Java writes the type (`java.lang.String[]`); what is none is given back as it is. */
export function typeText(descriptor: string): string {
  const types = parseTypes(descriptor, 0, descriptor.length);
  return types?.length === 1 ? types[0]! : descriptor;
}

export interface MethodTypeText {
  readonly parameters: readonly string[];
  readonly result: string;
}

/** A method descriptor's types as Java writes them; `undefined` for what is none. */
export function methodTypeText(descriptor: string): MethodTypeText | undefined {
  const end = descriptor.indexOf(')');
  if (!descriptor.startsWith('(') || end < 0) return undefined;
  const parameters = parseTypes(descriptor, 1, end);
  const result = parseTypes(descriptor, end + 1, descriptor.length);
  return parameters && result?.length === 1 ? { parameters, result: result[0]! } : undefined;
}

/** `name(int, java.lang.String) : void`, or name and descriptor when it is none. */
export function methodText(name: string, descriptor: string): string {
  const type = methodTypeText(descriptor);
  return type ? `${name}(${type.parameters.join(', ')}) : ${type.result}` : `${name} ${descriptor}`;
}

function parseTypes(text: string, start: number, end: number): string[] | undefined {
  const types: string[] = [];
  for (let at = start; at < end;) {
    let dimensions = 0;
    while (at < end && text[at] === '[') {
      dimensions++;
      at++;
    }
    let type = PRIMITIVES[text[at] ?? ''];
    if (text[at] === 'L') {
      const semicolon = text.indexOf(';', at);
      if (semicolon < 0 || semicolon >= end) return undefined;
      type = text.slice(at + 1, semicolon).replaceAll('/', '.');
      at = semicolon;
    }
    if (type === undefined || at >= end) return undefined;
    types.push(type + '[]'.repeat(dimensions));
    at++;
  }
  return types;
}
