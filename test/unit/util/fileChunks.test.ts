import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { FileChunks, fileDigest } from '../../../src/util/fileChunks';

describe('the chunks of a file', () => {
  const bytes = randomBytes(1_000_003);
  let folder: string;
  let file: string;
  before(async () => {
    folder = await makeTempDir('file-chunks');
    file = path.join(folder, 'file');
    await writeFile(file, bytes);
  });
  after(() => removeDir(folder));

  it('are all of its bytes, and stay what they are when they are kept', async () => {
    const kept: Uint8Array[] = [];
    for await (const chunk of new FileChunks(file)) kept.push(chunk);
    assert.ok(kept.length > 2);
    assert.ok(Buffer.concat(kept).equals(bytes));
  });

  it('take no memory of their own when they are given back', async () => {
    const chunks = new FileChunks(file);
    const memory = new Set<ArrayBufferLike>();
    const hash = createHash('sha256');
    let held: Uint8Array | undefined;
    for await (const chunk of chunks) {
      memory.add(chunk.buffer);
      hash.update(chunk);
      if (held) chunks.giveBack(held);
      held = chunk;
    }
    assert.equal(memory.size, 2, 'one that is held, one that is read into');
    assert.equal(hash.digest('hex'), createHash('sha256').update(bytes).digest('hex'));
  });

  it('have a digest', async () => {
    assert.equal(await fileDigest(file, 'sha1'), createHash('sha1').update(bytes).digest('hex'));
  });

  it('end with the error of the system, or when nobody wants them any more', async () => {
    await assert.rejects(fileDigest(path.join(folder, 'none'), 'sha256'), { code: 'ENOENT' });
    await assert.rejects(fileDigest(folder, 'sha256'), { code: 'EISDIR' });
    const abort = new AbortController();
    const chunks = new FileChunks(file, abort.signal)[Symbol.asyncIterator]();
    await chunks.next();
    abort.abort();
    await assert.rejects(chunks.next(), { name: 'AbortError' });
  });
});
