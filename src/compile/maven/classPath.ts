import { randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  BUILD_TOOL_MS,
  toolEnvironment,
  wrapperOrCommand,
  type BuildClassPath,
  type BuildModule,
  type BuildToolOptions,
} from '../classpath/buildModule';
import { CompileError } from '../errors';
import { runTool } from '../tool';
import { readMavenProject } from './project';
import { mavenLocalRepository } from '../../artifacts/settings';

const GOAL = 'dependency:build-classpath';

/** The pom of the module and its parents: what the class path is computed from. */
export async function mavenBuildFiles(folder: string): Promise<readonly string[]> {
  const project = await readMavenProject(path.join(folder, 'pom.xml'), await mavenLocalRepository());
  return project.poms.map(({ file }) => file);
}

/**
 * `mvn dependency:build-classpath`, offline first. A module whose siblings are not in the local repository is
 * asked for within its reactor, with the compiler skipped: nothing of the project is built.
 */
export async function mavenClassPath(
  module: BuildModule,
  options: BuildToolOptions,
  signal?: AbortSignal,
): Promise<BuildClassPath> {
  const own = (...before: string[]): string[] => [...before, '-f', path.join(module.folder, 'pom.xml'), GOAL];
  const attempts = [own('-o')];
  const reactor = await reactorArguments(module.folder);
  if (reactor) attempts.push(['-o', ...reactor]);
  if (reactor) attempts.push(reactor);
  attempts.push(own());

  let failure: unknown;
  for (const args of attempts) {
    try {
      return { entries: await ask(module, args, options, signal) };
    } catch (error) {
      if (!(error instanceof CompileError) || error.reason !== 'buildTool') throw error;
      // Without Maven at all the other ways fail as well.
      if (error.details.code === 'ENOENT') throw error;
      // The offline failure says less than the one that could reach the repositories.
      failure = error;
    }
  }
  throw failure;
}

async function ask(
  module: BuildModule,
  args: readonly string[],
  options: BuildToolOptions,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const result = path.join(os.tmpdir(), `swapdeck-${randomUUID()}.txt`);
  const given = [
    '-B',
    `-Dmdep.outputFile=${result}`,
    '-Dmdep.includeScope=compile',
    '-Dmdep.regenerateFile=true',
  ];
  try {
    await runTool(
      {
        command: await wrapperOrCommand(module.folder, 'mvnw', 'mvn'),
        args: [...given, ...args],
        folder: module.folder,
        env: toolEnvironment(options),
        timeoutMs: options.timeoutMs ?? BUILD_TOOL_MS,
        onLine: (line) => options.onProgress?.({ ...module, line }),
      },
      signal,
    );
    const text = await fs.readFile(result, 'utf8').catch(() => '');
    return text.trim().split(path.delimiter).filter(Boolean);
  } finally {
    await fs.rm(result, { force: true });
  }
}

/**
 * The module in the build of the folders above: `compile` makes Maven take siblings from their class folders, and
 * what it would do there is skipped. Undefined when no pom above lists the module.
 */
async function reactorArguments(folder: string): Promise<string[] | undefined> {
  const { poms } = await readMavenProject(path.join(folder, 'pom.xml'), await mavenLocalRepository());
  const above = poms.slice(1).filter((pom) => isAbove(path.dirname(pom.file), folder));
  const root = above.at(-1);
  if (!root) return undefined;
  const where = path.dirname(root.file);
  const module = path.relative(where, folder).replaceAll('\\', '/');
  const skips = ['-Dmaven.main.skip=true', '-Dmaven.resources.skip=true', '-Dmaven.test.skip=true'];
  return ['-f', root.file, '-pl', module, '-am', ...skips, 'compile', GOAL];
}

function isAbove(folder: string, other: string): boolean {
  const relative = path.relative(folder, other);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
