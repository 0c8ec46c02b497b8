import { ErrorConstant } from '../../jdwp/errorConstants';
import type { BuiltClass, ClassResult, SwapGroup } from '../model';
import { findOffenders, trialOf } from '../redefine';
import {
  bringIn,
  notBrought,
  prepareSwap,
  refusedBeforehand,
  sendSwap,
  unsent,
  type PreparedSwap,
  type SwapContext,
  type SwapOptions,
  type SwapResult,
} from '../swap';
import type { Brought } from '../newClasses';
import type { Group } from './group';
import { replacedBy, takeBack, type Replaced } from './takeBack';

/** What a JVM that was lost in the middle is brought to when it is back: these classes, or those of the change. */
export type Restoring = readonly BuiltClass[] | 'change';

/** One JVM's part in a swap of a group, done by its queue when its turn comes. */
export class GroupPart {
  readonly #group: Group;
  readonly #jvm: string;
  /** What ran before each class of the packet; undefined until one was about to be sent. */
  #before: readonly Replaced[] | undefined;

  constructor(group: Group, jvm: string) {
    this.#group = group;
    this.#jvm = jvm;
  }

  /** What the group came to, for records. */
  get outcome(): SwapGroup {
    return this.#group.outcome;
  }

  /**
   * Swaps as `swapClasses` does, in step with the others: asks the JVM, waits until all are ready, sends, waits for
   * the others' answers, and takes it back where one did not take it. Rejects as `swapClasses`; then call `lost`.
   */
  async swap(
    context: SwapContext,
    classes: readonly BuiltClass[],
    options: SwapOptions,
    signal?: AbortSignal,
  ): Promise<SwapResult> {
    const prepared = await prepareSwap(context, classes, options, signal);
    const asked = await ask(context, prepared, options, signal);
    if (asked.refusal) {
      await this.#group.vote(this.#jvm, { kind: 'refuses' });
      return asked.refusal;
    }
    this.#before = await replacedBy(context, prepared.items);
    this.#group.remember(this.#before.flatMap(({ before }) => before ?? []));
    const isRevertible = this.#before.every(({ before }) => before !== undefined);
    const mustAsk = !asked.isTried && (!isRevertible || prepared.items.some(isRisky));
    const error = mustAsk ? await trialOf(context.connection, prepared.items) : undefined;
    if (error !== undefined && !gone.includes(error)) {
      const offenders = await findOffenders(context.connection, prepared.items, error);
      await this.#group.vote(this.#jvm, { kind: 'refuses' });
      return refusedBeforehand(prepared, offenders);
    }
    const isIdle = prepared.items.length === 0;
    // Written down before the packets go, so that all go at once.
    if (!isIdle) await options.beforeSend?.(prepared.items);
    const isGo = await this.#group.vote(
      this.#jvm,
      isIdle ? { kind: 'nothing' } : { kind: 'ready', isRevertible },
    );
    if (!isGo) return this.#heldBack(prepared);
    if (isIdle) return this.#idle(prepared);
    return this.#send(context, prepared, asked.brought, options, signal);
  }

  /** After `swap` rejected: what the JVM is to be brought to when it is back; undefined: nothing. */
  async lost(): Promise<Restoring | undefined> {
    const { keep } = await this.#group.lost(this.#jvm);
    if (keep) return 'change';
    // One that was lost before it was asked ran what the others ran; started anew, it may have loaded the new classes.
    const own = this.#before?.flatMap(({ before }) => before ?? []);
    const before = own && own.length > 0 ? own : this.#group.before;
    return before.length > 0 ? before : undefined;
  }

  async #idle(prepared: PreparedSwap): Promise<SwapResult> {
    const { keep } = await this.#group.decision;
    return keep ? unsent(prepared) : this.#heldBack(prepared);
  }

  async #send(
    context: SwapContext,
    prepared: PreparedSwap,
    brought: Brought,
    options: SwapOptions,
    signal: AbortSignal | undefined,
  ): Promise<SwapResult> {
    const result = await sendSwap(context, prepared, brought);
    if (result === 'unloaded') return this.#sendAgain(context, prepared, brought, options, signal);
    const isRefused = result.classes.some(({ outcome }) => outcome === 'refused');
    const { keep } = await this.#group.answer(this.#jvm, isRefused ? 'refused' : 'accepted');
    if (keep || isRefused) return result;
    await takeBack(context, this.#before ?? []);
    return { ...result, classes: result.classes.map((each) => this.#takenBack(each)), unloaded: [] };
  }

  /** A class is gone since it was compared; what is left is sent. */
  async #sendAgain(
    context: SwapContext,
    { comparisons }: PreparedSwap,
    brought: Brought,
    options: SwapOptions,
    signal: AbortSignal | undefined,
  ): Promise<SwapResult> {
    const classes = comparisons.map(({ built }) => built);
    const prepared = await prepareSwap(context, classes, options, signal);
    if (prepared.items.length > 0) {
      await options.beforeSend?.(prepared.items);
      return this.#send(context, prepared, brought, options, signal);
    }
    const { keep } = await this.#group.answer(this.#jvm, 'accepted');
    return keep ? unsent(prepared) : this.#heldBack(prepared);
  }

  /** Nothing was sent, because another JVM of the group did not take it. */
  #heldBack(prepared: PreparedSwap): SwapResult {
    const result = unsent(prepared);
    return { ...result, classes: result.classes.map((each) => this.#skipped(each)), unloaded: [] };
  }

  #takenBack(each: ClassResult): ClassResult {
    return each.outcome === 'swapped' ? { ...each, outcome: 'takenBack' } : this.#skipped(each);
  }

  #skipped(each: ClassResult): ClassResult {
    const { cause } = this.#group.outcome;
    if (each.outcome === 'defined' || each.state === 'same') return each;
    return { ...each, outcome: 'skipped', ...(cause !== undefined && { heldBackBy: cause }) };
  }
}

interface Asked {
  readonly brought: Brought;
  /** The result when a new class could not be brought in. */
  readonly refusal?: SwapResult;
  /** The JVM was asked whether it takes the classes. */
  readonly isTried: boolean;
}

/** Brings new classes in; these do no harm where the rest is not swapped. */
async function ask(
  context: SwapContext,
  prepared: PreparedSwap,
  options: SwapOptions,
  signal: AbortSignal | undefined,
): Promise<Asked> {
  if (prepared.items.length === 0) return { brought: { defined: [], refused: [] }, isTried: false };
  const brought = await bringIn(context, prepared, options, signal);
  if (brought.refused.length === 0) return { brought, isTried: false };
  return { brought, isTried: true, refusal: notBrought(prepared, brought) };
}

/** Whether the JVM may refuse: bodies of methods it takes always. */
function isRisky({ comparison }: PreparedSwap['items'][number]): boolean {
  const { differences } = comparison.detail();
  if (!differences) return true;
  return differences.some(
    (each) => each.what !== 'debug' && !(each.of === 'method' && harmless.includes(each.what)),
  );
}
/** Of a class that was unloaded since it was compared: the packet will tell. */
const gone: readonly number[] = [ErrorConstant.INVALID_OBJECT, ErrorConstant.INVALID_CLASS];
const harmless: readonly string[] = ['code', 'handlers', 'attributes'];
