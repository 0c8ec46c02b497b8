import { parse } from 'node:path';

// WAR files that no configuration names: their names say what they are. `shop-1.4.2.war`, `shop##7.war`, `a#b.war`
// (Apache Tomcat, "The Context Container", "Naming": `##` begins a version, `#` stands for a slash of the path).

const WITH_VERSION = /^(.+?)(?:##(.+)|[-_]v?(\d[\w.+~-]*))$/;

/** What the version of a WAR file is called in the version of its context. */
export function looseVersion(file: string): string {
  const [, , marked, numbered] = WITH_VERSION.exec(baseName(file)) ?? [];
  const text = (marked ?? numbered ?? baseName(file)).replace(/[^\w.+~-]+/g, '-').slice(0, 80);
  return text === '' ? 'unnamed' : text;
}

/** The context path that a server would give it: `/shop`; `/` for `ROOT.war`. */
export function contextFor(file: string): string {
  const name = WITH_VERSION.exec(baseName(file))?.[1] ?? baseName(file);
  return name === 'ROOT' ? '/' : `/${name.replaceAll('#', '/')}`;
}

/** Without the mark that a conversion leaves. */
function baseName(file: string): string {
  return parse(file).name.replace(/-jakarta$/, '');
}
