import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
} from '../test/integration/support/javaProcess';
import { jdksToTest } from '../test/integration/support/jdks';
import { median, runBench } from './support/bench';

// The resident memory of a process that indexes 50,000 loaded classes, above that of a process that does nothing.
// The reading process is bundled as the product is, and nobody asks it to collect its garbage before it is measured.

const count = 50_000;
const rounds = 5;
const template = `package com.example.shop.module000.service;
class Template00000<T extends Comparable<T>> {
  T value;
  int seed;
  int mix(int other) { return seed * 31 + other; }
}`;
/** What the empty process says of itself, at the same moments. */
const empty = `
  const wait = (then) => setTimeout(then, 500);
  wait(() => {
    const rss = process.memoryUsage.rss();
    global.gc();
    wait(() => console.log(JSON.stringify({ classes: 0, rss, collected: process.memoryUsage.rss() })));
  });`;

interface Memory {
  readonly classes: number;
  readonly rss: number;
  readonly collected: number;
}

async function run(script: string, ...args: string[]): Promise<Memory> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, ...args]);
  return JSON.parse(stdout) as Memory;
}

runBench('memory', async (say) => {
  const jdk = jdksToTest().at(-1)!;
  const temporary = await temporaryFolder('swapdeck-bench-');
  let jvm: JavaProcess | undefined;
  try {
    const { folder } = temporary;
    const program = await readFile(path.join(__dirname, 'support', 'java', 'DefineMany.java'), 'utf8');
    const classes = await compileJava(jdk, folder, {
      'DefineMany.java': program,
      'com/example/shop/module000/service/Template00000.java': template,
    });
    const indexing = path.join(folder, 'index.js');
    const entryPoints = [path.join(__dirname, 'support', 'indexProcess.ts')];
    await esbuild.build({
      entryPoints,
      bundle: true,
      platform: 'node',
      outfile: indexing,
      logLevel: 'warning',
    });
    const idle = path.join(folder, 'empty.js');
    await writeFile(idle, empty);
    say(`JDK ${jdk.version}: loading ${count} classes`);
    jvm = await startJava(jdk, {
      classPath: [classes],
      mainClass: 'DefineMany',
      args: [String(count)],
      readyLine: 'READY',
    });
    const above: number[] = [];
    const collected: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const without = await run(idle);
      const withIndex = await run(indexing, String(jvm.endpoint.port));
      if (withIndex.classes < count) throw new Error(`only ${withIndex.classes} classes indexed`);
      above.push((withIndex.rss - without.rss) / 1e6);
      collected.push((withIndex.collected - without.collected) / 1e6);
      say(
        `round ${round} of ${rounds}: ${withIndex.classes} classes, ${above.at(-1)!.toFixed(1)} MB above the empty process, ${collected.at(-1)!.toFixed(1)} MB after a collection`,
      );
    }
    return {
      claims: [{ name: 'megabytesAboveEmpty', value: median(above), atMost: 40 }],
      figures: { jdk: jdk.feature, classes: count, megabytesAfterCollection: median(collected) },
    };
  } finally {
    await jvm?.stop();
    await temporary.remove();
  }
});
