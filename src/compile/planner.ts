import { promises as fs } from 'node:fs';
import path from 'node:path';
import type { Log } from '../contracts/log';
import { throwIfAborted } from '../util/async';
import type { BuildSettings } from './buildSettings';
import { rankJdks, type RankedJdk } from './chooseJdk';
import type { BuildClassPath, BuildModule, BuildToolProgress } from './classpath/buildModule';
import { buildToolClassPath } from './classpath/buildTool';
import {
  findRunningClassPath,
  type ClassPathGap,
  type FoundClassPath,
  type RunningClassPath,
} from './classpath/running';
import { compilerOf } from './compilerSigns';
import { findEcj } from './ecj';
import { eclipseLibraries } from './eclipse';
import { CompileError } from './errors';
import { buildJdkOf, readBuildSettings, sampleClasses } from './evidence';
import { intellijLibraries } from './intellij';
import { findJdks, type JdkSearch } from './jdks';
import { gradleBuildFiles } from './gradle/classPath';
import { findBuildModule, type SourceModule } from './layout';
import { mavenBuildFiles } from './maven/classPath';
import { providedJars, readMavenProject } from './maven/project';
import { mavenLocalRepository } from '../artifacts/settings';
import type { Compiler, CompileProject } from './model';
import { chooseSettings } from './settings';
import type { ClassTraits, ReadTraits } from './traits';

/** What is known of the JVM that runs the classes; everything may be absent. */
export interface RunningJvm {
  /** When it runs on this machine. */
  readonly javaHome?: string;
  readonly javaVersion?: string;
  readonly classPath?: RunningClassPath;
}

/**
 * What a person should know of a plan. `compilerDiffers`: the Eclipse compiler built the classes and is not here,
 * so javac is used. `classPathGap`: the JVM did not tell all of its class path, and no build tool could either.
 */
export type PlanNote =
  | { readonly kind: 'compilerDiffers' }
  | { readonly kind: 'classPathGap'; readonly gap: ClassPathGap; readonly error?: CompileError };

/** How the sources of one module are compiled. */
export interface CompilePlan {
  readonly module: SourceModule;
  readonly project: CompileProject;
  /** Likeliest first; the project uses the first one. */
  readonly jdks: readonly RankedJdk[];
  readonly notes: readonly PlanNote[];
  /** What was read for it: the plan holds until one of them changes. */
  readonly buildFiles: readonly string[];
  /** Who could say more about the class path and was not asked, since that takes seconds. */
  readonly buildTool?: BuildModule | undefined;
}

export interface PlannerOptions {
  readonly cacheDirectory: string;
  readonly readTraits: ReadTraits;
  readonly log: Log;
  readonly search?: JdkSearch;
  /** A jar with the Eclipse compiler, when the user names one. */
  readonly ecj?: string;
  /** Looks for one otherwise. */
  readonly findEcj?: () => Promise<string | undefined>;
  readonly onProgress?: (progress: BuildToolProgress) => void;
}

