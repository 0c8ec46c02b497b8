import { randomUUID } from 'node:crypto';
import { rename, rm, stat, utimes } from 'node:fs/promises';
import { systemCode } from './errors';

/** What a file is called while it is being removed. */
const LEAVING = /^(.+)\.[\da-f-]{36}\.unused$/;

/**
 * Notes that a file is used, so that no process removes it for a while; false when it is not there, or can't be noted:
 * then it is to be written anew.
 */
export async function noteUsed(file: string, now: number): Promise<boolean> {
  const time = new Date(now);
  return utimes(file, time, time).then(
    () => true,
    () => false,
  );
}

/**
 * Removes a file, or a folder with all that is in it, that nobody wrote or noted as used at or after `before`; resolves
 * to whether it is gone. A file that another process notes at this very moment stays: it is moved away, looked at again
 * and put back. What a kill left of that is put back or removed when it is handed in under its odd name.
 */
export async function removeUnused(file: string, before: number): Promise<boolean> {
  const original = originalOf(file);
  const leaving = original === undefined ? `${file}.${randomUUID()}.unused` : file;
  try {
    if (original === undefined) {
      if (!(await isUnused(file, before))) return false;
      await rename(file, leaving);
    }
    if (await isUnused(leaving, before)) {
      await rm(leaving, { recursive: true, force: true });
      return true;
    }
    await rename(leaving, original ?? file);
    return false;
  } catch (error) {
    // Another process was faster.
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What a file that a kill left half removed was called; undefined of any other. */
export function originalOf(file: string): string | undefined {
  return LEAVING.exec(file)?.[1];
}

async function isUnused(file: string, before: number): Promise<boolean> {
  return (await stat(file)).mtimeMs < before;
}
