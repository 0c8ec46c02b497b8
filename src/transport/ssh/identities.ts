import type { ParsedKey } from 'ssh2';
import type { Log } from '../../contracts/log';
import { toError } from '../../util/errors';
import { listAgentKeys, type AgentKey, type SignatureHash } from './agent';
import { openKeyFile, readKeyFile, type KeyFile } from './keyFile';
import { fingerprint } from './knownHosts';
import type { SshSettings } from './settings';

/** A key to offer to a server. The private half may be with an agent, or behind a passphrase asked for on `sign`. */
export interface Identity {
  /** Where it comes from, for the log. */
  readonly label: string;
  readonly publicKey: Buffer;
  /** Rejects when the key can't be opened. */
  sign(data: Buffer, hash: SignatureHash): Promise<Buffer>;
}

/** Asks for the passphrase of a key file; `attempt` counts from 1. `undefined`: declined. */
export type AskPassphrase = (file: string, attempt: number) => Promise<string | undefined>;

/**
 * The keys to try, best first: those of the agent that are configured, its others (unless IdentitiesOnly), then key
 * files. Servers count every offer, so configured ones come before the rest. Lazy: a file whose public key can't be
 * read without its passphrase is asked for only when its turn comes.
 */
export async function* identitiesFor(
  settings: SshSettings,
  platform: NodeJS.Platform,
  askPassphrase: AskPassphrase,
  log: Log,
): AsyncGenerator<Identity, void> {
  const files = (await Promise.all(settings.identityFiles.map(readKeyFile))).filter(
    (file) => file !== undefined,
  );
  const held = await agentKeys(settings, platform, log);
  const configured = files.flatMap((file) => held.filter((key) => isOf(file, key.publicKey)));
  const others = settings.identitiesOnly ? [] : held.filter((key) => !configured.includes(key));
  for (const key of new Set([...configured, ...others])) {
    const { publicKey, comment } = key;
    yield { label: `agent: ${comment}`, publicKey, sign: (data, hash) => key.sign(data, hash) };
  }

  for (const file of files) {
    if (file.publicOnly || held.some((key) => isOf(file, key.publicKey))) continue;
    const unlock = once(() => open(file, settings.secretAttempts, askPassphrase));
    const publicKey = file.publicKey ?? (await unlock().catch(() => undefined))?.getPublicSSH();
    if (publicKey === undefined) {
      log.debug(`ssh: ${file.path} can't be opened`);
      continue;
    }
    const sign = async (data: Buffer, hash: SignatureHash): Promise<Buffer> => {
      const signature: Buffer | Error = (await unlock()).sign(data, hash);
      if (signature instanceof Error) throw signature;
      return signature;
    };
    yield { label: file.path, publicKey, sign };
  }
}

async function agentKeys({ agent }: SshSettings, platform: NodeJS.Platform, log: Log): Promise<AgentKey[]> {
  if (agent === undefined) return [];
  try {
    return await listAgentKeys(agent, platform);
  } catch (thrown) {
    log.debug(`ssh: no agent at ${agent}: ${toError(thrown).message}`);
    return [];
  }
}

async function open(file: KeyFile, attempts: number, askPassphrase: AskPassphrase): Promise<ParsedKey> {
  let failure = new Error(`${file.path} needs a passphrase`);
  if (!file.encrypted) return whole(await openKeyFile(file));
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const passphrase = await askPassphrase(file.path, attempt);
    if (passphrase === undefined) break;
    const key = await openKeyFile(file, passphrase);
    if (!(key instanceof Error)) return key;
    failure = key;
  }
  throw failure;
}

function whole(key: ParsedKey | Error): ParsedKey {
  if (key instanceof Error) throw key;
  return key;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const isOf = (file: KeyFile, publicKey: Buffer): boolean => file.publicKey?.equals(publicKey) ?? false;

/** For the log: which key, without its content. */
export const identityName = ({ label, publicKey }: Identity): string =>
  `${label} (${fingerprint(publicKey)})`;
