import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseConfig } from '../../../src/config/parse';
import { environmentProviders } from '../../../src/config/resolve';
import { systemClock } from '../../../src/contracts/clock';
import { silentLog } from '../../../src/contracts/log';
import { decliningPrompter } from '../../../src/contracts/prompter';
import type { Deployable, DeployableOptions } from '../../../src/environments/deployable';
import { DeployedApplication } from '../../../src/environments/application';
import { Fleet } from '../../../src/environments/fleet';
import { openDeployable } from '../../../src/environments/operations';
import { Places } from '../../../src/environments/places';
import { SshHosts } from '../../../src/transport/ssh/hosts';
import type { Lab } from '../machines/lab';
import { certificateKeys } from './certificate';
import { DEPLOYER } from './configuration';
import { NODES, TomcatPair, type NodeName, type PairOptions } from './pair';
import { randomQuotes } from './wars';

/** What a `swapdeck.yaml` of the pair leaves open. */
export interface PairConfiguration {
  /** Where users reach a load balancer: `http://127.0.0.1:PORT`. */
  readonly front: string;
  /** Keys of the application besides, a line each. */
  readonly application?: readonly string[];
  readonly war: string;
  /** Of the placement, besides targets, strategy and router. */
  readonly placement?: string;
  readonly protection?: 'confirm';
  /** An address that both load balancers may have, with keepalived. */
  readonly shared?: string;
  /** The load balancers serve with one, which is renewed. */
  readonly certificate?: boolean;
}

/** The `swapdeck.yaml` of the pair. */
export function pairConfiguration(
  { nodes }: Pick<TomcatPair, 'nodes'>,
  configuration: PairConfiguration,
): string {
  const { front, war, application = [], placement = 'drain: 5s' } = configuration;
  const { protection, shared, certificate = false } = configuration;
  const tomcat = (name: NodeName): string => `  ${name}:
    manager: "${nodes[name].manager}"
    user: ${DEPLOYER.user}
    password: "\${secret:tomcat}"
    through: ${NODES[name]}
    base: ${nodes[name].base}
    restart: [${nodes[name].restartCommand.join(', ')}]`;
  return `applications:
  randomquotes:
    war: ${war}
    context: /randomquotes
    smoke: [{ get: /health, status: 200, contains: UP }]
${application.map((line) => `    ${line}\n`).join('')}
hosts:
  lb-1: { ssh: lb-1 }
  lb-2: { ssh: lb-2 }
  tomcat-1: { ssh: tomcat-1 }
  tomcat-2: { ssh: tomcat-2 }

tomcats:
${tomcat('worker1')}
${tomcat('worker2')}

routers:
  jk: { kind: mod-jk, url: "http://127.0.0.1/jk-status", worker: loadbalancer, through: lb-1, also: [lb-2] }
${shared === undefined ? '' : `  vip: { kind: floating-ip, provider: keepalived, ip: ${shared}, hosts: [lb-1, lb-2], url: "http://${shared}/randomquotes/quote" }\n`}
${certificate ? `${certificateKeys}\n` : ''}environments:
  production:
${protection ? `    protection: ${protection}\n` : ''}    probe: { url: "${front}/randomquotes/quote", every: 20ms }
    journal: { host: lb-1 }
${shared === undefined ? '' : '    addresses: [vip]\n'}${certificate ? '    certificates: [www]\n' : ''}    applications:
      randomquotes: { targets: [worker1, worker2], strategy: parallel, router: jk, ${placement} }
`;
}

/** The quotes application on the pair, as its team has it: deployed and operated in this process. */
export class PairScene {
  readonly pair: TomcatPair;
  /** Where users reach the first load balancer. */
  readonly front: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly #hosts: SshHosts;
  readonly #hasCertificate: boolean;
  #options: DeployableOptions | undefined;

  private constructor(pair: TomcatPair, front: string, hasCertificate: boolean) {
    this.#hasCertificate = hasCertificate;
    this.pair = pair;
    this.front = front;
    this.folder = path.join(pair.lab.folder, 'quotes');
    this.env = {
      HOME: pair.lab.home,
      SWAPDECK_STATE: path.join(pair.lab.folder, 'state'),
      SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
    };
    this.#hosts = new SshHosts(pair.lab.hostSpecs(), {
      prompter: decliningPrompter,
      log: silentLog,
      environment: pair.lab.environment(),
    });
  }

  /** The lab has `pairMachines`. */
  static async start(lab: Lab, options: PairOptions = {}): Promise<PairScene> {
    const pair = await TomcatPair.start(lab, options);
    const scene = new PairScene(pair, await pair.front(), options.certificate !== undefined);
    await mkdir(scene.folder, { recursive: true });
    return scene;
  }

  /** Writes `swapdeck.yaml`, changed by `change`. */
  async configure(placement?: string, change: (yaml: string) => string = (yaml) => yaml): Promise<void> {
    const { front, folder, env } = this;
    const yaml = change(
      pairConfiguration(this.pair, {
        front,
        war: 'quotes.war',
        certificate: this.#hasCertificate,
        ...(placement !== undefined && { placement }),
      }),
    );
    await writeFile(path.join(folder, 'swapdeck.yaml'), yaml);
    const { config, problems } = await parseConfig(yaml);
    if (!config) throw new Error(JSON.stringify(problems));
    this.#options = {
      config,
      folder,
      environment: 'production',
      places: new Places({ ssh: this.#hosts, local: new Set(), folder, env }),
      providers: environmentProviders(env),
      clock: systemClock,
      actor: { name: 'tester@lab', machine: 'lab', processId: process.pid },
      stateFolder: env.SWAPDECK_STATE!,
    };
  }

  get application(): DeployedApplication {
    return new DeployedApplication({ ...this.#options!, application: 'randomquotes' });
  }

  get fleet(): Fleet {
    return this.fleetWith({});
  }

  fleetWith(observers: Pick<DeployableOptions, 'onEvent' | 'decide'>): Fleet {
    return new Fleet('jk', { ...this.#options!, ...observers });
  }

  /** An application, or an operation by its subject: what `resume` and `undo` are given. */
  open(subject: string): Promise<Deployable> {
    return openDeployable(subject, this.#options!);
  }

  /** Puts the WAR of a release where it is deployed from. */
  async bring(version: string, options: { readonly fails?: boolean } = {}): Promise<void> {
    const { file } = await randomQuotes(version, 'jakarta', options);
    await copyFile(file, path.join(this.folder, 'quotes.war'));
  }

  /** The machines and servers end with their lab. */
  dispose(): void {
    this.#hosts.dispose();
  }
}
