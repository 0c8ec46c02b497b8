import { randomUUID } from 'node:crypto';
import { Deferred } from '../../util/async';
import type { BuiltClass, SwapGroup } from '../model';

/**
 * What one JVM of a group says before anything is sent. `ready`: it would take the classes; `isRevertible`: they can
 * be taken back, because it is known what runs. `nothing`: it runs them already, or has not loaded any. `refuses`.
 * `lost`: its connection ended, or it was given up.
 */
export type Vote =
  | { readonly kind: 'ready'; readonly isRevertible: boolean }
  | { readonly kind: 'nothing' | 'refuses' | 'lost' };

/** What it answered to the packet. `lost`: nobody knows. */
export type Answer = 'accepted' | 'refused' | 'lost';

/** What a group came to; `cause`: the JVM that did not take the classes. */
export interface Decision {
  readonly keep: boolean;
  readonly cause?: string;
}

/** How long a JVM may take for its answer while the others wait for it, in milliseconds. */
const patienceMs = 30_000;

/**
 * One swap in several JVMs, all or none: a two-phase commit whose second phase can be taken back. First each JVM is
 * asked; one that refuses or is lost ends it before anything is sent. Then all get their packet at the same time;
 * when one refuses it after all or is lost, those that accepted are to be taken back. Where one of them can't be,
 * because nobody knows what it ran, those that were lost get the new classes when they are back.
 */
export class Group {
  readonly id = randomUUID();
  readonly jvms: readonly string[];
  readonly #votes = new Map<string, Vote>();
  readonly #answers = new Map<string, Answer>();
  readonly #before = new Map<string, BuiltClass>();
  readonly #go = new Deferred<boolean>();
  readonly #decision = new Deferred<Decision>();
  readonly #patienceMs: number;
  #decided: Decision | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `patience` in milliseconds. */
  constructor(jvms: readonly string[], patience: number = patienceMs) {
    this.jvms = jvms;
    this.#patienceMs = patience;
  }

  /** Says what a JVM runs before the swap. */
  remember(before: readonly BuiltClass[]): void {
    for (const built of before) if (!this.#before.has(built.name)) this.#before.set(built.name, built);
  }

  /** What the classes of the swap ran before, as far as any JVM of the group knows. */
  get before(): readonly BuiltClass[] {
    return [...this.#before.values()];
  }

  /** What the group came to; undefined until it is decided. */
  get decided(): Decision | undefined {
    return this.#decided;
  }

  /** Settles when everything is decided; never rejects. */
  get decision(): Promise<Decision> {
    return this.#decision.promise;
  }

  /** As records tell it. */
  get outcome(): SwapGroup {
    const { keep = false, cause } = this.#decided ?? {};
    const { id, jvms } = this;
    return { id, jvms, decision: keep ? 'all' : 'none', ...(cause !== undefined && { cause }) };
  }

  /** Says what a JVM would do, once; resolves to whether it is to be sent. */
  async vote(jvm: string, vote: Vote): Promise<boolean> {
    if (!this.#votes.has(jvm)) this.#votes.set(jvm, vote);
    if (vote.kind === 'refuses' || vote.kind === 'lost') this.#decide({ keep: false, cause: jvm });
    else if (this.#votes.size === this.jvms.length && !this.#decided) this.#begin();
    return this.#go.promise;
  }

  /** Says what a JVM did with its packet; resolves to what to do with it, at once when that is decided already. */
  async answer(jvm: string, answer: Answer): Promise<Decision> {
    if (!this.#answers.has(jvm)) this.#answers.set(jvm, answer);
    this.#judge();
    return this.#decision.promise;
  }

  /** A JVM is gone or was given up, whatever it was about to say. */
  lost(jvm: string): Promise<Decision> {
    if (!this.#votes.has(jvm)) void this.vote(jvm, { kind: 'lost' });
    return this.answer(jvm, 'lost');
  }

  #begin(): void {
    this.#go.resolve(true);
    this.#timer = setTimeout(() => {
      for (const jvm of this.#sent()) if (!this.#answers.has(jvm)) this.#answers.set(jvm, 'lost');
      this.#judge();
    }, this.#patienceMs);
    this.#judge();
  }

  /** The JVMs that get a packet. */
  #sent(): string[] {
    return this.jvms.filter((jvm) => this.#votes.get(jvm)?.kind === 'ready');
  }

  #judge(): void {
    if (this.#decided || this.#votes.size < this.jvms.length) return;
    const sent = this.#sent();
    const bad = sent.filter((jvm) => (this.#answers.get(jvm) ?? 'accepted') !== 'accepted');
    const isAnswered = sent.every((jvm) => this.#answers.has(jvm));
    const [cause] = bad;
    if (cause === undefined) {
      if (isAnswered) this.#decide({ keep: true });
      return;
    }
    // The others are waited for: what a JVM accepts must be known before it is taken back, and what can't be taken
    // back decides.
    if (!isAnswered) return;
    const isRevertible = sent.every((jvm) => {
      const vote = this.#votes.get(jvm);
      return vote?.kind === 'ready' && vote.isRevertible;
    });
    this.#decide({ keep: !isRevertible, cause });
  }

  #decide(decision: Decision): void {
    if (this.#decided) return;
    this.#decided = decision;
    clearTimeout(this.#timer);
    this.#go.resolve(false);
    this.#decision.resolve(decision);
  }
}
