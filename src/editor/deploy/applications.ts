import { hostname, userInfo } from 'node:os';
import type { SwapdeckConfig } from '../../config/model';
import { systemClock } from '../../contracts/clock';
import type { Plan } from '../../contracts/deploy';
import type { Actor, AuditRecord, DeployEvent, Receipt } from '../../contracts/deployRecord';
import type { Log } from '../../contracts/log';
import type { HeldLock } from '../../deploy/lock';
import type { Standing } from '../../deploy/recover';
import type { ApplicationStatus, DeployedApplication } from '../../environments/application';
import type { Deployable } from '../../environments/deployable';
import { isOperation, isShown } from '../../environments/operations';
import type { Places } from '../../environments/places';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { Emitter } from '../../util/emitter';
import type { Configurations } from '../configuration';
import type { EditorDialers } from '../dialers';
import type { OperationLook } from '../operations/model';
import { Asking } from './asking';
import { isGone } from './holder';
import { placedApplications, placedOperations, type PlacedApplication } from './placed';
import type { RunningDeployment } from './running';

/** Something that happened in a deployment of this window. */
export interface Happened {
  readonly deployment: RunningDeployment;
  readonly event: DeployEvent;
}

/** What the journal host tells of an application's deployments. */
export interface Past {
  /** The newest first. */
  readonly records: readonly AuditRecord[];
  /** The last one, when it is not over. */
  readonly open?: Standing;
  /** Who is at it, if anyone: else the open one was interrupted. */
  readonly holder?: HeldLock;
}

/** A person's answer after cancelling in the middle. */
export type Decide = (deployment: RunningDeployment) => Promise<'undo' | 'stay'>;

interface Opened {
  readonly config: SwapdeckConfig;
  readonly places: Places;
  readonly deployable: Deployable;
}

/** Most deployments of an application that are listed. */
const mostRecords = 50;
/** Deployments of this window that are remembered, with what only it has heard. */
const mostEnded = 20;

/**
 * The applications of all environments: how they stand, and the deployments that run. Hosts are asked when somebody
 * looks; the engine is loaded with the first question.
 */
