import { readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../../util/errors';
import { noteUsed, originalOf, removeUnused } from '../../util/removeUnused';
import type { LedgerRecord } from './entries';
import { ENDED_MS, keptRecords } from './kept';
import { MonthlyLog, monthOf } from './months';
import type { IndexEntry } from './snapshot';

const DAY_MS = 24 * 60 * 60_000;
/** How long everything is kept beyond its time: nobody who has just seen it may find it gone. */
const GRACE_MS = 7 * DAY_MS;
/** Class roots that no JVM was fed from for that long are forgotten. */
const ROOTS_MS = 30 * DAY_MS;
/** Its time says when a ledger was pruned last. */
const MARK = 'pruned';

/**
 * Takes what no longer counts out of a ledger that was not pruned for `every` milliseconds: first months without a record
 * that counts, then class files that nothing refers to. Others may write at the same time: they note the class files that
 * they refer to as used. Rejects with errors of the system.
 */
export async function pruneLedger(folder: string, now: number, every: number): Promise<void> {
  const mark = join(folder, MARK);
  if (await isYounger(mark, now - every)) return;
  await writeMark(mark, now);
  const months = await new MonthlyLog<LedgerRecord>(folder, () => now).months();
  const kept = new Set(
    keptRecords(
      months.flatMap(({ records }) => records),
      now - GRACE_MS,
    ),
  );
  for (const { file, name, records } of months)
    // Somebody may still append to a newer one.
    if (name < monthOf(now - ENDED_MS) && !records.some((record) => kept.has(record)))
      await removeUnused(file, now - GRACE_MS);

  const roots = join(folder, 'roots');
  for (const name of await namesIn(roots)) await removeUnused(join(roots, name), now - ROOTS_MS);

  // Read after the roots were removed, so that one that was put back counts.
  const used = new Set([...kept].flatMap(hashesOf));
  for (const name of await namesIn(roots)) await addHashes(join(roots, name), used);
  await removeClasses(join(folder, 'classes'), used, now - GRACE_MS);
}

/** Removes a ledger that holds nothing any more; of one that somebody begins to write to just now, only empty folders. */
export async function removeEmptyLedger(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (names.some((name) => name.endsWith('.jsonl'))) return;
  const classes = join(folder, 'classes');
  try {
    for (const name of await namesIn(classes)) await rmdir(join(classes, name));
    for (const name of ['classes', 'roots'].filter((each) => names.includes(each)))
      await rmdir(join(folder, name));
    await rm(join(folder, MARK), { force: true });
    await rmdir(folder);
  } catch (error) {
    // It holds something after all.
    if (systemCode(error) !== 'ENOTEMPTY' && systemCode(error) !== 'ENOENT') throw error;
  }
}

async function removeClasses(folder: string, used: ReadonlySet<string>, before: number): Promise<void> {
  for (const start of await namesIn(folder))
    for (const name of await namesIn(join(folder, start))) {
      if (used.has(start + name)) continue;
      // One that is referred to was put aside by a removal that was killed: it is put back, however old.
      const isUsed = used.has(start + (originalOf(name) ?? ''));
      await removeUnused(join(folder, start, name), isUsed ? 0 : before);
    }
}

function hashesOf(record: LedgerRecord): string[] {
  if (record.kind === 'begin')
    return record.classes.flatMap(({ before, after }) => (before === undefined ? [after] : [before, after]));
  return record.kind === 'runs' ? record.classes.map(({ hash }) => hash) : [];
}

/** Of the index of a class root. */
async function addHashes(index: string, hashes: Set<string>): Promise<void> {
  let seen: unknown;
  try {
    seen = JSON.parse(await readFile(index, 'utf8'));
  } catch (error) {
    // Removed meanwhile, or damaged: the class root is looked at again.
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (!Array.isArray(seen)) return;
  for (const [, [, , ...all]] of seen as IndexEntry[]) for (const hash of all) hashes.add(hash);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
}

async function isYounger(file: string, time: number): Promise<boolean> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs > time,
    () => false,
  );
}

async function writeMark(file: string, now: number): Promise<void> {
  await writeFile(file, '');
  await noteUsed(file, now);
}
