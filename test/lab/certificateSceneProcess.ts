import { prepareCertificates } from './certificates/scene';

/**
 * `tsx certificateSceneProcess.ts WORKSPACE`: a server with a certificate for tests that run inside the editor's own
 * process. Says where it is in a line of JSON, and ends with its input.
 */
async function main(workspace: string): Promise<void> {
  const asked = new Promise((resolve) => process.stdin.resume().once('end', resolve));
  const scene = await prepareCertificates(workspace);
  try {
    process.stdout.write(`${JSON.stringify({ served: scene.served })}\n`);
    await asked;
  } finally {
    await scene.dispose();
  }
}

main(process.argv[2]!).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
