import * as path from 'node:path';
import type { Command } from 'commander';
import type { BuiltClass } from '../hotswap/model';
import { classGlob } from './classGlob';
import { collect, type Context } from './command';
import { jvmNotation, jvmNotationHelp } from './jvmAddress';
import type { CommandTarget } from './jvmTargets';

/** What `swap`, `predict` and `compare` have in common: which classes, and which JVMs. */
export interface ClassesOptions {
  readonly jvm: readonly string[];
  readonly classes?: readonly string[];
  readonly only?: readonly string[];
}

export function withClassesOptions(command: Command): Command {
  return command
    .requiredOption(`--jvm ${jvmNotation}`, `${jvmNotationHelp}; may be repeated`, collect)
    .option(
      '--classes <dir>',
      'a folder or jar of compiled classes; may be repeated; else those of the application in swapdeck.yaml',
      collect,
    )
    .option('--only <glob>', "only classes of this name, such as 'shop.*'; may be repeated", collect);
}

/**
 * Where the classes for a JVM lie, absolute: as named, else as its application in `swapdeck.yaml` says, else as the
 * build beside that file does. Rejects with `HotSwapError` (`noClassRoots`).
 */
export async function classRootsFor(
  { name, classRoots, folder }: CommandTarget,
  { classes = [] }: ClassesOptions,
  { cwd, signal }: Pick<Context, 'cwd' | 'signal'>,
): Promise<readonly string[]> {
  if (classes.length > 0) return classes.map((root) => path.resolve(cwd, root));
  if (classRoots.length > 0) return classRoots;
  const [{ findClassRoots }, { nodeFileSystem }, { HotSwapError }] = await Promise.all([
    import('../hotswap/roots/find'),
    import('../hotswap/roots/nodeFileSystem'),
    import('../hotswap/errors'),
  ]);
  const found = folder === undefined ? [] : await findClassRoots([folder], nodeFileSystem, signal);
  if (found.length > 0) return found.map((root) => root.path);
  throw new HotSwapError('noClassRoots', `nothing feeds ${name}`, { jvm: name, peer: name });
}

/** The chosen classes of class roots; those of one list of roots are read once for all JVMs. */
export class ChosenClasses {
  readonly isChosen: (name: string) => boolean;
  readonly #options: ClassesOptions;
  readonly #context: Context;
  readonly #read = new Map<string, Promise<BuiltClass[]>>();

  constructor(options: ClassesOptions, context: Context) {
    this.isChosen = classGlob(options.only ?? []);
    this.#options = options;
    this.#context = context;
  }

  rootsOf(target: CommandTarget): Promise<readonly string[]> {
    return classRootsFor(target, this.#options, this.#context);
  }

  /** Rejects with `HotSwapError` (`noClassRoots`) when a root isn't there. */
  async of(target: CommandTarget): Promise<readonly BuiltClass[]> {
    const roots = await this.rootsOf(target);
    const key = roots.join('\n');
    const read = this.#read.get(key) ?? this.#readAll(roots);
    this.#read.set(key, read);
    return read;
  }

  async #readAll(roots: readonly string[]): Promise<BuiltClass[]> {
    const { readBuiltClasses } = await import('./readBuiltClasses');
    const classes = await readBuiltClasses(roots, this.isChosen, this.#context.signal);
    if (classes.length === 0) this.#context.output.note('No class of that name was found.');
    return classes;
  }
}
