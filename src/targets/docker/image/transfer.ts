import {
  THIS_MACHINE,
  type HostName,
  type SourceOpener,
  type UploadSource,
  type UploadStream,
} from '../../../contracts/deployCall';
import { z } from 'zod';
import type { Engine } from '../engine/engine';
import { refusal } from '../engine/engine';
import type { Engines } from '../engine/engines';
import { readText } from '../engine/request';
import { checkArchitecture, dispensable, inspectImage, presentChains, usesContainerdStore } from './chains';
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
}

/** Opens `docker.image` sources. What the host has is asked at that moment. */
export function imageOpener(engines: Engines): SourceOpener {
  return async (source: UploadSource, signal?: AbortSignal): Promise<ImageUpload> => {
    const { image, to } = imageSource.parse(source);
    const from = engines.of(THIS_MACHINE);
    const whole = (): Promise<UploadStream> => open(from, image, new Set(), signal);
    const leaveOut = await dispensableTo(engines.of(to), from, image, signal);
    if (leaveOut.size === 0) return whole();
    return { ...(await open(from, image, leaveOut, signal)), whole };
  };
}

/** The layers of an image that need not be sent: those that the host has. None where layers can't be compared. */
async function dispensableTo(
  to: Engine,
  from: Engine,
  image: string,
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const sent = await inspectImage(from, image, signal);
  await checkArchitecture(to, image, sent, signal);
  const [present, ...inContainerd] = await Promise.all([
    presentChains(to, signal),
    usesContainerdStore(from, signal),
    usesContainerdStore(to, signal),
  ]);
  return inContainerd.some(Boolean) ? new Set() : dispensable(sent.diffIds, present);
}

async function open(
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
