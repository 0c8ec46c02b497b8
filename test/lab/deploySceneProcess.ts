import { ensureLabPackages } from '../../scripts/support/labPackages';
import { prepareScene, sceneMachines } from './deployScene';
import { Lab } from './machines/lab';

/**
 * `tsx deploySceneProcess.ts WORKSPACE`: a lab for tests that run inside the editor's own process, which can't keep one. Says where
 * it is in a line of JSON, and ends with its input.
 */
async function main(workspace: string): Promise<void> {
  const asked = new Promise((resolve) => process.stdin.resume().once('end', resolve));
  await ensureLabPackages();
  const lab = await Lab.up({ machines: sceneMachines });
  try {
    process.stdout.write(`${JSON.stringify(await prepareScene(lab, workspace))}\n`);
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
