import type { Log } from '../../contracts/log';
import type { HostKeyQuestion } from '../../contracts/prompter';
import { TransportError } from '../../contracts/transportError';
import { SerialQueue } from '../../util/async';
import { AbortedError, toError } from '../../util/errors';
import type { Interview } from './interview';
import {
  fingerprint,
  judgeHostKey,
  keyTypeOf,
  knownKeyTypes,
  knownNames,
  type HostKeyVerdict,
  type KnownNames,
} from './knownHosts';
import { addKnownHost, readKnownHosts } from './knownHostsFile';
import type { SshHop } from './route';
import type { SshSettings } from './settings';

/** Decides which host keys are trusted, by the known_hosts files and by asking; shared by all connections. */
export class HostKeys {
  readonly #log: Log;
  /** Trusted, but not written down yet, or with no file to write to. */
  readonly #confirmed = new Set<string>();
  /** Questions that are open, so that two connections to one unknown host ask once. */
  readonly #asking = new Map<string, Promise<boolean>>();

  /** One at a time, so that a key isn't written twice. */
  readonly #writes = new SerialQueue();

  constructor(log: Log) {
    this.#log = log;
  }

  /** The key types written for a server, to ask it for a key that can be compared. */
  async typesFor({ settings }: SshHop): Promise<string[]> {
    return knownKeyTypes(await readKnownHosts(filesOf(settings)), namesOf(settings));
  }

  /**
   * Resolves when the key is to be trusted; else rejects with `hostKeyUnknown`, `hostKeyChanged` or
   * `hostKeyRevoked`. `offered`: the key types the server could have shown.
   */
  async verify(hop: SshHop, key: Buffer, offered: readonly string[], interview: Interview): Promise<void> {
    const { name, settings } = hop;
    const names = namesOf(settings);
    const shown = { host: name, knownAs: names.name, keyType: keyTypeOf(key), fingerprint: fingerprint(key) };
    // Read again, not kept from before: another connection may just have written the key.
    const verdict = judgeHostKey(await readKnownHosts(filesOf(settings)), names, key, offered);
    switch (verdict.kind) {
      case 'known':
        return;
      case 'revoked':
        throw new TransportError('hostKeyRevoked', `the key of ${name} is revoked`, {
          ...shown,
          ...verdict.at,
        });
      case 'changed': {
        const { file, line, keyType, key: old } = verdict.old;
        const was = { file, line, oldKeyType: keyType, oldFingerprint: fingerprint(old) };
        throw new TransportError('hostKeyChanged', `the key of ${name} changed`, { ...shown, ...was });
      }
      case 'unknown':
        if (await this.#confirm(settings, shown, verdict, key, interview)) return;
        throw new TransportError('hostKeyUnknown', `the key of ${name} is unknown`, shown);
    }
  }

  /**
   * Writes a key down if that is still to be done. To be called once the server has proven that it holds the key,
   * which comes after `verify`. A file that can't be written is only logged: the key stays trusted in this process.
   */
  async record({ settings }: SshHop, key: Buffer): Promise<void> {
    const { name } = namesOf(settings);
    const [file] = settings.userKnownHostsFiles;
    await this.#writes.run(async () => {
      if (file === undefined || !this.#confirmed.has(identity(name, key))) return;
      try {
        await addKnownHost(file, name, key, settings.hashKnownHosts);
        this.#confirmed.delete(identity(name, key));
      } catch (thrown) {
        this.#log.warn(`ssh: can't write to ${file}: ${toError(thrown).message}`);
      }
    });
  }

  async #confirm(
    settings: SshSettings,
    shown: Omit<HostKeyQuestion, 'certificateAuthority'>,
    { certificateAuthority }: HostKeyVerdict & { kind: 'unknown' },
    key: Buffer,
    interview: Interview,
  ): Promise<boolean> {
    const which = identity(shown.knownAs, key);
    if (this.#confirmed.has(which)) return true;
    if (certificateAuthority)
      this.#log.warn(
        `ssh: ${shown.host}: @cert-authority isn't supported (${certificateAuthority.file}:${certificateAuthority.line})`,
      );
    if (settings.unknownHostKey === 'refuse') return false;
    if (settings.unknownHostKey === 'ask') {
      const question = { ...shown, ...(certificateAuthority && { certificateAuthority }) };
      if (!(await this.#ask(which, question, interview))) return false;
    }
    this.#log.info(`ssh: ${shown.host}: trusting ${shown.keyType} ${shown.fingerprint}`);
    this.#confirmed.add(which);
    return true;
  }

  async #ask(which: string, question: HostKeyQuestion, interview: Interview): Promise<boolean> {
    for (;;) {
      const open = this.#asking.get(which);
      if (!open) break;
      try {
        return await interview.during(open);
      } catch (thrown) {
        // Whoever asked gave up; that is no answer for this connection.
        if (!(thrown instanceof AbortedError)) throw thrown;
      }
    }
    const asking = interview.confirmHostKey(question);
    this.#asking.set(which, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(which);
    }
  }
}

const filesOf = ({ userKnownHostsFiles, globalKnownHostsFiles }: SshSettings): string[] => [
  ...userKnownHostsFiles,
  ...globalKnownHostsFiles,
];

const namesOf = ({ hostName, port, hostKeyAlias }: SshSettings): KnownNames =>
  knownNames(hostName, port, hostKeyAlias);

const identity = (name: string, key: Buffer): string => `${name} ${key.toString('base64')}`;
