import { promises as fs } from 'node:fs';
import path from 'node:path';
import { parsePom, type Coordinates, type Dependency, type Pom } from './pom';

/** A pom with its parents, nearest first, as far as they are on this machine. */
export interface MavenProject {
  readonly poms: readonly Pom[];
  /** Poms whose managed versions are imported (`scope` import), each with its own parents. */
  readonly imported: readonly MavenProject[];
  /** Where Maven keeps what it fetched. */
  readonly localRepository: string;
}

/** Parents are followed no further, so that a circle of them ends. */
const MAX_PARENTS = 20;

/** Poms that import poms that import poms: no further than this. */
const MAX_IMPORTS = 4;

/**
 * Reads a pom.xml and its parents: beside it, by `relativePath`, or in the local repository; and the poms that
 * manage versions for them.
 */
export async function readMavenProject(
  pomFile: string,
  localRepository: string,
  depth = 0,
): Promise<MavenProject> {
  const poms: Pom[] = [];
  let file: string | undefined = pomFile;
  while (file !== undefined && poms.length < MAX_PARENTS) {
    const text = await fs.readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) break;
    const pom = await parsePom(file, text);
    poms.push(pom);
    file = await parentFile(pom, localRepository);
  }
  const project: MavenProject = { poms, imported: [], localRepository };
  if (depth >= MAX_IMPORTS) return project;
  const imports = poms
    .flatMap(({ managedDependencies }) => managedDependencies)
    .filter(({ scope }) => scope === 'import')
    .flatMap((each) => artifactFiles(project, each, 'pom'));
  const imported: MavenProject[] = [];
  for (const each of imports) imported.push(await readMavenProject(each, localRepository, depth + 1));
  return { ...project, imported };
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
  const [inRepository] = artifactFiles({ poms: [pom], imported: [], localRepository }, parent, 'pom');
  return inRepository;
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

/** The version of an artifact: its own, or the one that the project, a parent or an imported pom manages. */
export function versionOf(project: MavenProject, wanted: Coordinates): string | undefined {
  if (wanted.version !== undefined) return interpolate(project, wanted.version);
  const [groupId, artifactId] = [wanted.groupId, wanted.artifactId].map((each) => interpolate(project, each));
  const managed = project.poms
    .flatMap((pom) => pom.managedDependencies)
    .find(
      (each) =>
        interpolate(project, each.groupId) === groupId &&
        interpolate(project, each.artifactId) === artifactId,
    );
  if (managed?.version !== undefined) return interpolate(project, managed.version);
  for (const each of project.imported) {
    const version = versionOf(each, { groupId: groupId!, artifactId: artifactId! });
    if (version !== undefined) return version;
  }
  return undefined;
}

/**
 * The jars of the dependencies that the pom and its parents name and that a running JVM need not have, such as
 * Lombok; without what they depend on, and only those in the local repository.
 */
export async function providedJars(project: MavenProject): Promise<readonly string[]> {
  const provided = project.poms
    .flatMap((pom) => pom.dependencies)
    .filter(({ scope, optional }) => scope === 'provided' || optional);
  const jars = provided.flatMap((each) => artifactFiles(project, each, 'jar'));
  const there = await Promise.all(
    jars.map((jar) =>
      fs.access(jar).then(
        () => true,
        () => false,
      ),
    ),
  );
  return jars.filter((_, index) => there[index]);
}

/** Where the local repository keeps an artifact; empty when its version is not known. */
export function artifactFiles(
  project: MavenProject,
  wanted: Coordinates & { readonly classifier?: string },
  extension: 'jar' | 'pom',
): string[] {
  const version = versionOf(project, wanted);
  if (version === undefined || version.includes('${')) return [];
  const group = interpolate(project, wanted.groupId).split('.');
  const artifact = interpolate(project, wanted.artifactId);
  const classifier = wanted.classifier ? `-${interpolate(project, wanted.classifier)}` : '';
  const name = `${artifact}-${version}${extension === 'jar' ? classifier : ''}.${extension}`;
  return [path.join(project.localRepository, ...group, artifact, version, name)];
}
