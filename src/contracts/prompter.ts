/** A line of a file, counted from 1, for a person to look at. */
export interface FileLine {
  readonly file: string;
  readonly line: number;
}

/** An unknown host key, before anything secret was sent to the host. */
export interface HostKeyQuestion {
  /** What a person calls the host: its name in the configuration, or its address. */
  readonly host: string;
  /** As it would be written in known_hosts: `name` or `[name]:port`. */
  readonly knownAs: string;
  /** Such as `ssh-ed25519`. */
  readonly keyType: string;
  /** `SHA256:...`, as `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
  /** A `@cert-authority` line for this host; certificates aren't supported, so it can't vouch for the key. */
  readonly certificateAuthority?: FileLine;
}

/**
 * A secret to ask for. `passphrase`: of the key `file`. `password`: of an account. `answer`: to a question of the
 * server, such as a code from a token, which must not be kept.
 */
export interface SecretQuestion {
  readonly kind: 'passphrase' | 'password' | 'answer';
  /** A stable name under which a caller may keep the answer; says nothing secret. */
  readonly key: string;
  /** `user@host` the secret is for. */
  readonly account: string;
  /** The key file of a passphrase. */
  readonly file?: string;
  /** The server's own words, when it asked. */
  readonly text?: string;
  /** What is typed may be shown. */
  readonly echo: boolean;
  /** 1 for the first time; more when the answer before was wrong, so that a kept one must be forgotten. */
  readonly attempt: number;
}

/**
 * Asks a person. Core code has at most one question open at a time for each prompter it was given. When the signal
 * aborts the question is to be withdrawn; whatever is then returned is ignored.
 */
export interface Prompter {
  /** True to trust the key from now on. */
  confirmHostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean>;
  /** `undefined` when the person declines. The answer may come from where the caller keeps secrets. */
  secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined>;
}

/** For runs without a person: every question is declined. */
export const decliningPrompter: Prompter = {
  confirmHostKey: () => Promise.resolve(false),
  secret: () => Promise.resolve(undefined),
};
