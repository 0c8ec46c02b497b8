import { createHash, randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { noteUsed } from '../../util/removeUnused';
import { removeOldCopies } from '../oldCopies';
import { gradleBuildFiles, gradleClassPath } from '../gradle/classPath';
import { mavenBuildFiles, mavenClassPath } from '../maven/classPath';
import type { BuildClassPath, BuildModule, BuildToolOptions } from './buildModule';

/**
 * Asks the build tool for the class path of a module. Takes seconds: the answer is kept until a build file
 * changes or one of its jars goes. Throws `CompileError` (`buildTool`, `timeout`) and `AbortedError`.
 */
export async function buildToolClassPath(
  module: BuildModule,
  options: BuildToolOptions,
  signal?: AbortSignal,
): Promise<BuildClassPath> {
  const files = await (module.tool === 'maven' ? mavenBuildFiles : gradleBuildFiles)(module.folder);
  const store = path.join(options.cacheDirectory, 'class-paths', `${await hashOf(module, files)}.json`);
  const known = await readStore(store);
  if (known) return known;
  options.onProgress?.(module);
  const found = await (module.tool === 'maven' ? mavenClassPath : gradleClassPath)(module, options, signal);
  await writeStore(store, found);
  return found;
}

async function hashOf(module: BuildModule, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(`${module.tool}\0${module.folder}\0`);
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(await fs.readFile(file).catch(() => ''))
      .update('\0');
  return hash.digest('hex').slice(0, 32);
}

async function readStore(store: string): Promise<BuildClassPath | undefined> {
  try {
    const known = JSON.parse(await fs.readFile(store, 'utf8')) as BuildClassPath;
    const jars = [...known.entries, ...(known.processors ?? [])].filter((entry) => entry.endsWith('.jar'));
    await Promise.all(jars.map((jar) => fs.access(jar)));
    await noteUsed(store, Date.now());
    return known;
  } catch {
    return undefined;
  }
}

async function writeStore(store: string, found: BuildClassPath): Promise<void> {
  const draft = `${store}.${randomUUID()}`;
  await fs.mkdir(path.dirname(store), { recursive: true });
  await fs.writeFile(draft, JSON.stringify(found));
  await fs.rename(draft, store);
  await removeOldCopies(path.dirname(store));
}
