import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';

const LOCAL_REPOSITORY = path.join(os.homedir(), '.m2', 'repository');

/** The jar of `group:artifact:version`, from the local Maven repository or fetched into it by Maven. */
export async function mavenArtifact(coordinates: string): Promise<string> {
  const [group, artifact, version] = coordinates.split(':') as [string, string, string];
  const jar = path.join(
    LOCAL_REPOSITORY,
    ...group.split('.'),
    artifact,
    version,
    `${artifact}-${version}.jar`,
  );
  if (!existsSync(jar))
    await maven(['-q', 'dependency:get', `-Dartifact=${coordinates}`, '-Dtransitive=false']);
  if (!existsSync(jar)) throw new Error(`Maven did not bring ${coordinates}`);
  return jar;
}

async function maven(args: readonly string[]): Promise<void> {
  const windows = process.platform === 'win32';
  await promisify(execFile)(windows ? 'mvn.cmd' : 'mvn', ['-B', ...args], { shell: windows });
}
