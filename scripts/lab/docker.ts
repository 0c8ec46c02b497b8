import { javaImage } from '../../test/lab/images/adara';
import type { Lab, LabOptions } from '../../test/lab/machines/lab';
import { FLEET_PORT, FRONT_PORTS } from '../../test/lab/machines/services';
import { configuration } from './configuration';
import type { RunningLab } from './control';
import { makeWorkspace } from './workspace';

export const dockerMachines: LabOptions['machines'] = {
  'host-a': { engine: true, services: ['apache', 'haproxy', 'nginx'] },
  'host-b': { engine: true },
  // Its engine stands for that of the contributor's own machine.
  here: { engine: true },
};

/** A service in containers, and where users reach it by each router. */
export async function prepareDocker(lab: Lab): Promise<Pick<RunningLab, 'workspace' | 'env' | 'urls'>> {
  await lab.machine('here').succeed(['docker', 'load', '--quiet', '--input', await javaImage()]);
  const urls: Record<string, string> = {};
  for (const [name, port] of Object.entries({ ...FRONT_PORTS, fleet: FLEET_PORT }))
    urls[name] = `http://127.0.0.1:${await lab.network.forward(lab.machine('host-a').address, port)}/`;
  const yaml = configuration(urls, lab.machine('host-b').address);
  const workspace = await makeWorkspace(lab.folder, 'adara', yaml);
  return { workspace, env: { DOCKER_HOST: `unix://${lab.machine('here').engineSocket}` }, urls };
}
