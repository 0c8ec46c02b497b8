import type { BaseAgent, ParsedKey, SigningRequestOptions } from 'ssh2';
import { Deferred } from '../../util/async';
import { loadSsh2 } from './ssh2';

export type SignatureHash = SigningRequestOptions['hash'];

/** A key the agent holds. */
export interface AgentKey {
  readonly publicKey: Buffer;
  readonly comment: string;
  /** Signs with the agent; `hash` chooses among an RSA key's algorithms. */
  sign(data: Buffer, hash: SignatureHash): Promise<Buffer>;
}

/**
 * The keys of an SSH agent behind a socket or pipe. On Windows Pageant is asked when that is silent.
 * Rejects when no agent answers.
 */
export async function listAgentKeys(socket: string, platform: NodeJS.Platform): Promise<AgentKey[]> {
  const { createAgent } = await loadSsh2();
  try {
    return await keysOf(createAgent(socket));
  } catch (error) {
    if (platform !== 'win32' || socket === 'pageant') throw error;
    return keysOf(createAgent('pageant'));
  }
}

async function keysOf(agent: BaseAgent): Promise<AgentKey[]> {
  const listed = new Deferred<ParsedKey[]>();
  // Agents of this kind list parsed keys, without those ssh2 can't offer: certificates and security keys.
  agent.getIdentities((error, keys) =>
    error ? listed.reject(error) : listed.resolve((keys ?? []) as ParsedKey[]),
  );
  return (await listed.promise).map((key) => ({
    publicKey: key.getPublicSSH(),
    comment: key.comment,
    sign: (data, hash) => {
      const signed = new Deferred<Buffer>();
      agent.sign(key, data, hash === undefined ? {} : { hash }, (error, signature) =>
        signature ? signed.resolve(signature) : signed.reject(error ?? new Error('no signature')),
      );
      return signed.promise;
    },
  }));
}
