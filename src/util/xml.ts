/** One element: its attributes, its children in order, and its own text, trimmed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** What fast-xml-parser gives with `preserveOrder`: the element under its name, its attributes under `:@`. */
type Node = Readonly<Record<string, unknown>>;

const nothing: XmlElement = { name: '', attributes: {}, children: [], text: '' };

/**
 * The root element of a document; an empty element when there is none or it cannot be read: a build file in the
 * middle of an edit is no reason to stop. Entities beyond those of XML itself are not expanded.
 */
export async function parseXml(text: string): Promise<XmlElement> {
  const { XMLParser } = await import('fast-xml-parser');
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    removeNSPrefix: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
  });
  try {
    const nodes = parser.parse(text) as readonly Node[];
    return nodes.map(toElement).find((element) => element.name !== '#text') ?? nothing;
  } catch {
    return nothing;
  }
}

/** The root element of a document of a kind; undefined where it is of another, or was not written to its end. */
export async function readXml(text: string, kind: string): Promise<XmlElement | undefined> {
  const root = await parseXml(text);
  const isWhole = new RegExp(`(?:</(?:\\w+:)?${kind}\\s*|/)>(?:\\s|<!--[\\s\\S]*?-->)*$`).test(text);
  return root.name === kind && isWhole ? root : undefined;
}

function toElement(node: Node): XmlElement {
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  const content = node[name];
  if (!Array.isArray(content)) return { ...nothing, name, text: String(content).trim() };
  const children = (content as readonly Node[]).map(toElement);
  return {
    name,
    attributes: (node[':@'] ?? {}) as Record<string, string>,
    children: children.filter((child) => child.name !== '#text'),
    text: children
      .filter((child) => child.name === '#text')
      .map((child) => child.text)
      .join(''),
  };
}

/** All children of this name. */
export function childrenOf(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name);
}

/** The first element at the end of a path of names, such as `build`, `plugins`; empty when it is not there. */
export function elementAt(element: XmlElement, ...names: readonly string[]): XmlElement {
  let found = element;
  for (const name of names) found = childrenOf(found, name)[0] ?? nothing;
  return found;
}

/** The text at the end of a path of names; undefined when it is not there or empty. */
export function textAt(element: XmlElement, ...names: readonly string[]): string | undefined {
  return elementAt(element, ...names).text || undefined;
}
