import { randomUUID } from 'node:crypto';
import type { KnownClasses } from './known';
import type { JvmLedger, SwapFacts } from './ledger/jvmLedger';
import type { BuiltClass, Change, SwapRecord } from './model';
import type { RecordOf } from './record';
import type { Redefinition } from './redefine';

/** One swap on its way into the ledger. Without a ledger it only names the swap. */
export class Recording {
  readonly id = randomUUID();
  readonly #ledger: JvmLedger | undefined;
  readonly #facts: SwapFacts;
  #isBegun = false;

  constructor(ledger: JvmLedger | undefined, of: RecordOf, change: Change, undoes?: string) {
    this.#ledger = ledger;
    this.#facts = { id: this.id, ...of, change, undoes };
  }

  /** To be awaited before these are sent. Rejects with `LedgerError`. */
  async sending(items: readonly Redefinition[], known: KnownClasses): Promise<void> {
    if (!this.#ledger) return;
    await this.#ledger.begin(this.#facts, items, known);
    this.#isBegun = true;
  }

  /** To be awaited before these wait for the JVM to load them. Rejects with `LedgerError`. */
  async pending(
    classes: readonly BuiltClass[],
    waiting: (name: string) => BuiltClass | undefined,
  ): Promise<void> {
    if (!this.#ledger || classes.length === 0) return;
    await this.#ledger.pend(this.#facts, classes, waiting);
    this.#isBegun = true;
  }

  async end(record: SwapRecord): Promise<void> {
    await this.#ledger?.end(this.#facts, record, this.#isBegun);
  }
}
