import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toLabels } from '../../src/targets/docker/labels';
import { adaraContext, adaraImage } from './images/adara';
import type { Lab, LabOptions } from './machines/lab';
import type { Machine } from './machines/machine';

/** A workspace whose hosts have containers to look at. Plain JSON: it may come from another process. */
export interface ContainersScene {
  /** What a process that looks at them must have in its environment. */
  readonly env: Readonly<Record<'HOME' | 'DOCKER_HOST', string>>;
}

export const SECRET = 'correct horse battery staple';

/** One machine that is reached over SSH, and one whose engine stands for that of this machine. */
export const containersMachines: LabOptions['machines'] = {
  'host-a': { engine: true },
  here: { engine: true },
};

/**
 * On `web-1`: a live release with a debug port, an older one that is kept, and a container of someone else. `here` has
 * one that is published; `lost` does not answer.
 */
export async function prepareContainers(lab: Lab, workspace: string): Promise<ContainersScene> {
  await mkdir(workspace, { recursive: true });
  await adaraContext(path.join(workspace, 'adara'), '1.1.0');
  // What is saved is compiled with what is there, without a build tool.
  await rm(path.join(workspace, 'adara', 'pom.xml'));
  await writeFile(path.join(workspace, 'swapdeck.yaml'), configuration);
  const [web, here] = [lab.machine('host-a'), lab.machine('here')];
  await load(web, await adaraImage('1.0.0'), await adaraImage('1.1.0'));
  await load(here, await adaraImage('1.0.0'));
  const agent =
    'JAVA_TOOL_OPTIONS=-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:5005';
  await Promise.all([
    start(web, 'adara', '1.1.0', [
      ...labels('adara', '1.1.0', '8080'),
      ...['--network', 'host', '--env', agent, '--env', `DB_PASSWORD=${SECRET}`, '--env', 'PROFILE=staging'],
      ...['--health-cmd', 'wget -q -O - http://127.0.0.1:8080/actuator/health', '--health-interval', '1s'],
    ]),
    start(web, 'adara-p1', '1.0.0', labels('adara-p1', '1.0.0', '8079'), ['sh', '-c', 'exit 0']),
    start(web, 'metrics', '1.0.0', ['--publish', '127.0.0.1:9090:80'], chatty),
    start(here, 'playground', '1.0.0', ['--publish', '127.0.0.1:8080:8080']),
  ]);
  return { env: { HOME: lab.home, DOCKER_HOST: `unix://${here.engineSocket}` } };
}

const configuration = `applications:
  adara:
    image: adara
    classes: [adara/target/classes]
    sources: [adara/src/main/java]
    health: { path: /actuator/health, json: { status: UP } }
    run:
      network: host
      port: { env: SERVER_PORT, from: 8080 }
      env: { PROFILE: "\${environment}", DB_PASSWORD: "\${secret:adara-db}" }

hosts:
  web-1: { ssh: host-a }
  here: { local: true }
  lost: { ssh: "127.0.0.1:1" }

environments:
  staging:
    protection: confirm
    applications:
      adara: { targets: [web-1], strategy: recreate }
`;

/** Prints a line now and then, and ends when it is asked to. */
const chatty = [
  'sh',
  '-c',
  'trap "exit 143" TERM; i=0; while sleep 0.2; do i=$((i+1)); echo "sample $i"; done',
];

async function load(machine: Machine, ...archives: readonly string[]): Promise<void> {
  for (const archive of archives) await machine.succeed(['docker', 'load', '--quiet', '--input', archive]);
}

async function start(
  machine: Machine,
  name: string,
  release: string,
  options: readonly string[],
  command: readonly string[] = [],
): Promise<void> {
  await machine.succeed([
    'docker',
    'run',
    '--detach',
    '--name',
    name,
    ...options,
    `adara:${release}`,
    ...command,
  ]);
}

function labels(instance: string, version: string, port: string): string[] {
  const release = { application: 'adara', version, artifact: 'sha256:aa', configuration: 'c1' };
  const marks = { environment: 'staging', plan: 'p1', instance, port };
  return Object.entries(toLabels(release, marks)).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
}
