import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pack, type Pack } from 'tar-stream';
import { pour } from '../../../src/targets/docker/image/tar';

/** A layer of an image as a file: an uncompressed tar. */
export interface Layer {
  readonly file: string;
  readonly diffId: string;
}

export interface ImageSpec {
  readonly reference: string;
  readonly layers: readonly Layer[];
  readonly env?: readonly string[];
  readonly command?: readonly string[];
  /** As Go has it; this machine's unless given. */
  readonly architecture?: string;
  readonly healthcheck?: { readonly test: readonly string[]; readonly intervalMs: number };
}

/** What is made once and used by all labs of this account. */
export const cacheFolder = path.join(
  process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'),
  'swapdeck',
  'lab',
);

/** What Go calls this machine's processor. */
export const architecture = process.arch === 'x64' ? 'amd64' : process.arch;

/** A fixed time, so that the same content makes the same image. */
const EPOCH = new Date(0);

/** Writes a tar as a whole or not at all. */
export async function writeTar(file: string, fill: (tar: Pack) => Promise<void>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  const tar = pack();
  const output = createWriteStream(part);
  const written = (async () => {
    for await (const chunk of tar as AsyncIterable<Buffer>)
      if (!output.write(chunk)) await once(output, 'drain');
    output.end();
    await once(output, 'close');
  })();
  try {
    await fill(tar);
    tar.finalize();
    await written;
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Adds a file, or a folder with what is in it, under a name in the archive. */
export async function addTree(tar: Pack, source: string, name: string): Promise<void> {
  const entry = await lstat(source);
  if (entry.isDirectory()) {
    tar.entry({ name: `${name}/`, type: 'directory', mode: 0o755, mtime: EPOCH }).end(undefined);
    for (const child of (await readdir(source)).sort())
      await addTree(tar, path.join(source, child), `${name}/${child}`);
  } else if (entry.isSymbolicLink()) {
    const linkname = await readlink(source);
    tar.entry({ name, type: 'symlink', linkname, mode: 0o777, mtime: EPOCH }).end(undefined);
  } else await addFile(tar, name, source, entry.mode & 0o777);
}

export async function addFile(tar: Pack, name: string, source: string, mode = 0o644): Promise<void> {
  const { size } = await stat(source);
  await pour(createReadStream(source), tar.entry({ name, size, mode, mtime: EPOCH }));
}

export function addText(tar: Pack, name: string, content: string | Buffer, mode = 0o644): void {
  tar.entry({ name, mode, mtime: EPOCH }, content);
}

export async function layerOf(file: string): Promise<Layer> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { file, diffId: `sha256:${hash.digest('hex')}` };
}

/** Writes an image as `docker load` takes it. Resolves to its id. */
export async function writeImage(file: string, image: ImageSpec): Promise<string> {
  const config = JSON.stringify({
    architecture: image.architecture ?? architecture,
    os: 'linux',
    created: EPOCH.toISOString(),
    config: {
      Env: image.env ?? [],
      Cmd: image.command ?? [],
      ...(image.healthcheck && {
        Healthcheck: {
          Test: ['CMD', ...image.healthcheck.test],
          Interval: image.healthcheck.intervalMs * 1e6,
        },
      }),
    },
    rootfs: { type: 'layers', diff_ids: image.layers.map(({ diffId }) => diffId) },
    history: image.layers.map(() => ({ created: EPOCH.toISOString(), created_by: 'swapdeck lab' })),
  });
  const id = createHash('sha256').update(config).digest('hex');
  const nameOf = ({ diffId }: Layer): string => `${diffId.slice('sha256:'.length)}/layer.tar`;
  await writeTar(file, async (tar) => {
    addText(tar, `${id}.json`, config);
    for (const layer of new Map(image.layers.map((each) => [each.diffId, each])).values())
      await addFile(tar, nameOf(layer), layer.file);
    const manifest = { Config: `${id}.json`, RepoTags: [image.reference], Layers: image.layers.map(nameOf) };
    addText(tar, 'manifest.json', JSON.stringify([manifest]));
  });
  return `sha256:${id}`;
}

/** The cached file of that name, made when it is not there yet. */
export async function cached(name: string, make: (file: string) => Promise<void>): Promise<string> {
  const file = path.join(cacheFolder, name);
  if (!(await stat(file).catch(() => undefined))) {
    await mkdir(cacheFolder, { recursive: true });
    await make(file);
  }
  return file;
}

/** A digest of what files say, for names in the cache. */
export async function digestOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}
