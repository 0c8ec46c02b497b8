import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { SwapdeckConfig } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { Clock } from '../contracts/clock';
import type {
  Inspection,
  Instance,
  Intent,
  Plan,
  ProbePlan,
  Release,
  TargetState,
} from '../contracts/deploy';
import type { HostName } from '../contracts/deployCall';
import type { Actor, AuditRecord, DeployEvent, Receipt } from '../contracts/deployRecord';
import type { Target } from '../contracts/deployTarget';
import { Deployer } from '../deploy/deployer';
import { planDigest } from '../deploy/digest';
import { perform } from '../deploy/inspect';
import { DeployLock, type HeldLock } from '../deploy/lock';
import { LockCalls } from '../deploy/lockCalls';
import { textOf } from '../deploy/parsers';
import { makePlan } from '../deploy/makePlan';
import type { Standing } from '../deploy/recover';
import type { RouterInput, StrategyOptions } from '../deploy/strategies/input';
import { withReleases } from '../routers/addresses';
import type { Ask } from '../routers/asking';
import type { ImageOrigin } from '../targets/docker/model';
import { containerOf } from '../targets/docker/naming';
import { DockerTarget } from '../targets/docker/target';
import { dockerApplication } from './dockerApplication';
import { EnvironmentError } from './errors';
import { lookUp, reachedAt, type Placed } from './lookUp';
import type { Places } from './places';
import { buildRelease } from './release';
import { makeRouter } from './routers';
import { makeRunner } from './runner';
import { sharedFolder } from './shared';

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

/** The header by which an application tells its release. */
const RELEASE_HEADER = 'x-release';

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
    const { application, environment, places, folder, onStage } = this.#options;
    const { release, origin } = await buildRelease(
      application,
      this.#placed.application,
      version,
      { places, runner: this.#runner(), folder, environment, ...(onStage && { onStage }) },
      signal,
    );
    return this.#plan('deploy', release, origin, signal);
  }

  /** Back to the release before the live one, or to a version that is kept. */
  async rollbackPlan(version: string | undefined, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('rollback', await this.#kept(version, signal), { kind: 'transfer' }, signal);
  }

  /** Only the router changes, to a release that runs beside the live one. */
  async switchPlan(version: string, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('switch', await this.#kept(version, signal), { kind: 'transfer' }, signal);
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

  async history(count: number, signal?: AbortSignal): Promise<AuditRecord[]> {
    return (await this.#open(signal)).history(count, signal);
  }

  async holder(signal?: AbortSignal): Promise<HeldLock | undefined> {
    return (await this.#open(signal)).holder(signal);
  }

  /** The end of the log of what is live, of each target. */
  async logs(lines: number, signal?: AbortSignal): Promise<{ target: HostName; text: string }[]> {
    const runner = this.#runner();
    const { application } = this.#options;
    return Promise.all(
      this.#targets({ kind: 'transfer' }).map(async (target) => {
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
    const targets = await Promise.all(
      this.#targets({ kind: 'transfer' }).map(async (target): Promise<TargetStatus> => {
        try {
          const state = await perform(target.inspect(this.#options.application), runner, signal);
          return { target: target.name, state };
        } catch (error) {
          signal?.throwIfAborted();
          return { target: target.name, error };
        }
      }),
    );
    const [[lastDeployment], interrupted, holder] = await this.#told(signal);
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
    release: Release,
    origin: ImageOrigin,
    signal: AbortSignal | undefined,
  ): Promise<Plan> {
    const { environment, application } = this.#options;
    const targets = this.#targets(origin);
    const { inspection, ask } = await this.#inspect(targets, signal);
    const asked = this.#probe();
    const probe = asked && (ask ? asked : { ...asked, silent: true as const });
    const router = this.#routerInput(inspection, ask);
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
    });
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

  #targets(origin: ImageOrigin): Target[] {
    const application = dockerApplication(this.#placed.application, origin);
    return this.#placed.placement.targets.map(
      (name) => new DockerTarget(name, application, reachedAt(this.#options.config, this.#placed, name)),
    );
  }

  #probe(): ProbePlan | undefined {
    const { probe } = this.#placed.environment;
    return (
      probe && {
        url: probe.url,
        everyMs: probe.every,
        recognise: { by: 'header', name: RELEASE_HEADER },
      }
    );
  }

  /** A router can be asked who serves where the live release tells; nobody knows that of a first one. */
  async #ask(signal: AbortSignal | undefined): Promise<Ask | undefined> {
    const probe = this.#probe();
    if (!probe) return undefined;
    try {
      const answer = await fetch(probe.url, {
        method: 'HEAD',
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(5000), ...(signal ? [signal] : [])]),
      });
      return answer.headers.has(RELEASE_HEADER) ? { url: probe.url, recognise: probe.recognise } : undefined;
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  }

  async #inspect(
    targets: readonly Target[],
    signal: AbortSignal | undefined,
  ): Promise<{ inspection: Inspection; ask: Ask | undefined }> {
    const runner = this.#runner();
    const { application } = this.#options;
    const [ask, ...states] = await Promise.all([
      this.#ask(signal),
      ...targets.map((target) => perform(target.inspect(application), runner, signal)),
    ]);
    const { router } = this.#placed;
    if (!router) return { inspection: { targets: states }, ask };
    const read = await perform(makeRouter(router.name, router.config, ask).read(), runner, signal);
    const known = states.flatMap(instancesOf).map(({ address, target, release }) => ({
      address,
      target,
      release: release.version,
    }));
    return { inspection: { targets: states, router: withReleases(read, known) }, ask };
  }

  #routerInput({ router: state }: Inspection, ask: Ask | undefined): RouterInput | undefined {
    const { router } = this.#placed;
    return router && state && { router: makeRouter(router.name, router.config, ask), state };
  }

  /** A release that is on a target already. */
  async #kept(version: string | undefined, signal: AbortSignal | undefined): Promise<Release> {
    const runner = this.#runner();
    const [target] = this.#targets({ kind: 'transfer' });
    const state = await perform(target!.inspect(this.#options.application), runner, signal);
    const older = state.older.map(({ release }) => release);
    const found = version === undefined ? older[0] : older.find((each) => each.version === version);
    if (found) return found;
    if (version !== undefined && state.live?.release.version === version) return state.live.release;
    throw new EnvironmentError('noRelease', 'no such release is kept', {
      version,
      known: older.map((each) => each.version).join(', '),
    });
  }

  #journalHost(): HostName {
    return this.#placed.environment.journal?.host ?? this.#placed.placement.targets[0]!;
  }

  #runner(): ReturnType<typeof makeRunner> {
    return makeRunner(this.#options);
  }

  async #lock(signal: AbortSignal | undefined): Promise<DeployLock> {
    const { environment, application, clock } = this.#options;
    const runner = this.#runner();
    const host = this.#journalHost();
    const folder = await sharedFolder(host, runner, signal);
    const calls = new LockCalls(host, `${folder}/${environment}/${application}`);
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
    const { clock, actor, stateFolder, environment, application, onEvent, decide } = this.#options;
    return new Deployer({
      lock: await this.#lock(signal),
      clock,
      actor,
      directory: join(stateFolder, 'deployments', environment, application),
      runner: (probe) => makeRunner(this.#options, probe),
      inspect: async (_plan, within) =>
        (await this.#inspect(this.#targets({ kind: 'transfer' }), within)).inspection,
      isRunning,
      ...(onEvent && { onEvent }),
      ...(decide && { decide }),
    });
  }
}

function instancesOf({ live, older, pending }: TargetState): Instance[] {
  return [...(live ? [live] : []), ...older, ...pending];
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
