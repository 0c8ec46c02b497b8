import type { Instance, Phase, PlanNote, Release, Step, TargetState } from '../../contracts/deploy';
import { literal, type Call, type Expectation } from '../../contracts/deployCall';
import { DeployError } from '../../contracts/deployError';
import type {
  NotesRequest,
  Reading,
  Target,
  TargetDeployment,
  TargetRequest,
} from '../../contracts/deployTarget';
import { TomcatError } from './errors';
import { addressOf, factsOf, inspectServer, type ServerFacts } from './inspect';
import {
  foreignAbove,
  idOf,
  instancesOf,
  joinedVersion,
  keptInstance,
  newerThan,
  ours,
  runningOf,
  stampOf,
} from './instances';
import { compare, contextName } from './listing';
import { ManagerCalls } from './manager';
import { sessionNotes } from './notes';
import type { TomcatApplication, TomcatManager } from './model';
import { smokeCalls } from './smoke';
import { contextVersion, nextStamp } from './version';

/** The first Tomcat with `jakarta.servlet`. */
const FIRST_JAKARTA = 10;
/** For what is no longer needed: long enough for a slow answer, not to wait for users. */
const LOOK_MS = 2000;
const TIDE_INTERVAL_MS = 500;

/**
 * A Tomcat, through its Manager. Each release is a version of the context of its own beside the others (parallel
 * deployment): sessions stay with their version, users without one get the newest that runs. So a release goes live
 * when its version starts, and goes back when it stops. Versions that someone else deployed are never touched.
 */
export class TomcatTarget implements Target {
  readonly kind = 'tomcat';
  readonly routesItself = true;
  readonly name: string;
  readonly #calls: ManagerCalls;
  readonly #application: TomcatApplication;

  constructor(manager: TomcatManager, application: TomcatApplication) {
    this.name = manager.name;
    this.#calls = new ManagerCalls(manager);
    this.#application = application;
  }

