import { mkdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { ensureLabPackages, labUnsupported } from '../../scripts/support/labPackages';
import { root } from '../../scripts/support/paths';
import { run } from '../../scripts/support/run';
import { parseConfig } from '../../src/config/parse';
import { environmentProviders } from '../../src/config/resolve';
import { systemClock } from '../../src/contracts/clock';
import { silentLog } from '../../src/contracts/log';
import { decliningPrompter } from '../../src/contracts/prompter';
import { DeployedApplication } from '../../src/environments/application';
import { Places } from '../../src/environments/places';
import { SshHosts } from '../../src/transport/ssh/hosts';
import { adaraImage } from '../../test/lab/images/adara';
import { FRONT_PORTS } from '../../test/lab/machines/services';
import { Lab, type LabOptions } from '../../test/lab/machines/lab';
import { builtCli, type Ran } from './builtCli';

/** The sample on machines of a lab, deployed by the command line as it is built, or in this process. */
export class AdaraScene {
  readonly lab: Lab;
  readonly #workspace: string;
  readonly #urls: Readonly<Record<string, string>>;
  readonly #env: Readonly<Record<string, string>>;
  readonly #hosts: SshHosts;
  #yaml = '';

  private constructor(lab: Lab, urls: Readonly<Record<string, string>>) {
    this.lab = lab;
    this.#urls = urls;
    this.#workspace = path.join(lab.folder, 'workspace');
    this.#env = {
      HOME: lab.home,
      SWAPDECK_STATE: path.join(lab.folder, 'state'),
      DOCKER_HOST: `unix://${lab.machine('here').engineSocket}`,
    };
    this.#hosts = new SshHosts(lab.hostSpecs(), {
      prompter: decliningPrompter,
      log: silentLog,
      environment: lab.environment(),
    });
  }

  /** `machines` besides `here`, whose engine stands for this machine's; all engines get image `adara:v1`. */
  static async make(machines: LabOptions['machines']): Promise<AdaraScene> {
    const unsupported = labUnsupported();
    if (unsupported) throw new Error(unsupported);
    await ensureLabPackages();
    await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')]);
    const image = await adaraImage('v1');
    const lab = await Lab.up({ machines: { ...machines, here: { engine: true } } });
    const urls: Record<string, string> = {};
    for (const [name, port] of Object.entries(FRONT_PORTS))
      urls[name] = `http://127.0.0.1:${await lab.network.forward(lab.machine('host-a').address, port)}/`;
    for (const machine of lab.machines.values())
      await machine.succeed(['docker', 'load', '--quiet', '--input', image]);
    return new AdaraScene(lab, urls);
  }

  /** Where users reach the sample by a router: `haproxy`, `apacheTemplate`. */
  url(router: string): string {
    return this.#urls[router]!;
  }

  async configure(yaml: string): Promise<void> {
    this.#yaml = yaml;
    await mkdir(this.#workspace, { recursive: true });
    await writeFile(path.join(this.#workspace, 'swapdeck.yaml'), yaml);
  }

  /** Another release with the same image. */
  async release(version: string): Promise<void> {
    await this.lab.machine('here').succeed(['docker', 'tag', 'adara:v1', `adara:${version}`]);
  }

  /** Runs the built command line to its end; rejects unless it is done, whatever its probe saw. */
  cli(...argv: string[]): Promise<Ran> {
    return builtCli({ cwd: this.#workspace, env: this.#env }, ...argv);
  }

  /** The application as the editor has it: its connections are kept from one use to the next. */
  async open(environment: string, application: string): Promise<DeployedApplication> {
    const { config, problems } = await parseConfig(this.#yaml);
    if (!config) throw new Error(JSON.stringify(problems));
    const folder = this.#workspace;
    return new DeployedApplication({
      config,
      folder,
      environment,
      application,
      places: new Places({ ssh: this.#hosts, local: new Set(), folder, env: this.#env }),
      providers: environmentProviders(this.#env),
      clock: systemClock,
      actor: { name: 'bench', machine: 'bench', processId: process.pid },
      stateFolder: this.#env.SWAPDECK_STATE!,
    });
  }

  async close(): Promise<void> {
    this.#hosts.dispose();
    await this.lab.down();
  }
}

/** Asks again and again over fresh connections, as fast as answers come, until a release answers. */
export async function answeredBy(url: string, release: string): Promise<{ asked: number; failed: number }> {
  let asked = 0;
  let failed = 0;
  for (;;) {
    asked++;
    const found = await releaseAt(url).catch(() => undefined);
    if (found === release) return { asked, failed };
    if (found === undefined) failed++;
  }
}

function releaseAt(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent: false }, (response) => {
        const { statusCode = 0, headers } = response;
        response.resume();
        response.once('error', reject);
        response.once('end', () => {
          if (statusCode >= 500) reject(new Error(`HTTP ${statusCode}`));
          else resolve(String(headers['x-release']));
        });
      })
      .once('error', reject);
  });
}
