import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Ignore } from '@balena/dockerignore';
import type { Pack } from 'tar-stream';
import * as z from 'zod';
import type { SourceOpener, UploadSource } from '../../../contracts/deployCall';
import { throwIfAborted } from '../../../util/async';
import { systemCode, toError } from '../../../util/errors';
import { EngineError } from '../errors';
import { pour } from '../image/tar';

export const CONTEXT_SOURCE = 'docker.context';

const contextSource = z.object({ folder: z.string(), dockerfile: z.string().optional() });

/** A file of a context, by its path in the archive. */
interface Member {
  readonly name: string;
  readonly file: string;
}

/** Opens `docker.context` sources: a folder as a tar, without what `.dockerignore` names. `root`: of relative folders. */
export function contextOpener(root: string): SourceOpener {
  return async (source: UploadSource, signal?: AbortSignal) => {
    const { folder, dockerfile = 'Dockerfile' } = contextSource.parse(source);
    const base = path.resolve(root, folder);
    const members = await membersOf(base, dockerfile, signal);
    return { chunks: archive(members, signal) };
  };
}

/** Everything that is sent, in a fixed order. The Dockerfile and `.dockerignore` always are, for the engine reads them. */
export async function membersOf(base: string, dockerfile: string, signal?: AbortSignal): Promise<Member[]> {
  const ignore = await readIgnore(base, dockerfile);
  const needed = new Set([dockerfile, '.dockerignore'].map((name) => path.posix.normalize(name)));
  const members: Member[] = [];
  const walk = async (folder: string): Promise<void> => {
    throwIfAborted(signal, `read ${base}`);
    const entries = await readdir(path.join(base, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // A folder that is left out may hold something that is not (`!folder/file`).
      if (needed.has(name) || !ignore?.ignores(name)) members.push({ name, file: path.join(base, name) });
      if (entry.isDirectory()) await walk(name);
    }
  };
  try {
    await walk('');
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new EngineError(
      'context',
      `${base}: ${toError(error).message}`,
      { folder: base, problem: systemCode(error) },
      error,
    );
  }
  if (!members.some(({ name }) => name === path.posix.normalize(dockerfile)))
    throw new EngineError('context', `${base} has no ${dockerfile}`, {
      folder: base,
      problem: 'dockerfileMissing',
      dockerfile,
    });
  return members;
}

async function readIgnore(base: string, dockerfile: string): Promise<Ignore | undefined> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const text = await readFile(path.join(base, name), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const { default: makeIgnore } = await import('@balena/dockerignore');
    return makeIgnore({ ignorecase: false }).add(text);
  }
  return undefined;
}

async function* archive(members: readonly Member[], signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const filling = (async () => {
    for (const member of members) {
      throwIfAborted(signal, 'send a build context');
      await add(tar, member);
    }
    tar.finalize();
  })();
  filling.catch((error: unknown) => tar.destroy(toError(error)));
  try {
    for await (const chunk of tar as AsyncIterable<Buffer>) yield chunk;
    await filling;
  } finally {
    tar.destroy();
  }
}

/** Owner and times don't count for the engine's cache of layers; owners are root's, as Docker's own client has them. */
async function add(tar: Pack, { name, file }: Member): Promise<void> {
  const found = await lstat(file);
  const common = { mtime: found.mtime, mode: modeOf(found.mode) };
  if (found.isDirectory()) tar.entry({ ...common, name: `${name}/`, type: 'directory' }).end(undefined);
  else if (found.isSymbolicLink())
    tar.entry({ ...common, name, type: 'symlink', linkname: await readlink(file) }).end(undefined);
  // Sockets and devices can't be built from.
  else if (found.isFile())
    await pour(createReadStream(file), tar.entry({ ...common, name, size: found.size }));
}

/** Windows knows no executable files; everything may be run there, as with Docker's own client. */
function modeOf(mode: number): number {
  return process.platform === 'win32' ? 0o755 : mode & 0o7777;
}
