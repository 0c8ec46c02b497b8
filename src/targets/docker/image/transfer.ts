import {
  THIS_MACHINE,
  type HostName,
  type SourceOpener,
  type UploadSource,
  type UploadStream,
} from '../../../contracts/deployCall';
import * as z from 'zod';
import type { Engine } from '../engine/engine';
import { refusal } from '../engine/engine';
import type { Engines } from '../engine/engines';
import { readText, type EngineRequest } from '../engine/request';
import { EngineError } from '../errors';
import { checkArchitecture, dispensable, inspectImage, largestSizes, presentChains } from './chains';
import { PushedArchive } from './pushedArchive';
import { listenOnLoopback, type Listen } from './pushRegistry';
import { thinArchive } from './thinArchive';

export const IMAGE_SOURCE = 'docker.image';

/** An image of this machine's engine for the engine of a host: the layers that it lacks, or all of them. */
export interface ImageSource {
  readonly kind: typeof IMAGE_SOURCE;
  /** A reference, which the host's engine will know it by too. */
  readonly image: string;
  readonly to: HostName;
}

const imageSource = z.object({ image: z.string(), to: z.string() });

/** A delta that may turn out not to be enough; then everything is sent. */
export interface ImageUpload extends UploadStream {
  /** Present where something was left out. */
  readonly whole?: () => Promise<UploadStream>;
  /** Resolves when nothing is left of the upload on this machine; to be awaited however it went. */
  readonly settled?: () => Promise<void>;
  /** Made in place of the upload: the host has the image, and lacks only the name. */
  readonly instead?: EngineRequest;
}

/**
 * Opens `docker.image` sources. What the host has is asked at that moment. `listen` is how the engine of this machine
 * reaches this process.
 */
export function imageOpener(engines: Engines, listen: Listen = listenOnLoopback): SourceOpener {
  return async (source: UploadSource, signal?: AbortSignal): Promise<ImageUpload> => {
    const { image: reference, to } = imageSource.parse(source);
    const from = engines.of(THIS_MACHINE);
    const whole = (): Promise<UploadStream> => save(from, reference, new Set(), signal);
    const host = engines.of(to);
    const image = await inspectImage(from, reference, signal);
    const [isThere] = await Promise.all([
      hasImage(host, image.id, signal),
      checkArchitecture(host, reference, image, signal),
    ]);
    if (isThere) return { chunks: nothing(), instead: tagRequest(image.id, reference) };
    const [here, there] = await Promise.all([from.kind(signal), host.kind(signal)]);
    // Layers of such an engine are not known by chains either.
    if (here.usesContainerdStore) return whole();
    // None where the host's layers can't be compared.
    const leaveOut = there.usesContainerdStore
      ? Promise.resolve(new Set<string>())
      : presentChains(host, signal).then((present) => dispensable(image.diffIds, present));
    const saved = async (): Promise<UploadStream> => save(from, reference, await leaveOut, signal);
    const pushed = new PushedArchive(
      {
        engine: from,
        image,
        reference,
        needed: leaveOut.then((known) => new Set(image.diffIds.filter((diffId) => !known.has(diffId)))),
        largestSizes: largestSizes(from, image, signal),
        // Such a store would keep the padding.
        takesPadding: !there.usesContainerdStore,
        listen,
      },
      signal,
    );
    try {
      return {
        ...((await leaveOut).size > 0 && { whole }),
        chunks: orElse(pushed.chunks(), saved, signal),
        settled: () => pushed.close(),
      };
    } catch (error) {
      await pushed.close();
      throw error;
    }
  };
}

async function hasImage(engine: Engine, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await inspectImage(engine, id, signal);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.reason === 'noImage') return false;
    throw error;
  }
}

function tagRequest(id: string, reference: string): EngineRequest {
  const colon = reference.lastIndexOf(':');
  const query = { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
  return { method: 'POST', path: `/images/${id}/tag`, query };
}

async function* nothing(): AsyncGenerator<never> {
  // As many bytes as the host lacks.
}

/** An engine of a virtual machine, or one without a network, can't reach this process: then it has to save. */
async function* orElse(
  pushed: AsyncIterable<Uint8Array>,
  saved: () => Promise<UploadStream>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let begun = false;
  try {
    for await (const chunk of pushed) {
      begun = true;
      yield chunk;
    }
  } catch (error) {
    if (begun || signal?.aborted) throw error;
    yield* (await saved()).chunks;
  }
}

/** Has the engine write out the image, which takes it as long for few layers as for all. */
async function save(
  from: Engine,
  image: string,
  leaveOut: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<UploadStream> {
  const response = await from.request({ method: 'GET', path: `/images/${image}/get` }, signal);
  if (response.status !== 200)
    throw refusal(from.place, response.status, await readText(response, from.place, signal));
  const archive = response.body as AsyncIterable<Buffer>;
  return { chunks: leaveOut.size === 0 ? archive : thinArchive(archive, leaveOut) };
}
