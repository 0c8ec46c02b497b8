import type { Actor } from '../../contracts/deployRecord';
import { t } from '../text';

/** `just now`, `5 min ago`, `2 h ago`, `3 d ago`. */
export function ago(at: number, now = Date.now()): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes < 1) return t('just now');
  if (minutes < 60) return t('{0} min ago', minutes);
  if (minutes < 48 * 60) return t('{0} h ago', Math.floor(minutes / 60));
  return t('{0} d ago', Math.floor(minutes / (24 * 60)));
}

/** A person's account, without the machine. */
export function who({ name }: Actor): string {
  return name.split('@', 1)[0]!;
}

/** `812 kB`, `20.1 MB`; decimal, as engines and registries tell them. */
export function byteCount(bytes: number): string {
  if (bytes < 1_000_000) return t('{0} kB', Math.ceil(bytes / 1000));
  return t('{0} MB', (bytes / 1_000_000).toFixed(1));
}

/** `1 commit`, `3 commits`. */
export function commitCount(count: number): string {
  return count === 1 ? t('1 commit') : t('{0} commits', count);
}
