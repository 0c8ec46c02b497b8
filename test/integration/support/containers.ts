import { toLabels } from '../../../src/targets/docker/labels';
import type { Machine } from '../../lab/machines/machine';

/** What a deployment would write on a container. */
export function ourLabels(name: string, version = '1.0.0', environment = 'staging', port?: string): string[] {
  const release = { application: 'adara', version, artifact: 'sha256:aa', configuration: 'c1' };
  const marks = { environment, plan: 'p1', instance: name, ...(port !== undefined && { port }) };
  return Object.entries(toLabels(release, marks)).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
}

/** Starts a container of the sample's image on a machine; resolves to its id. */
export async function startContainer(
  machine: Machine,
  name: string,
  options: readonly string[],
  command: readonly string[] = [],
): Promise<string> {
  const argv = ['docker', 'run', '--detach', '--name', name, ...options, 'adara:1.0.0', ...command];
  return (await machine.succeed(argv)).trim();
}

export async function removeContainers(machine: Machine): Promise<void> {
  await machine.succeed(['sh', '-c', 'docker ps -aq | xargs -r docker rm -f']);
}
