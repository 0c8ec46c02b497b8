import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Pack } from 'tar-stream';
import { ensureJdk } from '../../../scripts/support/jdk';
import { run } from '../../../scripts/support/run';
import { findProgram } from '../../../scripts/support/systemPackages';
import { makeTempDir } from '../../../scripts/support/tempDir';
import {
  addFile,
  addText,
  addTree,
  architecture,
  cached,
  digestOf,
  layerOf,
  writeTar,
  type Layer,
} from './archive';

/** What the image that `samples/adara/Dockerfile` begins from is called. */
export const JAVA_IMAGE = 'swapdeck-java';
export const javaEnv = ['PATH=/opt/java/bin:/bin'] as const;

/** The service, and a debugger's way in. */
const MODULES = 'java.base,jdk.httpserver,jdk.jdwp.agent';
const LIBRARIES = [
  'server/libjvm.so',
  'libjava.so',
  'libnet.so',
  'libnio.so',
  'libzip.so',
  'libjdwp.so',
  'libdt_socket.so',
];
const APPLETS = ['sh', 'cat', 'ls', 'ps', 'wget', 'sleep', 'env', 'id'];

/** The layers of a Java runtime with a shell, made from this machine's own files without a registry; cached. */
export async function javaLayers(): Promise<readonly [Layer, Layer]> {
  const jdk = await ensureJdk();
  const key = `${architecture}-${await digestOf([path.join(jdk.home, 'release'), findProgram('busybox')!])}`;
  const system = await cached(`system-${key}.tar`, (file) =>
    writeTar(file, (tar) => addSystem(tar, jdk.home)),
  );
  const runtime = await cached(`java-${key}.tar`, (file) => makeRuntime(file, jdk.home));
  return [await layerOf(system), await layerOf(runtime)];
}

async function makeRuntime(file: string, home: string): Promise<void> {
  const folder = await makeTempDir('jlink');
  try {
    const output = path.join(folder, 'java');
    const slim = ['--strip-debug', '--no-header-files', '--no-man-pages'];
    await run(path.join(home, 'bin', 'jlink'), [...slim, '--add-modules', MODULES, '--output', output]);
    await writeTar(file, (tar) => addTree(tar, output, 'opt/java'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The loader, the libraries that Java needs, and a shell with a few commands. */
async function addSystem(tar: Pack, home: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'tmp', 'opt', 'proc', 'sys', 'dev', 'var'])
    tar
      .entry({ name: `${folder}/`, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755 })
      .end(undefined);
  addText(tar, 'etc/passwd', 'root:x:0:0:root:/:/bin/sh\n');
  addText(tar, 'etc/nsswitch.conf', 'hosts: files dns\n');
  await addFile(tar, 'bin/busybox', findProgram('busybox')!, 0o755);
  for (const applet of APPLETS)
    tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' }).end(undefined);
  for (const library of await librariesOf(home)) await addFile(tar, library.slice(1), library, 0o755);
}

/** Paths at which the loader finds what Java's own libraries need, and the loader itself. */
async function librariesOf(home: string): Promise<string[]> {
  const files = [path.join(home, 'bin', 'java'), ...LIBRARIES.map((name) => path.join(home, 'lib', name))];
  const printed = await run('ldd', files);
  const paths = [...printed.matchAll(/(?:=> )?(\/[^\s:]+) \(0x/g)].map(([, found]) => found!);
  return [...new Set(paths)].filter((found) => !found.startsWith(home)).sort();
}
