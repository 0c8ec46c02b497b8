import type { Environment, Placement, Tomcat } from '../config/model';
import type { Inspection, Intent, Plan, PlanNote, RouterState, TargetState } from '../contracts/deploy';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import { perform } from '../deploy/inspect';
import { jkMembers, modJk, readMembers, type ModJkOptions } from '../routers/modJk';
import type { JkActivity, JkMember } from '../routers/modJkAnswers';
import { describeLack, type FleetLack } from '../routers/fleetLines';
import type { Context, Contexts } from '../targets/tomcat/listing';
import { ManagerCalls } from '../targets/tomcat/manager';
import { smokeCalls } from '../targets/tomcat/smoke';
import type { DeployableOptions } from './deployable';
import { EnvironmentError } from './errors';
import { fleetNotes, lookAtSessions, sessionRisks } from './fleetChecks';
import {
  activateSteps,
  activationOf,
  drainSteps,
  nodeState,
  restartSteps,
  type FleetRoute,
  type RestartedNode,
} from './fleetSteps';
import { fleetsIn } from './fleetNames';
import { Operation } from './operation';
import { modJkOptions } from './routers';
import { contextOf, managerOf, smokeOf, type WarApplication } from './tomcatApplication';
import { withVariables } from './variables';

/** What a person allows. */
export interface FleetChoice {
  /** Users lose what their sessions hold, where the nodes don't share it. */
  readonly loseSessions?: boolean;
}

/** A node of a fleet, and what it does at the moment. */
export type FleetMember = JkMember & JkActivity;

/** The least that requests get to end. */
const DRAIN_MS = 30_000;

/** The Tomcats behind a load balancer of mod_jk: they start again one by one, leave it and come back. */
export class Fleet extends Operation {
  readonly #options: ModJkOptions;
  readonly #placements: readonly (readonly [string, Placement])[];

  /** `name`: of the router. Throws `EnvironmentError` `unknownEnvironment` or `unknownFleet`. */
  constructor(name: string, options: DeployableOptions) {
    super('fleet', name, options);
    const { config, environment, providers } = options;
    const router = config.routers[name];
    const known = fleetsIn(config, environment);
    if (router?.kind !== 'mod-jk' || !known.includes(name))
      throw new EnvironmentError('unknownFleet', `no router ${name} with a fleet in ${environment}`, {
        name,
        environment,
        known: known.join(', '),
      });
    this.#options = modJkOptions(withVariables(router, providers));
    this.#placements = placementsBehind(this.environment, name);
  }

