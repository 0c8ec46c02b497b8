import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toError } from '../../../util/errors';
import { drop, pour, type Header } from './tar';

/** A layer up to this size is kept in memory until it is known whether it is wanted; a larger one in a file. */
const IN_MEMORY = 64 * 1024 * 1024;

/** Archives of newer engines name each blob by its digest, which for a layer is its diff ID. */
const BLOB = /^blobs\/sha256\/([0-9a-f]{64})$/;

/**
 * An archive of `docker save` without the layers in `leaveOut` (diff IDs). What describes the image stays whole: an
 * engine that has the layers left out takes them from itself, and checks all of them against their digests.
 *
 * The order of an archive's members is kept, and at most one layer is held back at a time: older engines do not say
 * which layer a member is before its content was seen.
 */
export async function* thinArchive(
  archive: AsyncIterable<Uint8Array>,
  leaveOut: ReadonlySet<string>,
): AsyncGenerator<Uint8Array> {
  const { extract, pack } = await import('tar-stream');
  const members = extract();
  const thin = pack();
  const failed = (error: unknown): void => {
    members.destroy(toError(error));
    thin.destroy(toError(error));
  };
  // Whoever reads the members or the result gets the error.
  members.on('error', () => undefined);
  const emit: Emit = async (header, content) => {
    const sink = thin.entry(header);
    if (content === undefined) sink.end(undefined);
    else await pour(content, sink);
  };
  const reading = pour(archive, members);
  reading.catch(failed);
  copy(members as AsyncIterable<Member>, leaveOut, emit).then(() => thin.finalize(), failed);
  try {
    for await (const chunk of thin as AsyncIterable<Buffer>) yield chunk;
    await reading;
  } finally {
    members.destroy();
    thin.destroy();
  }
}

/** A member of an archive that is read: to be read to its end before the next one. */
type Member = AsyncIterable<Buffer> & { readonly header: Header };
type MemberHeader = Partial<Header> & Pick<Header, 'name'>;
type Emit = (header: MemberHeader, content?: AsyncIterable<Uint8Array>) => Promise<void>;

async function copy(
  members: AsyncIterable<Member>,
  leaveOut: ReadonlySet<string>,
  emit: Emit,
): Promise<void> {
  for await (const entry of members) {
    const { name, type } = entry.header;
    const blob = BLOB.exec(name)?.[1];
    if (blob !== undefined && leaveOut.has(`sha256:${blob}`)) await drop(entry);
    else if (type !== 'file') {
      await drop(entry);
      await emit(headersOf(entry));
    } else if (name.endsWith('/layer.tar')) await copyLayer(entry, leaveOut, emit);
    else await emit(headersOf(entry), entry);
  }
}

async function copyLayer(entry: Member, leaveOut: ReadonlySet<string>, emit: Emit): Promise<void> {
  const isLarge = entry.header.size > IN_MEMORY;
  const folder = isLarge ? await mkdtemp(path.join(tmpdir(), 'swapdeck-layer-')) : undefined;
  try {
    const hash = createHash('sha256');
    const hashed = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of entry) {
        hash.update(chunk);
        yield chunk;
      }
    };
    const kept: Buffer[] = [];
    const file = folder === undefined ? undefined : path.join(folder, 'layer.tar');
    if (file === undefined) for await (const chunk of hashed()) kept.push(chunk);
    else await pipeline(hashed, createWriteStream(file, { mode: 0o600 }));
    if (leaveOut.has(`sha256:${hash.digest('hex')}`)) return;
    await emit(headersOf(entry), file === undefined ? Readable.from(kept) : createReadStream(file));
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/** What is needed to write the same member again. */
function headersOf({ header }: Member): MemberHeader {
  const { name, size, mode, mtime, type, linkname } = header;
  return { name, mode, mtime, type, ...(type === 'file' && { size }), linkname };
}
