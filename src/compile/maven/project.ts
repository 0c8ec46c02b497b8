import { promises as fs } from 'node:fs';
import path from 'node:path';
import { parsePom, type Coordinates, type Pom } from './pom';

/** A pom with its parents, nearest first, as far as they are on this machine. */
export interface MavenProject {
  readonly poms: readonly Pom[];
  /** Where Maven keeps what it fetched. */
  readonly localRepository: string;
}

/** Parents are followed no further, so that a circle of them ends. */
const MAX_PARENTS = 20;

/** Poms that import poms that import poms: no further than this. */
const MAX_IMPORTS = 4;

/** Reads a pom.xml and its parents: beside it, by `relativePath`, or in the local repository. */
export async function readMavenProject(pomFile: string, localRepository: string): Promise<MavenProject> {
  const poms: Pom[] = [];
  let file: string | undefined = pomFile;
  while (file !== undefined && poms.length < MAX_PARENTS) {
    const text = await fs.readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) break;
    const pom = await parsePom(file, text);
    poms.push(pom);
    file = await parentFile(pom, localRepository);
  }
  return { poms, localRepository };
}

async function parentFile(pom: Pom, localRepository: string): Promise<string | undefined> {
  const { parent } = pom;
  if (!parent) return undefined;
  // An empty relativePath says: only from the repository.
  if (parent.relativePath !== '') {
    const beside = path.resolve(path.dirname(pom.file), parent.relativePath ?? '../pom.xml');
    const file = beside.endsWith('.xml') ? beside : path.join(beside, 'pom.xml');
    const text = await fs.readFile(file, 'utf8').catch(() => undefined);
    const found = text === undefined ? undefined : await parsePom(file, text);
    if (found?.own.artifactId === parent.artifactId) return file;
  }
  return artifactFile({ poms: [pom], localRepository }, parent, 'pom');
}

/** Values of `${...}`: properties of the pom and its parents, nearest first, and what every project has. */
export function interpolate(project: MavenProject, text: string, depth = 0): string {
  if (depth > 10) return text;
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    const value = propertyOf(project, name.trim());
    return value === undefined ? whole : interpolate(project, value, depth + 1);
  });
}

/** A property by its name, interpolated. */
export function property(project: MavenProject, name: string): string | undefined {
  const value = propertyOf(project, name);
  return value === undefined ? undefined : interpolate(project, value).trim();
}

function propertyOf(project: MavenProject, name: string): string | undefined {
  for (const pom of project.poms) {
    const value = pom.properties.get(name);
    if (value !== undefined) return value;
  }
  const [first] = project.poms;
  if (!first) return undefined;
  switch (name.replace(/^(?:project|pom)\./, '')) {
    case 'basedir':
      return path.dirname(first.file);
    case 'groupId':
      return first.own.groupId ?? first.parent?.groupId;
    case 'version':
      return first.own.version ?? first.parent?.version;
    case 'artifactId':
      return first.own.artifactId;
    case 'parent.version':
      return first.parent?.version;
    default:
      return undefined;
  }
}

/**
 * The version of an artifact: its own, or the one that the project, a parent or an imported pom manages. Imported
 * poms are many and large: they are read only when nothing else says it.
 */
async function versionOf(project: MavenProject, wanted: Coordinates, depth = 0): Promise<string | undefined> {
  if (wanted.version !== undefined) return interpolate(project, wanted.version);
  const groupId = interpolate(project, wanted.groupId);
  const artifactId = interpolate(project, wanted.artifactId);
  const managed = project.poms.flatMap((pom) => pom.managedDependencies);
  const found = managed.find(
    (each) =>
      interpolate(project, each.groupId) === groupId && interpolate(project, each.artifactId) === artifactId,
  );
  if (found?.version !== undefined) return interpolate(project, found.version);
  if (depth === MAX_IMPORTS) return undefined;
  for (const each of managed.filter(({ scope }) => scope === 'import')) {
    const file = artifactFile(project, each, 'pom');
    if (file === undefined) continue;
    const imported = await readMavenProject(file, project.localRepository);
    const version = await versionOf(imported, { groupId, artifactId }, depth + 1);
    if (version !== undefined) return version;
  }
  return undefined;
}

/** An artifact with the version that the project gives it; undefined when none is known. */
export async function resolve<T extends Coordinates>(
  project: MavenProject,
  wanted: T,
): Promise<(T & { readonly version: string }) | undefined> {
  const version = await versionOf(project, wanted);
  return version === undefined ? undefined : { ...wanted, version };
}

/** Where the local repository keeps an artifact; undefined when its version is not known. */
export function artifactFile(
  project: MavenProject,
  wanted: Coordinates & { readonly classifier?: string },
  extension: 'jar' | 'pom',
): string | undefined {
  const version = interpolate(project, wanted.version ?? '${unknown}');
  if (version.includes('${')) return undefined;
  const group = interpolate(project, wanted.groupId).split('.');
  const artifact = interpolate(project, wanted.artifactId);
  const classifier = wanted.classifier ? `-${interpolate(project, wanted.classifier)}` : '';
  const name = `${artifact}-${version}${extension === 'jar' ? classifier : ''}.${extension}`;
  return path.join(project.localRepository, ...group, artifact, version, name);
}

/**
 * The jars of the dependencies that the pom and its parents name and that a running JVM need not have, such as
 * Lombok; without what they depend on, and only those in the local repository.
 */
export async function providedJars(project: MavenProject): Promise<readonly string[]> {
  const provided = project.poms
    .flatMap((pom) => pom.dependencies)
    .filter(({ scope, optional }) => scope === 'provided' || optional);
  const jars: string[] = [];
  for (const each of provided) {
    const resolved = await resolve(project, each);
    const jar = resolved && artifactFile(project, resolved, 'jar');
    if (jar !== undefined && (await isFile(jar))) jars.push(jar);
  }
  return jars;
}

export function isFile(file: string): Promise<boolean> {
  return fs.stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
