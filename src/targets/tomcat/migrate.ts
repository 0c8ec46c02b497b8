import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Artifacts } from '../../artifacts/artifacts';
import { artifactName } from '../../artifacts/coordinates';
import { readMavenSettings } from '../../artifacts/settings';
import { silentLog, type Log } from '../../contracts/log';
import { CompileError } from '../../compile/errors';
import { javaEnvironment } from '../../compile/javaProcess';
import { findJdks, toolPath } from '../../compile/jdks';
import { runTool } from '../../compile/tool';
import { toError } from '../../util/errors';
import { removeUnused } from '../../util/removeUnused';
import { TomcatError } from './errors';
import { readWar } from './war';

// Tomcat's migration tool for Jakarta EE (Apache Tomcat Migration Tool for Jakarta EE, README): one jar with all it
// needs, `java -jar TOOL IN OUT`. Each Tomcat from 10 on brings it along.

const TOOL = { group: 'org.apache.tomcat', artifact: 'jakartaee-migration' };
const VERSION = '1.0.9';
const END = '-shaded.jar';
const IN_TOMCAT = /^jakartaee-migration-.*-shaded\.jar$/;
const LONGEST_MS = 30 * 60_000;

export interface Migration {
  /** The WAR for `javax.servlet`; absolute. */
  readonly war: string;
  /** Folders where a Tomcat may be. */
  readonly homes?: readonly string[];
  /** A folder for the tool, where it must be fetched. */
  readonly cache: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Says what is being done: a line the tool prints, or that it is fetched. */
  readonly onLine?: (line: string) => void;
  readonly log?: Log;
}

/** `shop-jakarta.war` beside `shop.war`. */
export function migratedName(war: string): string {
  const { dir, name, ext } = path.parse(war);
  return path.join(dir, `${name}-jakarta${ext}`);
}

/**
 * Converts a WAR to `jakarta.servlet`, beside the one for `javax.servlet`, in the place of an earlier conversion;
 * resolves to its file. Rejects with `TomcatError` `notWar`, `noJava` or `migrationFailed`, with `ArtifactError` where the
 * tool can't be had; then, and when it is aborted, nothing is left.
 */
export async function migrateWar(migration: Migration, signal?: AbortSignal): Promise<string> {
  const { war, env = process.env, onLine, log } = migration;
  await readWar(war, signal);
  const [java, tool] = await Promise.all([findJava(env), findTool(migration, signal)]);
  const target = migratedName(war);
  const part = `${target}.${process.pid}.part`;
  await removeLeft(target, log);
  try {
    await runTool(
      {
        command: java,
        args: ['-jar', tool, '-logLevel=INFO', war, part],
        folder: path.dirname(war),
        env: javaEnvironment(env),
        timeoutMs: LONGEST_MS,
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

/** What conversions left that were killed; none takes as long as that. */
async function removeLeft(target: string, log: Log = silentLog): Promise<void> {
  const { dir, base } = path.parse(target);
  const isLeft = (name: string): boolean => name.startsWith(`${base}.`) && /\.\d+\.part$/.test(name);
  try {
    for (const name of (await fs.readdir(dir)).filter(isLeft))
      await removeUnused(path.join(dir, name), Date.now() - 2 * LONGEST_MS);
  } catch (error) {
    log.warn(`could not remove what was left in ${dir}: ${toError(error).message}`);
  }
}

async function findJava(env: NodeJS.ProcessEnv): Promise<string> {
  const [newest] = [...(await findJdks({ env }))].sort((a, b) => b.feature - a.feature);
  if (newest) return toolPath(newest.home, 'java');
  throw new TomcatError('noJava', 'no Java was found');
}

/** The tool of a Tomcat, else that of the repositories that Maven's settings name. */
async function findTool(
  { homes = [], env = process.env, cache, onLine, log }: Migration,
  signal: AbortSignal | undefined,
): Promise<string> {
  for (const home of [...homes, env.CATALINA_HOME].filter((each) => each !== undefined)) {
    const lib = path.join(home, 'lib');
    const name = (await fs.readdir(lib).catch(() => [])).find((each) => IN_TOMCAT.test(each));
    if (name !== undefined) return path.join(lib, name);
  }
  const home = env.HOME ?? env.USERPROFILE ?? os.homedir();
  const settings = await readMavenSettings({ home, env });
  onLine?.(`${artifactName(TOOL)}:${VERSION}`);
  const artifacts = new Artifacts({ settings, cache, ...(log && { log }) }, END);
  return (await artifacts.fetch(TOOL, VERSION, undefined, signal)).file;
}

/** The end of what a tool printed. */
function lastWords({ details }: CompileError): string {
  return String(details.output ?? '')
    .trim()
    .slice(-300);
}
