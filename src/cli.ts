import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { stateFolder } from './environments/stateFolder';

// A Node.js that can (22.8) keeps what V8 compiled, so that the next command begins sooner.
const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
enableCompileCache?.(join(stateFolder(process.env), 'compiled'));

/**
 * The command line. Ctrl-C and SIGTERM abort what is under way, so that it can end in order; a second one ends at
 * once. A reader that goes away (`| head`) ends it quietly.
 */
const abort = new AbortController();
let signalCode: number | undefined;
let unread = false;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (signalCode !== undefined) process.exit(code);
    signalCode = code;
    abort.abort();
  });
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    unread = true;
    abort.abort();
  });
}

const environment = {
  stdout: process.stdout,
  stderr: process.stderr,
  cwd: process.cwd(),
  env: process.env,
  signal: abort.signal,
  ...(process.stdin.isTTY && process.stderr.isTTY
    ? { terminal: { input: process.stdin, output: process.stderr } }
    : {}),
};
void run().then((code) => {
  // A command that ends in order although it was interrupted (such as one that waits) says so by code 0.
  process.exitCode = code === 0 ? 0 : (signalCode ?? (unread ? 0 : code));
});

async function run(): Promise<number> {
  const { main } = await import('./cli/main');
  return main(process.argv.slice(2), environment);
}
