import { systemClock } from '../../../src/contracts/clock';
import type { Plan, TargetState } from '../../../src/contracts/deploy';
import type { Answer, Call, Performed } from '../../../src/contracts/deployCall';
import { DeployError } from '../../../src/contracts/deployError';
import type { DeployEvent, JournalRecord, Receipt } from '../../../src/contracts/deployRecord';
import { planDigest } from '../../../src/deploy/digest';
import { execute, resume, undo, type ExecuteOptions } from '../../../src/deploy/execute';
import { perform } from '../../../src/deploy/inspect';
import { standingOf } from '../../../src/deploy/recover';
import { makePlan } from '../../../src/deploy/makePlan';
import { httpPerformer } from '../../../src/deploy/performers/http';
import { CallRunner } from '../../../src/deploy/runner';
import type { StrategyInput } from '../../../src/deploy/strategies/input';
import { ManagerCalls } from '../../../src/targets/tomcat/manager';
import type { TomcatApplication, TomcatManager } from '../../../src/targets/tomcat/model';
import { idOf } from '../../../src/targets/tomcat/instances';
import { tomcatParsers } from '../../../src/targets/tomcat/parsers';
import { TomcatTarget } from '../../../src/targets/tomcat/target';
import { readWar, WAR_SOURCE, warOpener } from '../../../src/targets/tomcat/war';
import { TcpDialer } from '../../../src/transport/tcp';
import type { Dialer } from '../../../src/contracts/channel';
import { DEPLOYER, type TomcatNode } from './node';

/** Performs calls for real, as the editor and the command line do. The secret `tomcat` is the deployer's password. */
export class TomcatRunner {
  readonly runner: CallRunner;
  readonly performed: Performed[] = [];

  constructor(dialer: (host: string) => Dialer = () => new TcpDialer(), folder?: string) {
    this.runner = new CallRunner({
      clock: systemClock,
      performers: { http: httpPerformer(dialer, folder) },
      parsers: tomcatParsers,
      sources: { [WAR_SOURCE]: warOpener() },
      secret: (name) =>
        name === 'tomcat' ? Promise.resolve(DEPLOYER.password) : Promise.reject(new Error(`no ${name}`)),
    });
    this.runner.onPerformed((each) => this.performed.push(each));
  }

  async ask(call: Call, signal?: AbortSignal): Promise<Answer> {
    return (await this.runner.perform(call, {}, signal)).answer;
  }

  /** The value that the call's parser makes. */
  async value<T>(call: Call): Promise<T> {
    return (await this.ask(call)).value as unknown as T;
  }
}

/** How a node is reached, under a name of the fleet. */
export function managerOf(node: Pick<TomcatNode, 'manager'>, name = 'worker1'): TomcatManager {
  return { name, url: node.manager, user: DEPLOYER.user, password: '${secret:tomcat}' };
}

export const callsOf = (node: Pick<TomcatNode, 'manager'>): ManagerCalls => new ManagerCalls(managerOf(node));

export interface DeployOptions {
  readonly war?: string;
  readonly version: string;
  readonly intent?: StrategyInput['intent'];
  readonly standby?: number;
  readonly keep?: number;
  readonly drainMs?: number;
  readonly at?: number;
  readonly application?: Partial<TomcatApplication>;
  readonly onEvent?: (event: DeployEvent) => void;
  readonly signal?: AbortSignal;
  readonly patienceMs?: number;
  /** Nodes that are gone, and left out. */
  readonly without?: readonly string[];
  readonly decide?: () => Promise<'undo' | 'stay'>;
  /** The deployer loses its lock when so many records are written: nothing is done from then on. */
  readonly cutAfter?: number;
}

/** What a deployment left: its plan, receipt and journal. */
export interface Deployed {
  readonly plan: Plan;
  readonly receipt: Receipt;
  readonly journal: readonly JournalRecord[];
}

/** The sample on a fleet of nodes, planned and executed by the engine. */
export class QuotesFleet {
  readonly runner = new TomcatRunner();
  readonly #nodes: ReadonlyMap<string, Pick<TomcatNode, 'manager'>>;

  constructor(nodes: Readonly<Record<string, Pick<TomcatNode, 'manager'>>>) {
    this.#nodes = new Map(Object.entries(nodes));
  }

  async application(options: Partial<DeployOptions> = {}): Promise<TomcatApplication> {
    const { war } = options;
    return {
      context: '/randomquotes',
      ...(war !== undefined && { war: { file: war, namespace: (await readWar(war)).namespace } }),
      smoke: [{ get: '/health', status: 200, contains: 'UP' }],
      sessions: 'keep',
      startMs: 60_000,
      ...options.application,
    };
  }

