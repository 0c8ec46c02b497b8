import { promises as fs } from 'node:fs';
import type { Clock } from '../contracts/clock';
import { systemClock } from '../contracts/clock';
import { abortable, SerialQueue } from '../util/async';
import { CompileError } from './errors';
import { locateSource, type SourceGroup, type SourceModule } from './layout';
import type { CompiledClass, CompileDiagnostic, CompileProject, CompileResult } from './model';
import { classFile, writeClasses } from './output';
import { PlanCache } from './planCache';
import type { CompilePlan, Planner, PlanNote, RunningJvm } from './planner';
import type { CompilerService } from './service';
import type { ReadTraits } from './traits';

export interface SourceCompilerOptions {
  readonly service: CompilerService;
  readonly planner: Planner;
  readonly readTraits: ReadTraits;
  readonly clock?: Clock;
}

/** What surrounds a source: where classes go, and who runs them. */
export interface Surroundings {
  readonly groups: readonly SourceGroup[];
  readonly jvm?: RunningJvm;
}

/** A class as it was written; `BuiltClass` of `src/hotswap` is such. */
export interface WrittenClass {
  readonly name: string;
  readonly bytes: Buffer;
  readonly file: string;
  readonly root: string;
  /** The file held these very bytes before. */
  readonly unchanged: boolean;
}

export interface SaveResult {
  /** No errors; otherwise nothing was written for the module that has them. */
  readonly ok: boolean;
  readonly classes: readonly WrittenClass[];
  /** Class files removed since the sources no longer have these classes. */
  readonly removed: readonly string[];
  readonly diagnostics: readonly CompileDiagnostic[];
  readonly notes: readonly PlanNote[];
  readonly ms: {
    readonly plan: number;
    readonly compile: number;
    readonly write: number;
    readonly total: number;
  };
}

/** How a compiler was found to fit the running classes. */
export interface Calibration {
  /** One of the JDKs gave the same classes; it is used from now on. */
  readonly same: boolean;
  readonly project: CompileProject;
  readonly classes: readonly CompiledClass[];
}

/** Compiled with no more JDKs than this to find the one that built a class: each is a process of its own. */
const MAX_CALIBRATIONS = 3;

/** Codes of errors that a class path with too little on it brings: javac's, then the Eclipse compiler's. */
const MISSING = /^compiler\.err\.(?:doesnt\.exist|cant\.access)$|^(?:268435846|16777563)$/;

/**
 * Compile on save: finds the module of a source, keeps a plan for each module, compiles, writes to the class root.
 * Saves of one module are compiled one after another, so that the last one written is the last one saved.
 */
export class SourceCompiler {
  readonly #options: SourceCompilerOptions;
  readonly #clock: Clock;
  readonly #plans = new PlanCache();
  readonly #queues = new Map<string, SerialQueue>();

  constructor(options: SourceCompilerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Compiles saved files and writes their classes. Errors in the sources are diagnostics of the result. Throws
   * `CompileError` (`layout`: no class root is known for a file) and `AbortedError`.
   */
  async save(files: readonly string[], around: Surroundings, signal?: AbortSignal): Promise<SaveResult> {
    const since = this.#clock.monotonic();
    const parts = new Map<string, ModuleFiles>();
    for (const file of files) {
      const module = await this.#locate(file, around);
      const part = parts.get(module.classRoot);
      if (part) part.files.push(file);
      else
        parts.set(module.classRoot, { plan: await this.#plan(module, file, around, signal), files: [file] });
    }
    const planned = this.#clock.monotonic();
    const results: SaveResult[] = [];
    for (const { plan, files: own } of inOrder([...parts.values()])) {
      const result = await this.#queue(
        plan.module,
        () => this.#save(own, plan.module, around, signal),
        signal,
      );
      results.push(result);
      if (!result.ok) break;
    }
    const total = this.#clock.monotonic() - since;
    const result = merge(results);
    return { ...result, ms: { ...result.ms, plan: result.ms.plan + planned - since, total } };
  }

  /**
   * Compiles the text that a source had when the running classes were built, with one JDK after another until
   * `same` says that these are the classes that run; that JDK is then kept for the module. Writes nothing.
   */
  async calibrate(
    file: string,
    text: string,
    around: Surroundings,
    same: (classes: readonly CompiledClass[]) => Promise<boolean>,
    signal?: AbortSignal,
  ): Promise<Calibration> {
    const module = await this.#locate(file, around);
    return this.#queue(
      module,
      async () => {
        let plan = await this.#plan(module, file, around, signal);
        let first: Calibration | undefined;
        for (const { jdk } of plan.jdks.slice(0, MAX_CALIBRATIONS)) {
          plan = { ...plan, project: { ...plan.project, jdkHome: jdk.home } };
          const compiled = await this.#compile(plan, [{ path: file, text }], signal);
          plan = compiled.plan;
          const { classes, ok } = compiled.result;
          const attempt = { same: ok && (await same(classes)), project: plan.project, classes };
          if (attempt.same) {
            await this.#plans.set(module, around.jvm, plan);
            return attempt;
          }
          first ??= attempt;
        }
        if (!first) throw new CompileError('noJdk', 'no JDK that could have built the classes');
        return first;
      },
      signal,
    );
  }

  /** Compiles a text as if it were saved, and writes nothing: for a baseline, or to see its errors. */
  async compileText(
    file: string,
    text: string,
    around: Surroundings,
    signal?: AbortSignal,
  ): Promise<CompileResult> {
    const module = await this.#locate(file, around);
    const plan = await this.#plan(module, file, around, signal);
    return (await this.#compile(plan, [{ path: file, text }], signal)).result;
  }

  /** Starts the compiler of a source's module before it is needed, and reads what a first save would. */
  async warmUp(file: string, around: Surroundings, signal?: AbortSignal): Promise<void> {
    await this.compileText(file, await fs.readFile(file, 'utf8'), around, signal);
  }

  /** The plan in use for a source. */
  async planOf(file: string, around: Surroundings, signal?: AbortSignal): Promise<CompilePlan> {
    return this.#plan(await this.#locate(file, around), file, around, signal);
  }

  /** Forgets what was found out, as after the user's build changed something. */
  forget(): void {
    this.#plans.clear();
  }

  async #locate(file: string, { groups }: Surroundings): Promise<SourceModule> {
    const text = await fs.readFile(file, 'utf8').catch(() => '');
    const module = locateSource(file, text, groups);
    if (!module) throw new CompileError('layout', `no class root is known for ${file}`, { file });
    return module;
  }

  #queue<T>(module: SourceModule, task: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const queue = this.#queues.get(module.classRoot) ?? new SerialQueue();
    this.#queues.set(module.classRoot, queue);
    return abortable(queue.run(task), signal, 'compile');
  }

