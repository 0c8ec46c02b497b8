import { createHash } from 'node:crypto';
import { fstatSync, mkdirSync, openSync, closeSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What V8 made of files of code, by the name of the file. */
export type CompiledCode = ReadonlyMap<string, Buffer>;

/** Before the rest of the file: SHA-1 of it. V8 itself does not notice every damage. */
const DIGEST_BYTES = 20;

/**
 * Compiled code of earlier runs in a file: a line of JSON (for what it was made, names and lengths), then the code one
 * after another. Nothing but time is lost with it: what can't be read, is another's, was damaged or made for something
 * else counts as empty.
 */
export class CodeCache {
  readonly #file: string;
  readonly #madeFor: string;

  /** `madeFor`: what the code is of, and what it runs in. */
  constructor(file: string, madeFor: string) {
    this.#file = file;
    this.#madeFor = madeFor;
  }

  read(): CompiledCode {
    try {
      return this.#parse(readOwn(this.#file));
    } catch {
      return new Map();
    }
  }

  /** As a whole or not at all. */
  write(code: CompiledCode): void {
    const parts = [...code].map(([name, { length }]) => [name, length]);
    const body = Buffer.concat([
      Buffer.from(`${JSON.stringify({ madeFor: this.#madeFor, parts })}\n`),
      ...code.values(),
    ]);
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      const beside = `${this.#file}.${process.pid}`;
      writeFileSync(beside, Buffer.concat([digestOf(body), body]), { mode: 0o600 });
      renameSync(beside, this.#file);
    } catch {
      // A disk that is full or not ours.
    }
  }

  #parse(bytes: Buffer): CompiledCode {
    const body = bytes.subarray(DIGEST_BYTES);
    if (!digestOf(body).equals(bytes.subarray(0, DIGEST_BYTES))) return new Map();
    const end = body.indexOf('\n');
    const { madeFor, parts } = JSON.parse(body.toString('utf8', 0, end)) as {
      madeFor: string;
      parts: readonly (readonly [string, number])[];
    };
    if (madeFor !== this.#madeFor) return new Map();
    let at = end + 1;
    return new Map(parts.map(([name, length]) => [name, body.subarray(at, (at += length))]));
  }
}

/** Rejects what another account wrote: it is run. */
function readOwn(file: string): Buffer {
  const handle = openSync(file, 'r');
  try {
    const { uid } = fstatSync(handle);
    if (process.geteuid && uid !== process.geteuid()) throw new Error('not ours');
    return readFileSync(handle);
  } finally {
    closeSync(handle);
  }
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
