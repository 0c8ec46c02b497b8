import { isAbsolute, join } from 'node:path';
import type { ClassRoot } from './classRoot';
import { has, type Folder } from './folder';

interface Entry {
  readonly kind: string;
  readonly path: string;
  readonly output: string | undefined;
  readonly test: boolean;
}

/** `.classpath`: the output folder, and the source folders that go there or to one of their own. */
export async function eclipseRoots(folder: Folder): Promise<ClassRoot[]> {
  if (!has(folder, '.classpath')) return [];
  const entries = parseClasspath((await folder.fs.read(join(folder.path, '.classpath'))) ?? '');
  const fallback = entries.find(({ kind }) => kind === 'output')?.path ?? 'bin';
  const sources = new Map<string, string[]>();
  for (const { kind, path, output, test } of entries) {
    // A path that begins with a slash names another project of the Eclipse workspace.
    if (kind !== 'src' || test || path.startsWith('/') || isAbsolute(path)) continue;
    const root = join(folder.path, output ?? fallback);
    sources.set(root, [...(sources.get(root) ?? []), join(folder.path, path)]);
  }
  return [...sources].map(([path, from]) => ({ path, kind: 'folder', sources: from, build: 'eclipse' }));
}

/** The `classpathentry` elements; `test` by the attribute that Eclipse, m2e and Buildship write. */
export function parseClasspath(xml: string): Entry[] {
  const elements = /<classpathentry\b([^>]*?)(?:\/>|>([\s\S]*?)<\/classpathentry>)/g;
  return [...xml.matchAll(elements)].map(([, head = '', body = '']) => ({
    kind: attribute(head, 'kind') ?? '',
    path: attribute(head, 'path') ?? '',
    output: attribute(head, 'output'),
    test: /<attribute\s+name="test"\s+value="true"/.test(body),
  }));
}

function attribute(head: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1]?.replaceAll('&amp;', '&');
}
