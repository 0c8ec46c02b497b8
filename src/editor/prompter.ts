import * as vscode from 'vscode';
import type { HostKeyQuestion, Prompter, SecretQuestion } from '../contracts/prompter';
import type { Dialogs } from './dialogs';
import { t } from './text';

/**
 * Asks the questions of SSH. Passphrases and passwords are kept in the secret storage of the editor, and forgotten
 * as soon as one was wrong; answers to a server's own questions are never kept.
 */
export class EditorPrompter implements Prompter {
  readonly #dialogs: Dialogs;
  readonly #storage: vscode.SecretStorage;

  constructor(dialogs: Dialogs, storage: vscode.SecretStorage) {
    this.#dialogs = dialogs;
    this.#storage = storage;
  }

  async confirmHostKey(question: HostKeyQuestion): Promise<boolean> {
    const { host, keyType, fingerprint, certificateAuthority } = question;
    const lines = [
      t('Its {0} key has the fingerprint {1}.', keyType, fingerprint),
      certificateAuthority
        ? t(
            'Host certificates are not supported, so the authority in {0}, line {1}, can not vouch for it.',
            certificateAuthority.file,
            certificateAuthority.line,
          )
        : '',
      t('Trust it only when the fingerprint is the one its administrator gave you.'),
    ];
    const title = t('The SSH server {0} is not known yet.', host);
    return this.#dialogs.confirm(title, lines.filter(Boolean).join('\n\n'), t('Trust and Connect'));
  }

  async secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined> {
    const key = `ssh/${question.key}`;
    const mayKeep = question.kind !== 'answer';
    if (question.attempt > 1) await this.#storage.delete(key);
    const kept = mayKeep && question.attempt === 1 ? await this.#storage.get(key) : undefined;
    if (kept !== undefined) return kept;
    const cancel = new vscode.CancellationTokenSource();
    const withdraw = (): void => cancel.cancel();
    signal.addEventListener('abort', withdraw, { once: true });
    try {
      const value = await vscode.window.showInputBox(
        { title: title(question), prompt: prompt(question), password: !question.echo, ignoreFocusOut: true },
        cancel.token,
      );
      if (value !== undefined && mayKeep) await this.#storage.store(key, value);
      return value;
    } finally {
      signal.removeEventListener('abort', withdraw);
      cancel.dispose();
    }
  }
}

function title({ kind, account, file }: SecretQuestion): string {
  if (kind === 'passphrase') return t('Passphrase of {0}', file ?? account);
  return kind === 'password' ? t('Password of {0}', account) : account;
}

function prompt({ attempt, text }: SecretQuestion): string {
  const wrong = attempt > 1 ? [t('That was not right. Try again.')] : [];
  return [...wrong, ...(text === undefined ? [] : [text])].join(' ');
}
