import { join } from 'node:path';
import type { ClassRoot } from './classRoot';
import { has, type Folder } from './folder';

const languages = ['java', 'kotlin', 'groovy', 'scala'];

/**
 * A Gradle project: one folder of classes a language, `build/classes/LANGUAGE/main`. A subproject need not have
 * a build file of its own: it is told by its source sets, or by classes already built there.
 */
export async function gradleRoots(folder: Folder): Promise<ClassRoot[]> {
  if (has(folder, 'pom.xml')) return [];
  const list = async (...path: string[]): Promise<string[]> =>
    (await folder.fs.list(join(folder.path, ...path)))
      .filter(({ kind }) => kind === 'folder')
      .map(({ name }) => name);
  const isProject = has(folder, 'build.gradle') || has(folder, 'build.gradle.kts');
  const built = has(folder, 'build/') ? await list('build', 'classes') : [];
  const written = isProject && has(folder, 'src/') ? await list('src', 'main') : [];
  return languages
    .filter((language) => built.includes(language) || written.includes(language))
    .map((language) => ({
      path: join(folder.path, 'build', 'classes', language, 'main'),
      kind: 'folder',
      sources: sourcesOf(folder, language),
      build: 'gradle',
    }));
}

/** Kotlin, Groovy and Scala compilers take the Java sources along; Java's own folder gets only Java's. */
function sourcesOf(folder: Folder, language: string): string[] {
  const generated = join(folder.path, 'build', 'generated', 'sources', 'annotationProcessor', 'java', 'main');
  const own = join(folder.path, 'src', 'main', language);
  return language === 'java' ? [own, generated] : [own];
}
