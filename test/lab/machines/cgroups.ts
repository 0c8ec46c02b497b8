import { readdirSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import { delay } from '../../../src/util/async';

const ROOT = '/sys/fs/cgroup';
const PREFIX = 'swapdeck-lab-';
let serial = 0;

/** A name for the cgroups of a new lab; says which process they belong to. */
export function newCgroup(): string {
  return `${PREFIX}${process.pid}-${++serial}`;
}

/** Removes the cgroups of a lab that has ended: empty folders, the only thing that the kernel leaves behind. */
export async function removeCgroup(name: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const left = foldersOf(name).filter((folder) => !removeTree(folder));
    if (left.length === 0) return;
    if (attempt === 50) throw new Error(`cgroups are still in use: ${left.join(', ')}`);
    // The kernel takes a moment to let go of processes that were killed; nothing tells when.
    await delay(20);
  }
}

/** Removes the cgroups of labs whose process was killed. */
export async function sweepCgroups(): Promise<void> {
  for (const name of new Set(foldersOf().map((folder) => path.basename(folder)))) {
    const pid = Number(name.slice(PREFIX.length).split('-')[0]);
    if (!isRunning(pid)) await removeCgroup(name);
  }
}

/** All cgroups with the name of this lab, or of any: one in each hierarchy of version 1, or one of version 2. */
export function foldersOf(name?: string): string[] {
  const hierarchies = [ROOT, ...subfolders(ROOT)];
  return hierarchies
    .flatMap(subfolders)
    .filter((folder) =>
      name === undefined ? path.basename(folder).startsWith(PREFIX) : path.basename(folder) === name,
    );
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => path.join(folder, name));
  } catch {
    return [];
  }
}

function removeTree(folder: string): boolean {
  // All of them, also when one is still busy.
  const emptied = subfolders(folder).map(removeTree).every(Boolean);
  if (!emptied) return false;
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
