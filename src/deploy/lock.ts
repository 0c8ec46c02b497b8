import type { Clock } from '../contracts/clock';
import type { Runner } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type { Actor, AuditRecord, JournalRecord, JournalSink } from '../contracts/deployRecord';
import { throwIfAborted } from '../util/async';
import { textOf } from './parsers';
import { isNotHolder, readReport, type LockCalls, type LockReport } from './lockCalls';

/** Who holds a lock and what for. */
export interface LockOwner {
  readonly actor: Actor;
  /** Such as `deploy adara 3f2c1ab`. */
  readonly reason: string;
  readonly leaseMs: number;
  /** Milliseconds of the holder's clock; for people only. */
  readonly since: number;
}

/** A lock that someone holds. */
export interface HeldLock {
  readonly token: number;
  /** Absent when the holder was ended in the middle of taking it. */
  readonly owner?: LockOwner;
  readonly renewals: number;
  /** By the host's clock alone. A hint: whether the holder lives is told by `isAlive`. */
  readonly sinceRenewalMs: number;
}

export interface LockOptions {
  readonly runner: Runner;
  readonly calls: LockCalls;
  readonly clock: Clock;
  /** How long a lock stays in force without being renewed; 30,000 ms unless given. It is renewed three times as often. */
  readonly leaseMs?: number;
}

/** The lock of an application in an environment, with the journal and the audit log that everyone shares. */
export class DeployLock {
  readonly #options: LockOptions;
  readonly #leaseMs: number;

  constructor(options: LockOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 30_000;
  }

  /** Who holds it, if anyone. */
  async look(signal?: AbortSignal): Promise<HeldLock | undefined> {
    const { runner, calls } = this.#options;
    const report = readReport((await runner.perform(calls.look(), {}, signal)).answer);
    return report.state === 'held' ? heldOf(report) : undefined;
  }

