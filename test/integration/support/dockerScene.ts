import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { makeTempDir } from '../../../scripts/support/tempDir';
import { systemClock } from '../../../src/contracts/clock';
import { THIS_MACHINE } from '../../../src/contracts/deployCall';
import type { Inspection } from '../../../src/contracts/deploy';
import type { ProbeReceipt, Receipt } from '../../../src/contracts/deployRecord';
import { Probe } from '../../../src/deploy/probe';
import type { DeployedApplication } from '../../../src/environments/application';
import { SwapdeckError } from '../../../src/util/errors';
import type { Engines } from '../../../src/targets/docker/engine/engines';
import { labEngines, load } from '../../lab/docker';
import {
  configurationOf,
  ENVIRONMENTS,
  type Changes,
  type EnvironmentName,
} from '../../lab/dockerPlace/configuration';
import type { DockerOrder } from '../../lab/dockerPlace/deployer';
import { serviceImage, type ServiceVariant } from '../../lab/dockerPlace/image';
import { DockerPlace, type DockerPlaceDescription } from '../../lab/dockerPlace/place';
import type { MachineRequest } from '../../lab/machines/lab';
import { useLab, type LabSuite } from '../../lab/machines/suite';
import { eventually } from './eventually';

/** What a scene needs of its lab. */
const DOCKER_MACHINES: Readonly<Record<string, MachineRequest>> = {
  'host-a': { engine: true, services: ['apache', 'haproxy', 'nginx'] },
  'host-b': { engine: true },
  here: { engine: true },
};

/** How a deployer's process ended. */
export interface DeployerEnd {
  readonly receipt?: Receipt;
  readonly signal?: string;
  readonly stderr: string;
}

/** Hosts with engines and routers, releases to put on them, users, and deployers in processes of their own. */
export class DockerScene {
  readonly suite: LabSuite;
  readonly description: DockerPlaceDescription;
  readonly engines: Engines;
  place!: DockerPlace;
  readonly #urls: ReadonlyMap<number, string>;
  readonly #deployer: string;
  #spare: ChildProcessWithoutNullStreams | undefined;
  #users: Probe | undefined;
  #releases = 0;

  private constructor(
    suite: LabSuite,
    description: DockerPlaceDescription,
    urls: ReadonlyMap<number, string>,
    deployer: string,
  ) {
    this.suite = suite;
    this.description = description;
    this.engines = labEngines(suite.lab, suite.hosts, 'here');
    this.#urls = urls;
    this.#deployer = deployer;
  }

  static async make(suite: LabSuite, changes: Changes = {}): Promise<DockerScene> {
    const { lab } = suite;
    const host = lab.machine('host-a');
    const urls = new Map<number, string>();
    for (const { port } of Object.values(ENVIRONMENTS))
      if (!urls.has(port))
        urls.set(port, `http://127.0.0.1:${await lab.network.forward(host.address, port)}/`);
    const folder = path.join(lab.folder, 'place');
    await mkdir(folder, { recursive: true });
    const description = {
      folder,
      stateFolder: path.join(lab.folder, 'state'),
      ssh: lab.environment(),
      env: { DOCKER_HOST: `unix://${lab.machine('here').engineSocket}` },
    };
    const scene = new DockerScene(suite, description, urls, await bundleDeployer());
    await scene.configure(changes);
    return scene;
  }

