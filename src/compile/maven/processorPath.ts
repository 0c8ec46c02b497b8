import { promises as fs } from 'node:fs';
import { parsePom, processorCoordinates, type Coordinates } from './pom';
import { artifactFile, isFile, readMavenProject, resolve, type MavenProject } from './project';
import type { XmlElement } from '../../util/xml';

/** A processor's dependencies are followed no deeper: most have none, or one. */
const MAX_DEPTH = 5;

/**
 * The jars of the pom's `annotationProcessorPaths` with what they depend on, as far as they are in the local
 * repository. The first version met wins, as in Maven.
 */
export async function processorPath(
  project: MavenProject,
  paths: readonly XmlElement[],
): Promise<readonly string[]> {
  const jars = new Map<string, string>();
  let level: { project: MavenProject; wanted: Coordinates & { readonly classifier?: string } }[] = paths.map(
    (path) => ({ project, wanted: processorCoordinates(path) }),
  );
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { project: asking, wanted } of level) {
      const key = `${wanted.groupId}:${wanted.artifactId}:${wanted.classifier ?? ''}`;
      const resolved = jars.has(key) ? undefined : await resolve(asking, wanted);
      const jar = resolved && artifactFile(asking, resolved, 'jar');
      const pom = resolved && artifactFile(asking, resolved, 'pom');
      if (jar === undefined || pom === undefined || !(await isFile(jar))) continue;
      jars.set(key, jar);
      next.push(...(await dependenciesOf(pom, project.localRepository)));
    }
    level = next;
  }
  return [...jars.values()];
}

async function dependenciesOf(
  pomFile: string,
  localRepository: string,
): Promise<{ project: MavenProject; wanted: Coordinates }[]> {
  const text = await fs.readFile(pomFile, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const { dependencies } = await parsePom(pomFile, text);
  const needed = dependencies.filter(
    ({ scope = 'compile', optional }) => !optional && (scope === 'compile' || scope === 'runtime'),
  );
  if (needed.length === 0) return [];
  const project = await readMavenProject(pomFile, localRepository);
  return needed.map((wanted) => ({ project, wanted }));
}
