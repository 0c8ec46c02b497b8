import { isAbsolute, join } from 'node:path';
import type { ClassRoot } from './classRoot';
import { has, type Folder } from './folder';

/** `pom.xml`: `target/classes` and `src/main/java`, or what the pom's build section says instead. */
export async function mavenRoots(folder: Folder): Promise<ClassRoot[]> {
  if (!has(folder, 'pom.xml')) return [];
  const pom = withoutComments((await folder.fs.read(join(folder.path, 'pom.xml'))) ?? '');
  if (/<packaging>\s*pom\s*<\/packaging>/.test(pom)) return [];
  const build = withoutPlugins(/<build>([\s\S]*)<\/build>/.exec(pom)?.[1] ?? '');
  const setting = (name: string): string | undefined =>
    new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(build)?.[1];
  const target = resolve(folder.path, setting('directory') ?? 'target');
  const output = setting('outputDirectory')?.replace('${project.build.directory}', target);
  const source = setting('sourceDirectory')?.replace('${project.build.directory}', target);
  const sources = source
    ? [resolve(folder.path, source)]
    : ['java', 'kotlin', 'groovy', 'scala'].map((language) => join(folder.path, 'src', 'main', language));
  return [
    {
      path: output ? resolve(folder.path, output) : join(target, 'classes'),
      kind: 'folder',
      sources: [...sources, join(target, 'generated-sources', 'annotations')],
      build: 'maven',
    },
  ];
}

function resolve(base: string, path: string): string {
  const plain = path.replace(/\$\{(?:project\.)?basedir\}[/\\]?/, '');
  return isAbsolute(plain) ? plain : join(base, plain);
}

function withoutComments(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->/g, '');
}

/** Plugins have settings of the same names that mean other things. */
function withoutPlugins(build: string): string {
  return build.replace(/<plugins>[\s\S]*?<\/plugins>|<resources>[\s\S]*?<\/resources>/g, '');
}
