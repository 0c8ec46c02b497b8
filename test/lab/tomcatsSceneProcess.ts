import { createInterface } from 'node:readline';
import { startTomcats } from './tomcatsScene';

/**
 * `tsx tomcatsSceneProcess.ts WORKSPACE`: Tomcats for tests that run inside the editor's own process. Says where they
 * are in a line of JSON, then does what each line of its input says (`["freeze", "nine"]`, `["thaw", "nine"]`); ends
 * with its input.
 */
async function main(workspace: string): Promise<void> {
  const { scene, nodes, close } = await startTomcats(workspace);
  try {
    const say = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);
    say(scene);
    for await (const line of createInterface({ input: process.stdin })) {
      const [what, name] = JSON.parse(line) as ['freeze' | 'thaw', keyof typeof nodes];
      nodes[name][what]();
      say('done');
    }
  } finally {
    await close();
  }
}

main(process.argv[2]!).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
