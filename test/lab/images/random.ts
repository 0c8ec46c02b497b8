import { createCipheriv } from 'node:crypto';
import { addText, cached, layerOf, writeTar, type Layer } from './archive';

/** Bytes that don't compress, the same for the same seed. */
export function randomBytes(seed: string, size: number): Buffer {
  const key = Buffer.alloc(16, seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

/**
 * A layer of a number of megabytes: files of one, of which a share compresses well, as programs do. Cached.
 */
export async function randomLayer(seed: string, megabytes: number, compressible = 0.5): Promise<Layer> {
  const file = await cached(`random-${seed}-${megabytes}-${compressible}.tar`, (target) =>
    writeTar(target, async (tar) => {
      for (let index = 0; index < megabytes; index++) {
        const bytes = randomBytes(`${seed}${index}`, 1 << 20);
        bytes.fill(0, 0, Math.floor(bytes.length * compressible));
        addText(tar, `data/${seed}-${index}`, bytes);
        // Otherwise all of it would be held in memory.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  return layerOf(file);
}
