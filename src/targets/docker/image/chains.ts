import { createHash } from 'node:crypto';
import * as z from 'zod';
import { mapLimit } from '../../../util/async';
import type { Engine } from '../engine/engine';
import { EngineError } from '../errors';

/**
 * What an engine knows a layer on top of others by (OCI image specification, "Layer ChainID"): the first is its diff
 * ID, each further one the digest of the chain below, a space and its diff ID.
 */
export function chainIds(diffIds: readonly string[]): string[] {
  const chains: string[] = [];
  for (const diffId of diffIds) {
    const below = chains.at(-1);
    chains.push(below === undefined ? diffId : sha256(`${below} ${diffId}`));
  }
  return chains;
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

const image = z.object({
  Id: z.string(),
  Architecture: z.string(),
  Os: z.string(),
  Size: z.number().default(0),
  RootFS: z.object({ Layers: z.array(z.string()).nullish() }),
});
const history = z.array(z.object({ Size: z.number() }));
const images = z.array(z.object({ Id: z.string() }));

/** An image of an engine. */
export interface EngineImage {
  readonly id: string;
  readonly architecture: string;
  readonly os: string;
  /** Unpacked, in bytes. */
  readonly size: number;
  readonly diffIds: readonly string[];
}

/** Rejects with `EngineError` `noImage`. `name`: an id or a reference. */
export async function inspectImage(engine: Engine, name: string, signal?: AbortSignal): Promise<EngineImage> {
  try {
    const found = image.parse(await engine.json(`/images/${name}/json`, {}, signal));
    return {
      id: found.Id,
      architecture: found.Architecture,
      os: found.Os,
      size: found.Size,
      diffIds: found.RootFS.Layers ?? [],
    };
  } catch (error) {
    if (error instanceof EngineError && error.details.status === 404)
      throw new EngineError('noImage', `${engine.place} has no image ${name}`, {
        host: engine.place,
        image: name,
      });
    throw error;
  }
}

/**
 * For each layer, the lowest first, the most bytes that its files may have. The history of an image also has what
 * changed no file, and a layer without bytes looks the same: so a layer is one of several.
 */
export async function largestSizes(
  engine: Engine,
  { id, diffIds }: EngineImage,
  signal?: AbortSignal,
): Promise<number[]> {
  const entries = history.parse(await engine.json(`/images/${id}/history`, {}, signal));
  const sizes = entries.map(({ Size }) => Size).filter((size) => size > 0);
  sizes.reverse();
  const empty = diffIds.length - sizes.length;
  if (empty < 0) throw new RangeError(`${sizes.length} sizes of ${diffIds.length} layers`);
  return diffIds.map((_diffId, index) => Math.max(0, ...sizes.slice(Math.max(0, index - empty), index + 1)));
}

/** Rejects with `EngineError` `architecture` for an image that is for another kind of machine than the engine's. */
export async function checkArchitecture(
  engine: Engine,
  name: string,
  { os, architecture }: EngineImage,
  signal?: AbortSignal,
): Promise<void> {
  const kind = await engine.kind(signal);
  if (kind.architecture === architecture && kind.os === os) return;
  throw new EngineError(
    'architecture',
    `${name} is for ${os}/${architecture}, ${engine.place} is ${kind.os}/${kind.architecture}`,
    {
      host: engine.place,
      image: name,
      found: `${os}/${architecture}`,
      wanted: `${kind.os}/${kind.architecture}`,
    },
  );
}

/** The chain IDs of all layers that an engine has below its images. */
export async function presentChains(engine: Engine, signal?: AbortSignal): Promise<Set<string>> {
  const listed = images.parse(await engine.json('/images/json', {}, signal));
  const ids = [...new Set(listed.map(({ Id }) => Id))];
  const layers = await mapLimit(ids, 8, async (id) => {
    try {
      return (await inspectImage(engine, id, signal)).diffIds;
    } catch (error) {
      // Removed since it was listed.
      if (error instanceof EngineError && error.reason === 'noImage') return [];
      throw error;
    }
  });
  return new Set(layers.flatMap(chainIds));
}

/**
 * Diff IDs of an image that need not be sent to an engine with these chains. A layer that is in the image twice is
 * left out only if the engine has it in both places.
 */
export function dispensable(diffIds: readonly string[], present: ReadonlySet<string>): Set<string> {
  const chains = chainIds(diffIds);
  const needed = new Set(diffIds.filter((_diffId, index) => !present.has(chains[index]!)));
  return new Set(diffIds.filter((diffId) => !needed.has(diffId)));
}
