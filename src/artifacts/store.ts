import { createHash, randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../util/errors';
import { fileDigest } from '../util/fileChunks';
import { ALGORITHMS, readChecksum, type Checksum } from './checksum';
import { artifactPath, filePath, type ArtifactId } from './coordinates';
import { ArtifactError } from './errors';
import type { Download } from './repository';
import { baseVersion } from './version';

export type Progress = (bytes: number, total: number | undefined) => void;

/** A folder of Maven's layout on this machine: Maven's own, which is only read, or the cache. */
export class Store {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The versions whose file is there, in no order. */
  async versions(id: ArtifactId, extension: string): Promise<string[]> {
    const folder = path.join(this.folder, artifactPath(id));
    const found = await fs.readdir(folder).catch(() => []);
    const listed = await Promise.all(
      found.map(async (version) => {
        const files = await fs.readdir(path.join(folder, version)).catch(() => []);
        return files
          .filter((file) => file.startsWith(`${id.artifact}-`) && file.endsWith(`.${extension}`))
          .map((file) => file.slice(id.artifact.length + 1, -extension.length - 1))
          .filter((name) => baseVersion(name) === version);
      }),
    );
    return listed.flat();
  }

  /** Where a file is, if it is there. Throws `ArtifactError` `badVersion`. */
  async find(id: ArtifactId, version: string, extension: string): Promise<string | undefined> {
    const file = path.join(this.folder, filePath(id, version, extension));
    const isThere = await fs.stat(file).then(
      (stats) => stats.isFile(),
      () => false,
    );
    return isThere ? file : undefined;
  }

  /**
   * Keeps a download when it is what its checksum says; else nothing is left of it. Rejects with `ArtifactError`
   * `checksumMismatch` or `notKept`.
   */
  async keep(
    id: ArtifactId,
    [version, extension]: readonly [version: string, extension: string],
    download: Download,
    wanted: Checksum,
    onProgress: Progress = () => undefined,
  ): Promise<string> {
    const file = path.join(this.folder, filePath(id, version, extension));
    const { chunks, total } = download;
    const part = `${file}.${randomBytes(4).toString('hex')}.part`;
    const hash = createHash(wanted.algorithm);
    try {
      const handle = await create(part);
      try {
        let bytes = 0;
        for await (const chunk of chunks) {
          hash.update(chunk);
          await handle.writeFile(chunk);
          bytes += chunk.length;
          onProgress(bytes, total);
        }
      } finally {
        await handle.close();
      }
      const found = hash.digest('hex');
      if (found !== wanted.digest) throw mismatch(file, wanted, found);
      await fs.writeFile(`${file}.${wanted.algorithm}`, `${wanted.digest}\n`);
      await fs.rename(part, file);
      return file;
    } catch (error) {
      await fs.rm(part, { force: true }).catch(() => undefined);
      const { syscall } = error as { syscall?: unknown };
      if (error instanceof ArtifactError || typeof syscall !== 'string') throw error;
      throw new ArtifactError(
        'notKept',
        `${file} can't be written`,
        { file, code: systemCode(error) },
        error,
      );
    } finally {
      download.close();
    }
  }
}

/** Opens a new file in a folder that another process may remove while it is empty. */
async function create(file: string): Promise<FileHandle> {
  for (let tried = 1; ; tried++) {
    await fs.mkdir(path.dirname(file), { recursive: true });
    try {
      return await fs.open(file, 'w');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || tried === 3) throw error;
    }
  }
}

/** Whether a file is there and what a checksum says. */
export async function fits(
  file: string,
  { algorithm, digest }: Checksum,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    return (await fileDigest(file, algorithm, signal)) === digest;
  } catch (error) {
    // Another process removed it.
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Whether a file is what the checksum beside it says; one without any was put there by whoever built it. Rejects with
 * `ArtifactError` `checksumMismatch`.
 */
export async function checkBeside(file: string, signal?: AbortSignal): Promise<void> {
  for (const algorithm of ALGORITHMS) {
    const text = await fs.readFile(`${file}.${algorithm}`, 'utf8').catch(() => undefined);
    const wanted = text === undefined ? undefined : readChecksum(algorithm, text);
    if (!wanted) continue;
    const found = await fileDigest(file, algorithm, signal);
    if (found !== wanted.digest) throw mismatch(file, wanted, found);
    return;
  }
}

function mismatch(file: string, { algorithm, digest }: Checksum, found: string): ArtifactError {
  return new ArtifactError('checksumMismatch', `${file} is not ${digest}`, {
    file: path.basename(file),
    algorithm,
    wanted: digest,
    found,
  });
}
