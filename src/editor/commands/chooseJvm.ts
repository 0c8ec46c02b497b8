import * as vscode from 'vscode';
import { readEndpoint } from '../../config/values';
import type { JvmSession } from '../../hotswap/model';
import type { App } from '../app';
import { addressEntry, type JvmEntry } from '../entries';
import { t } from '../text';
import { jvmRow } from '../views/jvmState';
import type { EnvironmentsNode } from '../views/environments';

interface EntryItem extends vscode.QuickPickItem {
  readonly entry?: JvmEntry;
  readonly other?: true;
}

/** The JVM of the row that a command was called on, by hand or by its id. */
export function jvmOfNode(node: unknown): JvmEntry | undefined {
  const candidate = node as EnvironmentsNode | undefined;
  return candidate?.kind === 'jvm' ? candidate.entry : undefined;
}

/** Asks which JVM to attach to: of an environment, of this machine, or at an address that is typed. */
export async function chooseEntry({ jvms, dialers }: App): Promise<JvmEntry | undefined> {
  const other: EntryItem = { label: `$(edit) ${t('Another address...')}`, other: true, alwaysShow: true };
  const items = async (): Promise<EntryItem[]> => {
    const groups = jvms.environments.map(({ name, jvms: entries }) => ({ name, entries }));
    groups.push({ name: t('On this machine'), entries: await jvms.onThisMachine() });
    return [
      ...groups.flatMap(({ name, entries }) => {
        const free = entries.filter((entry) => !jvms.session(entry.id) && entry.unsupported === undefined);
        return free.length === 0 ? [] : [separator(name), ...free.map(entryItem)];
      }),
      separator(''),
      other,
    ];
  };
  const chosen = await vscode.window.showQuickPick(items(), {
    title: t('Attach to a JVM'),
    placeHolder: t('A JVM that listens for a debugger'),
    matchOnDescription: true,
  });
  return chosen?.other ? askAddress(dialers) : chosen?.entry;
}

function separator(label: string): EntryItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function entryItem(entry: JvmEntry): EntryItem {
  const { icon, words } = jvmRow(entry, undefined, false);
  return { label: `$(${icon.id}) ${entry.name}`, description: words, entry };
}

async function askAddress(dialers: App['dialers']): Promise<JvmEntry | undefined> {
  const text = await vscode.window.showInputBox({
    title: t('Attach to a JVM'),
    prompt: t('Where the JVM listens for a debugger, as HOST:PORT'),
    value: 'localhost:5005',
    valueSelection: ['localhost:'.length, 'localhost:5005'.length],
    validateInput: (value) =>
      readEndpoint(value.trim()) ? undefined : t('HOST:PORT, such as localhost:5005'),
  });
  const endpoint = text === undefined ? undefined : readEndpoint(text.trim());
  return endpoint && addressEntry(endpoint, dialers);
}

/** The session a command is about: of its row, the only one there is, or the one a person picks. */
export async function chooseSession(
  { jvms }: App,
  node: unknown,
  title: string,
  isChoice: (session: JvmSession) => boolean = () => true,
): Promise<JvmSession | undefined> {
  const entry = jvmOfNode(node);
  if (entry) return jvms.session(entry.id);
  const sessions = jvms.sessions.filter(isChoice);
  if (sessions.length <= 1) return sessions[0];
  const items = sessions.map((session) => ({
    label: session.target.name,
    description: session.target.id,
    session,
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.session;
}