export class Applications implements Disposable {
  readonly #configurations: Configurations;
  readonly #dialers: EditorDialers;
  readonly #log: Log;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<string | undefined>());
  /** Fires with the id of the application that changed, or undefined when the list did. */
  readonly onDidChange = this.#changed.event;
  readonly #happened = this.#store.add(new Emitter<Happened>());
  readonly onDidHappen = this.#happened.event;
  readonly #ended = this.#store.add(new Emitter<RunningDeployment>());
  /** Fires once a deployment is over, or did not begin. */
  readonly onDidEnd = this.#ended.event;
  readonly #opened = new Map<string, Opened>();
  readonly #running = new Map<string, RunningDeployment>();
  readonly #over: RunningDeployment[] = [];
  readonly #stages = new Map<string, (stage: string) => void>();
  /** How an application stands. */
  readonly status = this.#store.add(
    new Asking<ApplicationStatus>(
      async (placed, signal) => (await this.openApplication(placed, signal)).status(signal),
      (id) => this.#changed.fire(id),
    ),
  );
  /** How an operation stands. */
  readonly operations = this.#store.add(
    new Asking<OperationLook>(
      async (placed, signal) => {
        const { lookAtOperation } = await import('../operations/lookers');
        return lookAtOperation(await this.open(placed, signal), signal);
      },
      (id) => this.#changed.fire(id),
    ),
  );
  /** Its deployments so far. */
  readonly past = this.#store.add(
    new Asking<Past>(
      (placed, signal) => this.#askPast(placed, signal),
      (id) => this.#changed.fire(id),
    ),
  );
  /** Asks after cancelling; without it a deployment stays where it is. */
  decide: Decide | undefined;
  /** Asks for the names of the others who approved a plan, where so many must; without it nobody did. */
  approvals: ((plan: Plan, needed: number) => Promise<readonly string[]>) | undefined;

  constructor(configurations: Configurations, dialers: EditorDialers, log: Log) {
    this.#configurations = configurations;
    this.#dialers = dialers;
    this.#log = log;
    this.#store.add(configurations.onDidChange(() => this.refresh()));
  }

  /** Values of placeholders. */
  get providers(): EditorDialers['providers'] {
    return this.#dialers.providers;
  }

  /** Every application of every environment, in the order of the files. */
  get all(): PlacedApplication[] {
    return placedApplications(this.#configurations.folders);
  }

  /** Every application and every operation that can be deployed or performed, in the order of the files. */
  get deployable(): PlacedApplication[] {
    return [
      ...this.all.filter(({ unsupported }) => unsupported === undefined),
      ...placedOperations(this.#configurations.folders),
    ];
  }

  /** What is asked how an application, or an operation, stands. */
  #standing({ application }: PlacedApplication): Asking<ApplicationStatus> | Asking<OperationLook> {
    return isOperation(application) ? this.operations : this.status;
  }

  in(uri: string, environment: string): PlacedApplication[] {
    return placedApplications(this.#configurations.folders, { uri, environment });
  }

  operationsIn(uri: string, environment: string): PlacedApplication[] {
    return placedOperations(this.#configurations.folders, { uri, environment }).filter(({ application }) =>
      isShown(application),
    );
  }

  /** Forgets what is known, of one or of all; what is in sight is asked for again. */
  refresh(placed?: PlacedApplication): void {
    if (placed) {
      void this.#standing(placed).update(placed);
      void this.past.update(placed);
    } else {
      this.status.clear();
      this.operations.clear();
      this.past.clear();
    }
    this.#changed.fire(placed?.id);
  }

  /** The same as `open`, of what is an application and no operation. */
  async openApplication(placed: PlacedApplication, signal?: AbortSignal): Promise<DeployedApplication> {
    const [opened, { DeployedApplication: Application }] = await Promise.all([
      this.open(placed, signal),
      import('../../environments/application'),
    ]);
    if (opened instanceof Application) return opened;
    throw new TypeError(`${placed.application} is no application`);
  }

  /** Rejects with `EnvironmentError` or `ConfigError`. `onStage` hears of what goes before a plan, such as a build. */
  async open(
    placed: PlacedApplication,
    signal?: AbortSignal,
    onStage?: (stage: string) => void,
  ): Promise<Deployable> {
    const { id, environment, application: name, configuration } = placed;
    if (onStage) this.#stages.set(id, onStage);
    const [places, { openDeployable }, { stateFolder }] = await Promise.all([
      this.#dialers.places(configuration, signal),
      import('../../environments/operations'),
      import('../../environments/stateFolder'),
    ]);
    const config = configuration.config!;
    const known = this.#opened.get(id);
    if (known?.config === config && known.places === places) return known.deployable;
    const deployable = await openDeployable(name, {
      config,
      folder: configuration.folder.uri.fsPath,
      environment,
      places,
      providers: this.#dialers.providers,
      clock: systemClock,
      actor: this.actor,
      stateFolder: stateFolder(process.env),
      log: this.#log,
      onStage: (stage) => this.#stages.get(id)?.(stage),
      onEvent: (event) => this.#receive(id, event),
      decide: () => this.#decide(id),
      approvals: async (plan, needed) => (await this.approvals?.(plan, needed)) ?? [],
    });
    this.#opened.set(id, { config, places, deployable });
    return deployable;
  }

  /** Who deploys from this window. */
  get actor(): Actor {
    const machine = hostname();
    return { name: `${userInfo().username}@${machine}`, machine, processId: process.pid };
  }

  /** The deployments that this window executes. */
  get running(): RunningDeployment[] {
    return [...this.#running.values()];
  }

  runningOf(id: string): RunningDeployment | undefined {
    return this.#running.get(id);
  }

  /** A deployment that this window executed, by its plan; of several attempts the last. */
  endedOf(plan: string): RunningDeployment | undefined {
    return this.#over.findLast((each) => each.plan.id === plan);
  }

  /**
   * Executes, resumes or undoes; the receipt tells how it went. Rejects with `DeployError` when nothing was begun.
   * One at a time for an application.
   */
  async run(
    deployment: RunningDeployment,
    perform: (deployable: Deployable, signal: AbortSignal) => Promise<Receipt>,
  ): Promise<Receipt> {
    const { placed, signal } = deployment;
    this.#running.set(placed.id, deployment);
    const listening = deployment.onDidChange(() => this.#changed.fire(placed.id));
    this.#changed.fire(placed.id);
    try {
      return await perform(await this.open(placed, signal), signal);
    } finally {
      listening.dispose();
      this.#running.delete(placed.id);
      if (deployment.receipt)
        this.#over.splice(0, this.#over.length, ...this.#over.slice(1 - mostEnded), deployment);
      await Promise.all([this.#standing(placed).update(placed), this.past.update(placed)]);
      this.#lookAgainBeside(placed);
      this.#ended.fire(deployment);
    }
  }

  dispose(): void {
    // What runs is not taken back in the dark: its journal says where it stands, to resume it or undo it.
    this.decide = undefined;
    for (const deployment of this.#running.values()) deployment.cancel();
    this.#store.dispose();
  }

  async #askPast(placed: PlacedApplication, signal: AbortSignal): Promise<Past> {
    const application = await this.open(placed, signal);
    const [records, open, held] = await Promise.all([
      application.history(mostRecords, signal),
      application.interrupted(signal),
      application.holder(signal),
    ]);
    return { records, ...(open && { open }), ...(held && !isGone(held) && { holder: held }) };
  }

  /** Where another environment has the application on the same hosts, what runs there changed too. */
  #lookAgainBeside({ id, application, configuration }: PlacedApplication): void {
    for (const each of this.all)
      if (each.application === application && each.id !== id && each.configuration.uri === configuration.uri)
        this.status.outdate(each);
  }

  #receive(id: string, event: DeployEvent): void {
    const deployment = this.#running.get(id);
    if (!deployment) return;
    deployment.receive(event);
    this.#happened.fire({ deployment, event });
  }

  async #decide(id: string): Promise<'undo' | 'stay'> {
    const deployment = this.#running.get(id);
    return deployment && this.decide ? this.decide(deployment) : 'stay';
  }
}
