import { JdwpError } from './error';

/** JDWP specification, "JDWP Handshake": the debugger sends these 14 bytes, the VM answers with the same. */
export const HANDSHAKE = Buffer.from('JDWP-Handshake', 'ascii');

/** What a peer that speaks lines answers to, if it is waiting for the rest of one. */
export const PROVOCATION = Buffer.from('\r\n\r\n', 'ascii');

/** Takes the peer's first bytes until they are the handshake. */
export class HandshakeReader {
  #matched = 0;

  get started(): boolean {
    return this.#matched > 0;
  }

  /** The bytes after the handshake once it is complete, else undefined. Throws `JdwpError` `notJdwp` at the first other byte. */
  push(chunk: Buffer): Buffer | undefined {
    const length = Math.min(chunk.length, HANDSHAKE.length - this.#matched);
    if (chunk.compare(HANDSHAKE, this.#matched, this.#matched + length, 0, length) !== 0) {
      const answer = HANDSHAKE.toString('ascii', 0, this.#matched) + firstLine(chunk);
      throw new JdwpError('notJdwp', `answered the handshake with "${answer}"`, { answer });
    }
    this.#matched += length;
    return this.#matched < HANDSHAKE.length ? undefined : chunk.subarray(length);
  }
}

/** The beginning of what a peer said, fit for a message: one line, printable, at most 60 characters. */
function firstLine(chunk: Buffer): string {
  const text = chunk.toString('latin1', 0, 60);
  return text.split(/[\r\n]/, 1)[0]!.replace(/[^\x20-\x7e]/g, '?');
}
