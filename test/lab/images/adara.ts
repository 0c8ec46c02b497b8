import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureJdk } from '../../../scripts/support/jdk';
import { root } from '../../../scripts/support/paths';
import { run } from '../../../scripts/support/run';
import { makeTempDir } from '../../../scripts/support/tempDir';
import {
  addTree,
  architecture,
  cached,
  digestOf,
  layerOf,
  writeImage,
  writeTar,
  type ImageSpec,
} from './archive';
import { JAVA_IMAGE, javaEnv, javaLayers } from './java';

const source = path.join(root, 'samples', 'adara');

/** The runtime alone, for `docker load`: what the sample's Dockerfile begins from. Resolves to the archive's path. */
export async function javaImage(): Promise<string> {
  const layers = await javaLayers();
  const spec: ImageSpec = { reference: `${JAVA_IMAGE}:latest`, layers, env: javaEnv };
  const name = `image-java-${layers.map(({ diffId }) => diffId.slice(7, 19)).join('-')}.tar`;
  return cached(name, async (file) => {
    await writeImage(file, spec);
  });
}

/** A folder with the sample, compiled, and with the name of a release: what an image is built from. */
export async function adaraContext(folder: string, release: string): Promise<void> {
  await cp(source, folder, { recursive: true, filter: (file) => path.basename(file) !== 'target' });
  const classes = path.join(folder, 'target', 'classes');
  await mkdir(classes, { recursive: true });
  await compile(classes);
  await writeFile(path.join(classes, 'release.txt'), `${release}\n`);
}

export interface AdaraVariant {
  /** Another name than `adara:RELEASE`. */
  readonly reference?: string;
  readonly architecture?: string;
}

/** The sample as an image of a release, as `docker build` would make it; cached. Resolves to the archive's path. */
export async function adaraImage(release: string, variant: AdaraVariant = {}): Promise<string> {
  const layers = await javaLayers();
  const reference = variant.reference ?? `adara:${release}`;
  const arch = variant.architecture ?? architecture;
  const key = await digestOf([...(await sourceFiles()), ...layers.map(({ file }) => file)]);
  const named = `${reference}-${release}-${arch}-${key}`.replace(/[^\w.-]/g, '_');
  const app = await cached(`layer-${named}.tar`, async (file) => {
    const folder = await makeTempDir('adara');
    try {
      await adaraContext(folder, release);
      await writeTar(file, (tar) => addTree(tar, path.join(folder, 'target', 'classes'), 'app'));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
  return cached(`image-${named}.tar`, async (file) => {
    await writeImage(file, {
      reference,
      layers: [...layers, await layerOf(app)],
      architecture: arch,
      env: [...javaEnv, 'SERVER_PORT=8080'],
      command: [
        'java',
        '-Dsun.net.httpserver.nodelay=true',
        '-XX:+UseSerialGC',
        '-Xmx64m',
        '-cp',
        '/app',
        'adara.Main',
      ],
    });
  });
}

async function sourceFiles(): Promise<string[]> {
  const java = path.join(source, 'src', 'main', 'java');
  return (await readdir(java, { recursive: true }))
    .filter((name) => name.endsWith('.java'))
    .sort()
    .map((name) => path.join(java, name));
}

async function compile(classes: string): Promise<void> {
  const jdk = await ensureJdk();
  await run(jdk.javac, [
    '-g',
    '--release',
    '17',
    '-encoding',
    'UTF-8',
    '-d',
    classes,
    ...(await sourceFiles()),
  ]);
}
