import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { HostKeyQuestion, Prompter, SecretQuestion } from '../contracts/prompter';
import type { Terminal } from './command';
import type { Output } from './output';

/**
 * Asks the questions of SSH at the terminal. Nothing that is typed is kept, and secrets are not shown. Where nobody
 * sits (`terminal` is absent) every question is declined, and the person is told what was asked and what to do.
 */
export function terminalPrompter(terminal: Terminal | undefined, output: Pick<Output, 'note'>): Prompter {
  return terminal ? new TerminalPrompter(terminal, output) : decliningPrompter(output);
}

function decliningPrompter(output: Pick<Output, 'note'>): Prompter {
  return {
    confirmHostKey: (question) => {
      for (const line of describeKey(question)) output.note(line);
      output.note('There is no terminal to ask at: connect once with ssh, or add the key to known_hosts.');
      return Promise.resolve(false);
    },
    secret: (question) => {
      const what = promptOf(question).replace(/: $/, '');
      output.note(`There is no terminal to ask at: ${what}. Use a key without one, or an SSH agent.`);
      return Promise.resolve(undefined);
    },
  };
}

class TerminalPrompter implements Prompter {
  readonly #terminal: Terminal;
  readonly #output: Pick<Output, 'note'>;

  constructor(terminal: Terminal, output: Pick<Output, 'note'>) {
    this.#terminal = terminal;
    this.#output = output;
  }

  async confirmHostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
    for (const line of describeKey(question)) this.#output.note(line);
    const answer = await this.#ask('Trust it from now on? (yes/no) ', true, signal);
    return /^y(?:es)?$/i.test(answer?.trim() ?? '');
  }

  async secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined> {
    if (question.attempt > 1) this.#output.note('That was not right. Try again.');
    if (question.text !== undefined) this.#output.note(question.text);
    return this.#ask(promptOf(question), question.echo, signal);
  }

  /** One line; undefined after Ctrl-C and Ctrl-D. */
  async #ask(prompt: string, echo: boolean, signal: AbortSignal): Promise<string | undefined> {
    const { input, output } = this.#terminal;
    output.write(prompt);
    const shown = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (echo) output.write(chunk);
        done();
      },
    });
    const lines = createInterface({ input, output: shown, terminal: true });
    const declined = new AbortController();
    lines.once('SIGINT', () => declined.abort());
    lines.once('close', () => declined.abort());
    try {
      return await lines.question('', { signal: AbortSignal.any([signal, declined.signal]) });
    } catch {
      return undefined;
    } finally {
      lines.close();
      if (!echo) output.write('\n');
    }
  }
}

function describeKey({ host, keyType, fingerprint, certificateAuthority }: HostKeyQuestion): string[] {
  return [
    `The SSH server ${host} is not known yet. Its ${keyType} key has the fingerprint ${fingerprint}.`,
    ...(certificateAuthority
      ? [
          `Host certificates are not supported, so the authority in ${certificateAuthority.file}, line ${certificateAuthority.line}, can not vouch for it.`,
        ]
      : []),
    'Trust it only when the fingerprint is the one its administrator gave you.',
  ];
}

function promptOf({ kind, account, file }: SecretQuestion): string {
  if (kind === 'passphrase') return `Passphrase of ${file ?? account}: `;
  return kind === 'password' ? `Password of ${account}: ` : `Answer for ${account}: `;
}
