import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../scripts/support/run';
import { adaraContext, javaImage } from './images/adara';
import type { Lab, LabOptions } from './machines/lab';
import { FRONT_PORTS } from './machines/services';

/** A workspace whose application is deployed to the machines of a lab. Plain JSON: it may come from another process. */
export interface DeployScene {
  readonly workspace: string;
  /** What a process that deploys from there must have in its environment. */
  readonly env: Readonly<Record<'HOME' | 'SWAPDECK_STATE' | 'DOCKER_HOST', string>>;
  /** Where users reach the application. */
  readonly url: string;
}

/** One machine to deploy to, and one whose engine stands for that of this machine. */
export const sceneMachines: LabOptions['machines'] = {
  'host-a': { engine: true, services: ['haproxy'] },
  here: { engine: true },
};

/**
 * Puts an application into a folder, with a configuration: `staging` asks for nothing but a click, `production` for its
 * name or a yes; in both the same machine serves. `lost` has a machine that does not answer, `quotes` is an application
 * that can't be deployed yet.
 */
export async function prepareScene(
  lab: Lab,
  workspace: string,
  protection: 'confirm' | 'type-name' = 'confirm',
): Promise<DeployScene> {
  await lab.machine('here').succeed(['docker', 'load', '--quiet', '--input', await javaImage()]);
  const url = `http://127.0.0.1:${await lab.network.forward(lab.machine('host-a').address, FRONT_PORTS.haproxy)}/`;
  await mkdir(workspace, { recursive: true });
  await adaraContext(path.join(workspace, 'adara'), 'unnamed');
  await writeFile(path.join(workspace, 'swapdeck.yaml'), configuration(url, protection));
  await run('git', ['init', '--quiet'], { cwd: workspace });
  return {
    workspace,
    url,
    env: {
      HOME: lab.home,
      SWAPDECK_STATE: path.join(lab.folder, 'state'),
      DOCKER_HOST: `unix://${lab.machine('here').engineSocket}`,
    },
  };
}

/** Commits something that makes another release; resolves to its version. */
export async function commitRelease({ workspace }: DeployScene, subject: string): Promise<string> {
  const what = path.join(workspace, 'adara', 'target', 'classes', 'what.txt');
  await writeFile(what, subject);
  return commitAll(workspace, subject);
}

/** Commits the configuration as it is now, and the application with it. */
export async function commitAll(workspace: string, subject: string): Promise<string> {
  const git = (...args: string[]): Promise<string> => run('git', args, { cwd: workspace });
  await git('add', '--all', '--force', '.');
  await git('-c', 'user.name=lab', '-c', 'user.email=lab@localhost', 'commit', '--quiet', '-m', subject);
  return (await git('rev-parse', '--short', 'HEAD')).trim();
}

/** The release that users are served by now. */
export async function answering({ url }: DeployScene): Promise<string | null> {
  return (await fetch(url, { headers: { connection: 'close' } })).headers.get('x-release');
}

function configuration(url: string, protection: string): string {
  return `applications:
  adara:
    image: adara
    build: { context: adara }
    health: { path: /actuator/health, json: { status: UP }, timeout: 45s }
    smoke: [{ get: /, status: 200, contains: Adara }]
    run:
      network: host
      port: { env: SERVER_PORT, from: 8080 }
      env: { ADARA_RELEASE: "\${version}" }
  reports: { image: reports }
  quotes: { manifests: deploy }

hosts:
  host-a: { ssh: host-a }
  gone: { ssh: "nobody@127.0.0.1:1" }

clusters:
  test: { context: test, namespace: test }

routers:
  edge: { kind: haproxy, host: host-a, socket: /run/haproxy/admin.sock, backend: web }

environments:
  staging:
    probe: { url: "${url}", every: 20ms }
    applications:
      adara: { targets: [host-a], strategy: blue-green, router: edge, drain: 5s, standby: 1 }
      quotes: { targets: [test], strategy: rolling }
  production:
    protection: ${protection}
    probe: { url: "${url}", every: 20ms }
    applications:
      adara: { targets: [host-a], strategy: blue-green, router: edge, drain: 5s, standby: 1 }
  lost:
    applications:
      adara: { targets: [gone], strategy: recreate }
      reports: { targets: [gone], strategy: recreate }
`;
}
