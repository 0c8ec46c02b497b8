import { promises as fs } from 'node:fs';
import path from 'node:path';
import { mapLimit } from '../util/async';
import { readManifest } from './classpath/manifest';
import type { BuildModule } from './classpath/buildModule';
import type { BuildSettings } from './buildSettings';
import { eclipseSettings } from './eclipse';
import { gradleBuildFiles } from './gradle/classPath';
import { gradleSettings } from './gradle/settings';
import { intellijSettings } from './intellij';
import { readMavenProject } from './maven/project';
import { mavenLocalRepository } from '../artifacts/settings';
import { mavenSettings } from './maven/settings';
import type { ClassTraits, ReadTraits } from './traits';

/** Class files looked at: those of the source itself first, then neighbours. */
const SAMPLE = 32;

/** Traits of classes that Java sources were compiled to, in the folder where the source's own classes are. */
export async function sampleClasses(
  classRoot: string,
  sourceRoot: string,
  source: string,
  readTraits: ReadTraits,
): Promise<readonly ClassTraits[]> {
  const folder = path.join(classRoot, path.relative(sourceRoot, path.dirname(source)));
  const own = path.basename(source, '.java');
  const isOwn = (name: string): boolean => name === `${own}.class` || name.startsWith(`${own}$`);
  const names = (await fs.readdir(folder).catch(() => [])).filter((name) => name.endsWith('.class'));
  const chosen = [...names.filter(isOwn), ...names.filter((name) => !isOwn(name))].slice(0, SAMPLE);
  const traits = await mapLimit(chosen, 8, async (name) => {
    try {
      return readTraits(await fs.readFile(path.join(folder, name)));
    } catch {
      return undefined;
    }
  });
  // Other languages may write to the same folder.
  return traits.filter(
    (each): each is ClassTraits => each !== undefined && !/\.(?!java$)\w+$/.test(each.sourceFile ?? ''),
  );
}

/** What the build files of a module say; nothing when there are none. */
export async function readBuildSettings(
  module: BuildModule | undefined,
  projectFolder: string,
): Promise<BuildSettings> {
  if (module?.tool === 'maven') {
    const pom = path.join(module.folder, 'pom.xml');
    return mavenSettings(await readMavenProject(pom, await mavenLocalRepository()));
  }
  if (module?.tool === 'gradle') {
    const files = await gradleBuildFiles(module.folder);
    const scripts = files.filter((file) => /\.gradle(\.kts)?$/.test(file));
    return gradleSettings(await Promise.all(scripts.map((file) => fs.readFile(file, 'utf8'))));
  }
  const settings = (name: string): Promise<string> =>
    fs.readFile(path.join(projectFolder, '.settings', name), 'utf8').catch(() => '');
  const jdt = await settings('org.eclipse.jdt.core.prefs');
  return jdt === ''
    ? intellijSettings(projectFolder)
    : eclipseSettings(jdt, await settings('org.eclipse.core.resources.prefs'));
}

/** The JDK that a jar's manifest names: `Build-Jdk-Spec`, `Build-Jdk`, or `Created-By` where the jar tool wrote it. */
export async function buildJdkOf(jars: readonly string[]): Promise<string | undefined> {
  for (const jar of jars) {
    const manifest = await readManifest(jar);
    const created = /^\d[\d._]*/.exec(manifest?.get('Created-By') ?? '')?.[0];
    const found = manifest?.get('Build-Jdk-Spec') ?? manifest?.get('Build-Jdk') ?? created;
    if (found !== undefined) return found;
  }
  return undefined;
}
