import * as vscode from 'vscode';
import type { Translate } from '../messages/translate';

/** The editor's translations, in the shape that `src/messages` asks for. */
export const t: Translate = (message, ...args) => vscode.l10n.t(message, ...args);

/** Milliseconds as a person reads them: `18 ms`, `2.4 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? t('{0} ms', Math.max(1, Math.round(ms))) : t('{0} s', (ms / 1000).toFixed(1));
}

/** `1 class`, `3 classes`. */
export function classCount(count: number): string {
  return count === 1 ? t('1 class') : t('{0} classes', count);
}

/** Local time of day. */
export function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString(vscode.env.language, { hour12: false });
}
