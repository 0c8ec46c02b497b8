import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Intake } from '../../src/targets/docker/image/intake';
import { listenOnLoopback, PushRegistry } from '../../src/targets/docker/image/pushRegistry';

const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('a registry that an engine pushes to', () => {
  let registry: PushRegistry;
  let base: string;
  const known = digestOf(Buffer.from('known'));
  const taken: { digest: string | undefined; bytes: Buffer }[] = [];
  let layers: readonly string[] = [];

  before(async () => {
    const take = async (blob: Intake, _packed: string, digest: string | undefined): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of blob.read()) chunks.push(chunk);
      taken.push({ digest, bytes: Buffer.concat(chunks) });
      await blob.dispose();
    };
    const receiver = {
      has: (digest: string) => Promise.resolve(digest === known),
      begun: () => undefined,
      take,
      manifest: (all: readonly string[]) => Promise.resolve(void (layers = all)),
    };
    registry = await PushRegistry.open(receiver, listenOnLoopback);
    const [address, ...name] = registry.repository.split('/');
    base = `http://${address}/v2/${name.join('/')}`;
  });
  after(() => registry.close());
  beforeEach(() => taken.splice(0));

  /** As the distribution specification has it: a POST, a PATCH for each part, a PUT. */
  const upload = async (parts: readonly Buffer[]): Promise<number> => {
    const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
    assert.equal(begun.status, 202);
    const place = new URL(begun.headers.get('location')!, base).href;
    for (const body of parts) {
      const { status } = await fetch(place, { method: 'PATCH', body: new Uint8Array(body) });
      assert.equal(status, 202);
    }
    const packed = Buffer.concat(parts);
    return (await fetch(`${place}?digest=${digestOf(packed)}`, { method: 'PUT' })).status;
  };

  it('speaks the protocol, and shows nothing to who does not know its repository', async () => {
    const { origin } = new URL(base);
    assert.equal((await fetch(`${origin}/v2/`)).status, 200);
    assert.equal((await fetch(`${origin}/v2/_catalog`)).status, 404);
    const elsewhere = `${origin}/v2/swapdeck/other/blobs`;
    assert.equal((await fetch(`${elsewhere}/${known}`, { method: 'HEAD' })).status, 404);
    assert.equal((await fetch(`${elsewhere}/uploads/`, { method: 'POST' })).status, 404);
  });

  it('says which blobs the engine may keep', async () => {
    assert.equal((await fetch(`${base}/blobs/${known}`, { method: 'HEAD' })).status, 200);
    const other = digestOf(Buffer.from('other'));
    assert.equal((await fetch(`${base}/blobs/${other}`, { method: 'HEAD' })).status, 404);
  });

  it('takes a blob in parts, packed or not, and knows it by what it unpacks to', async () => {
    const content = Buffer.from('a layer '.repeat(1000));
    const packed = gzipSync(content);
    // The first part is too short to tell what it is.
    assert.equal(await upload([packed.subarray(0, 1), packed.subarray(1, 40), packed.subarray(40)]), 201);
    assert.equal(await upload([content]), 201);
    assert.deepEqual(taken, [
      { digest: digestOf(content), bytes: packed },
      { digest: digestOf(content), bytes: content },
    ]);
    // The engine makes sure.
    const again = await fetch(`${base}/blobs/${digestOf(packed)}`, { method: 'HEAD' });
    assert.equal(again.headers.get('content-length'), String(packed.length));
  });

  it('knows no digest of a blob that is cut off', async () => {
    const packed = gzipSync(Buffer.from('a layer '.repeat(1000)));
    await upload([packed.subarray(0, packed.length - 12)]);
    assert.deepEqual(
      taken.map(({ digest }) => digest),
      [undefined],
    );
  });

  it('learns the layers from the manifest', async () => {
    const body = JSON.stringify({ schemaVersion: 2, layers: [{ digest: 'sha256:a' }, { digest: known }] });
    const answer = await fetch(`${base}/manifests/transfer`, { method: 'PUT', body });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.get('docker-content-digest'), digestOf(Buffer.from(body)));
    assert.deepEqual(layers, ['sha256:a', known]);
  });
});