/** Finds out how the running classes were compiled. Holds nothing: a plan is a value. */
export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /**
   * A plan for the module of a source. Starts the build tool only when the JVM leaves a gap. Throws `CompileError`
   * (`noJdk`) and `AbortedError`.
   */
  async plan(
    module: SourceModule,
    source: string,
    jvm: RunningJvm = {},
    signal?: AbortSignal,
  ): Promise<CompilePlan> {
    const { cacheDirectory, readTraits } = this.#options;
    const { classRoot, sourceRoot } = module;
    const buildTool = await findBuildModule(sourceRoot);
    const folder = buildTool?.folder ?? path.dirname(classRoot);
    const classes = await sampleClasses(classRoot, sourceRoot, source, readTraits);
    const build = await readBuildSettings(buildTool, folder);
    throwIfAborted(signal, 'plan a compilation');
    const found = await findRunningClassPath(
      jvm.classPath ?? { entries: [], baseDir: folder },
      classRoot,
      cacheDirectory,
      signal,
    );
    const jdks = await this.#jdks(jvm, classes, build, found, folder);
    const best = jdks[0]?.jdk;
    if (!best) throw new CompileError('noJdk', 'no JDK that could have built the classes', {});
    const compiler = await this.#compiler(classes, build);
    const plan: CompilePlan = {
      module,
      project: {
        jdkHome: best.home,
        compiler: compiler ?? { kind: 'javac' },
        classRoot,
        classPath: without(classRoot, [...found.entries, ...(await providedLibraries(buildTool))]),
        sourceRoots: module.sourceRoots,
        settings: chooseSettings(classes, build),
      },
      jdks,
      buildFiles: await buildFilesOf(buildTool, folder),
      notes: compiler ? [] : [{ kind: 'compilerDiffers' }],
      ...(buildTool && { buildTool }),
    };
    return found.gap === undefined ? plan : this.#fill(plan, found.gap, folder, signal);
  }

  /** The plan with what the build tool says, which takes seconds. Throws `CompileError` and `AbortedError`. */
  async askBuildTool(plan: CompilePlan, signal?: AbortSignal): Promise<CompilePlan> {
    if (!plan.buildTool) return plan;
    const { cacheDirectory, onProgress, log } = this.#options;
    const since = performance.now();
    const told = await buildToolClassPath(
      plan.buildTool,
      { cacheDirectory, jdkHome: plan.project.jdkHome, ...(onProgress && { onProgress }) },
      signal,
    );
    log.info(
      `class path of ${plan.buildTool.folder} from ${plan.buildTool.tool} in ${Math.round(performance.now() - since)} ms`,
    );
    return { ...plan, buildTool: undefined, project: withBuildClassPath(plan.project, told) };
  }

  /** What the JVM did not tell: from an IDE's files, else from the build tool. */
  async #fill(
    plan: CompilePlan,
    gap: ClassPathGap,
    folder: string,
    signal: AbortSignal | undefined,
  ): Promise<CompilePlan> {
    const { project } = plan;
    const known = await ideLibraries(folder);
    if (known.length > 0)
      return {
        ...plan,
        project: { ...project, classPath: without(project.classRoot, [...project.classPath, ...known]) },
      };
    try {
      if (plan.buildTool) return await this.askBuildTool(plan, signal);
      return { ...plan, notes: [...plan.notes, { kind: 'classPathGap', gap }] };
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      return { ...plan, buildTool: undefined, notes: [...plan.notes, { kind: 'classPathGap', gap, error }] };
    }
  }

  async #jdks(
    jvm: RunningJvm,
    classes: readonly ClassTraits[],
    build: BuildSettings,
    found: FoundClassPath,
    folder: string,
  ): Promise<readonly RankedJdk[]> {
    const { search } = this.#options;
    const homes = [...(search?.homes ?? []), ...(jvm.javaHome === undefined ? [] : [jvm.javaHome])];
    const packed = found.entries.filter(
      (entry) => entry.endsWith('.jar') && entry.startsWith(folder + path.sep),
    );
    const buildJdk =
      (await buildJdkOf(packed)) ?? (build.toolchain === undefined ? undefined : String(build.toolchain));
    const majors = classes.map(({ majorVersion }) => majorVersion);
    return rankJdks(await findJdks({ ...search, homes }), {
      ...(jvm.javaHome !== undefined && {
        javaHome: await fs.realpath(jvm.javaHome).catch(() => jvm.javaHome!),
      }),
      ...(jvm.javaVersion !== undefined && { javaVersion: jvm.javaVersion }),
      ...(buildJdk !== undefined && { buildJdk }),
      ...(majors.length > 0 && { release: Math.max(...majors) - 44 }),
    });
  }

  /** Undefined when the Eclipse compiler is needed and not here. */
  async #compiler(classes: readonly ClassTraits[], build: BuildSettings): Promise<Compiler | undefined> {
    const built = compilerOf(classes) ?? build.compiler ?? 'javac';
    if (built === 'javac') return { kind: 'javac' };
    const search =
      this.#options.findEcj ?? (async () => findEcj({ localRepository: await mavenLocalRepository() }));
    const jar = this.#options.ecj ?? (await search());
    return jar === undefined ? undefined : { kind: 'ecj', jar };
  }
}

async function buildFilesOf(buildTool: BuildModule | undefined, folder: string): Promise<readonly string[]> {
  if (buildTool?.tool === 'maven') return mavenBuildFiles(folder);
  return buildTool ? gradleBuildFiles(folder) : [path.join(folder, '.classpath')];
}

/** Libraries that cost only the reading of a pom, and that a JVM need not have. */
async function providedLibraries(buildTool: BuildModule | undefined): Promise<readonly string[]> {
  if (buildTool?.tool !== 'maven') return [];
  const pom = path.join(buildTool.folder, 'pom.xml');
  return providedJars(await readMavenProject(pom, await mavenLocalRepository()));
}

/** What an IDE wrote down of the class path. */
async function ideLibraries(folder: string): Promise<readonly string[]> {
  const eclipse = await fs.readFile(path.join(folder, '.classpath'), 'utf8').catch(() => undefined);
  const known = eclipse === undefined ? [] : await eclipseLibraries(eclipse, folder);
  return known.length > 0 ? known : intellijLibraries(folder);
}

/** The build tool's entries after the JVM's: what runs is what is compiled against. */
function withBuildClassPath(project: CompileProject, told: BuildClassPath): CompileProject {
  const classPath = without(project.classRoot, [...project.classPath, ...told.entries]);
  const { settings } = project;
  if (!told.processors || settings.processing.kind !== 'classPath') return { ...project, classPath };
  const processing =
    told.processors.length > 0
      ? ({ kind: 'path', entries: told.processors } as const)
      : ({ kind: 'none' } as const);
  return { ...project, classPath, settings: { ...settings, processing } };
}

/** Each entry once, and not the class root, which is searched first anyway. */
function without(classRoot: string, entries: readonly string[]): readonly string[] {
  return [...new Set(entries)].filter((entry) => entry !== classRoot);
}
