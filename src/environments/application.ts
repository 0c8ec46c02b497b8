import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SwapdeckConfig } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { Clock } from '../contracts/clock';
import type { Inspection, Intent, Plan, PlanNote, Release, TargetState } from '../contracts/deploy';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import type { Actor, AuditRecord, DeployEvent, JournalRecord, Receipt } from '../contracts/deployRecord';
import type { Target } from '../contracts/deployTarget';
import { Deployer } from '../deploy/deployer';
import { planDigest } from '../deploy/digest';
import { perform } from '../deploy/inspect';
import { DeployLock, type HeldLock } from '../deploy/lock';
import { LockCalls } from '../deploy/lockCalls';
import { textOf } from '../deploy/parsers';
import { makePlan } from '../deploy/makePlan';
import type { Standing } from '../deploy/recover';
import type { StrategyOptions } from '../deploy/strategies/input';
import { containerOf } from '../targets/docker/naming';
import { EnvironmentError } from './errors';
import { approvalsNeeded, checkApprovals, checkPromotion, checkWindow, type NamedEnvironment } from './gates';
import { hintsOf, lookAround, notesOf, targetsOf, type Brought, type Looked } from './look';
import { lookUp, type Placed } from './lookUp';
import type { Places } from './places';
import { buildRelease, type ReleaseParts } from './release';
import { makeRunner } from './runner';
import { tagSteps } from './tag';
import { withVariables } from './variables';
import { sharedFolder } from './shared';
import { buildWar } from './tomcatApplication';

export interface ApplicationOptions {
  readonly config: SwapdeckConfig;
  /** The folder of `swapdeck.yaml`. */
  readonly folder: string;
  readonly environment: string;
  readonly application: string;
  readonly places: Places;
  readonly providers: ValueProviders;
  readonly clock: Clock;
  readonly actor: Actor;
  /** Where this machine keeps its copies of journals. */
  readonly stateFolder: string;
  readonly onEvent?: (event: DeployEvent) => void;
  readonly onStage?: (stage: string) => void;
  /** Asked after cancelling in the middle. */
  readonly decide?: () => Promise<'undo' | 'stay'>;
  /** Who approved a plan that so many others must approve; nobody unless given. */
  readonly approvals?: (plan: Plan, needed: number) => Promise<readonly string[]>;
}

/** How an application stands in an environment. */
export interface ApplicationStatus {
  readonly targets: readonly TargetStatus[];
  /** The release that is live everywhere; absent when targets differ or nothing runs. */
  readonly live?: Release;
  readonly lastDeployment?: AuditRecord;
  /** What runs is not what was deployed last. */
  readonly drifted: boolean;
  readonly interrupted?: Standing;
  readonly holder?: HeldLock;
}

export interface TargetStatus {
  readonly target: HostName;
  readonly state?: TargetState;
  /** Why it could not be looked at. */
  readonly error?: unknown;
}

/** As far back as a release is looked for in the environment it comes from. */
const PROMOTION_HISTORY = 100;

/** One application in one environment: plans, deployments, and what is known of them. */
export class DeployedApplication {
  readonly #options: ApplicationOptions;
  readonly #placed: Placed;
  #deployer: Promise<Deployer> | undefined;

  /** Throws `EnvironmentError`. */
  constructor(options: ApplicationOptions) {
    this.#options = options;
    this.#placed = lookUp(options.config, options);
  }

  get protection(): Placed['environment']['protection'] {
    return this.#placed.environment.protection;
  }

