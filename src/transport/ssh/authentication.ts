import type { AnyAuthMethod, BaseAgent, KeyboardInteractiveCallback, Prompt } from 'ssh2';
import type { Log } from '../../contracts/log';
import { identityName, type Identity } from './identities';
import type { Interview } from './interview';
import type { AuthenticationMethod, SshSettings } from './settings';
import { loadSsh2 } from './ssh2';

/** What is tried next, in ssh2's words; `false` when nothing is left. */
export type NextMethod = AnyAuthMethod | false;

/**
 * Chooses how to authenticate (RFC 4252): first asks what the server takes, then goes through the configured methods
 * in order, each as often as makes sense. Nothing secret is kept here.
 */
export class Authentication {
  readonly #settings: SshSettings;
  readonly #account: string;
  readonly #identities: AsyncIterator<Identity, void>;
  readonly #interview: Interview;
  readonly #log: Log;
  readonly #spent = new Set<AuthenticationMethod>();
  #asked = false;
  /** A key was just proven. If the server wants more than that, ssh2 doesn't say what. */
  #proven = false;
  #passwords = 0;
  #dialogues = 0;
  /** What the server last said it takes; for the error. */
  accepted: readonly string[] = [];
  /** The person declined to answer at least once. */
  declined = false;

  constructor(
    settings: SshSettings,
    account: string,
    identities: AsyncIterator<Identity, void>,
    interview: Interview,
    log: Log,
  ) {
    this.#settings = settings;
    this.#account = account;
    this.#identities = identities;
    this.#interview = interview;
    this.#log = log;
  }

  /** `left`: the methods the server would take now; it tells them with each refusal. */
  async next(left: readonly string[] | null): Promise<NextMethod> {
    const { user: username, methods } = this.#settings;
    if (!this.#asked) {
      this.#asked = true;
      return { type: 'none', username };
    }
    if (left) this.accepted = left;
    const proven = this.#proven;
    this.#proven = false;
    // After a proven key a dialogue is the usual second step, and asks the person nothing unless the server does.
    const order: readonly AuthenticationMethod[] = proven
      ? ['keyboard-interactive', 'publickey', 'password']
      : methods;
    for (const method of order) {
      if (!methods.includes(method) || this.#spent.has(method)) continue;
      if (left && !proven && !left.includes(method)) continue;
      const chosen = await this.#choose(method, username);
      if (chosen) return chosen;
      this.#spent.add(method);
    }
    return false;
  }

  async #choose(method: AuthenticationMethod, username: string): Promise<AnyAuthMethod | undefined> {
    switch (method) {
      case 'publickey':
        return this.#nextKey(username);
      case 'keyboard-interactive':
        return this.#nextDialogue(username);
      case 'password':
        return this.#nextPassword(username);
    }
  }

  async #nextKey(username: string): Promise<AnyAuthMethod | undefined> {
    const { value: identity } = await this.#identities.next();
    if (!identity) return undefined;
    this.#log.debug(`ssh: ${this.#account}: offering ${identityName(identity)}`);
    return { type: 'agent', username, agent: await this.#agentOf(identity) };
  }

  /** Each key is an agent of its own: ssh2 then asks for a signature only once the server wants that key. */
  async #agentOf(identity: Identity): Promise<BaseAgent> {
    const { BaseAgent: Base } = await loadSsh2();
    const sign: Identity['sign'] = async (data, hash) => {
      // An agent may ask its person before it signs; that takes as long as it takes.
      const signature = await this.#interview.during(identity.sign(data, hash));
      this.#proven = true;
      return signature;
    };
    return new (class extends Base<Buffer> {
      getIdentities(callback: Parameters<BaseAgent<Buffer>['getIdentities']>[0]): void {
        callback(null, [identity.publicKey]);
      }
      sign(_key: Buffer, data: Buffer, ...rest: unknown[]): void {
        const callback = rest.pop() as (error: Error | null, signature?: Buffer) => void;
        const { hash } = (rest[0] ?? {}) as { hash?: Parameters<Identity['sign']>[1] };
        sign(data, hash).then(
          (signature) => callback(null, signature),
          (error: unknown) => callback(error as Error),
        );
      }
    })();
  }

  async #nextPassword(username: string): Promise<AnyAuthMethod | undefined> {
    if (++this.#passwords > this.#settings.secretAttempts) return undefined;
    const password = await this.#interview.secret({
      kind: 'password',
      key: `ssh-password:${this.#account}`,
      account: this.#account,
      echo: false,
      attempt: this.#passwords,
    });
    if (password === undefined) {
      this.declined = true;
      return undefined;
    }
    return { type: 'password', username, password };
  }

  #nextDialogue(username: string): AnyAuthMethod | undefined {
    if (++this.#dialogues > this.#settings.secretAttempts) return undefined;
    // Refused without a question: asking again won't change that.
    this.#spent.add('keyboard-interactive');
    return {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, instructions, _language, prompts, finish) => {
        this.#spent.delete('keyboard-interactive');
        void this.#answer(instructions, prompts, finish);
      },
    };
  }

  async #answer(
    instructions: string,
    prompts: readonly Prompt[],
    finish: KeyboardInteractiveCallback,
  ): Promise<void> {
    const answers: string[] = [];
    for (const { prompt, echo = false } of prompts) {
      // The usual way a server asks for the account's password; anything else may be a code for this once.
      const isPassword = prompts.length === 1 && !echo && /^(.*@.*)?\s*password:?\s*$/i.test(prompt);
      const answer = await this.#interview
        .secret({
          kind: isPassword ? 'password' : 'answer',
          key: `ssh-password:${this.#account}`,
          account: this.#account,
          text: [instructions, prompt].filter(Boolean).join('\n'),
          echo,
          attempt: this.#dialogues,
        })
        .catch(() => undefined);
      if (answer === undefined) {
        this.declined = true;
        this.#spent.add('keyboard-interactive');
        break;
      }
      answers.push(answer);
    }
    finish(prompts.map((_prompt, index) => answers[index] ?? ''));
  }
}
