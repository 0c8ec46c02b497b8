import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { ClassIndex } from '../src/jdwp/classIndex';
import { VirtualMachine } from '../src/jdwp/commands';
import { JdwpConnection } from '../src/jdwp/connection';
import { TcpDialer } from '../src/transport/tcp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
} from '../test/integration/support/javaProcess';
import { jdksToTest } from '../test/integration/support/jdks';
import { median, runBench } from './support/bench';
import { compileGenerated, generatedName, readGenerated } from './support/generatedClasses';

// Comparing 5,000 classes with what a JVM runs, on loopback: every class file read from its folder, every class of
// the JVM read back (pool, fields, 25,000 methods with code and line numbers), requests pipelined. Some were
// redefined before: there and back (the same, with a merged pool), or only there (changed). Each round is a process
// of its own, bundled as the product is; its memory is that of the whole process, Node.js included.

const count = 5000;
const thereAndBack = 200;
const there = 100;
const rounds = 5;

interface Compared {
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds of the first comparison of a fresh process, and of a later one. */
  readonly first: number;
  readonly again: number;
  readonly rss: number;
}

async function swapSome(
  jvm: JavaProcess,
  before: readonly Buffer[],
  after: readonly Buffer[],
): Promise<void> {
  const connection = await JdwpConnection.open(await new TcpDialer().dial(jvm.endpoint));
  const index = await ClassIndex.open(connection);
  const redefine = (from: number, to: number, files: readonly Buffer[]): Promise<unknown> => {
    const classes = Array.from({ length: to - from }, (_, i) => ({
      refType: index.lookup(generatedName(from + i))[0]!.id,
      classfile: files[from + i]!,
    }));
    return connection.request(VirtualMachine.RedefineClasses, { classes });
  };
  await redefine(0, thereAndBack + there, after);
  await redefine(0, thereAndBack, before);
  index.dispose();
  await connection.request(VirtualMachine.Dispose, {});
  connection.dispose();
}

runBench('compare', async (say) => {
  const jdk = jdksToTest().at(-1)!;
  const temporary = await temporaryFolder('swapdeck-bench-');
  let jvm: JavaProcess | undefined;
  try {
    const { folder } = temporary;
    say(`JDK ${jdk.version}: compiling ${count} classes`);
    const program = await readFile(path.join(__dirname, 'support', 'java', 'LoadGenerated.java'), 'utf8');
    const programs = await compileJava(
      jdk,
      folder,
      { 'LoadGenerated.java': program },
      { classes: 'programs' },
    );
    const root = await compileGenerated(jdk, folder, { count, full: count, version: 1 });
    const swapped = thereAndBack + there;
    const other = await compileGenerated(jdk, folder, { count: swapped, full: swapped, version: 2 });
    const comparing = path.join(folder, 'compare.js');
    const entryPoints = [path.join(__dirname, 'support', 'compareProcess.ts')];
    await esbuild.build({
      entryPoints,
      bundle: true,
      platform: 'node',
      outfile: comparing,
      logLevel: 'warning',
    });
    jvm = await startJava(jdk, {
      classPath: [programs, root],
      mainClass: 'LoadGenerated',
      args: [String(count)],
      readyLine: 'READY',
    });
    await swapSome(jvm, await readGenerated(root, swapped), await readGenerated(other, swapped));
    const measured: Compared[] = [];
    for (let round = 1; round <= rounds; round++) {
      const args = [comparing, String(jvm.endpoint.port), root];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      const compared = JSON.parse(stdout) as Compared;
      const { same, changed } = compared.counts;
      if (same !== count - there || changed !== there)
        throw new Error(`unexpected: ${JSON.stringify(compared.counts)}`);
      measured.push(compared);
      const { first, again, rss } = compared;
      say(
        `round ${round} of ${rounds}: ${first.toFixed(0)} ms, again ${again.toFixed(0)} ms, ${(rss / 1e6).toFixed(0)} MB`,
      );
    }
    return {
      claims: [
        { name: 'firstMs', value: median(measured.map(({ first }) => first)), atMost: 2000 },
        { name: 'againMs', value: median(measured.map(({ again }) => again)), atMost: 2000 },
        { name: 'processMegabytes', value: Math.max(...measured.map(({ rss }) => rss)) / 1e6, atMost: 150 },
      ],
      figures: { jdk: jdk.feature, classes: count },
    };
  } finally {
    await jvm?.stop();
    await temporary.remove();
  }
});
