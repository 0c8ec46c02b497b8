import { randomBytes } from 'node:crypto';
import type { Inspection, Intent, Plan, PlanNote, Release, TargetState } from '../contracts/deploy';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import type { AuditRecord } from '../contracts/deployRecord';
import type { Target } from '../contracts/deployTarget';
import { perform } from '../deploy/inspect';
import type { HeldLock } from '../deploy/lock';
import { textOf } from '../deploy/parsers';
import { makePlan } from '../deploy/makePlan';
import { operationPlan } from '../deploy/operationPlan';
import type { Standing } from '../deploy/recover';
import { Rereading } from '../deploy/reread';
import { jkMembers } from '../routers/modJk';
import { containerOf } from '../targets/docker/naming';
import { Deployable, type DeployableOptions } from './deployable';
import { connectAhead } from './connect';
import { EnvironmentError } from './errors';
import { expectedOf, runningRelease } from './expected';
import { fleetNotes, lookAtSessions, uncountedNotes, type NodeSessions } from './fleetChecks';
import { checkPromotion, checkWindow } from './gates';
import { hintsOf, lookAround, notesOf, targetsOf, type Brought } from './look';
import { inPlace, lookUp, withTargets, type Placed } from './lookUp';
import {
  atVersion,
  besideOthers,
  branchAmong,
  branchIn,
  branchNotes,
  checkFits,
  listBranches,
  placedAt,
  type TargetBranches,
} from './branches';
import { offeredVersions, type OfferedVersions } from './mavenWar';
import { buildRelease } from './release';
import { strategyOptions } from './strategyOptions';
import { tagSteps } from './tag';
import { withVariables } from './variables';
import { buildWar, contextOf, type WarParts } from './tomcatApplication';

export interface ApplicationOptions extends DeployableOptions {
  readonly application: string;
  /** What is live is stopped first, and its sessions end, whatever the configuration says. */
  readonly inPlace?: true;
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
  /** What the servers have of branches, which are beside the live release. */
  readonly branches: readonly TargetBranches[];
}

export interface TargetStatus {
  readonly target: HostName;
  readonly state?: TargetState;
  /** What should be live and is not, because the target was left out when the others got it. */
  readonly missed?: Release;
  /** Why it could not be looked at. */
  readonly error?: unknown;
}

/** As far back as a release is looked for in the environment it comes from. */
const PROMOTION_HISTORY = 100;
/** As far back as what should be live is looked for: past deployments that were taken back. */
const STANDING_HISTORY = 20;

/** One application in one environment: plans, deployments, and what is known of them. */
export class DeployedApplication extends Deployable<ApplicationOptions> {
  readonly #placed: Placed;
  /** A plan is made of what was seen, and everything is looked at again before it is executed. */
  readonly #rereading = new Rereading();

  /** Throws `EnvironmentError`. */
  constructor(options: ApplicationOptions) {
    super(options.application, options);
    const placed = lookUp(options.config, options);
    this.#placed = options.inPlace ? inPlace(placed) : placed;
  }

