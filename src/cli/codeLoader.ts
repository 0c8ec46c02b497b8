import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';
import type { CompiledCode } from './codeCache';

type Wrapper = (
  exports: unknown,
  require: (specifier: string) => unknown,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

const HEAD = '(function (exports, require, module, __filename, __dirname) { ';
const TAIL = '\n})';

/** Loads CommonJS files of one folder as Node.js does, but takes compiled code where there is some. */
export class CodeLoader {
  readonly #folder: string;
  readonly #compiled: CompiledCode;
  readonly #modules = new Map<string, { exports: unknown }>();
  readonly #scripts = new Map<string, Script>();
  #isNew = false;

  constructor(folder: string, compiled: CompiledCode) {
    this.#folder = folder;
    this.#compiled = compiled;
  }

  /** Whether something was loaded that there was no compiled code of. */
  get hasNew(): boolean {
    return this.#isNew;
  }

  load(file: string): unknown {
    const known = this.#modules.get(file);
    if (known) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    this.#modules.set(file, module);
    const run = this.#compile(file).runInThisContext() as Wrapper;
    let others: NodeJS.Require | undefined;
    const requireFrom = (specifier: string): unknown => {
      if (specifier.startsWith('.') && specifier.endsWith('.js'))
        return this.load(path.join(path.dirname(file), specifier));
      // Node.js's own, and what is no JavaScript.
      others ??= createRequire(file);
      return others(specifier) as unknown;
    };
    run.call(module.exports, module.exports, requireFrom, module, file, path.dirname(file));
    return module.exports;
  }

  /** The code of all that there is now, with what was compiled when it was first run; and what was not loaded this time. */
  compiled(): CompiledCode {
    const made = [...this.#scripts].map(([name, script]) => [name, script.createCachedData()] as const);
    return new Map([...this.#compiled, ...made]);
  }

  #compile(file: string): Script {
    const name = path.relative(this.#folder, file);
    const cachedData = this.#compiled.get(name);
    const script = new Script(`${HEAD}${readFileSync(file, 'utf8')}${TAIL}`, {
      filename: file,
      columnOffset: -HEAD.length,
      ...(cachedData && { cachedData }),
    });
    if (!cachedData || script.cachedDataRejected) this.#isNew = true;
    this.#scripts.set(name, script);
    return script;
  }
}
