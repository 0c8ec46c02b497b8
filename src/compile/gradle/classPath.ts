import { randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  BUILD_TOOL_MS,
  foldersUpwards,
  toolEnvironment,
  wrapperOrCommand,
  type BuildClassPath,
  type BuildModule,
  type BuildToolOptions,
} from '../classpath/buildModule';
import { CompileError } from '../errors';
import { runTool } from '../tool';

const TASK = 'swapdeckClassPath';

/**
 * Prints a line for every entry: a mark, the project's folder, the kind, the entry; between tabs. A jar of a sibling
 * project stands for its class folders: it need not be built. Up to Gradle 4 processors came from the class path.
 */
const INIT_SCRIPT = `
allprojects { project ->
  def mainOf = { each -> each.findProperty('sourceSets')?.findByName('main') }
  def action = { task ->
    task.doLast {
      def main = mainOf(project)
      if (main == null) return
      def tell = { kind, entry -> println(['${TASK}', project.projectDir, kind, entry].join('\t')) }
      def siblings = [:]
      project.rootProject.allprojects.each { each ->
        def jar = each.tasks.findByName('jar')
        if (jar != null && mainOf(each) != null) siblings[jar.outputs.files.files.find()] = mainOf(each).output.classesDirs.files
      }
      main.compileClasspath.files.each { entry -> (siblings[entry] ?: [entry]).each { tell('class', it) } }
      if ((project.gradle.gradleVersion.tokenize('.')[0] as int) >= 5) {
        tell('processors', '')
        main.annotationProcessorPath?.files?.each { tell('processor', it) }
      }
      tell('done', '')
    }
  }
  if (project.tasks.metaClass.respondsTo(project.tasks, 'register', String, Closure)) project.tasks.register('${TASK}', action)
  else project.tasks.create('${TASK}', action)
}
`;

/** No process stays behind; the task looks at projects when it runs, which a configuration cache does not allow. */
const QUIETLY = [
  '--quiet',
  '--no-daemon',
  '-Dorg.gradle.configuration-cache=false',
  '-Dorg.gradle.unsafe.configuration-cache=false',
  '-Dorg.gradle.unsafe.isolated-projects=false',
];

const SCRIPTS = [
  'build.gradle',
  'build.gradle.kts',
  'settings.gradle',
  'settings.gradle.kts',
  'gradle.properties',
];

/** The scripts of the project and of those above it in the same build, nearest first. */
export async function gradleBuildFiles(folder: string): Promise<readonly string[]> {
  const root = await gradleRoot(folder);
  const folders = foldersUpwards(folder).filter((each) => !path.relative(root, each).startsWith('..'));
  const candidates = [
    ...folders.flatMap((each) => SCRIPTS.map((name) => path.join(each, name))),
    path.join(root, 'gradle', 'libs.versions.toml'),
  ];
  const there = await Promise.all(candidates.map(isThere));
  return candidates.filter((_, index) => there[index]);
}

/** The folder with the settings script; the folder itself when there is none. */
async function gradleRoot(folder: string): Promise<string> {
  for (const each of foldersUpwards(folder))
    for (const name of ['settings.gradle', 'settings.gradle.kts'])
      if (await isThere(path.join(each, name))) return each;
  return folder;
}

function isThere(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/** Asks Gradle through an init script, offline first; nothing of the project is built. */
export async function gradleClassPath(
  module: BuildModule,
  options: BuildToolOptions,
  signal?: AbortSignal,
): Promise<BuildClassPath> {
  const script = path.join(os.tmpdir(), `swapdeck-${randomUUID()}.gradle`);
  await fs.writeFile(script, INIT_SCRIPT);
  const ask = async (...before: string[]): Promise<BuildClassPath> => {
    const output = await runTool(
      {
        command: await wrapperOrCommand(module.folder, 'gradlew', 'gradle'),
        args: [...before, ...QUIETLY, '-I', script, TASK],
        folder: module.folder,
        env: toolEnvironment(options),
        timeoutMs: options.timeoutMs ?? BUILD_TOOL_MS,
        onLine: (line) => {
          if (!line.startsWith(TASK)) options.onProgress?.({ ...module, line });
        },
      },
      signal,
    );
    return parseGradleOutput(output, await fs.realpath(module.folder));
  };
  try {
    return await ask('--offline').catch((error: unknown) => {
      const isFailure = error instanceof CompileError && error.reason === 'buildTool';
      if (!isFailure || error.details.code === 'ENOENT') throw error;
      return ask();
    });
  } finally {
    await fs.rm(script, { force: true });
  }
}

/** The lines of one project. Throws `CompileError` (`buildTool`) when it has none. */
export function parseGradleOutput(output: string, folder: string): BuildClassPath {
  const lines = output
    .split(/\r?\n/)
    .map((line) => line.split('\t'))
    .filter(
      ([mark, project]) => mark === TASK && project !== undefined && path.relative(project, folder) === '',
    );
  const of = (kind: string): string[] =>
    lines.flatMap(([, , each, entry]) => (each === kind && entry ? [entry] : []));
  const has = (mark: string): boolean => lines.some(([, , kind]) => kind === mark);
  if (!has('done'))
    throw new CompileError('buildTool', 'Gradle knows no Java project in this folder', {
      tool: 'gradle',
      folder,
    });
  return { entries: of('class'), ...(has('processors') && { processors: of('processor') }) };
}