  /** The plan that puts the workspace's release, or one that was built before, there. Builds first. */
  async plan(version: string | undefined, signal?: AbortSignal): Promise<Plan> {
    const { application, config, environment, places, folder, onStage, clock } = this.options;
    checkWindow(this.named, clock.now());
    connectAhead(config, this.options, places, signal);
    // Nobody waits for it yet; whoever does hears what is wrong.
    this.prepare(signal).catch(() => undefined);
    const { stateFolder, log } = this.options;
    const parts: WarParts = {
      ...{ places, runner: this.runner(), folder, environment, stateFolder },
      channel: this.environment.channel,
      accept: (version) => checkFits(application, this.named, this.#placed, version, config),
      atVersion: (of, version) => atVersion(application, of, version, config),
      ...(onStage && { onStage }),
      ...(log && { log }),
    };
    // Going back needs none of them: what is kept has its own.
    const wanted = withVariables(this.#placed.application, this.options.providers);
    const { release, ...brought } =
      wanted.kind === 'war'
        ? await buildWar(application, wanted, version, parts, signal)
        : await buildRelease(application, wanted, version, parts, signal);
    return this.#plan('deploy', release.version, () => release, brought, signal, wanted);
  }

  /** Back to the release before the live one, or to a version that is kept. */
  async rollbackPlan(version: string | undefined, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('rollback', version, (looked) => this.#kept(version, looked), {}, signal);
  }

  /** Only the router changes, to a release that runs beside the live one. */
  async switchPlan(version: string, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('switch', version, (looked) => this.#kept(version, looked), {}, signal);
  }

  /** Takes all releases of a branch from all servers. Rejects with `EnvironmentError` `noBranch`. */
  async removeBranchPlan(branch: string, signal?: AbortSignal): Promise<Plan> {
    const { environment, application } = this.options;
    const found = await this.branches(signal);
    const { context, versions, notes } = branchAmong(branch, found, this.options);
    const placed = this.#taking(besideOthers(this.#placed, { context }));
    const targets = await targetsOf(this.options, placed, {});
    const { inspection } = await lookAround(this.options, placed, targets, this.runner(), signal);
    return operationPlan({
      ...{ planId: randomBytes(4).toString('hex'), environment, subject: application, intent: 'remove' },
      about: { version: versions[0]!.version },
      inspection,
      steps: targets.flatMap((target, i) => target.removal?.(inspection.targets[i]!) ?? []),
      notes,
      journalHost: this.journalHost,
    });
  }

  /** What the servers have of branches; nothing of what is no web application. */
  async branches(signal?: AbortSignal): Promise<TargetBranches[]> {
    return listBranches(this.options, this.#taking(this.#placed), this.runner(), signal);
  }

  /** The versions that a Maven repository has; undefined of what is not from one. Rejects with `ArtifactError`. */
  async versions(signal?: AbortSignal): Promise<OfferedVersions | undefined> {
    return offeredVersions(this.#placed, this.options.stateFolder, signal);
  }

  /** A release that runs is stopped everywhere, and another that runs takes its users. */
  async pullPlan(version: string, signal?: AbortSignal): Promise<Plan> {
    return this.#plan('pull', version, (looked) => runningRelease(version, looked), {}, signal);
  }

  /** How the targets and the router look now; those that take part in the plan, where one is given. */
  async inspect(plan?: Plan, signal?: AbortSignal): Promise<Inspection> {
    const { without = [] } = this.options;
    const placed = withTargets(this.#placedAt(plan?.release.version), (name) =>
      plan ? plan.targets.includes(name) && !without.includes(name) : true,
    );
    const targets = await targetsOf(this.options, placed, {});
    const reader = this.#rereading.over(this.runner(), signal);
    return (await lookAround(this.options, placed, targets, reader, signal)).inspection;
  }

  /** The same in the place of what is live, whose sessions end. */
  inPlace(): DeployedApplication {
    return new DeployedApplication({ ...this.options, inPlace: true });
  }

  override leavingOut(targets: readonly string[]): this {
    if (targets.length === 0) return this;
    const known = this.#placed.placement.targets;
    const name = targets.find((each) => !known.includes(each));
    if (name !== undefined)
      throw new EnvironmentError('unknownTarget', `no target ${name}`, { name, known: known.join(', ') });
    const without = [...new Set([...(this.options.without ?? []), ...targets])];
    if (without.length === known.length) throw new EnvironmentError('noTargetLeft', 'no target is left');
    return new DeployedApplication({ ...this.options, without }) as this;
  }

  /** The end of the log of what is live, of each target; nothing of a Tomcat, whose log its Manager does not show. */
  async logs(lines: number, signal?: AbortSignal): Promise<{ target: HostName; text: string }[]> {
    if (this.#placed.application.kind === 'war') return [];
    const runner = this.runner();
    const { application } = this.options;
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

  /** Each target is looked at by itself: one that is down hides nothing of the others. */
  async status(signal?: AbortSignal): Promise<ApplicationStatus> {
    const runner = this.runner();
    const inspecting = Promise.all(
      (await this.#targets()).map(async (target): Promise<TargetStatus> => {
        try {
          const state = await perform(target.inspect(this.options.application), runner, signal);
          return { target: target.name, state };
        } catch (error) {
          signal?.throwIfAborted();
          return { target: target.name, error };
        }
      }),
    );
    const [targets, [recent, interrupted, holder], branches] = await Promise.all([
      inspecting,
      this.#told(signal),
      this.branches(signal),
    ]);
    // What was done with branches changed nothing that is live here.
    const records = recent.filter(
      ({ release }) => branchIn(this.#placed.application, release.version) === undefined,
    );
    const live = targets.map(({ state }) => state?.live?.release);
    const [first] = live;
    const isOne = first !== undefined && live.every((each) => each?.artifact === first.artifact);
    const [lastDeployment] = records;
    const { release: expected, without } = expectedOf(records);
    const isOther = ({ state }: TargetStatus): boolean =>
      expected !== undefined && state?.live?.release.artifact !== expected.artifact;
    const isBehind = (each: TargetStatus): boolean =>
      each.state !== undefined && without.includes(each.target) && isOther(each);
    return {
      targets: targets.map((each) => (expected && isBehind(each) ? { ...each, missed: expected } : each)),
      ...(isOne && { live: first }),
      ...(lastDeployment && { lastDeployment }),
      drifted: targets.some((each) => isOther(each) && !without.includes(each.target)),
      ...(interrupted && { interrupted }),
      ...(holder && { holder }),
      branches,
    };
  }

  /** What the journal host tells; nothing where it can't be reached. */
  async #told(
    signal: AbortSignal | undefined,
  ): Promise<[AuditRecord[], Standing | undefined, HeldLock | undefined]> {
    try {
      return await Promise.all([
        this.history(STANDING_HISTORY, signal),
        this.interrupted(signal),
        this.holder(signal),
      ]);
    } catch {
      signal?.throwIfAborted();
      return [[], undefined, undefined];
    }
  }

  async #plan(
    intent: Intent,
    version: string | undefined,
    releaseOf: (looked: Inspection) => Release,
    brought: Brought,
    signal: AbortSignal | undefined,
    wanted = this.#placed.application,
  ): Promise<Plan> {
    const { environment, application, clock } = this.options;
    const { without = [] } = this.options;
    const placed = this.#taking(this.#placedAt(version, wanted));
    // How sessions are kept changes what a target does, not how it looks.
    const [sessions, { inspection, probe, router }] = await Promise.all([
      this.#sessions(placed, signal),
      targetsOf(this.options, placed, brought).then((some) =>
        lookAround(this.options, placed, some, this.#rereading.over(this.runner(), signal), signal),
      ),
    ]);
    const isUncounted = sessions.some(({ configuration }) => configuration?.uncounted);
    const targets = await targetsOf(this.options, placed, {
      ...brought,
      ...(isUncounted && { uncounted: true }),
    });
    const release = releaseOf(inspection);
    const notes = await this.#notes(intent, release, signal);
    return makePlan(this.#placed.strategy, {
      planId: randomBytes(4).toString('hex'),
      environment,
      application,
      intent,
      release,
      targets: targets.map((target, i) => ({ target, state: inspection.targets[i]! })),
      without,
      ...(router && { router }),
      options: strategyOptions(this.#placed.placement),
      ...(probe && { probe }),
      journalHost: this.journalHost,
      at: clock.now(),
      finish: intent === 'deploy' ? tagSteps(this.#placed.placement.tag, environment, release) : [],
      notes: [
        ...notes,
        ...(brought.notes ?? []),
        ...branchNotes(placed, release.version),
        ...(await notesOf(targets, inspection, { intent, release }, this.runner(), signal)),
        ...hintsOf(router),
        ...(router?.router.kind === 'mod-jk' ? fleetNotes(sessions, jkMembers(router.state)) : []),
        ...uncountedNotes(sessions, this.#placed.placement.sessions),
      ],
    });
  }

  /** How Tomcats keep sessions: matters where users go from one to another, and is looked at where that is written. */
  async #sessions(
    { application, placement, router }: Placed,
    signal: AbortSignal | undefined,
  ): Promise<NodeSessions[]> {
    if (application.kind !== 'war') return [];
    const { config, providers, application: name } = this.options;
    const isWritten = placement.targets.some((target) => config.tomcats[target]?.base !== undefined);
    if (router?.config.kind !== 'mod-jk' && !isWritten) return [];
    const place = { config, providers, runner: this.runner() };
    return lookAtSessions(place, placement.targets, contextOf(name, application), signal);
  }

  /** Whether the release may go there, and what is to be known of that. Going back is allowed at any time. */
  async #notes(intent: Intent, release: Release, signal: AbortSignal | undefined): Promise<PlanNote[]> {
    if (intent !== 'deploy') return [];
    return checkPromotion(this.named, release, (environment) => this.#historyOf(environment, signal));
  }

  async #historyOf(environment: string, signal: AbortSignal | undefined): Promise<AuditRecord[] | undefined> {
    const { config, application } = this.options;
    if (!config.environments[environment]?.applications[application]) return undefined;
    const there = new DeployedApplication({ ...this.options, environment });
    return (await there.lock(signal)).history(PROMOTION_HISTORY, signal);
  }

  protected override approvedBy(plan: Plan): Promise<string[]> {
    return this.approvalsOf(plan);
  }

  #targets(): Promise<Target[]> {
    return targetsOf(this.options, this.#placed, {});
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

  protected defaultJournalHost(): HostName {
    const { application, placement } = this.#placed;
    const [first = ''] = placement.targets;
    // A Tomcat keeps no files of ours: its host does, where we have a way to it.
    return application.kind === 'war' ? (this.options.config.tomcats[first]?.through ?? THIS_MACHINE) : first;
  }

  /** Without the targets that are left out. */
  #taking(placed: Placed): Placed {
    const { without = [] } = this.options;
    return withTargets(placed, (name) => !without.includes(name));
  }

  #placedAt(version: string | undefined, application = this.#placed.application): Placed {
    const { application: name, config } = this.options;
    return placedAt(name, { ...this.#placed, application }, version, config);
  }
}
