import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { THIS_MACHINE, type Answer } from '../../src/contracts/deployCall';
import type { Engines } from '../../src/targets/docker/engine/engines';
import { EngineError } from '../../src/targets/docker/errors';
import { inspectImage, presentChains } from '../../src/targets/docker/image/chains';
import { imageOpener } from '../../src/targets/docker/image/transfer';
import { readWork } from '../../src/targets/docker/messages';
import { listenOnLoopback, type Listen } from '../../src/targets/docker/image/pushRegistry';
import { enginePerformer } from '../../src/targets/docker/perform';
import { labEngines, load, perform, transferCall } from '../lab/docker';
import { addText, layerOf, writeImage, writeTar, type ImageSpec, type Layer } from '../lab/images/archive';
import { randomBytes, randomLayer } from '../lab/images/random';
import { LabLoopback } from '../lab/loopback';
import { useLab } from '../lab/machines/suite';

const MB = 1 << 20;

describe('transfer of an image to a host', function () {
  this.timeout(60_000);
  const suite = useLab({
    machines: {
      here: { engine: true },
      'host-a': { engine: true },
      'host-b': { engine: true, engineDisk: '60m' },
    },
  });
  let engines: Engines;
  let loopback: LabLoopback;
  const files: string[] = [];

  /** An image of these layers in the engine of this machine. */
  const have = async (
    reference: string,
    layers: readonly Layer[],
    more: Partial<ImageSpec> = {},
  ): Promise<string> => {
    const file = path.join(suite.lab.folder, `${reference.replace(':', '-')}.tar`);
    const id = await writeImage(file, { reference, layers, ...more });
    files.push(file);
    await load(engines, THIS_MACHINE, file);
    return id;
  };

  /** Transfers and counts what was sent. The engine reaches this process unless `listen` has it otherwise. */
  const send = async (
    reference: string,
    to: string,
    listen: Listen = loopback.listen,
  ): Promise<{ answer: Answer; bytes: number }> => {
    let bytes = 0;
    const count = (so: { bytes: number }): number => (bytes = so.bytes);
    const answer = await perform(engines, transferCall(reference, to), count, undefined, listen);
    return { answer, bytes };
  };

  /** All names that the engine of this machine knows images by. */
  const namesHere = (): Promise<string> =>
    suite.lab.machine('here').succeed(['docker', 'image', 'ls', '--digests']);

  before(() => {
    engines = labEngines(suite.lab, suite.hosts, 'here');
    loopback = LabLoopback.of(suite.lab.machine('here'));
  });
  after(() => loopback.close());
  afterEach(async () => {
    for (const file of files.splice(0)) await rm(file);
  });

  it('sends everything to a host that has nothing', async () => {
    const layers = [await randomLayer('base', 20), await randomLayer('libraries', 5)];
    const id = await have('shop:1', layers);
    const { answer, bytes } = await send('shop:1', 'host-a');
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:1')).id, id);
    // Half of what the layers have compresses to nothing.
    assert.ok(bytes > 12.5 * MB && bytes < 14 * MB, `${bytes} bytes`);
  });

  it('sends only changed layers, packed, and the image is the same', async () => {
    const changed = await randomLayer('application-2', 4);
    const id = await have('shop:2', [
      await randomLayer('base', 20),
      await randomLayer('libraries', 5),
      changed,
    ]);
    const { answer, bytes } = await send('shop:2', 'host-a');
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:2')).id, id);
    const { size } = await stat(changed.file);
    assert.ok(bytes <= (size / 2) * 1.01, `${bytes} bytes for a layer of ${size}`);
  });

  it('sends at most 1 % more than a changed layer that does not compress', async () => {
    const changed = await randomLayer('random', 4, 0);
    const id = await have('shop:random', [await randomLayer('base', 20), changed]);
    const { bytes } = await send('shop:random', 'host-a');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:random')).id, id);
    const { size } = await stat(changed.file);
    assert.ok(bytes <= size * 1.01, `${bytes} bytes for a layer of ${size}`);
  });

  it('passes the only changed layer on while it comes', async () => {
    const base = await randomLayer('base', 20);
    await have('shop:base', [base]);
    await send('shop:base', 'host-a');
    await have('shop:early', [base, await randomLayer('early', 20, 0)]);
    let bytes = 0;
    let whenAllCame: number | undefined;
    const listen: Listen = (server) => {
      server.prependListener('request', (request: IncomingMessage) => {
        // The configuration, which comes too, is small.
        request.once('end', () => {
          if (request.socket.bytesRead > 16 * MB) whenAllCame ??= bytes;
        });
      });
      return loopback.listen(server);
    };
    const count = (so: { bytes: number }): number => (bytes = so.bytes);
    await perform(engines, transferCall('shop:early', 'host-a'), count, undefined, listen);
    assert.ok(whenAllCame !== undefined && whenAllCame > 2 * MB, `${whenAllCame} bytes`);
  });

  it('sends a layer of so many files that it finds no room while it comes', async () => {
    const names = randomBytes('names', 1 << 20).toString('hex');
    const file = path.join(suite.lab.folder, 'tiny.tar');
    await writeTar(file, async (tar) => {
      for (let n = 0; n < 20_000; n++) {
        addText(tar, names.slice(n * 64, n * 64 + 64), 'x');
        if (n % 1000 === 0) await nextTurn();
      }
    });
    const id = await have('shop:tiny', [await randomLayer('base', 20), await layerOf(file)]);
    const { answer } = await send('shop:tiny', 'host-a');
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:tiny')).id, id);
  });

  it('asks again for the needed layer when another one came', async () => {
    // The host has the lower one, which this machine never pushed; the upper one was pushed before.
    const lower = await randomLayer('never-pushed', 4);
    const upper = await randomLayer('pushed-before', 4);
    await have('shop:upper', [upper]);
    await send('shop:upper', 'host-a');
    const file = path.join(suite.lab.folder, 'lower.tar');
    await writeImage(file, { reference: 'shop:lower', layers: [lower] });
    files.push(file);
    await load(engines, 'host-a', file);
    await suite.lab.machine('host-a').succeed(['docker', 'image', 'rm', 'shop:upper']);
    const id = await have('shop:both', [lower, upper]);
    const { answer } = await send('shop:both', 'host-a');
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:both')).id, id);
  });

  it('leaves no name of its own at the engine of this machine', async () => {
    assert.doesNotMatch(await namesHere(), /127\.0\.0\.1/);
  });

  it('asks again for a layer that the engine pushed before, and so only tells the digest of', async () => {
    const layers = [await randomLayer('base', 20), await randomLayer('application-again', 4)];
    const id = await have('shop:pushed', layers);
    await send('shop:pushed', 'host-a');
    await suite.lab.machine('host-a').succeed(['docker', 'image', 'rm', 'shop:pushed']);
    const { answer, bytes } = await send('shop:pushed', 'host-a');
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:pushed')).id, id);
    assert.ok(bytes > 2 * MB && bytes < 3 * MB, `${bytes} bytes`);
  });

  it('has an engine save the image that does not reach this process, and sends what changed', async () => {
    const changed = await randomLayer('application-saved', 4);
    const id = await have('shop:saved', [await randomLayer('base', 20), changed]);
    // On a loopback that is not the engine's.
    const { answer, bytes } = await send('shop:saved', 'host-a', listenOnLoopback);
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:saved')).id, id);
    const { size } = await stat(changed.file);
    assert.ok(bytes > size && bytes <= size * 1.01, `${bytes} bytes for a layer of ${size}`);
    assert.doesNotMatch(await namesHere(), /127\.0\.0\.1/);
  });

  it('sends a layer again that the host has on top of others only', async () => {
    // The chain is another one, so the engine could not use what it has.
    const layers = [await randomLayer('libraries', 5), await randomLayer('base', 20)];
    const id = await have('shop:upside-down', layers);
    const { bytes } = await send('shop:upside-down', 'host-a');
    assert.ok(bytes > 12.5 * MB, `${bytes} bytes`);
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:upside-down')).id, id);
  });

  it('sends next to nothing when the host has all layers', async () => {
    const layers = [await randomLayer('base', 20), await randomLayer('libraries', 5)];
    const id = await have('shop:again', layers, { env: ['ANOTHER=one'] });
    const { bytes } = await send('shop:again', 'host-a');
    assert.ok(bytes > 0 && bytes < 30_000, `${bytes} bytes`);
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:again')).id, id);
  });

  it('only names an image that the host has by another name', async () => {
    const layers = [await randomLayer('base', 20), await randomLayer('libraries', 5)];
    const id = await have('shop:renamed', layers);
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:1')).id, id);
    const { answer, bytes } = await send('shop:renamed', 'host-a');
    assert.equal(readWork(answer).error, '');
    assert.equal(bytes, 0);
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:renamed')).id, id);
  });

  it('sends a layer that is in an image twice', async () => {
    const twice = await randomLayer('twice', 2);
    const id = await have('shop:twice', [
      await randomLayer('base', 20),
      twice,
      await randomLayer('libraries', 5),
      twice,
    ]);
    await send('shop:twice', 'host-a');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:twice')).id, id);
  });

  for (const [how, megabytes] of [
    ['pushed', 33],
    ['saved', 65],
  ] as const)
    it(`keeps a ${how} layer too large for memory in a file, and its bytes`, async () => {
      const before = process.env.TMPDIR;
      const folder = path.join(suite.lab.folder, `temporary-${how}`);
      await mkdir(folder);
      process.env.TMPDIR = folder;
      try {
        const large = await randomLayer(`large-${how}`, megabytes, 0);
        const id = await have(`shop:large-${how}`, [await randomLayer('base', 20), large]);
        const listen = how === 'pushed' ? loopback.listen : listenOnLoopback;
        const { bytes } = await send(`shop:large-${how}`, 'host-a', listen);
        assert.ok(bytes <= (await stat(large.file)).size * 1.01);
        assert.equal((await inspectImage(engines.of('host-a'), `shop:large-${how}`)).id, id);
        assert.deepEqual(await readdir(folder), []);
      } finally {
        if (before === undefined) delete process.env.TMPDIR;
        else process.env.TMPDIR = before;
      }
    });

  it('sends everything when the engine refuses a delta', async () => {
    const id = await have('shop:3', [await randomLayer('base', 20), await randomLayer('application-3', 2)]);
    const call = transferCall('shop:3', 'host-a');
    const upload = await imageOpener(engines, loopback.listen)(call.source);
    // The host loses what was to be left out, between the comparison and the transfer.
    const host = suite.lab.machine('host-a');
    await host.succeed(['sh', '-c', 'docker image rm --force $(docker image ls --quiet)']);
    assert.equal((await presentChains(engines.of('host-a'))).size, 0);
    let bytes = 0;
    const context = { progress: (so: { bytes: number }) => (bytes = so.bytes) };
    const answer = await enginePerformer({ engines })(
      { ...call.to, via: 'engine' } as never,
      context,
      upload,
    );
    assert.equal(readWork(answer).error, '');
    assert.equal((await inspectImage(engines.of('host-a'), 'shop:3')).id, id);
    assert.ok(bytes > 22 * MB, `${bytes} bytes`);
  });

  it('says so when the disk of the host is full, and leaves no image behind', async () => {
    await have('shop:4', [await randomLayer('large', 70)]);
    const { answer } = await send('shop:4', 'host-b');
    assert.match(readWork(answer).error, /no space left on device/);
    await assert.rejects(inspectImage(engines.of('host-b'), 'shop:4'), { reason: 'noImage' });
  });

  it('names an image that this machine does not have', async () => {
    await assert.rejects(
      send('shop:none', 'host-a'),
      (error) =>
        error instanceof EngineError && error.reason === 'noImage' && error.details.image === 'shop:none',
    );
  });

  it('refuses an image for another kind of machine before anything is sent', async () => {
    await have('shop:arm', [await randomLayer('libraries', 5)], { architecture: 'arm64' });
    await assert.rejects(send('shop:arm', 'host-a'), (error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.reason, 'architecture');
      assert.equal(error.details.found, 'linux/arm64');
      return true;
    });
    await assert.rejects(inspectImage(engines.of('host-a'), 'shop:arm'), { reason: 'noImage' });
  });

  it('ends when it is cancelled, and the host has nothing of it', async () => {
    await have('shop:5', [await randomLayer('base', 20), await randomLayer('application-5', 30, 0)]);
    const abort = new AbortController();
    const sending = perform(
      engines,
      transferCall('shop:5', 'host-a'),
      ({ bytes }) => bytes > 5 * MB && abort.abort(),
      abort.signal,
      loopback.listen,
    );
    await assert.rejects(sending, { reason: 'aborted' });
    await assert.rejects(inspectImage(engines.of('host-a'), 'shop:5'), { reason: 'noImage' });
    assert.doesNotMatch(await namesHere(), /127\.0\.0\.1/);
  });
});
