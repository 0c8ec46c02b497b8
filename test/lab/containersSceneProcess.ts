import { createInterface } from 'node:readline';
import { ensureLabPackages } from '../../scripts/support/labPackages';
import { containersMachines, prepareContainers } from './containersScene';
import { Lab } from './machines/lab';

/**
 * `tsx containersSceneProcess.ts WORKSPACE`: a lab with containers for tests that run inside the editor's own process,
 * which can't keep one. Says where it is in a line of JSON, then runs each line of its input, an argv in JSON, on
 * `host-a` and answers with what that printed; ends with its input.
 */
async function main(workspace: string): Promise<void> {
  await ensureLabPackages();
  const lab = await Lab.up({ machines: containersMachines });
  try {
    const say = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
    say(await prepareContainers(lab, workspace));
    for await (const line of createInterface({ input: process.stdin }))
      say(await lab.machine('host-a').run(JSON.parse(line) as string[]));
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
