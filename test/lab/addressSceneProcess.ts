import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { addressPackages, ensureLabPackages } from '../../scripts/support/labPackages';
import { addressConfiguration, AddressScene, BALANCERS } from './address/scene';
import { Lab } from './machines/lab';

/**
 * `tsx addressSceneProcess.ts WORKSPACE`: load balancers with an address that moves, for tests inside the editor's own
 * process. Says in a line of JSON with which environment it is reached, and ends with its input.
 */
async function main(workspace: string): Promise<void> {
  const asked = new Promise((resolve) => process.stdin.resume().once('end', resolve));
  await ensureLabPackages(addressPackages);
  const lab = await Lab.up({ machines: Object.fromEntries(BALANCERS.map((name) => [name, {}])) });
  try {
    const scene = await AddressScene.start(lab, { advertSeconds: 0.2 });
    scene.dispose();
    await writeFile(path.join(workspace, 'swapdeck.yaml'), addressConfiguration(scene.url));
    const env = { HOME: lab.home, SWAPDECK_STATE: path.join(lab.folder, 'state') };
    process.stdout.write(`${JSON.stringify({ env })}\n`);
    await asked;
  } finally {
    await lab.down();
  }
}

main(process.argv[2]!).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