  /** What each node gets and does at the moment. */
  async members(signal?: AbortSignal): Promise<readonly FleetMember[]> {
    return perform(readMembers(this.#options), this.runner(), signal);
  }

  /**
   * Nodes, else all, start again one after another. Rejects with `EnvironmentError` `unknownNode`, `noRestart`,
   * `lastNode` or `sessionsAtRisk`.
   */
  async restartPlan(nodes: readonly string[], choice: FleetChoice, signal?: AbortSignal): Promise<Plan> {
    const state = await this.#read(signal);
    const chosen = nodes.length > 0 ? nodes : jkMembers(state).map(({ name }) => name);
    chosen.forEach((node) => this.#known(node, state));
    const commands = new Map(chosen.map((node) => [node, this.#restartOf(node)]));
    await this.#checkOthers(chosen, state, signal);
    const notes = await this.#checkSessions(chosen, state, choice, signal);
    const targets = await Promise.all(chosen.map((node) => this.#lookAt(node, signal)));
    const restarted = chosen.map((name, i): RestartedNode => {
      const { contexts } = targets[i]!;
      return {
        name,
        calls: this.#calls(name),
        restart: commands.get(name)!,
        contexts,
        running: new Set(contexts.filter(({ running }) => running)),
        smoke: this.#smokeOf(name, contexts),
      };
    });
    const inspection = { targets: targets.map(({ state: each }) => each), router: state };
    return this.planOf({
      ...this.#about('restart', chosen),
      inspection,
      steps: restartSteps(this.#route(state), restarted),
      notes: [...notes, ...stoppedNotes(inspection.targets)],
    });
  }

  /**
   * A node gets no users any more. `staying`: only nobody new; users with a session stay. Rejects with
   * `EnvironmentError` `unknownNode`, `lastNode` or `sessionsAtRisk`.
   */
  async drainPlan(
    node: string,
    choice: FleetChoice & { readonly staying?: boolean },
    signal?: AbortSignal,
  ): Promise<Plan> {
    const { staying = false } = choice;
    const state = await this.#read(signal);
    this.#known(node, state);
    await this.#checkOthers([node], state, signal);
    const notes = staying ? [] : await this.#checkSessions([node], state, choice, signal);
    return this.planOf({
      ...this.#about('drain', [node]),
      inspection: { targets: [nodeState(node, [])], router: state },
      steps: drainSteps(this.#route(state), node, staying),
      notes: [...notes, { kind: 'workersForgotten', subject: this.name }],
    });
  }

  /** A node gets users again. Rejects with `EnvironmentError` `unknownNode`. */
  async activatePlan(node: string, signal?: AbortSignal): Promise<Plan> {
    const state = await this.#read(signal);
    this.#known(node, state);
    return this.planOf({
      ...this.#about('activate', [node]),
      inspection: { targets: [nodeState(node, [])], router: state },
      steps: activateSteps(this.#route(state), node),
    });
  }

  async inspect({ intent, targets }: Plan, signal?: AbortSignal): Promise<Inspection> {
    const looksInside = intent === 'restart';
    const [router, ...states] = await Promise.all([
      this.#read(signal),
      ...targets.map(async (node) =>
        looksInside ? (await this.#lookAt(node, signal)).state : nodeState(node, []),
      ),
    ]);
    return { targets: states, router };
  }

  protected defaultJournalHost(): HostName {
    return this.#options.host;
  }

  #about(intent: Intent, nodes: readonly string[]) {
    return { intent, about: { version: nodes.join(', ') } };
  }

  #route(state: RouterState): FleetRoute {
    const drains = this.#placements.map(([, { drain }]) => drain);
    return { options: this.#options, state, drainMs: Math.max(DRAIN_MS, ...drains) };
  }

  #read(signal: AbortSignal | undefined): Promise<RouterState> {
    return perform(modJk(this.name, this.#options).read(), this.runner(), signal);
  }

  async #lookAt(
    node: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly contexts: readonly Context[]; readonly state: TargetState }> {
    const { answer } = await this.runner().perform(this.#calls(node).list(), {}, signal);
    const { contexts } = answer.value as unknown as Contexts;
    return { contexts, state: nodeState(node, contexts) };
  }

  #known(node: string, state: RouterState): void {
    const known = jkMembers(state).map(({ name }) => name);
    if (known.includes(node) && this.options.config.tomcats[node]) return;
    throw new EnvironmentError('unknownNode', `no node ${node} behind ${this.name}`, {
      name: node,
      router: this.name,
      known: known.filter((name) => this.options.config.tomcats[name]).join(', '),
    });
  }

  #tomcat(node: string): Tomcat {
    return withVariables(this.options.config.tomcats[node]!, this.options.providers);
  }

  #calls(node: string): ManagerCalls {
    return new ManagerCalls(managerOf(node, this.options.config.tomcats[node]!, this.options.providers));
  }

  #restartOf(node: string): RestartedNode['restart'] {
    const { restart, through = THIS_MACHINE } = this.#tomcat(node);
    if (restart) return { host: through, argv: restart };
    throw new EnvironmentError('noRestart', `nobody says how ${node} starts again`, { name: node });
  }

  /** While a node is out another one must serve. */
  async #checkOthers(
    nodes: readonly string[],
    state: RouterState,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const members = await this.members(signal);
    const serves = ({ activation, state: health }: FleetMember): boolean =>
      activation === 'active' && !health.startsWith('ERR');
    const alone = nodes.find(
      (node) =>
        activationOf(state, node) === 'active' && !members.some((each) => each.name !== node && serves(each)),
    );
    if (alone !== undefined)
      throw new EnvironmentError('lastNode', `nobody else serves behind ${this.name}`, {
        name: alone,
        router: this.name,
      });
  }

  async #checkSessions(
    nodes: readonly string[],
    state: RouterState,
    { loseSessions = false }: FleetChoice,
    signal: AbortSignal | undefined,
  ): Promise<PlanNote[]> {
    const { config, providers } = this.options;
    const all = jkMembers(state).flatMap(({ name }) => (config.tomcats[name] ? [name] : []));
    const place = { config, providers, runner: this.runner() };
    const [context] = this.#applications().map(([name, application]) => contextOf(name, application));
    const notes = fleetNotes(await lookAtSessions(place, all, context, signal), jkMembers(state));
    const risks = sessionRisks(notes);
    if (risks.length === 0) return notes;
    if (!loseSessions)
      throw new EnvironmentError('sessionsAtRisk', `sessions of ${nodes.join(', ')} would be lost`, {
        name: nodes.join(', '),
        unchecked: risks.find(({ kind }) => kind === 'fleetUnchecked')?.subject ?? '',
        lacks: risks
          .flatMap(({ kind, subject = '' }) =>
            kind === 'fleetUnchecked' ? [] : describeLack(kind as FleetLack, subject),
          )
          .join('\n'),
      });
    return [...notes, { kind: 'endsSessions', subject: nodes.join(', ') }];
  }

  #applications(): (readonly [string, WarApplication])[] {
    return this.#placements.flatMap(([name]) => {
      const application = this.options.config.applications[name];
      return application?.kind === 'war' ? [[name, application] as const] : [];
    });
  }

  /** The pages of what runs there now. */
  #smokeOf(node: string, contexts: readonly Context[]): RestartedNode['smoke'] {
    const calls = this.#calls(node);
    return this.#applications().flatMap(([name, application]) => {
      const wanted = withVariables(application, this.options.providers);
      const context = contextOf(name, wanted);
      const runs = contexts.some(({ path, running }) => path === context && running);
      return runs ? smokeCalls(calls, { context, smoke: smokeOf(wanted) }) : [];
    });
  }
}

function placementsBehind({ applications }: Environment, router: string): (readonly [string, Placement])[] {
  return Object.entries(applications).filter(([, placement]) => placement.router === router);
}

/** Versions that were stopped, to go back or because they are old, come up with their server. */
function stoppedNotes(states: readonly TargetState[]): PlanNote[] {
  const stopped = new Set(states.flatMap(({ facts }) => facts?.stopped as string[]));
  return stopped.size > 0 ? [{ kind: 'startsAll', subject: [...stopped].join(', ') }] : [];
}
