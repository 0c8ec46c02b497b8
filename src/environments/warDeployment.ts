import { randomBytes } from 'node:crypto';
import type { Tomcat } from '../config/model';
import type { Inspection, Plan, Release } from '../contracts/deploy';
import { THIS_MACHINE, type HostName } from '../contracts/deployCall';
import { perform } from '../deploy/inspect';
import { makePlan } from '../deploy/makePlan';
import type { TomcatApplication } from '../targets/tomcat/model';
import { TomcatTarget } from '../targets/tomcat/target';
import { readWar } from '../targets/tomcat/war';
import { Deployable, type DeployableOptions } from './deployable';
import { EnvironmentError } from './errors';
import { checkPromotion, checkWindow } from './gates';
import { subjectOf } from './operations';
import { configurationOf, managerOf, START_MS } from './tomcatApplication';

/** All versions that are there keep running, whoever put them there: this deployment is about its own alone. */
const KEEP_ALL = { drainMs: 0, standby: 1000, keep: 0 };

/** A WAR file that is no application of the configuration. */
export interface LooseWar {
  /** Absolute. */
  readonly file: string;
  /** What its version is called: letters, digits and `. + ~ _ -`. */
  readonly version: string;
}

/** A context of a server that a person puts WAR files into by hand: planned, journaled and proven as any deployment. */
export class WarDeployment extends Deployable {
  readonly #server: string;
  readonly #context: string;
  readonly #tomcat: Tomcat;

  /** `name` as `warName` makes it. Throws `EnvironmentError` `unknownEnvironment`, `unsupportedTarget`. */
  constructor(name: string, options: DeployableOptions) {
    super(subjectOf(name, 'war'), options);
    const [, server = '', context = ''] = /^(.*)(%2F.*)$/.exec(name) ?? [];
    const tomcat = options.config.tomcats[server];
    if (!tomcat)
      throw new EnvironmentError('unsupportedTarget', `no Tomcat ${server}`, { name: server, kind: 'war' });
    this.#server = server;
    this.#context = decodeURIComponent(context);
    this.#tomcat = tomcat;
  }

  /** The plan that puts the WAR there beside what is there. Rejects with `TomcatError`, `EnvironmentError`, ... */
  async plan({ file, version }: LooseWar, signal?: AbortSignal): Promise<Plan> {
    const { environment, clock } = this.options;
    checkWindow(this.named, clock.now());
    const { artifact, namespace } = await readWar(file, signal);
    const application = this.#context.replace(/^\//, '') || 'ROOT';
    const configuration = configurationOf(this.#context, environment);
    const release: Release = { application, version, artifact, configuration };
    const promoted = await checkPromotion(this.named, release, () => Promise.resolve([]));
    const target = this.#target({ file, namespace });
    const state = await perform(target.inspect(application), this.runner(), signal);
    return makePlan('parallel', {
      planId: randomBytes(4).toString('hex'),
      environment,
      application,
      intent: 'deploy',
      release,
      targets: [{ target, state }],
      options: KEEP_ALL,
      journalHost: this.journalHost,
      at: clock.now(),
      notes: promoted,
    });
  }

  async inspect({ application }: Plan, signal?: AbortSignal): Promise<Inspection> {
    return { targets: [await perform(this.#target().inspect(application), this.runner(), signal)] };
  }

  protected defaultJournalHost(): HostName {
    return this.#tomcat.through ?? THIS_MACHINE;
  }

  protected override approvedBy(plan: Plan): Promise<string[]> {
    return this.approvalsOf(plan);
  }

  #target(war?: TomcatApplication['war']): TomcatTarget {
    const manager = managerOf(this.#server, this.#tomcat, this.options.providers);
    const application = { context: this.#context, smoke: [], sessions: 'keep', startMs: START_MS } as const;
    return new TomcatTarget(manager, { ...application, ...(war && { war }) });
  }
}

/** Names a context of a server: `web-1%2Fshop`. Folders of locks and journals are called so. */
export function warName(server: string, context: string): string {
  return `${server}${encodeURIComponent(context)}`;
}
