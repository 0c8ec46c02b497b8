import { join } from 'node:path';
import type { Environment, SwapdeckConfig } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { Clock } from '../contracts/clock';
import type { Inspection, Plan } from '../contracts/deploy';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import type { Actor, AuditRecord, DeployEvent, JournalRecord, Receipt } from '../contracts/deployRecord';
import type { Log } from '../contracts/log';
import { Deployer } from '../deploy/deployer';
import { planDigest } from '../deploy/digest';
import { DeployLock, type HeldLock } from '../deploy/lock';
import { LockCalls } from '../deploy/lockCalls';
import type { Standing } from '../deploy/recover';
import { EnvironmentError } from './errors';
import { approvalsNeeded, checkApprovals, checkWindow, type NamedEnvironment } from './gates';
import type { Places } from './places';
import { makeRunner } from './runner';
import { sharedFolder } from './shared';

export interface DeployableOptions {
  readonly config: SwapdeckConfig;
  /** The folder of `swapdeck.yaml`. */
  readonly folder: string;
  readonly environment: string;
  readonly places: Places;
  readonly providers: ValueProviders;
  readonly clock: Clock;
  readonly actor: Actor;
  /** Where this machine keeps its copies of journals. */
  readonly stateFolder: string;
  readonly log?: Log;
  readonly onEvent?: (event: DeployEvent) => void;
  readonly onStage?: (stage: string) => void;
  /** Asked after cancelling in the middle. */
  readonly decide?: () => Promise<'undo' | 'stay'>;
  /** Targets that take no part, such as one that is down. */
  readonly without?: readonly string[];
  /** Who approved a plan that so many others must approve; nobody unless given. */
  readonly approvals?: (plan: Plan, needed: number) => Promise<readonly string[]>;
}

/**
 * Something in an environment that plans change: an application, or what an operation is about. Plans are executed under
 * a lock, with a journal and an audit log, on a host that everybody shares.
 */
export abstract class Deployable<Options extends DeployableOptions = DeployableOptions> {
  /** What plans, lock, journal and audit log know it by: `adara`, `vip@address`. */
  readonly subject: string;
  protected readonly options: Options;
  protected readonly environment: Environment;
  #deployer: Promise<Deployer> | undefined;

  /** Throws `EnvironmentError` `unknownEnvironment`. */
  constructor(subject: string, options: Options) {
    const { config, environment: name } = options;
    const environment = requireEnvironment(config, name);
    this.subject = subject;
    this.options = options;
    this.environment = environment;
  }

  /** How everything that the plan looked at looks now. */
  abstract inspect(plan: Plan, signal?: AbortSignal): Promise<Inspection>;

  /** Where lock, journal and audit log live when the environment does not say. */
  protected abstract defaultJournalHost(): HostName;

  /** Asked before anything is done: who approved the plan, where somebody must. Rejects where it may not be executed. */
  protected approvedBy?(plan: Plan): Promise<readonly string[]>;

  /**
   * The same without some of its targets, which what is planned, gone on with or taken back leaves out. Throws
   * `EnvironmentError` `unknownTarget`, `noTargetLeft`.
   */
  leavingOut(targets: readonly string[]): this {
    const [name] = targets;
    if (name === undefined) return this;
    throw new EnvironmentError('unknownTarget', `${this.subject} can't do without`, { name, known: '' });
  }

  get protection(): Environment['protection'] {
    return this.environment.protection;
  }

  /** Executes a plan that a person approved. */
  async execute(plan: Plan, signal?: AbortSignal): Promise<Receipt> {
    return (await this.#open(signal)).deploy(plan, planDigest(plan), signal);
  }

  async resume(signal?: AbortSignal): Promise<Receipt> {
    return (await this.#open(signal)).resume(signal);
  }

  async undo(signal?: AbortSignal): Promise<Receipt> {
    return (await this.#open(signal)).undo(signal);
  }

  async interrupted(signal?: AbortSignal): Promise<Standing | undefined> {
    return (await this.#open(signal)).interrupted(signal);
  }

  /** The records of a deployment by the id of its plan; none when they are no longer kept. */
  async journal(plan: string, signal?: AbortSignal): Promise<readonly JournalRecord[]> {
    return (await this.#open(signal)).journal(plan, signal);
  }

  async history(count: number, signal?: AbortSignal): Promise<AuditRecord[]> {
    return (await this.#open(signal)).history(count, signal);
  }

  async holder(signal?: AbortSignal): Promise<HeldLock | undefined> {
    return (await this.#open(signal)).holder(signal);
  }

  /** Takes the lock away from its holder; ask a person first. */
  async unlock(token: number, signal?: AbortSignal): Promise<boolean> {
    return (await this.lock(signal)).break(token, signal);
  }

  /** Who approves a new release, where somebody must; it must still be time, too. Rejects with `EnvironmentError`. */
  protected async approvalsOf(plan: Plan): Promise<string[]> {
    const { clock, actor, approvals } = this.options;
    if (plan.intent !== 'deploy') return [];
    checkWindow(this.named, clock.now());
    const needed = approvalsNeeded(this.environment);
    if (needed === 0) return [];
    return checkApprovals(this.named, (await approvals?.(plan, needed)) ?? [], actor.name);
  }

  /** Finds out where lock, journal and audit log are, for whoever will need them. */
  protected async prepare(signal?: AbortSignal): Promise<void> {
    await this.#open(signal);
  }

  protected get named(): NamedEnvironment {
    return { name: this.options.environment, environment: this.environment };
  }

  protected get journalHost(): HostName {
    return this.environment.journal?.host ?? this.defaultJournalHost();
  }

  protected runner(): ReturnType<typeof makeRunner> {
    return makeRunner(this.options);
  }

  protected async lock(signal?: AbortSignal): Promise<DeployLock> {
    const { environment, clock, stateFolder } = this.options;
    const runner = this.runner();
    const host = this.journalHost;
    const folder =
      host === THIS_MACHINE ? join(stateFolder, 'shared') : await sharedFolder(host, runner, signal);
    const calls = new LockCalls(host, `${folder}/${environment}/${this.subject}`);
    return new DeployLock({ runner, calls, clock });
  }

  #open(signal: AbortSignal | undefined): Promise<Deployer> {
    this.#deployer ??= this.#createDeployer(signal).catch((error: unknown) => {
      this.#deployer = undefined;
      throw error;
    });
    return this.#deployer;
  }

  async #createDeployer(signal: AbortSignal | undefined): Promise<Deployer> {
    const { clock, actor, stateFolder, environment, log, onEvent, decide, without } = this.options;
    return new Deployer({
      lock: await this.lock(signal),
      clock,
      actor,
      directory: join(stateFolder, 'deployments', environment, this.subject),
      runner: (probe) => makeRunner(this.options, probe),
      inspect: (plan, within) => this.inspect(plan, within),
      approvedBy: async (plan) => (await this.approvedBy?.(plan)) ?? [],
      isRunning,
      ...(log && { log }),
      ...(onEvent && { onEvent }),
      ...(decide && { decide }),
      ...(without && { without }),
    });
  }
}

/** Throws `EnvironmentError` `unknownEnvironment`. */
export function requireEnvironment({ environments }: SwapdeckConfig, name: string): Environment {
  const environment = environments[name];
  if (environment) return environment;
  throw new EnvironmentError('unknownEnvironment', `no environment ${name}`, {
    name,
    known: Object.keys(environments).join(', '),
  });
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
