import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensureBuildTools } from '../../../scripts/support/buildTools';
import { toolsDir } from '../../../scripts/support/paths';
import { run } from '../../../scripts/support/run';

/** One of each line that is maintained; 11 needs Java 17. */
export const TOMCAT_VERSIONS = { 9: '9.0.117', 10: '10.1.59', 11: '11.0.24' } as const;
export type TomcatMajor = keyof typeof TOMCAT_VERSIONS;
export const TOMCAT_MAJORS: readonly TomcatMajor[] = [9, 10, 11];

/** The folder of a Tomcat as its project distributes it, from Maven's central repository unless an earlier run did. */
export async function tomcatHome(major: TomcatMajor): Promise<string> {
  const version = TOMCAT_VERSIONS[major];
  const home = path.join(toolsDir, `apache-tomcat-${version}`);
  if (existsSync(home)) return home;
  const archive = await mavenFile(`org.apache.tomcat:tomcat:${version}:tar.gz`);
  await mkdir(toolsDir, { recursive: true });
  const part = await mkdtemp(path.join(toolsDir, 'tomcat-'));
  try {
    await run('tar', ['-xzf', archive, '-C', part]);
    await rename(path.join(part, path.basename(home)), home).catch((error: unknown) => {
      // Another run may have been quicker.
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  return home;
}

/** A file of Maven's local repository (`group:artifact:version:type`), brought there when it is missing. */
export async function mavenFile(coordinates: string): Promise<string> {
  const [group = '', artifact = '', version = '', type = ''] = coordinates.split(':');
  const repository = path.join(os.homedir(), '.m2', 'repository');
  const file = path.join(
    repository,
    ...group.split('.'),
    artifact,
    version,
    `${artifact}-${version}.${type}`,
  );
  if (existsSync(file)) return file;
  await ensureBuildTools();
  await maven(['dependency:get', `-Dartifact=${coordinates}`, '-Dtransitive=false']);
  return file;
}

/** Runs Maven quietly. Rejects with what it printed. */
export async function maven(args: readonly string[]): Promise<void> {
  const isWindows = process.platform === 'win32';
  await promisify(execFile)(isWindows ? 'mvn.cmd' : 'mvn', ['-q', '-B', ...args], { shell: isWindows });
}
