import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { PackedTar } from '../../../../src/targets/docker/image/packedTar';
import { canPad, packedPadding } from '../../../../src/targets/docker/image/padding';

/** All that is written by `fill`, as it is sent, and its files by their names. */
async function written(
  fill: (tar: PackedTar) => Promise<void>,
): Promise<{ sent: number; files: Map<string, Buffer> }> {
  const tar = new PackedTar();
  const chunks: Buffer[] = [];
  await Promise.all([
    fill(tar).then(() => tar.end()),
    (async () => {
      for await (const chunk of tar.read()) chunks.push(chunk);
    })(),
  ]);
  const packed = Buffer.concat(chunks);
  const files = new Map<string, Buffer>();
  const members = extract();
  members.end(gunzipSync(packed));
  for await (const member of members) {
    const parts: Buffer[] = [];
    for await (const part of member) parts.push(part as Buffer);
    files.set(member.header.name, Buffer.concat(parts));
  }
  return { sent: packed.length, files };
}

async function* inParts(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}

describe('a tar packed with gzip', () => {
  it('has files whole, packed ones as they are', async () => {
    const packed = gzipSync(randomBytes(100_000));
    const { sent, files } = await written(async (tar) => {
      await tar.add('empty', Buffer.alloc(0));
      await tar.addPacked('layer', packed.length, inParts(packed));
      await tar.add('text', Buffer.from('text'));
    });
    assert.deepEqual([...files.keys()], ['empty', 'layer', 'text']);
    assert.deepEqual(files.get('layer'), packed);
    assert.equal(files.get('text')?.toString(), 'text');
    assert.ok(sent < packed.length * 1.01, `${sent} bytes`);
  });

  it('has one of unknown size, which unpacks to the same, and costs next to nothing more', async () => {
    const content = randomBytes(300_000);
    const packed = gzipSync(content);
    let fits = false;
    const { sent, files } = await written(async (tar) => {
      fits = await tar.addGrowing('layer', 700_001, inParts(packed));
      await tar.add('after', Buffer.from('after'));
    });
    assert.ok(fits);
    assert.equal(files.get('layer')?.length, 700_001);
    assert.deepEqual(gunzipSync(files.get('layer')!), content);
    assert.equal(files.get('after')?.toString(), 'after');
    assert.ok(sent < packed.length * 1.01, `${sent} bytes`);
  });

  it('says when one of unknown size finds no room, and goes on with the next', async () => {
    const content = randomBytes(5_000);
    let fits = true;
    const { files } = await written(async (tar) => {
      // Room for all of it, but not for what would have to fill the rest.
      fits = await tar.addGrowing('layer', 5_010, inParts(content));
      await tar.add('after', Buffer.from('after'));
    });
    assert.equal(fits, false);
    assert.equal(files.get('layer')?.length, 5_010);
    assert.equal(files.get('after')?.toString(), 'after');
  });

  it('gives up when its reader is gone', async () => {
    const tar = new PackedTar();
    const filling = tar.addPacked('layer', 10_000_000, inParts(randomBytes(10_000_000), 100_000));
    for await (const chunk of tar.read()) {
      assert.ok(chunk.length > 0);
      break;
    }
    await assert.rejects(filling, { reason: 'aborted' });
  });
});

describe('padding after gzip', () => {
  const member = 22 + 0xffff;
  for (const size of [0, 22, 1000, member, member + 1, member + 22, 64 * member + 5, 64 * member + 30])
    it(`of ${size} bytes unpacks to nothing`, () => {
      assert.ok(canPad(size));
      const padding = Buffer.concat([...packedPadding(size)].map((packed) => gunzipSync(packed)));
      assert.equal(padding.length, size);
      assert.equal(gunzipSync(Buffer.concat([gzipSync('layer'), padding])).toString(), 'layer');
    });

  it('costs a thousandth', () => {
    const sent = [...packedPadding(100_000_000)].reduce((sum, packed) => sum + packed.length, 0);
    assert.ok(sent < 200_000, `${sent} bytes`);
  });

  it('is not made where there is no room for any', () => {
    assert.equal(canPad(21), false);
    assert.throws(() => [...packedPadding(21)], RangeError);
    assert.equal(canPad(-1), false);
  });
});