  async #save(
    files: readonly string[],
    module: SourceModule,
    around: Surroundings,
    signal: AbortSignal | undefined,
  ): Promise<SaveResult> {
    const started = this.#clock.monotonic();
    const planned = await this.#plan(module, files[0]!, around, signal);
    const planEnd = this.#clock.monotonic();
    const sources = files.map((file) => ({ path: file }));
    const { plan, result } = await this.#compile(planned, sources, signal);
    await this.#plans.set(module, around.jvm, plan);
    const compileEnd = this.#clock.monotonic();
    const { classRoot } = module;
    const { classes, ok, diagnostics } = result;
    const { readTraits } = this.#options;
    const unchanged = await Promise.all(
      classes.map(async ({ name, bytes }) => {
        const before = await fs.readFile(classFile(classRoot, name)).catch(() => undefined);
        return before?.equals(bytes) ?? false;
      }),
    );
    const written = ok
      ? await writeClasses({ classRoot, classes, sources: files, readTraits }, signal)
      : { files: [], removed: [] };
    const end = this.#clock.monotonic();
    return {
      ok,
      classes: classes.map(({ name, bytes }, index) => ({
        name,
        bytes,
        file: written.files[index]!,
        root: classRoot,
        unchanged: unchanged[index]!,
      })),
      removed: written.removed,
      diagnostics,
      notes: plan.notes,
      ms: {
        plan: planEnd - started,
        compile: compileEnd - planEnd,
        write: end - compileEnd,
        total: end - started,
      },
    };
  }

  /** Compiles; asks the build tool when something is missing that a fuller class path may have. */
  async #compile(
    plan: CompilePlan,
    sources: readonly { path: string; text?: string }[],
    signal: AbortSignal | undefined,
  ): Promise<{ plan: CompilePlan; result: CompileResult }> {
    const { service, planner } = this.#options;
    const result = await service.compile({ project: plan.project, sources }, signal);
    const isMissing = result.diagnostics.some(({ kind, code }) => kind === 'error' && MISSING.test(code));
    if (!isMissing || !plan.buildTool) return { plan, result };
    try {
      const fuller = await planner.askBuildTool(plan, signal);
      return { plan: fuller, result: await service.compile({ project: fuller.project, sources }, signal) };
    } catch (error) {
      // The errors in the source are the better answer.
      if (error instanceof CompileError && (error.reason === 'buildTool' || error.reason === 'timeout'))
        return { plan: { ...plan, buildTool: undefined }, result };
      throw error;
    }
  }

  async #plan(
    module: SourceModule,
    source: string,
    { jvm }: Surroundings,
    signal: AbortSignal | undefined,
  ): Promise<CompilePlan> {
    const known = await this.#plans.get(module, jvm);
    if (known) return known;
    const plan = await this.#options.planner.plan(module, source, jvm, signal);
    await this.#plans.set(module, jvm, plan);
    return plan;
  }
}

interface ModuleFiles {
  readonly plan: CompilePlan;
  readonly files: string[];
}

/** Modules before those that have their classes on the class path. */
function inOrder(parts: readonly ModuleFiles[]): readonly ModuleFiles[] {
  const left = [...parts];
  const ordered: ModuleFiles[] = [];
  while (left.length > 0) {
    const free = left.findIndex(({ plan }) =>
      left.every((other) => !plan.project.classPath.includes(other.plan.project.classRoot)),
    );
    // Modules that need each other are compiled in the order given.
    ordered.push(...left.splice(Math.max(free, 0), 1));
  }
  return ordered;
}

function merge(results: readonly SaveResult[]): SaveResult {
  const sum = (part: keyof SaveResult['ms']): number =>
    results.reduce((total, { ms }) => total + ms[part], 0);
  return {
    ok: results.every(({ ok }) => ok),
    classes: results.flatMap(({ classes }) => classes),
    removed: results.flatMap(({ removed }) => removed),
    diagnostics: results.flatMap(({ diagnostics }) => diagnostics),
    notes: results.flatMap(({ notes }) => notes),
    ms: { plan: sum('plan'), compile: sum('compile'), write: sum('write'), total: sum('total') },
  };
}
