import * as vscode from 'vscode';
import type { JvmSession } from '../../hotswap/model';
import { waitingFor } from '../../messages/hotswap';
import type { JvmEntry } from '../entries';
import { classCount, duration, t } from '../text';

/** How a JVM's row looks: state as shape and words, never as colour alone. */
export interface JvmRow {
  /** `STATE` of the row's `viewItem`. */
  readonly state: 'detached' | 'connecting' | 'attached' | 'suspended' | 'waiting' | 'unsupported';
  readonly icon: vscode.ThemeIcon;
  readonly words: string;
}

const green = new vscode.ThemeColor('charts.green');
const yellow = new vscode.ThemeColor('charts.yellow');
const red = new vscode.ThemeColor('charts.red');

export function jvmRow(entry: JvmEntry, session: JvmSession | undefined, attaching: boolean): JvmRow {
  if (entry.unsupported !== undefined)
    return {
      state: 'unsupported',
      icon: new vscode.ThemeIcon('circle-slash'),
      words: t('not supported yet'),
    };
  if (!session) return attaching ? connecting() : detachedRow(entry);
  switch (session.state.kind) {
    case 'detached':
    case 'connecting':
      return connecting();
    case 'waiting':
      return {
        state: 'waiting',
        icon: new vscode.ThemeIcon('debug-disconnect', red),
        words:
          session.state.retryAt === Infinity ? t('lost, needs your attention') : t('lost, connecting again'),
      };
    case 'attached':
      if (session.state.info.suspendedAtStart)
        return {
          state: 'suspended',
          icon: new vscode.ThemeIcon('debug-pause', yellow),
          words: t('suspended at start'),
        };
      return {
        state: 'attached',
        icon: new vscode.ThemeIcon('vm-active', green),
        words: attachedWords(session),
      };
  }
}

function connecting(): JvmRow {
  return { state: 'connecting', icon: new vscode.ThemeIcon('loading~spin'), words: t('connecting') };
}

function detachedRow({ local, description }: JvmEntry): JvmRow {
  const words =
    local?.state === 'held'
      ? t('another debugger is attached, {0}', description)
      : local?.state === 'closed'
        ? t('does not listen yet, {0}', description)
        : description;
  return { state: 'detached', icon: new vscode.ThemeIcon('vm-outline'), words };
}

function attachedWords(session: JvmSession): string {
  if (session.state.kind !== 'attached') return '';
  const parts = [t('Java {0}', session.state.info.version)];
  if (session.waitingFor) parts.push(waitingFor(session.waitingFor, t));
  if (session.pending.length > 0) parts.push(t('{0} pending', session.pending.length));
  const last = session.lastSwap;
  if (last && last.swapped > 0) parts.push(`${classCount(last.swapped)}, ${duration(last.ms.total)}`);
  else if (last?.classes.some(({ outcome }) => outcome === 'refused')) parts.push(t('last swap refused'));
  return parts.join(' · ');
}
