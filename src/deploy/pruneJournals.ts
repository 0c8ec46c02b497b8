import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../util/errors';
import { removeUnused } from '../util/removeUnused';
import { LocalJournal } from './journal';

/** As many as the journal host keeps. */
const MOST = 50;
/** How long one is kept besides that is not over. */
const OPEN_MS = 365 * 24 * 60 * 60_000;

/**
 * Keeps the newest journals in a folder, and for a year those of deployments that are not over: they may still be gone
 * on with or taken back. Rejects with errors of the system.
 */
export async function pruneJournals(directory: string, now: number): Promise<void> {
  const all = await readdir(directory).catch(noneThere);
  const names = all.filter((name) => name.endsWith('.jsonl'));
  const journals = await Promise.all(
    names.map(async (name) => {
      const file = join(directory, name);
      // Removed by another process meanwhile.
      const stats = await stat(file).catch(() => undefined);
      return { file, writtenAt: stats?.mtimeMs ?? 0 };
    }),
  );
  journals.sort((a, b) => b.writtenAt - a.writtenAt);
  for (const { file, writtenAt } of journals.slice(MOST))
    if (writtenAt < now - OPEN_MS || (await isOver(file))) await removeUnused(file, writtenAt + 1);
}

function noneThere(error: unknown): string[] {
  if (systemCode(error) === 'ENOENT') return [];
  throw error;
}

async function isOver(file: string): Promise<boolean> {
  const journal = new LocalJournal(file);
  const last = (await journal.read()).at(-1);
  return last?.kind === 'finish' && (last.outcome === 'done' || last.outcome === 'undone');
}
