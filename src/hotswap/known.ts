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
  /** Digest of the class file that runs: found equal, or what it was last redefined with. */
  readonly digest: string;
  /** That class file, where it was worth keeping. */
  readonly built?: BuiltClass;
  readonly methods: readonly RunningMethod[];
}

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
  readonly #classes = new Map<ReferenceTypeId, KnownClass>();

  get(id: ReferenceTypeId): KnownClass | undefined {
    return this.#classes.get(id);
  }

  /** Notes that the class runs `built`; `keep` its bytes to tell what a later version changes. */
  runs(id: ReferenceTypeId, built: BuiltClass, methods: readonly RunningMethod[], keep: boolean): void {
    this.#classes.set(id, { digest: digestOf(built), methods, ...(keep ? { built } : {}) });
  }

  forget(id: ReferenceTypeId): void {
    this.#classes.delete(id);
  }
}
