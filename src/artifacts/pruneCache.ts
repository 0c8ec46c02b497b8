import { promises as fs } from 'node:fs';
import path from 'node:path';
import { removeUnused } from '../util/removeUnused';
import { ALGORITHMS } from './checksum';
import { newestFirst } from './version';

const DAY_MS = 24 * 60 * 60_000;
/** What was not asked for that long goes. */
const UNUSED_MS = 90 * DAY_MS;
/** With more than this, what was asked for longest ago goes too. */
const MOST_BYTES = 2 * 1024 ** 3;
/** What was asked for so lately may be in use. */
const IN_USE_MS = DAY_MS;
/** Versions of each artifact that stay in any case: what may be put there again while no repository can be reached. */
const NEWEST = 3;

interface CachedFile {
  readonly file: string;
  readonly usedAt: number;
  readonly size: number;
}

/**
 * Bounds a cache of Maven's layout by age and by size; the newest versions of each artifact and what may be in use stay.
 * Other processes may use it at the same time. Rejects with errors of the system.
 */
export async function pruneCache(folder: string, now: number, mostBytes = MOST_BYTES): Promise<void> {
  const all = await filesBelow(folder);
  const isLeft = /\.(?:part|unused)$/;
  // What a kill left.
  for (const { file } of all.filter((each) => isLeft.test(each.file)))
    await removeUnused(file, now - IN_USE_MS);

  const isChecksum = new RegExp(`\\.(?:${ALGORITHMS.join('|')})$`);
  const artifacts = all.filter(({ file }) => !isLeft.test(file) && !isChecksum.test(file));
  const newest = newestOf(artifacts.map(({ file }) => file));
  artifacts.sort((a, b) => b.usedAt - a.usedAt);
  let bytes = 0;
  for (const { file, usedAt, size } of artifacts) {
    bytes += size;
    const isOld = usedAt < now - UNUSED_MS || (bytes > mostBytes && usedAt < now - IN_USE_MS);
    if (!isOld || newest.has(file) || !(await removeUnused(file, usedAt + 1))) continue;
    bytes -= size;
    for (const algorithm of ALGORITHMS)
      // One that was written lately is of a file that is being fetched again.
      await removeUnused(`${file}.${algorithm}`, now - IN_USE_MS);
    // Fails where it has others.
    await fs.rmdir(path.dirname(file)).catch(() => undefined);
  }
}

/** The files of the newest versions of each artifact. */
function newestOf(files: readonly string[]): Set<string> {
  const byArtifact = new Map<string, Map<string, string>>();
  for (const file of files) {
    const folder = path.dirname(path.dirname(file));
    const version = path.parse(file).name.slice(path.basename(folder).length + 1);
    const versions = byArtifact.get(folder) ?? new Map<string, string>();
    byArtifact.set(folder, versions.set(version, file));
  }
  return new Set(
    [...byArtifact.values()].flatMap((versions) =>
      newestFirst([...versions.keys()])
        .slice(0, NEWEST)
        .map((version) => versions.get(version)!),
    ),
  );
}

async function filesBelow(folder: string): Promise<CachedFile[]> {
  const files: CachedFile[] = [];
  for (const name of await fs.readdir(folder, { recursive: true })) {
    const file = path.join(folder, name);
    // Undefined where another process removed it meanwhile.
    const stats = await fs.stat(file).catch(() => undefined);
    if (stats?.isFile()) files.push({ file, usedAt: stats.mtimeMs, size: stats.size });
  }
  return files;
}
