import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './javaProcess';

/** Where the jars that tests use are kept between runs. */
const CACHE = path.resolve('node_modules/.cache/swapdeck-jars');

/**
 * The jar of each artifact (`group:name:version`), without what it depends on, in the same order; fetched with
 * Maven unless an earlier run did. Rejects when there is no `mvn`, or it can't reach its repository.
 */
export async function mavenJars(artifacts: readonly string[]): Promise<string[]> {
  const jars = artifacts.map((artifact) => path.join(CACHE, `${fileName(artifact)}.jar`));
  const missing = artifacts.filter((_, at) => !existsSync(jars[at]!));
  if (missing.length > 0) await fetchJars(missing);
  return jars;
}

function fileName(artifact: string): string {
  const [, name, version] = artifact.split(':');
  return `${name!}-${version!}`;
}

async function fetchJars(artifacts: readonly string[]): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const project = await temporaryFolder();
  try {
    await writeFile(path.join(project.folder, 'pom.xml'), pom(artifacts));
    const args = ['-q', '-B', '-f', path.join(project.folder, 'pom.xml'), 'dependency:copy'];
    const isWindows = process.platform === 'win32';
    await promisify(execFile)(isWindows ? 'mvn.cmd' : 'mvn', args, { shell: isWindows });
  } finally {
    await project.remove();
  }
}

function pom(artifacts: readonly string[]): string {
  const items = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<artifactItem><groupId>${group!}</groupId><artifactId>${name!}</artifactId><version>${version!}</version>
<destFileName>${fileName(artifact)}.jar</destFileName></artifactItem>`;
  });
  return `<project><modelVersion>4.0.0</modelVersion>
<groupId>swapdeck</groupId><artifactId>jars</artifactId><version>1</version>
<build><plugins><plugin><artifactId>maven-dependency-plugin</artifactId><version>3.8.1</version>
<configuration><outputDirectory>${CACHE}</outputDirectory>
<artifactItems>${items.join('\n')}</artifactItems></configuration></plugin></plugins></build></project>`;
}
