import { createHash } from 'node:crypto';
import type { MethodId, ReferenceTypeId } from '../jdwp/ids';
import type { BuiltClass } from './model';

/** Where class files are kept that may be what a JVM runs. */
export interface Baseline {
  /** What the class may run, the likeliest first; each is compared before it is believed. Never rejects. */
  candidates(className: string): AsyncIterable<BuiltClass>;
  /**
   * The class file that a class runs, by the fingerprint of what the JVM gives back. `other`: certainly none that was
   * swapped from here; undefined: nobody knows. Never rejects.
   */
  recognise(className: string, fingerprint: () => string): Promise<BuiltClass | 'other' | undefined>;
  /** The class file of that digest, or undefined when it isn't kept. */
  read(digest: string, className: string): Promise<BuiltClass | undefined>;
}

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

/** Hex SHA-256 of the class bytes, made once for each built class. */
export function digestOf(built: BuiltClass): string {
  let digest = digests.get(built);
  if (digest === undefined) {
    digest = createHash('sha256').update(built.bytes).digest('hex');
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
  /** Asked for what a class runs that differs from what was built. */
  readonly baseline: Baseline | undefined;

  constructor(limit: number = keptBytes, baseline?: Baseline) {
    this.#limit = limit;
    this.baseline = baseline;
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

  /** Digest of the class file that runs; undefined when nothing is known of the class. */
  digest(id: ReferenceTypeId): string | undefined {
    const known = this.#classes.get(id);
    return known && (known.built ? digestOf(known.built) : known.digest);
  }

  /** The class file that runs, from memory or from where it is kept; undefined when nobody knows it. */
  async running(id: ReferenceTypeId, className: string): Promise<BuiltClass | undefined> {
    const built = this.#classes.get(id)?.built;
    const digest = this.digest(id);
    return built ?? (digest === undefined ? undefined : this.baseline?.read(digest, className));
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
