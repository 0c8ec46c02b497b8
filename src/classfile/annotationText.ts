import type { Annotation, ElementValue } from './annotations';
import type { AttributeOwner } from './attributeCompare';
import { findAttribute } from './attributes';
import type { ConstantPool } from './constantPool';
import { constantText, quoted } from './constantText';
import { typeText } from './descriptors';

/** An annotation as Java writes it: `@demo.Mark(value = 7, names = {"a", "b"})`. */
export function annotationText(annotation: Annotation, pool: ConstantPool): string {
  const elements = annotation.elements.map(
    ({ nameIndex, value }) => `${pool.utf8(nameIndex)} = ${valueText(value, pool)}`,
  );
  const type = `@${typeText(pool.utf8(annotation.typeIndex))}`;
  return elements.length > 0 ? `${type}(${elements.join(', ')})` : type;
}

function valueText(value: ElementValue, pool: ConstantPool): string {
  switch (value.tag) {
    case 'e':
      return `${typeText(pool.utf8(value.typeIndex))}.${pool.utf8(value.nameIndex)}`;
    case 'c':
      return `${typeText(pool.utf8(value.classIndex))}.class`;
    case '@':
      return annotationText(value.annotation, pool);
    case '[':
      return `{${value.values.map((item) => valueText(item, pool)).join(', ')}}`;
    case 's':
      return quoted(pool.utf8(value.constantIndex));
    case 'C':
      return quoted(String.fromCharCode(pool.integer(value.constantIndex)));
    case 'Z':
      return pool.integer(value.constantIndex) === 0 ? 'false' : 'true';
    case 'B':
    case 'D':
    case 'F':
    case 'I':
    case 'J':
    case 'S':
      return constantText({ pool }, value.constantIndex);
  }
}

/** The annotations that can be seen at run time on a class or member, and on a method's parameters, as text. */
export function visibleAnnotations(owner: AttributeOwner): string[] {
  const { attributes, pool } = owner;
  const own = findAttribute(attributes, 'RuntimeVisibleAnnotations', pool)?.annotations ?? [];
  const parameters = findAttribute(attributes, 'RuntimeVisibleParameterAnnotations', pool)?.parameters ?? [];
  return [
    ...own.map((annotation) => annotationText(annotation, pool)),
    ...parameters.flatMap((parameter, at) =>
      parameter.map((annotation) => `${annotationText(annotation, pool)} of parameter ${at + 1}`),
    ),
  ];
}