  async targets(options: Partial<DeployOptions> = {}): Promise<TomcatTarget[]> {
    const application = await this.application(options);
    return [...this.#nodes].map(([name, node]) => new TomcatTarget(managerOf(node, name), application));
  }

  async states(options: Partial<DeployOptions> = {}): Promise<TargetState[]> {
    const { without = [] } = options;
    const targets = (await this.targets(options)).filter(({ name }) => !without.includes(name));
    return Promise.all(targets.map((target) => perform(target.inspect('randomquotes'), this.runner.runner)));
  }

  async plan(options: DeployOptions): Promise<Plan> {
    const {
      war,
      version,
      intent = 'deploy',
      standby = 1,
      keep = 1,
      drainMs = 500,
      at = Date.now(),
    } = options;
    const targets = await this.targets(options);
    const states = await this.states(options);
    const known = states
      .flatMap(({ live, older }) => [...(live ? [live] : []), ...older])
      .find(({ release }) => release.version === version);
    const artifact = war === undefined ? known!.release.artifact : (await readWar(war)).artifact;
    return makePlan('parallel', {
      planId: `p${version.replaceAll('.', '')}`,
      environment: 'staging',
      application: 'randomquotes',
      intent,
      release: { application: 'randomquotes', version, artifact, configuration: 'c0ffee12' },
      targets: targets.map((target, i) => ({ target, state: states[i]! })),
      options: { drainMs, standby, keep },
      at,
    });
  }

  async execute(plan: Plan, options: Partial<DeployOptions> = {}): Promise<Deployed> {
    const journal: JournalRecord[] = [];
    const receipt = await execute(plan, planDigest(plan), this.#executing(journal, options), options.signal);
    return { plan, receipt, journal };
  }

  /** Goes on with an interrupted or stuck deployment, or takes it back. */
  async recover(
    how: 'resume' | 'undo',
    journal: readonly JournalRecord[],
    options: Partial<DeployOptions> = {},
  ): Promise<Deployed> {
    const standing = standingOf(journal);
    const records = [...journal];
    const receipt = await { resume, undo }[how](standing, this.#executing(records, options));
    return { plan: standing.plan, receipt, journal: records };
  }

  #executing(journal: JournalRecord[], options: Partial<DeployOptions> = {}): ExecuteOptions {
    const { onEvent, decide, patienceMs = 2000, cutAfter = Infinity, without = [] } = options;
    return {
      runner: this.runner.runner,
      journal: {
        append: (records) => {
          const left = Math.max(0, cutAfter - journal.length);
          journal.push(...records.slice(0, left));
          if (records.length > left) return Promise.reject(new DeployError('leaseLost', 'cut'));
          return Promise.resolve();
        },
      },
      clock: systemClock,
      actor: { name: 'tester@lab', machine: 'lab', processId: process.pid },
      fence: 1,
      inspect: async () => ({ targets: await this.states(options) }),
      without,
      patienceMs,
      ...(onEvent && { onEvent }),
      ...(decide && { decide }),
    };
  }

  async deploy(options: DeployOptions): Promise<Deployed> {
    return this.execute(await this.plan(options), options);
  }

  /** Takes everything of the sample from all nodes. */
  async clear(): Promise<void> {
    const states = await this.states();
    for (const [at, { live, older }] of states.entries())
      for (const each of [...(live ? [live] : []), ...older])
        await this.runner.ask(callsOf([...this.#nodes.values()][at]!).undeploy(idOf(each)));
  }

  /** `1.1.0 running, 1.0.0 stopped` of each node, the live one first. */
  async versions(options: Partial<DeployOptions> = {}): Promise<string[]> {
    const states = await this.states(options);
    return states.map(({ live, older }) =>
      [...(live ? [live] : []), ...older]
        .map(({ release, state }) => `${release.version} ${state}`)
        .join(', '),
    );
  }
}

/** A browser: keeps its session, tells which release answered and how often it was there. */
export class Browser {
  #cookie: string | undefined;

  /** The id of its session; it ends with the node's route. */
  get session(): string | undefined {
    return this.#cookie?.split('=')[1];
  }

  async visit(url: string): Promise<{ release: string; visits: number }> {
    const response = await fetch(url, {
      headers: { connection: 'close', ...(this.#cookie !== undefined && { cookie: this.#cookie }) },
    });
    const text = await response.text();
    const set = response.headers.get('set-cookie');
    if (set !== null) this.#cookie = set.split(';')[0]!;
    const visits = Number(/id="visits">(\d+)</.exec(text)?.[1] ?? Number.NaN);
    return { release: response.headers.get('x-release') ?? `status ${response.status}`, visits };
  }
}
