import { ErrorConstant } from '../../jdwp/errorConstants';
import { HotSwapError } from '../errors';
import type { BuiltClass } from '../model';
import { redefine, type Redefinition } from '../redefine';
import type { SwapContext } from '../swap';

/** One class of a packet, and what ran before. */
export interface Replaced {
  readonly item: Redefinition;
  /** The class file that ran; absent when nobody knows it. */
  readonly before: BuiltClass | undefined;
}

/** What the classes run, to be asked before they are redefined. */
export function replacedBy({ known }: SwapContext, items: readonly Redefinition[]): Promise<Replaced[]> {
  return Promise.all(
    items.map(async (item) => ({ item, before: await known.running(item.loaded.id, item.loaded.name) })),
  );
}

/**
 * Puts back what ran, with one packet. Rejects with `HotSwapError`: `unknownOutcome` when the connection ends,
 * `notTakenBack` when the JVM refuses, or when it isn't known what ran.
 */
export async function takeBack(context: SwapContext, replaced: readonly Replaced[]): Promise<void> {
  const { connection, index, known } = context;
  const items = replaced.flatMap(({ item: { loaded }, before }) =>
    before ? [{ loaded, built: before }] : [],
  );
  if (items.length < replaced.length) throw notTakenBack(replaced, 'it is not known what ran');
  if (items.length === 0) return;
  const answer = await redefine(connection, items).catch((error: unknown) => {
    throw new HotSwapError('unknownOutcome', 'no answer', { classes: namesOf(replaced) }, error);
  });
  if (answer.accepted) {
    for (const { loaded, built } of items) known.runs(loaded.id, built, known.get(loaded.id)?.methods ?? []);
    return;
  }
  const { error } = answer;
  if (error !== ErrorConstant.INVALID_OBJECT && error !== ErrorConstant.INVALID_CLASS)
    throw notTakenBack(replaced, `error ${error}`);
  // A class is gone meanwhile, and with it what had to be taken back.
  index.recheck(items.map(({ loaded }) => loaded.name));
  await index.settled();
  const left = replaced.filter(({ item: { loaded } }) =>
    index.lookup(loaded.name).some(({ id }) => id === loaded.id),
  );
  if (left.length === replaced.length) throw notTakenBack(replaced, `error ${error}`);
  await takeBack(context, left);
}

function notTakenBack(replaced: readonly Replaced[], why: string): HotSwapError {
  const classes = namesOf(replaced);
  return new HotSwapError('notTakenBack', `${classes}: ${why}`, { classes });
}

function namesOf(replaced: readonly Replaced[]): string {
  return replaced.map(({ item }) => item.loaded.name).join(', ');
}
