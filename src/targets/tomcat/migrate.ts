import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CompileError } from '../../compile/errors';
import { javaEnvironment } from '../../compile/javaProcess';
import { findJdks, toolPath } from '../../compile/jdks';
import { mavenLocalRepository } from '../../compile/maven/repository';
import { runTool } from '../../compile/tool';
import { TomcatError } from './errors';
import { readWar } from './war';

// Tomcat's migration tool for Jakarta EE (Apache Tomcat Migration Tool for Jakarta EE, README): one jar with all it
// needs, `java -jar TOOL IN OUT`. Each Tomcat from 10 on brings it along.

const GROUP = 'org.apache.tomcat';
const ARTIFACT = 'jakartaee-migration';
const VERSION = '1.0.9';
const COORDINATES = `${GROUP}:${ARTIFACT}:${VERSION}:jar:shaded`;
const IN_TOMCAT = /^jakartaee-migration-.*-shaded\.jar$/;
/** It needs Java 8; a newer one is quicker. */
const MINUTE_MS = 60_000;

export interface Migration {
  /** The WAR for `javax.servlet`; absolute. */
  readonly war: string;
  /** Folders where a Tomcat may be. */
  readonly homes?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Says what is being done: a line the tool prints, or that it is fetched. */
  readonly onLine?: (line: string) => void;
}

/** `shop-jakarta.war` beside `shop.war`. */
export function migratedName(war: string): string {
  const { dir, name, ext } = path.parse(war);
  return path.join(dir, `${name}-jakarta${ext}`);
}

/**
 * Converts a WAR to `jakarta.servlet`, beside the one for `javax.servlet`, in the place of an earlier conversion;
 * resolves to its file. Rejects with `TomcatError` `notWar`, `noMigrationTool`, `noJava` or `migrationFailed`; then, and
 * when it is aborted, nothing is left.
 */
export async function migrateWar(migration: Migration, signal?: AbortSignal): Promise<string> {
  const { war, env = process.env, onLine } = migration;
  await readWar(war, signal);
  const [java, tool] = await Promise.all([findJava(env), findTool(migration, signal)]);
  const target = migratedName(war);
  const part = `${target}.${process.pid}.part`;
  try {
    await runTool(
      {
        command: java,
        args: ['-jar', tool, '-logLevel=INFO', war, part],
        folder: path.dirname(war),
        env: javaEnvironment(env),
        timeoutMs: 30 * MINUTE_MS,
        ...(onLine && { onLine }),
      },
      signal,
    );
    await fs.rename(part, target);
    return target;
  } catch (error) {
    if (error instanceof CompileError)
      throw new TomcatError('migrationFailed', war, { file: war, said: lastWords(error) }, error);
    throw error;
  } finally {
    await fs.rm(part, { force: true });
  }
}

async function findJava(env: NodeJS.ProcessEnv): Promise<string> {
  const [newest] = [...(await findJdks({ env }))].sort((a, b) => b.feature - a.feature);
  if (newest) return toolPath(newest.home, 'java');
  throw new TomcatError('noJava', 'no Java was found');
}

/** The tool of a Tomcat, or of Maven's local repository; else Maven brings it there, by its own settings. */
async function findTool(
  { homes = [], env = process.env, onLine }: Migration,
  signal: AbortSignal | undefined,
): Promise<string> {
  for (const home of [...homes, env.CATALINA_HOME].filter((each) => each !== undefined)) {
    const lib = path.join(home, 'lib');
    const name = (await fs.readdir(lib).catch(() => [])).find((each) => IN_TOMCAT.test(each));
    if (name !== undefined) return path.join(lib, name);
  }
  const repository = await mavenLocalRepository(env.HOME ?? env.USERPROFILE ?? os.homedir());
  const folder = path.join(repository, ...GROUP.split('.'), ARTIFACT, VERSION);
  const file = path.join(folder, `${ARTIFACT}-${VERSION}-shaded.jar`);
  if (await isThere(file)) return file;
  onLine?.(COORDINATES);
  try {
    await runTool(
      {
        command: process.platform === 'win32' ? 'mvn.cmd' : 'mvn',
        args: ['-q', '-B', 'dependency:get', `-Dartifact=${COORDINATES}`, '-Dtransitive=false'],
        folder: os.tmpdir(),
        env,
        timeoutMs: 5 * MINUTE_MS,
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    const details = { coordinates: COORDINATES, said: lastWords(error) };
    throw new TomcatError('noMigrationTool', COORDINATES, details, error);
  }
  if (await isThere(file)) return file;
  throw new TomcatError('noMigrationTool', file, { coordinates: COORDINATES, said: file });
}

async function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** The end of what a tool printed. */
function lastWords({ details }: CompileError): string {
  return String(details.output ?? '')
    .trim()
    .slice(-300);
}
