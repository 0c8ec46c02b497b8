import type { LedgerEntry, RunsRecord } from './entries';

interface Seen {
  /** Hash of the class file, by fingerprint; the one noted last counts. */
  readonly hashes: Map<string, string>;
  /** What was swapped last. */
  last: string | undefined;
}

/**
 * Which class file a class of one run of a JVM runs, by the fingerprint of what the JVM gives back: noted after each
 * swap, for sessions that come later and can't tell by comparing.
 */
export class SeenRunning {
  readonly #classes = new Map<string, Seen>();

  /** What earlier sessions noted of this run. */
  load(entries: readonly LedgerEntry[], noted: readonly RunsRecord[]): void {
    for (const { begin, end, open } of entries) {
      const swapped = new Set(
        end?.results.filter(({ outcome }) => outcome === 'swapped').map(({ name }) => name),
      );
      for (const { name, after } of begin.classes)
        if (swapped.has(name) || open.includes(name)) this.swapped(name, after);
    }
    for (const { classes } of noted)
      for (const { name, hash, fingerprint } of classes) this.#of(name).hashes.set(fingerprint, hash);
  }

  /** A class was swapped; its fingerprint comes a moment later, or never. */
  swapped(name: string, hash: string): void {
    this.#of(name).last = hash;
  }

  note(name: string, hash: string, fingerprint: string): void {
    this.#of(name).hashes.set(fingerprint, hash);
  }

  /**
   * The hash of the class file that runs. `other`: the class runs something that was not swapped from here. Undefined
   * when that can't be told, as when the process ended before it noted the last swap.
   */
  recognise(name: string, fingerprint: () => string): string | undefined {
    const seen = this.#classes.get(name);
    if (!seen || seen.hashes.size === 0) return undefined;
    const hash = seen.hashes.get(fingerprint());
    if (hash !== undefined) return hash;
    const isLastNoted = seen.last === undefined || [...seen.hashes.values()].includes(seen.last);
    return isLastNoted ? 'other' : undefined;
  }

  clear(): void {
    this.#classes.clear();
  }

  #of(name: string): Seen {
    let seen = this.#classes.get(name);
    if (!seen) this.#classes.set(name, (seen = { hashes: new Map(), last: undefined }));
    return seen;
  }
}
