import { digestOf } from './known';
import type { UndoPlan } from './ledger/undo';
import type { BuiltClass, SwapRecord } from './model';

/**
 * What was taken back in one JVM and still lies in the class roots: a build that writes those very bytes again is no
 * reason to swap them again. A person's command to swap what differs is.
 */
export class Undone {
  /** Digest by class. */
  readonly #classes = new Map<string, string>();

  /** Notes an undo that was done. */
  note({ classes }: UndoPlan, record: SwapRecord): void {
    const applied = new Set(
      record.classes.filter(({ outcome }) => outcome !== 'refused').map(({ name }) => name),
    );
    if (record.error) return;
    for (const { name, expect } of classes) if (applied.has(name)) this.#classes.set(name, expect);
  }

  /** The classes of a change that are not what was taken back; those with other bytes are forgotten. */
  without(classes: readonly BuiltClass[]): BuiltClass[] {
    if (this.#classes.size === 0) return [...classes];
    return classes.filter((built) => {
      if (this.#classes.get(built.name) === digestOf(built)) return false;
      this.#classes.delete(built.name);
      return true;
    });
  }

  /** Forgets everything: the JVM was restarted and runs what lies in the class roots. */
  clear(): void {
    this.#classes.clear();
  }
}
