import { createHash, randomBytes } from 'node:crypto';
import { copyFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureBuildTools } from '../../../scripts/support/buildTools';
import { ensureJdk } from '../../../scripts/support/jdk';
import { root } from '../../../scripts/support/paths';
import { run } from '../../../scripts/support/run';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { cached, digestOf } from '../images/archive';
import { maven, type TomcatMajor } from './distribution';

const source = path.join(root, 'samples', 'randomquotes');

export interface War {
  readonly file: string;
  /** `sha256:` and its first 16 hex digits, as releases name artifacts of Tomcat. */
  readonly artifact: string;
}

export type Namespace = 'javax' | 'jakarta';

/** The namespace of servlets that a server knows. */
export const namespaceOf = (major: TomcatMajor): Namespace => (major < 10 ? 'javax' : 'jakarta');

/**
 * The sample as a WAR of a release. Maven builds it once for both namespaces; other releases are the same files with
 * another name of the release, `fails` with another value of its context parameter, `paddingMb` with so much more to send.
 */
export async function randomQuotes(
  release: string,
  namespace: Namespace,
  { fails = false, paddingMb = 0 }: { readonly fails?: boolean; readonly paddingMb?: number } = {},
): Promise<War> {
  const built = await builtWar(namespace);
  const key = (await digestOf([built])).slice(0, 8);
  const kind = `${fails ? '-fails' : ''}${paddingMb > 0 ? `-${paddingMb}mb` : ''}`;
  const file = await cached(`randomquotes-${namespace}-${release}${kind}-${key}.war`, (at) =>
    changed(built, at, { release, fails, paddingMb }),
  );
  const digest = createHash('sha256').update(await readFile(file));
  return { file, artifact: `sha256:${digest.digest('hex').slice(0, 16)}` };
}

async function builtWar(namespace: Namespace): Promise<string> {
  const files = (await readdir(source, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !path.relative(source, file).startsWith('target'))
    .sort();
  const name = (each: Namespace, key: string): string => `randomquotes-built-${each}-${key}.war`;
  const key = await digestOf(files);
  return cached(name(namespace, key), async (at) => {
    await ensureBuildTools();
    const folder = await makeTempDir('randomquotes');
    try {
      await cp(source, folder, { recursive: true, filter: (file) => path.basename(file) !== 'target' });
      await maven(['-f', path.join(folder, 'pom.xml'), 'package']);
      const suffix = namespace === 'jakarta' ? '-jakarta' : '';
      await place(path.join(folder, 'target', `randomquotes${suffix}.war`), at);
    } finally {
      await removeDir(folder);
    }
  });
}

/** As a whole or not at all. */
async function place(made: string, at: string): Promise<void> {
  const part = `${at}.${process.pid}.part`;
  await copyFile(made, part);
  await rename(part, at);
}

async function changed(
  built: string,
  to: string,
  { release, fails, paddingMb }: { release: string; fails: boolean; paddingMb: number },
): Promise<void> {
  const { jar } = await ensureJdk();
  const folder = await makeTempDir('war');
  try {
    const part = path.join(folder, 'part.war');
    await copyFile(built, part);
    const tree = path.join(folder, 'tree');
    await mkdir(path.join(tree, 'WEB-INF', 'classes'), { recursive: true });
    const properties = path.join('WEB-INF', 'classes', 'release.properties');
    await writeFile(path.join(tree, properties), `release=${release}\n`);
    const descriptor = path.join('WEB-INF', 'web.xml');
    if (fails) {
      await run(jar, ['xf', built, 'WEB-INF/web.xml'], { cwd: tree });
      const text = await readFile(path.join(tree, descriptor), 'utf8');
      const failing = text.replace('<param-value>ok</param-value>', '<param-value>fail</param-value>');
      await writeFile(path.join(tree, descriptor), failing);
    }
    if (paddingMb > 0)
      await writeFile(path.join(tree, 'WEB-INF', 'padding'), randomBytes(paddingMb * 1024 * 1024));
    await run(jar, ['uf', part, '-C', tree, 'WEB-INF']);
    await place(part, to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
