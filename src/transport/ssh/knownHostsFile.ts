import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TransportError } from '../../contracts/transportError';
import { systemCode, toError } from '../../util/errors';
import { formatKnownHost, parseKnownHosts, type KnownHostLine } from './knownHosts';

/**
 * Reads the lines of all files; one that isn't there is empty. One that can't be read is a `configuration` error:
 * a key in it could be revoked.
 */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHostLine[]> {
  const all = await Promise.all(
    files.map(async (file) => {
      try {
        return parseKnownHosts(await readFile(file, 'utf8'), file);
      } catch (thrown) {
        const code = systemCode(thrown);
        if (code === 'ENOENT' || code === 'ENOTDIR') return [];
        throw new TransportError(
          'configuration',
          `can't read ${file}`,
          { problem: 'unreadable', file },
          toError(thrown),
        );
      }
    }),
  );
  return all.flat();
}

/** Appends a line for a key in one write, with folder and file private to the user where they are made. */
export async function addKnownHost(file: string, name: string, key: Buffer, hashed: boolean): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  try {
    const line = formatKnownHost(name, key, hashed);
    await handle.appendFile(`${(await endsInsideLine(handle)) ? '\n' : ''}${line}\n`);
  } finally {
    await handle.close();
  }
}

/** An editor may have left the last line without a newline. */
async function endsInsideLine(handle: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