  async dispose(): Promise<void> {
    this.#spare?.kill('SIGKILL');
    this.place.dispose();
    await rm(path.dirname(this.#deployer), { recursive: true, force: true });
  }

  /** Writes `swapdeck.yaml` and opens it. */
  async configure(changes: Changes = {}): Promise<void> {
    const file = path.join(this.description.folder, 'swapdeck.yaml');
    await writeFile(file, configurationOf(this.#urls, changes));
    this.#spare?.kill('SIGKILL');
    this.#spare = undefined;
    (this.place as DockerPlace | undefined)?.dispose();
    this.place = await DockerPlace.open(this.description);
  }

  urlOf(environment: EnvironmentName): string {
    return this.#urls.get(ENVIRONMENTS[environment].port)!;
  }

  /** A new release, as `docker build` on this machine would have left it. Resolves to its version. */
  async release(variant?: ServiceVariant): Promise<string> {
    const version = `v${++this.#releases}`;
    const archive = await serviceImage(this.suite.lab.folder, version, variant);
    await load(this.engines, THIS_MACHINE, archive);
    await rm(archive);
    return version;
  }

  /** Deploys a new release in this process, and expects it to be done. */
  async deploy(
    environment: EnvironmentName,
    application = this.place.application(environment),
  ): Promise<string> {
    const version = await this.release();
    const receipt = await application.execute(await application.plan(version));
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
    return version;
  }

  /** Removes users, and every container of the hosts; routers stay as they are. */
  async clear(): Promise<void> {
    await this.#users?.stop();
    this.#users = undefined;
    for (const name of ['host-a', 'host-b'])
      await this.suite.lab
        .machine(name)
        .succeed(['sh', '-c', 'docker ps -aq | xargs -r docker rm -f; rm -rf /var/lib/swapdeck']);
  }

  /** Users that ask all the time, whatever deployers do. */
  async usersCome(environment: EnvironmentName, timeoutMs = 20_000): Promise<void> {
    const url = this.urlOf(environment);
    const recognise = { by: 'header', name: 'x-release' } as const;
    this.#users = new Probe({ url, everyMs: 20, recognise, timeoutMs }, systemClock);
    await this.#users.start();
  }

  async usersGo(): Promise<ProbeReceipt> {
    const receipt = await this.#users?.stop();
    this.#users = undefined;
    assert.ok(receipt, 'there were users');
    return receipt;
  }

  /** Runs a deployer in a process of its own. */
  async run(order: Omit<DockerOrder, 'place'>): Promise<DeployerEnd> {
    const child = this.#spare ?? this.#prepare();
    this.#spare = this.#prepare();
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (texts.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (texts.stderr += data.toString()));
    child.stdin.end(JSON.stringify({ ...order, place: this.description } satisfies DockerOrder));
    const signal = await new Promise<string | null>((resolve) =>
      child.on('close', (_code, name) => resolve(name)),
    );
    return {
      ...(texts.stdout !== '' && { receipt: JSON.parse(texts.stdout) as Receipt }),
      ...(signal !== null && { signal }),
      stderr: texts.stderr,
    };
  }

  #prepare(): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [this.#deployer], { stdio: 'pipe' });
  }
}

/** To be called in a `describe`: a scene for all its tests, cleared after each. */
export function useDockerScene(machines: Readonly<Record<string, MachineRequest>> = DOCKER_MACHINES): {
  readonly scene: DockerScene;
} {
  const suite = useLab({ machines });
  let scene: DockerScene | undefined;
  before(async function () {
    this.timeout(120_000);
    scene = await DockerScene.make(suite);
  });
  after(async () => scene?.dispose());
  afterEach(async () => scene?.clear());
  return {
    get scene() {
      return scene!;
    },
  };
}

/** What is live on each host. */
export function liveVersions({ targets }: Inspection): (string | undefined)[] {
  return targets.map(({ live }) => live?.release.version);
}

/** Everything is as a deployment that is done leaves it. */
export async function assertLive(
  application: DeployedApplication,
  version: string,
  at: string,
): Promise<void> {
  // A connection may just have been cut.
  const now = await eventually(() => application.inspect(), SwapdeckError);
  assert.deepEqual(new Set(liveVersions(now)), new Set([version]), at);
  assert.deepEqual(
    now.targets.flatMap(({ pending, live }) => [...pending, ...(live?.state === 'running' ? [] : [live])]),
    [],
    at,
  );
}

/** The deployer as one file, so that a process of it starts quickly; in a folder from which packages are found. */
async function bundleDeployer(): Promise<string> {
  const folder = await makeTempDir('docker-deployer');
  const outfile = path.join(folder, 'deployer.js');
  await build({
    entryPoints: [path.join(__dirname, '../../lab/dockerPlace/deployer.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['cpu-features', '*.node'],
    logLevel: 'error',
  });
  return outfile;
}