  inspect(application: string): Reading<TargetState> {
    return inspectServer(this.#calls, application, this.#application.context);
  }

  notes(state: TargetState, request: NotesRequest): Reading<readonly PlanNote[]> {
    return sessionNotes(this.#calls, this.#application, state, request);
  }

  deployment(state: TargetState, request: TargetRequest): TargetDeployment {
    const fleet = request.fleet ?? [state];
    const [covering] = fleet.flatMap((each) => foreignAbove(each, fleet, request.release) ?? []);
    if (covering && !this.#application.war) throw this.#foreign(covering);
    // With its WAR at hand it is deployed anew, above that.
    const known = covering ? undefined : keptInstance(state, fleet, request.release);
    const newer = known ? newerThan(known, state) : [];
    const instance = known ?? this.#planned(state, fleet, request);
    const others = ours(state).filter((each) => each !== known);
    return {
      instance,
      prepare: [],
      transfer: [],
      start: known ? this.#restart(known) : [this.#deploy(instance, request)],
      check: [this.#check(instance, request, newer.length === 0)],
      drain: () => [],
      retire: (old, how) =>
        how === 'standby' || old.state === 'stopped' || factsOf(old).foreign || this.#isKept
          ? []
          : [this.#retire(old, request)],
      adopt: newer.length > 0 ? [this.#stopNewer(instance, newer, request)] : [],
      prune: this.#isKept ? [] : this.#prune(others, state.live, request),
    };
  }

  removal(state: TargetState): Step[] {
    // Users keep the newest to the end.
    return ours(state)
      .reverse()
      .map((each) => ({
        ...this.#step(`undeploy-${stampOf(each)}`, `Undeploy ${each.release.version}`, 'prune'),
        do: [this.#taken(each)],
        verify: [],
        undo: [],
        again: 'repeat',
        final: true,
      }));
  }

  /** Nobody can tell when the last session of a version has gone, and none may be ended. */
  get #isKept(): boolean {
    const { sessions, uncounted } = this.#application;
    return uncounted === true && sessions === 'keep';
  }

  /**
   * The new version: what others of the fleet have already, else a stamp later than all of the fleet's. Either is the
   * newest everywhere.
   */
  #planned(state: TargetState, fleet: readonly TargetState[], { release, at }: TargetRequest): Instance {
    const { context: path, war } = this.#application;
    if (!war)
      throw new DeployError('releaseGone', `${release.version} is not on every server`, {
        version: release.version,
        target: this.name,
      });
    this.#checkNamespace(state, war);
    const all = fleet.flatMap(instancesOf);
    const stamp = nextStamp(
      at ?? EPOCH,
      all.map((each) => factsOf(each).version),
    );
    const version = joinedVersion(fleet, release) ?? contextVersion(stamp, release);
    const above = instancesOf(state).find((each) => compare(factsOf(each).version, version) >= 0);
    if (above) throw this.#foreign(above);
    return {
      id: contextName(path, version),
      target: this.name,
      release,
      address: addressOf(this.#calls.manager.url),
      state: 'planned',
      facts: { path, version, foreign: false },
    };
  }

  withdraw(state: TargetState, release: Release): readonly Step[] {
    const pulled = runningOf(state, release);
    if (pulled.length === 0) return [];
    const next = instancesOf(state).find((each) => each.state === 'running' && !pulled.includes(each));
    if (!next)
      throw new DeployError('nothingTakesOver', `nothing but ${release.version} runs on ${this.name}`, {
        version: release.version,
        target: this.name,
      });
    const isLive = state.live !== undefined && pulled.includes(state.live);
    return [
      {
        ...this.#step('pull', `Stop ${release.version}: ${next.release.version} takes its users`, 'route'),
        do: pulled.map((each) => this.#calls.stop(idOf(each))),
        verify: isLive ? [this.#isNewest(next), ...smokeCalls(this.#calls, this.#application)] : [],
        undo: pulled.flatMap((each) => [
          this.#calls.start(idOf(each), this.#application.startMs),
          this.#runs(each),
        ]),
        again: 'repeat',
      },
    ];
  }

  /** A version of someone else that is newer keeps all users. */
  #foreign({ id, target }: Instance): TomcatError {
    const details = { subject: id, target };
    return new TomcatError('foreign', `${id} on ${target} stays the newest`, details);
  }

  /** Servers of the other namespace take such a WAR, say OK, and answer 404 ever after. */
  #checkNamespace({ facts }: TargetState, war: NonNullable<TomcatApplication['war']>): void {
    const { server, major } = facts as unknown as ServerFacts;
    const { namespace } = war;
    if (major === 0 || namespace === 'none') return;
    const wanted = major < FIRST_JAKARTA ? 'javax' : 'jakarta';
    if (namespace !== wanted)
      throw new TomcatError('wrongNamespace', `${server} knows no ${namespace}.servlet`, {
        target: this.name,
        server,
        namespace,
        wanted,
        ...('file' in war && { file: war.file }),
      });
  }

  #deploy(instance: Instance, { release, fleet = [] }: TargetRequest): Step {
    const { war, startMs } = this.#application;
    const id = idOf(instance);
    return {
      ...this.#step('deploy', `Deploy ${release.version} as ${instance.id}`, 'start'),
      do: [
        {
          ...this.#calls.deployUpload(id, { ...war!, artifact: release.artifact }, startMs),
          ...(fleet.length > 1 && { note: 'its end when all servers have the rest: they start together' }),
        },
      ],
      verify: [this.#isNewest(instance)],
      // What is sent may be dealt with after the connection was lost: looking once is not enough.
      undo: [this.#calls.tryUndeploy(id), this.#taken(instance)],
      again: 'undoFirst',
    };
  }

  #restart(known: Instance): Step[] {
    if (known.state === 'running') return [];
    const id = idOf(known);
    return [
      {
        ...this.#step('start', `Start the kept ${known.release.version}`, 'start'),
        do: [this.#calls.start(id, this.#application.startMs)],
        verify: [this.#runs(known)],
        undo: [this.#calls.stop(id)],
        again: 'repeat',
      },
    ];
  }

  /** A server reports success for much that does not serve: only a page of it is believed. */
  #check(instance: Instance, { release }: TargetRequest, isNewest: boolean): Step {
    return {
      ...this.#step('smoke', `Test ${release.version} on this server`, 'smoke'),
      // Users without a session get the newest only: an older one can be asked when the newer ones have stopped.
      do: isNewest
        ? [this.#isNewest(instance), ...smokeCalls(this.#calls, this.#application)]
        : [this.#runs(instance)],
      verify: [],
      undo: [],
      again: 'repeat',
    };
  }

  /** Going back: when no newer version runs, the older one gets the users. */
  #stopNewer(instance: Instance, newer: readonly Instance[], { release }: TargetRequest): Step {
    return {
      ...this.#step('stop-newer', `Send users to ${release.version}: stop what is newer`, 'adopt'),
      do: newer.map((each) => this.#calls.stop(idOf(each))),
      verify: [this.#isNewest(instance), ...smokeCalls(this.#calls, this.#application)],
      undo: newer.map((each) => this.#calls.start(idOf(each), this.#application.startMs)),
      again: 'repeat',
    };
  }

  #retire(old: Instance, { drainMs }: TargetRequest): Step {
    const id = idOf(old);
    return {
      ...this.#step(`stop-${stampOf(old)}`, `Stop ${old.release.version} when it has no session`, 'retire'),
      do: [...this.#tide(old, drainMs), this.#calls.stop(id)],
      verify: [],
      undo: [this.#calls.start(id, this.#application.startMs), this.#runs(old)],
      again: 'repeat',
    };
  }

  /** What is more than is kept goes, once its last session has gone. */
  #prune(others: readonly Instance[], live: Instance | undefined, { standby, keep }: TargetRequest): Step[] {
    const inOrder = [...others].sort((a, b) => Number(b === live) - Number(a === live));
    const final = { verify: [], undo: [], again: 'repeat' as const, final: true };
    const stop = inOrder
      .slice(standby, standby + keep)
      // The one that was live is stopped by a step of its own.
      .filter((each) => each.state === 'running' && each !== live)
      .map((each) => ({
        ...this.#step(`stop-${stampOf(each)}`, `Stop ${each.release.version} if it has no session`, 'prune'),
        do: [...this.#tide(each, LOOK_MS), this.#calls.stop(idOf(each))],
        ...final,
      }));
    const remove = inOrder.slice(standby + keep).map((each) => ({
      ...this.#step(
        `undeploy-${stampOf(each)}`,
        `Undeploy ${each.release.version} if it has no session`,
        'prune',
      ),
      do: [...this.#tide(each, LOOK_MS), this.#taken(each)],
      ...final,
    }));
    return [...stop, ...remove];
  }

  /** Waits until a version has no session. When the time is over they end, or what follows is left out. */
  #tide(instance: Instance, deadlineMs: number): Call[] {
    const { sessions, uncounted } = this.#application;
    const { version: release } = instance.release;
    if (uncounted)
      return [{ via: 'watch', note: 'its sessions have time', durationMs: deadlineMs, limits: {}, release }];
    const isExpiring = sessions === 'expire';
    const wait: Call = {
      ...this.#calls.list(),
      note: `no session of ${instance.release.version}`,
      expect: [ANY_STATUS, { path: 'value.occupied', is: 'lacks', value: literal(instance.id) }],
      until: {
        intervalMs: TIDE_INTERVAL_MS,
        deadlineMs: Math.max(LOOK_MS, deadlineMs),
        atDeadline: isExpiring ? 'continue' : 'endStep',
      },
    };
    return isExpiring ? [wait, this.#calls.tryExpire(idOf(instance))] : [wait];
  }

  #isNewest(instance: Instance): Call {
    return this.#listed({ path: 'value.newest', is: 'contains', value: literal(instance.id) });
  }

  #runs(instance: Instance): Call {
    return this.#listed({ path: 'value.running', is: 'contains', value: literal(instance.id) });
  }

  /** Undeploys a version until it is gone. One that is just starting is refused first. */
  #taken(instance: Instance): Call {
    return {
      ...this.#listed({ path: 'value.present', is: 'lacks', value: literal(instance.id) }),
      note: `${instance.release.version} is gone`,
      until: {
        intervalMs: 200,
        deadlineMs: this.#application.startMs,
        meanwhile: this.#calls.tryUndeploy(idOf(instance)),
      },
    };
  }

  #listed(expectation: Expectation): Call {
    return { ...this.#calls.list(), expect: [ANY_STATUS, expectation] };
  }

  #step(name: string, title: string, phase: Phase): Pick<Step, 'id' | 'title' | 'on' | 'phase'> {
    return { id: `${this.name}/${name}`, title, on: this.name, phase };
  }
}

/** What stamps begin at where nobody says what time it is: later ones still come after. */
const EPOCH = Date.UTC(2000, 0, 1);
const ANY_STATUS: Expectation = { path: 'status', is: 'atLeast', value: 100 };
