import type { BuiltClass, ClassResult } from './model';

/** Classes that were not swapped because others of the same save were refused. */
interface Group {
  readonly refused: ReadonlySet<string>;
  readonly held: Map<string, BuiltClass>;
}

/**
 * Keeps what a refused save held back, so that nothing is lost: when one of the refused classes is written again,
 * the others come along. Saves that have nothing to do with them go on meanwhile.
 */
export class HeldBack {
  #groups: Group[] = [];

  get size(): number {
    return this.#groups.reduce((sum, { held }) => sum + held.size, 0);
  }

  /** The classes of a change, and those held back for one of them. What the change itself brings is newer. */
  join(classes: readonly BuiltClass[]): BuiltClass[] {
    const written = new Set(classes.map(({ name }) => name));
    const joined = new Map<string, BuiltClass>();
    const isWritten = (name: string): boolean => written.has(name);
    for (const group of this.#groups) {
      for (const name of written) group.held.delete(name);
      if ([...group.refused].some(isWritten)) for (const [name, built] of group.held) joined.set(name, built);
    }
    this.#groups = this.#groups.filter(({ refused, held }) => held.size > 0 && ![...refused].some(isWritten));
    return [...joined.values(), ...classes];
  }

  /** Notes the outcome of a swap of these classes. */
  settle(classes: readonly BuiltClass[], results: readonly ClassResult[]): void {
    const names = (outcome: ClassResult['outcome']): Set<string> =>
      new Set(
        results.filter((each) => each.outcome === outcome && each.state !== 'same').map(({ name }) => name),
      );
    const refused = names('refused');
    if (refused.size === 0) return;
    const skipped = names('skipped');
    const held = classes.filter(({ name }) => skipped.has(name)).map((built) => [built.name, built] as const);
    if (held.length > 0) this.#groups.push({ refused, held: new Map(held) });
  }

  clear(): void {
    this.#groups = [];
  }
}
