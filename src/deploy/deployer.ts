import { join } from 'node:path';
import type { Clock } from '../contracts/clock';
import type { Inspection, Plan } from '../contracts/deploy';
import type { Runner } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import type {
  Actor,
  AuditRecord,
  DeployEvent,
  JournalRecord,
  ProbeReceipt,
  Receipt,
} from '../contracts/deployRecord';
import { silentLog, type Log } from '../contracts/log';
import { toError } from '../util/errors';
import { execute, leave, resume, undo, type ExecuteOptions } from './execute';
import { fuller, LocalJournal, SharedJournal } from './journal';
import type { DeployLock, HeldLock, Lease } from './lock';
import { Probe } from './probe';
import { pruneJournals } from './pruneJournals';
import { isOver, standingOf, type Standing } from './recover';

export interface DeployerOptions {
  /** Lock, shared journal and audit log of the application in the environment. */
  readonly lock: DeployLock;
  readonly clock: Clock;
  readonly actor: Actor;
  /** The folder on this machine for the journals of the application in the environment. */
  readonly directory: string;
  /** The runner of one execution; `watch` calls go to its probe. */
  runner(probe: Probe | undefined): Runner;
  /** How the targets and the router of a plan look now. */
  inspect(plan: Plan, signal?: AbortSignal): Promise<Inspection>;
  /** Whether a process of this machine runs. */
  readonly isRunning: (processId: number) => boolean;
  /** Asked before a plan is executed: the others who approved it. Rejects where it may not be executed. */
  approvedBy?(plan: Plan): Promise<readonly string[]>;
  readonly onEvent?: (event: DeployEvent) => void;
  readonly decide?: ExecuteOptions['decide'];
  readonly without?: ExecuteOptions['without'];
  readonly patienceMs?: number;
  readonly log?: Log;
}

/**
 * Deployments of one application in one environment: takes the lock, executes with a journal here and on the journal
 * host, writes the audit log. What was interrupted can be gone on with from any machine.
 */
export class Deployer {
  readonly #options: DeployerOptions;

  constructor(options: DeployerOptions) {
    this.#options = options;
  }