  /** Rejects with `DeployError` `locked` (`owner`, `reason`, `since`, `token`, `sinceRenewalMs`). */
  async acquire(actor: Actor, reason: string, signal?: AbortSignal): Promise<Lease> {
    const { runner, calls, clock } = this.#options;
    const owner: LockOwner = { actor, reason, leaseMs: this.#leaseMs, since: clock.now() };
    const asked = clock.monotonic();
    const { answer } = await runner.perform(calls.acquire(linesOf([owner])), {}, signal);
    const report = readReport(answer);
    if (report.state === 'acquired') return new Lease(report.token, asked, this.#leaseMs, this.#options);
    throw lockedBy(heldOf(report));
  }

  /**
   * Whether the holder renews its lease, watched with this machine's own monotonic clock: the host's clock may be wrong or
   * jump. Takes up to the holder's lease, and 5 s more, when it does not.
   */
  async isAlive(held: HeldLock, signal?: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const leaseMs = held.owner?.leaseMs ?? this.#leaseMs;
    const begun = clock.monotonic();
    while (clock.monotonic() - begun < leaseMs + Math.min(5000, leaseMs / 2)) {
      throwIfAborted(signal, 'watch a lock');
      await clock.delay(Math.min(1000, leaseMs / 6), signal);
      const now = await this.look(signal);
      if (now?.token !== held.token) return false;
      if (now.renewals !== held.renewals) return true;
    }
    return false;
  }

  /**
   * Takes a lock away from its holder, who learns of it with the next thing it writes, before it does anything. Ask
   * a person first. False when it was gone already.
   */
  async break(token: number, signal?: AbortSignal): Promise<boolean> {
    const { runner, calls } = this.#options;
    const { answer } = await runner.perform(calls.close(token), {}, signal);
    return !isNotHolder(answer);
  }

  /** The records of the last deployment, whole ones only. */
  async readJournal(signal?: AbortSignal): Promise<JournalRecord[]> {
    const { runner, calls } = this.#options;
    return readLines<JournalRecord>(textOf((await runner.perform(calls.readJournal(), {}, signal)).answer));
  }

  /** The records of a deployment by the id of its plan; none when they are no longer kept. */
  async readJournalOf(plan: string, signal?: AbortSignal): Promise<JournalRecord[]> {
    const { runner, calls } = this.#options;
    const { answer } = await runner.perform(calls.readJournalOf(plan), {}, signal);
    return readLines<JournalRecord>(textOf(answer));
  }

  /** The last deployments, newest first. */
  async history(count: number, signal?: AbortSignal): Promise<AuditRecord[]> {
    const { runner, calls } = this.#options;
    const { answer } = await runner.perform(calls.readAudit(count), {}, signal);
    return readLines<AuditRecord>(textOf(answer)).reverse();
  }
}

/**
 * A lock that is held. Renews itself; `lost` aborts, with a `DeployError` `leaseLost`, when it was taken away or could
 * not be renewed in time. Everything it writes is refused by the host once the lock is another's.
 */
export class Lease implements JournalSink {
  readonly token: number;
  readonly #options: LockOptions;
  readonly #leaseMs: number;
  readonly #lost = new AbortController();
  readonly #over = new AbortController();
  /** When the last renewal that went well was asked for; monotonic. */
  #renewedAt: number;
  #count = 0;
  #isReleased = false;

  constructor(token: number, renewedAt: number, leaseMs: number, options: LockOptions) {
    this.token = token;
    this.#options = options;
    this.#leaseMs = leaseMs;
    this.#renewedAt = renewedAt;
    void this.#keep();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async append(records: readonly JournalRecord[], signal?: AbortSignal): Promise<void> {
    this.#throwIfLost();
    const { runner, calls } = this.#options;
    await this.#write(runner.perform(calls.appendJournal(this.token, linesOf(records)), {}, signal));
  }

  /** Begins with the records of a deployment that is gone on with. */
  async beginWith(records: readonly JournalRecord[], signal?: AbortSignal): Promise<void> {
    this.#throwIfLost();
    const { runner, calls } = this.#options;
    await this.#write(runner.perform(calls.beginJournal(this.token, linesOf(records)), {}, signal));
  }

  async appendAudit(record: AuditRecord, signal?: AbortSignal): Promise<void> {
    this.#throwIfLost();
    const { runner, calls } = this.#options;
    await this.#write(runner.perform(calls.appendAudit(this.token, linesOf([record])), {}, signal));
  }

  /** The last that is written: gives the lock up with it. */
  async appendAuditAndRelease(record: AuditRecord, signal?: AbortSignal): Promise<void> {
    this.#throwIfLost();
    this.dispose();
    const { runner, calls } = this.#options;
    await this.#write(runner.perform(calls.appendAuditAndClose(this.token, linesOf([record])), {}, signal));
    this.#isReleased = true;
  }

  /** Gives the lock up, unless that was done. It may be another's already. */
  async release(signal?: AbortSignal): Promise<void> {
    this.dispose();
    if (this.#isReleased || this.#lost.signal.aborted) return;
    const { runner, calls } = this.#options;
    await runner.perform(calls.close(this.token), {}, signal);
  }

  /** Stops renewing without giving it up: as if this process had ended. */
  dispose(): void {
    this.#over.abort();
  }

  async #keep(): Promise<void> {
    const { runner, calls, clock } = this.#options;
    const over = this.#over.signal;
    let pause = this.#leaseMs / 3;
    while (!over.aborted && !this.#lost.signal.aborted) {
      try {
        await clock.delay(pause, over);
        const asked = clock.monotonic();
        // One that hangs must not keep a lease in force that has run out.
        const inTime = AbortSignal.timeout(Math.max(1, Math.ceil(this.#left())));
        await this.#write(
          runner.perform(calls.renew(this.token, ++this.#count), {}, AbortSignal.any([over, inTime])),
        );
        this.#renewedAt = asked;
        pause = this.#leaseMs / 3;
      } catch (error) {
        if (this.#over.signal.aborted) return;
        if (this.#left() <= 0) this.#lose(error);
        pause = Math.max(0, Math.min(this.#leaseMs / 10, this.#left()));
      }
    }
  }

  #left(): number {
    return this.#leaseMs - (this.#options.clock.monotonic() - this.#renewedAt);
  }

  async #write(performed: ReturnType<Runner['perform']>): Promise<void> {
    const { answer } = await performed;
    if (isNotHolder(answer)) this.#lose();
    this.#throwIfLost();
  }

  #lose(cause?: unknown): void {
    this.#lost.abort(new DeployError('leaseLost', `token ${this.token}`, { token: this.token }, cause));
  }

  #throwIfLost(): void {
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason as DeployError;
  }
}

function heldOf({ token, count, sinceRenewalMs, owner }: LockReport): HeldLock {
  const known = readLines<LockOwner>(`${owner}\n`)[0];
  return { token, renewals: count, sinceRenewalMs, ...(known && { owner: known }) };
}

function lockedBy({ token, owner, sinceRenewalMs }: HeldLock): DeployError {
  return new DeployError('locked', `held by ${owner?.actor.name ?? 'someone'}`, {
    token,
    sinceRenewalMs,
    ...(owner && { owner: owner.actor.name, reason: owner.reason, since: owner.since }),
  });
}

function linesOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** Whole lines that are JSON; what a kill left of a line is left out. */
function readLines<T>(text: string): T[] {
  const values: T[] = [];
  const lines = text.split('\n');
  lines.pop();
  for (const line of lines) {
    try {
      if (line !== '') values.push(JSON.parse(line) as T);
    } catch {
      // Cut off in the middle, and followed by another writer's line.
    }
  }
  return values;
}
