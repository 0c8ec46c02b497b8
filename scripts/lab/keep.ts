import { cp, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { javaImage } from '../../test/lab/images/adara';
import { Lab } from '../../test/lab/machines/lab';
import { FLEET_PORT, FRONT_PORTS } from '../../test/lab/machines/services';
import { root } from '../support/paths';
import { tryRun } from '../support/run';
import { configuration } from './configuration';
import { labFolder, stateFile, type RunningLab } from './control';

/** The process behind `npm run lab`: the machines are there as long as it is. */
async function main(): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  const lab = await Lab.up({
    folder: labFolder,
    machines: {
      'host-a': { engine: true, services: ['apache', 'haproxy', 'nginx'] },
      'host-b': { engine: true },
      // Its engine stands for that of the contributor's own machine.
      here: { engine: true },
    },
  });
  try {
    await lab.machine('here').succeed(['docker', 'load', '--quiet', '--input', await javaImage()]);
    const urls: Record<string, string> = {};
    for (const [name, port] of Object.entries({ ...FRONT_PORTS, fleet: FLEET_PORT }))
      urls[name] = `http://127.0.0.1:${await lab.network.forward(lab.machine('host-a').address, port)}/`;
    const workspace = path.join(labFolder, 'adara');
    await cp(path.join(root, 'samples', 'adara'), workspace, {
      recursive: true,
      filter: (file) => path.basename(file) !== 'target',
    });
    await writeFile(
      path.join(workspace, 'swapdeck.yaml'),
      configuration(urls, lab.machine('host-b').address),
    );
    await commit(workspace);
    const state: RunningLab = {
      pid: process.pid,
      folder: labFolder,
      workspace,
      engine: lab.machine('here').engineSocket,
      urls,
    };
    await writeFile(`${stateFile}.part`, JSON.stringify(state));
    await rename(`${stateFile}.part`, stateFile);
    await asked;
  } finally {
    await lab.down();
  }
}

/** A release is named after its commit; without git it has to be named by hand. */
async function commit(workspace: string): Promise<void> {
  const author = ['-c', 'user.name=lab', '-c', 'user.email=lab@localhost'];
  await writeFile(path.join(workspace, '.gitignore'), 'target/\n');
  for (const args of [
    ['init', '--quiet'],
    ['add', '.'],
    [...author, 'commit', '--quiet', '--message', 'The sample'],
  ])
    await tryRun('git', args, { cwd: workspace }).catch(() => undefined);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