  /**
   * Executes a plan that was approved by its digest. Rejects before anything is done with `DeployError` `locked`,
   * `unfinished`, `worldChanged`, `notApproved` or `invalidPlan`; else the receipt tells how it went.
   */
  async deploy(plan: Plan, approved: string, signal?: AbortSignal): Promise<Receipt> {
    const approvedBy = (await this.#options.approvedBy?.(plan)) ?? [];
    return this.#locked(
      `${plan.intent} ${plan.application} ${plan.release.version}`,
      signal,
      async (lease) => {
        // Both are reads, and each is a way to the host and back.
        const looked = this.#options.inspect(plan, signal);
        looked.catch(() => undefined);
        const open = await this.interrupted(signal);
        if (open && open.outcome !== 'stayed')
          throw new DeployError('unfinished', `plan ${open.plan.id} was interrupted`, {
            plan: open.plan.id,
            version: open.plan.release.version,
          });
        let first: Promise<Inspection> | undefined = looked;
        return this.#execute({ plan, digest: approved, approvedBy }, lease, [], (options) => {
          const inspect = (within?: AbortSignal): Promise<Inspection> => {
            const now = first ?? options.inspect(within);
            first = undefined;
            return now;
          };
          return execute(plan, approved, { ...options, approvedBy, inspect }, signal);
        });
      },
    );
  }

  /** The last deployment, when it was interrupted, stayed in the middle or is stuck. */
  async interrupted(signal?: AbortSignal): Promise<Standing | undefined> {
    return openIn(await this.#records(signal));
  }

  /** Goes on with the interrupted deployment, to success. Rejects with `locked` or `nothingToRecover`. */
  async resume(signal?: AbortSignal): Promise<Receipt> {
    return this.#recover('resume', signal, (standing, options) => resume(standing, options, signal));
  }

  /** Takes the interrupted deployment back. Rejects with `locked`, `nothingToRecover` or `committed`. */
  async undo(signal?: AbortSignal): Promise<Receipt> {
    return this.#recover('undo', signal, (standing, options) => undo(standing, options));
  }

  /** Leaves the interrupted deployment as it is, so that another may begin. Rejects with `locked` or `nothingToRecover`. */
  async leave(signal?: AbortSignal): Promise<Receipt> {
    return this.#recover('leave', signal, (standing, options) => leave(standing, options));
  }

  /** Who is at it, if anyone. */
  async holder(signal?: AbortSignal): Promise<HeldLock | undefined> {
    return this.#options.lock.look(signal);
  }

  /** All that is known of a deployment, by the id of its plan; none when its records are no longer kept. */
  async journal(plan: string, signal?: AbortSignal): Promise<readonly JournalRecord[]> {
    const local = this.#local(plan);
    try {
      return fuller(await this.#options.lock.readJournalOf(plan, signal), await local.read());
    } finally {
      await local.close();
    }
  }

  async history(count: number, signal?: AbortSignal): Promise<AuditRecord[]> {
    return this.#options.lock.history(count, signal);
  }

  async #recover(
    what: string,
    signal: AbortSignal | undefined,
    how: (standing: Standing, options: ExecuteOptions) => Promise<Receipt>,
  ): Promise<Receipt> {
    return this.#locked(what, signal, async (lease) => {
      const records = await this.#records(signal);
      await this.#auditMissing(records, lease, signal);
      const standing = openIn(records);
      if (!standing) throw new DeployError('nothingToRecover', 'no deployment was interrupted');
      return this.#execute(deploymentOf(records), lease, records, (options) => how(standing, options));
    });
  }

  async #execute(
    deployment: Deployment,
    lease: Lease,
    before: readonly JournalRecord[],
    how: (options: ExecuteOptions) => Promise<Receipt>,
  ): Promise<Receipt> {
    const { plan } = deployment;
    const { clock, actor, onEvent, decide, patienceMs, without } = this.#options;
    const tell = (so: ProbeReceipt): void => onEvent?.({ kind: 'probe', so });
    const probe = plan.probe && new Probe(plan.probe, clock, tell, plan.from === undefined);
    const local = this.#local(plan.id);
    try {
      await this.#catchUp(local, lease, before);
      const receipt = await how({
        runner: this.#options.runner(probe),
        journal: new SharedJournal(local, lease),
        clock,
        actor,
        fence: lease.token,
        lost: lease.lost,
        inspect: (within) => this.#options.inspect(plan, within),
        ...(probe && { probe }),
        ...(onEvent && { onEvent }),
        ...(decide && { decide }),
        ...(patienceMs !== undefined && { patienceMs }),
        ...(without && { without: without.filter((each) => plan.targets.includes(each)) }),
      });
      if (receipt.outcome !== 'interrupted')
        await lease.appendAuditAndRelease(auditOf(deployment, actor, receipt));
      return receipt;
    } finally {
      await probe?.stop();
      await local.close();
      await this.#prune();
    }
  }

  /** Old journals must not grow for ever; a deployment does not fail for them. */
  async #prune(): Promise<void> {
    const { directory, clock, log = silentLog } = this.#options;
    await pruneJournals(directory, clock.now()).catch((error: unknown) =>
      log.warn(`could not remove old journals in ${directory}: ${toError(error).message}`),
    );
  }

  /** A deployer that was ended right after its last record did not come to tell the audit log. */
  async #auditMissing(
    records: readonly JournalRecord[],
    lease: Lease,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const first = records[0];
    const last = records.at(-1);
    if (first?.kind !== 'plan' || last?.kind !== 'finish') return;
    const [latest] = await this.#options.lock.history(1, signal);
    if (latest?.plan === first.plan.id && latest.outcome === last.outcome) return;
    const actor = records.reduce((who, each) => ('actor' in each ? each.actor : who), first.actor);
    await lease.appendAudit(auditOf(deploymentOf(records), actor, last.receipt), signal);
  }

  /** Brings both copies of a journal to where the deployment stands: each may lack what the other has. */
  async #catchUp(local: LocalJournal, lease: Lease, records: readonly JournalRecord[]): Promise<void> {
    if (records.length === 0) return;
    const known = (await local.read()).length;
    await local.append(records.slice(known));
    await lease.beginWith(records);
  }

  /** All that is known of the last deployment. */
  async #records(signal?: AbortSignal): Promise<readonly JournalRecord[]> {
    const shared = await this.#options.lock.readJournal(signal);
    const first = shared[0];
    if (first?.kind !== 'plan') return [];
    const local = this.#local(first.plan.id);
    try {
      return fuller(shared, await local.read());
    } finally {
      await local.close();
    }
  }

  #local(planId: string): LocalJournal {
    return new LocalJournal(join(this.#options.directory, `${planId}.jsonl`));
  }

  async #locked(
    reason: string,
    signal: AbortSignal | undefined,
    run: (lease: Lease) => Promise<Receipt>,
  ): Promise<Receipt> {
    const { lock, actor } = this.#options;
    const lease = await lock.acquire(actor, reason, signal).catch(async (error: unknown) => {
      if (!isLocked(error) || !(await this.#forgetOwnDead(signal))) throw error;
      return lock.acquire(actor, reason, signal);
    });
    try {
      return await run(lease);
    } finally {
      lease.dispose();
      // Where the way is lost the lock runs out by itself.
      await lease.release().catch(() => undefined);
    }
  }

  /** A lock of a process of this machine that has ended is nobody's. */
  async #forgetOwnDead(signal?: AbortSignal): Promise<boolean> {
    const { lock, actor, isRunning } = this.#options;
    const held = await lock.look(signal);
    const holder = held?.owner?.actor;
    if (!held || holder?.machine !== actor.machine || isRunning(holder.processId)) return false;
    await lock.break(held.token, signal);
    return true;
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof DeployError && error.reason === 'locked';
}

/** The deployment these records are of, unless it is over. */
function openIn(records: readonly JournalRecord[]): Standing | undefined {
  if (records.length === 0) return undefined;
  const standing = standingOf(records);
  return isOver(standing) ? undefined : standing;
}

/** What is executed, by whose leave. */
interface Deployment {
  readonly plan: Plan;
  readonly digest: string;
  readonly approvedBy: readonly string[];
}

/** Of records that begin with a plan. */
function deploymentOf([first]: readonly JournalRecord[]): Deployment {
  if (first?.kind !== 'plan')
    throw new DeployError('journal', 'it does not begin with a plan', { problem: 'noPlan' });
  return { plan: first.plan, digest: first.digest, approvedBy: first.approvedBy ?? [] };
}

function auditOf({ plan, digest, approvedBy }: Deployment, actor: Actor, receipt: Receipt): AuditRecord {
  const { id, environment, application, strategy, intent, release, from, targets } = plan;
  const without = [...(plan.without ?? []), ...(receipt.without ?? [])];
  return {
    plan: id,
    digest,
    at: receipt.startedAt,
    actor,
    environment,
    application,
    ...(strategy && { strategy }),
    intent,
    release,
    ...(from && { from }),
    targets,
    ...(without.length > 0 && { without }),
    ...(approvedBy.length > 0 && { approvedBy }),
    outcome: receipt.outcome,
    receipt,
  };
}
