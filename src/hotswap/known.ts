import { createHash } from 'node:crypto';
import type { MethodId, ReferenceTypeId } from '../jdwp/ids';
import type { BuiltClass } from './model';

/** A method as a JVM lists it; `id` stays valid across redefinitions. */
export interface RunningMethod {
  readonly id: MethodId;
  readonly name: string;
  readonly descriptor: string;
  /** The 16 bits of the class file. */
  readonly accessFlags: number;
}

/** What is known of one loaded class. */
export interface KnownClass {
  /** The class file that runs, found equal or redefined with; absent when only its digest was kept. */
  readonly built: BuiltClass | undefined;
  readonly methods: readonly RunningMethod[];
}

interface Entry extends KnownClass {
  readonly digest: string | undefined;
}

/** Class files kept for one JVM at most, in bytes; beyond that, digests of the oldest. */
const keptBytes = 16 << 20;

const digests = new WeakMap<BuiltClass, string>();

/** A digest of the class bytes, made once for each built class. */
export function digestOf(built: BuiltClass): string {
  let digest = digests.get(built);
  if (digest === undefined) {
    digest = createHash('sha1').update(built.bytes).digest('base64');
    digests.set(built, digest);
  }
  return digest;
}

/**
 * Remembers, for one connection, which class file each loaded class runs, so that nothing needs to be read back
 * twice. Only we redefine classes here: a JVM has one debugger.
 */
export class KnownClasses {
  readonly #classes = new Map<ReferenceTypeId, Entry>();
  /** Those whose bytes are kept, the oldest first. */
  readonly #kept = new Map<ReferenceTypeId, Entry>();
  #bytes = 0;
  readonly #limit: number;

  constructor(limit: number = keptBytes) {
    this.#limit = limit;
  }

  get(id: ReferenceTypeId): KnownClass | undefined {
    return this.#classes.get(id);
  }

  /** Whether the class runs these very bytes; undefined when nothing is known of it. */
  isRunning(id: ReferenceTypeId, built: BuiltClass): boolean | undefined {
    const known = this.#classes.get(id);
    if (!known) return undefined;
    return known.built ? known.built.bytes.equals(built.bytes) : known.digest === digestOf(built);
  }

  /** Notes that the class runs `built`. */
  runs(id: ReferenceTypeId, built: BuiltClass, methods: readonly RunningMethod[]): void {
    this.forget(id);
    const entry: Entry = { built, methods, digest: undefined };
    this.#classes.set(id, entry);
    this.#kept.set(id, entry);
    this.#bytes += built.bytes.length;
    if (this.#bytes > this.#limit) this.#shrink();
  }

  forget(id: ReferenceTypeId): void {
    this.#classes.delete(id);
    this.#unkeep(id);
  }

  #shrink(): void {
    for (const [id, { built, methods }] of this.#kept) {
      this.#unkeep(id);
      if (built) this.#classes.set(id, { built: undefined, methods, digest: digestOf(built) });
      if (this.#bytes <= this.#limit) return;
    }
  }

  #unkeep(id: ReferenceTypeId): void {
    this.#bytes -= this.#kept.get(id)?.built?.bytes.length ?? 0;
    this.#kept.delete(id);
  }
}
