import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { unzipSync } from 'fflate';
import { readFile } from 'node:fs/promises';
import type { Jdk } from './jdks';

const DUMP = path.resolve('test/fixtures/java/classfile/DumpClasses.java');

/** Every class file of a JDK's modules, one after another. */
export async function* jdkClasses(jdk: Jdk): AsyncGenerator<Buffer> {
  const child = spawn(jdk.java, [DUMP], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      let at = 0;
      while (rest.length - at >= 4 && rest.length - at - 4 >= rest.readUInt32BE(at)) {
        const length = rest.readUInt32BE(at);
        yield rest.subarray(at + 4, at + 4 + length);
        at += 4 + length;
      }
      rest = rest.subarray(at);
    }
    const code = await exited;
    if (code !== 0 || rest.length > 0)
      throw new Error(`reading the JDK's classes ended with ${String(code)}`);
  } finally {
    child.kill();
    await exited;
  }
}

/**
 * The class files of a jar by their path in it. Of a multi-release jar those that a JVM of this release sees; none
 * of the particular ones unless it is given.
 */
export async function jarClasses(jar: string, feature = 8): Promise<ReadonlyMap<string, Buffer>> {
  const entries = unzipSync(await readFile(jar), {
    filter: ({ name }) => name.endsWith('.class') || name === 'META-INF/MANIFEST.MF',
  });
  const manifest = Buffer.from(entries['META-INF/MANIFEST.MF'] ?? []).toString('latin1');
  const isMulti = /^Multi-Release: *true/im.test(manifest);
  const classes = new Map<string, Buffer>();
  for (const release of [0, ...Array.from({ length: feature - 8 }, (_, at) => at + 9)]) {
    const folder = release === 0 ? '' : `META-INF/versions/${release}/`;
    if (release > 0 && !isMulti) break;
    for (const [name, bytes] of Object.entries(entries)) {
      const path = name.slice(folder.length);
      if (name.startsWith(folder) && path.endsWith('.class') && !path.startsWith('META-INF/'))
        classes.set(path, Buffer.from(bytes));
    }
  }
  return classes;
}