  /** The plan that puts the workspace's release, or one that was built before, there. Builds first. */
  async plan(version: string | undefined, signal?: AbortSignal): Promise<Plan> {
    const { application, environment, places, folder, onStage, clock } = this.#options;
    checkWindow(this.#named, clock.now());
    this.#connect(signal);
    const parts: ReleaseParts = {
      ...{ places, runner: this.#runner(), folder, environment },
      ...(onStage && { onStage }),
    };
    // Going back needs none of them: what is kept has its own.
    const wanted = withVariables(this.#placed.application, this.#options.providers);
    const { release, ...brought } =
      wanted.kind === 'war'
        ? await buildWar(application, wanted, version, parts, signal)
        : await buildRelease(application, wanted, version, parts, signal);
    return this.#plan('deploy', () => release, brought, signal, wanted);
  }

  /** Back to the release before the live one, or to a version that is kept. */
  async rollbackPlan(version: string | undefined, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('rollback', (looked) => this.#kept(version, looked), {}, signal);
  }

  /** Only the router changes, to a release that runs beside the live one. */
  async switchPlan(version: string, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('switch', (looked) => this.#kept(version, looked), {}, signal);
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

  /** How the targets and the router look now. */
  async inspect(signal?: AbortSignal): Promise<Inspection> {
    return (await this.#look(await this.#targets(), signal)).inspection;
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

  /** The end of the log of what is live, of each target; nothing of a Tomcat, whose log its Manager does not show. */
  async logs(lines: number, signal?: AbortSignal): Promise<{ target: HostName; text: string }[]> {
    if (this.#placed.application.kind === 'war') return [];
    const runner = this.#runner();
    const { application } = this.#options;
    return Promise.all(
      (await this.#targets()).map(async (target) => {
        const { live } = await perform(target.inspect(application), runner, signal);
        if (!live) return { target: target.name, text: '' };
        const query = { stdout: '1', stderr: '1', tail: String(lines) };
        const path = `/containers/${containerOf(live)}/logs`;
        const { answer } = await runner.perform(
          { via: 'engine', host: target.name, method: 'GET', path, query },
          {},
          signal,
        );
        return { target: target.name, text: textOf(answer) };
      }),
    );
  }

  /** Takes the lock away from its holder; ask a person first. */
  async unlock(token: number, signal?: AbortSignal): Promise<boolean> {
    return (await this.#lock(signal)).break(token, signal);
  }

  /** Each target is looked at by itself: one that is down hides nothing of the others. */
  async status(signal?: AbortSignal): Promise<ApplicationStatus> {
    const runner = this.#runner();
    const inspecting = Promise.all(
      (await this.#targets()).map(async (target): Promise<TargetStatus> => {
        try {
          const state = await perform(target.inspect(this.#options.application), runner, signal);
          return { target: target.name, state };
        } catch (error) {
          signal?.throwIfAborted();
          return { target: target.name, error };
        }
      }),
    );
    const [targets, [[lastDeployment], interrupted, holder]] = await Promise.all([
      inspecting,
      this.#told(signal),
    ]);
    const live = targets.map(({ state }) => state?.live?.release);
    const [first] = live;
    const isOne = first !== undefined && live.every((each) => each?.artifact === first.artifact);
    const deployed = lastDeployment?.outcome === 'done' ? lastDeployment.release : lastDeployment?.from;
    return {
      targets,
      ...(isOne && { live: first }),
      ...(lastDeployment && { lastDeployment }),
      drifted: deployed !== undefined && live.some((each) => each?.artifact !== deployed.artifact),
      ...(interrupted && { interrupted }),
      ...(holder && { holder }),
    };
  }

  /** What the journal host tells; nothing where it can't be reached. */
  async #told(
    signal: AbortSignal | undefined,
  ): Promise<[AuditRecord[], Standing | undefined, HeldLock | undefined]> {
    try {
      const deployer = await this.#open(signal);
      return await Promise.all([
        deployer.history(1, signal),
        deployer.interrupted(signal),
        deployer.holder(signal),
      ]);
    } catch {
      signal?.throwIfAborted();
      return [[], undefined, undefined];
    }
  }

  async #plan(
    intent: Intent,
    releaseOf: (looked: Inspection) => Release,
    brought: Brought,
    signal: AbortSignal | undefined,
    wanted = this.#placed.application,
  ): Promise<Plan> {
    const { environment, application, clock } = this.#options;
    const targets = await targetsOf(this.#options, { ...this.#placed, application: wanted }, brought);
    const { inspection, probe, router } = await this.#look(targets, signal);
    const release = releaseOf(inspection);
    const notes = await this.#notes(intent, release, signal);
    return makePlan(this.#placed.strategy, {
      planId: randomBytes(4).toString('hex'),
      environment,
      application,
      intent,
      release,
      targets: targets.map((target, i) => ({ target, state: inspection.targets[i]! })),
      ...(router && { router }),
      options: this.#strategyOptions(),
      ...(probe && { probe }),
      journalHost: this.#journalHost(),
      at: clock.now(),
      finish: intent === 'deploy' ? tagSteps(this.#placed.placement.tag, environment, release) : [],
      notes: [
        ...notes,
        ...(await notesOf(targets, inspection, release, this.#runner(), signal)),
        ...hintsOf(router),
      ],
    });
  }

  /** Whether the release may go there, and what is to be known of that. Going back is allowed at any time. */
  async #notes(intent: Intent, release: Release, signal: AbortSignal | undefined): Promise<PlanNote[]> {
    if (intent !== 'deploy') return [];
    return checkPromotion(this.#named, release, (environment) => this.#historyOf(environment, signal));
  }

  get #named(): NamedEnvironment {
    return { name: this.#options.environment, environment: this.#placed.environment };
  }

  async #historyOf(environment: string, signal: AbortSignal | undefined): Promise<AuditRecord[] | undefined> {
    const { config, application } = this.#options;
    if (!config.environments[environment]?.applications[application]) return undefined;
    const there = new DeployedApplication({ ...this.#options, environment });
    return (await there.#lock(signal)).history(PROMOTION_HISTORY, signal);
  }

  /** Asked before anything is done: who approved, where somebody must; and whether it is still time. */
  async #approvedBy(plan: Plan): Promise<string[]> {
    const { clock, actor, approvals } = this.#options;
    if (plan.intent !== 'deploy') return [];
    checkWindow(this.#named, clock.now());
    const needed = approvalsNeeded(this.#placed.environment);
    if (needed === 0) return [];
    return checkApprovals(this.#named, (await approvals?.(plan, needed)) ?? [], actor.name);
  }

  #strategyOptions(): StrategyOptions {
    const { drain, standby, keep, steps, hold, abort } = this.#placed.placement;
    const limits = {
      ...(abort?.errors !== undefined && { errorsPercent: abort.errors }),
      ...(abort?.p99 !== undefined && { p99Ms: abort.p99 }),
    };
    return {
      drainMs: drain,
      standby,
      keep,
      ...(steps && { shares: steps }),
      ...(hold !== undefined && { holdMs: hold }),
      ...(abort && { limits }),
    };
  }

  #targets(): Promise<Target[]> {
    return targetsOf(this.#options, this.#placed, {});
  }

  /** A release that is on a target already. */
  #kept(version: string | undefined, { targets: [state] }: Inspection): Release {
    const { live, older: kept } = state!;
    const older = kept.map(({ release }) => release);
    const found = version === undefined ? older[0] : older.find((each) => each.version === version);
    if (found) return found;
    if (version !== undefined && live?.release.version === version) return live.release;
    throw new EnvironmentError('noRelease', 'no such release is kept', {
      version,
      known: older.map((each) => each.version).join(', '),
    });
  }

  #journalHost(): HostName {
    const { environment, application, placement } = this.#placed;
    if (environment.journal) return environment.journal.host;
    const [first = ''] = placement.targets;
    // A Tomcat keeps no files of ours: its host does, where we have a way to it.
    return application.kind === 'war'
      ? (this.#options.config.tomcats[first]?.through ?? THIS_MACHINE)
      : first;
  }

  #runner(): ReturnType<typeof makeRunner> {
    return makeRunner(this.#options);
  }

  #look(targets: readonly Target[], signal: AbortSignal | undefined): Promise<Looked> {
    return lookAround(this.#options, this.#placed, targets, this.#runner(), signal);
  }

  async #lock(signal: AbortSignal | undefined): Promise<DeployLock> {
    const { environment, application, clock, stateFolder } = this.#options;
    const runner = this.#runner();
    const host = this.#journalHost();
    const folder =
      host === THIS_MACHINE ? join(stateFolder, 'shared') : await sharedFolder(host, runner, signal);
    const calls = new LockCalls(host, `${folder}/${environment}/${application}`);
    return new DeployLock({ runner, calls, clock });
  }

  /** Connects to the hosts while the release is looked for. */
  #connect(signal: AbortSignal | undefined): void {
    const { application, placement } = this.#placed;
    const { places } = this.#options;
    if (application.kind === 'war') return;
    for (const host of placement.targets.filter((each) => !places.isLocal(each)))
      // Whoever needs the host connects again, and hears what is wrong.
      places
        .exec(host)
        .run(['true'], {}, signal)
        .catch(() => undefined);
  }

  #open(signal: AbortSignal | undefined): Promise<Deployer> {
    this.#deployer ??= this.#createDeployer(signal).catch((error: unknown) => {
      this.#deployer = undefined;
      throw error;
    });
    return this.#deployer;
  }

  async #createDeployer(signal: AbortSignal | undefined): Promise<Deployer> {
    const { clock, actor, stateFolder, environment, application, onEvent, decide } = this.#options;
    return new Deployer({
      lock: await this.#lock(signal),
      clock,
      actor,
      directory: join(stateFolder, 'deployments', environment, application),
      runner: (probe) => makeRunner(this.#options, probe),
      inspect: (_plan, within) => this.inspect(within),
      approvedBy: (plan) => this.#approvedBy(plan),
      isRunning,
      ...(onEvent && { onEvent }),
      ...(decide && { decide }),
    });
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
