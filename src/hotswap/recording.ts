import { randomUUID } from 'node:crypto';
import type { KnownClasses } from './known';
import type { JvmLedger, SwapFacts } from './ledger/jvmLedger';
import type { BuiltClass, Change, SwapRecord } from './model';
import type { RecordOf } from './record';
import type { Redefinition } from './redefine';
import type { SwapContext } from './swap';

/** One swap on its way into the ledger. Without a ledger it only names the swap. */
export class Recording {
  readonly id: string;
  readonly #ledger: JvmLedger | undefined;
  readonly #facts: SwapFacts;
  #isBegun: boolean;
  #sent: readonly Redefinition[] = [];

  /** `id`: goes on with a swap that an earlier process began. */
  constructor(
    ledger: JvmLedger | undefined,
    of: RecordOf,
    change: Change,
    { undoes, id }: { readonly undoes?: readonly string[] | undefined; readonly id?: string } = {},
  ) {
    this.id = id ?? randomUUID();
    this.#isBegun = id !== undefined;
    this.#ledger = ledger;
    this.#facts = { id: this.id, ...of, change, undoes };
  }

  /** These are likely to be sent. */
  expect(classes: readonly BuiltClass[]): void {
    this.#ledger?.expect(classes);
  }

  /** To be awaited before these are sent. Rejects with `LedgerError`. */
  async sending(items: readonly Redefinition[], known: KnownClasses): Promise<void> {
    this.#sent = items;
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

  /** To be called before anything else is redefined: what was swapped is read once more, for later sessions. */
  async end(record: SwapRecord, context: SwapContext): Promise<void> {
    const touched = record.classes.filter(({ outcome }) => outcome === 'swapped' || outcome === 'takenBack');
    const names = new Set(touched.map(({ name }) => name));
    const items = this.#sent.filter(({ built }) => names.has(built.name));
    if (items.length > 0 && !record.error) this.#ledger?.noteRunning(context, items);
    await this.#ledger?.end(this.#facts, record, this.#isBegun);
  }
}
