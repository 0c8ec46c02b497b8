import * as z from 'zod';
import type { Engine } from './engine';

/** What stays as it is while an engine runs. */
export interface EngineKind {
  readonly os: string;
  /** As Go has it: `amd64`. */
  readonly architecture: string;
  /** Images are in containerd's store, where layers are not known by chains. */
  readonly usesContainerdStore: boolean;
}

const version = z.object({ Arch: z.string(), Os: z.string() });
const info = z.object({ DriverStatus: z.array(z.array(z.string())).nullish() });

/** An engine runs programs to answer this: to be asked once. */
export async function readKind(engine: Engine): Promise<EngineKind> {
  const [{ Arch, Os }, { DriverStatus }] = await Promise.all([
    engine.json('/version').then((answer) => version.parse(answer)),
    engine.json('/info').then((answer) => info.parse(answer)),
  ]);
  return {
    os: Os,
    architecture: Arch,
    usesContainerdStore: (DriverStatus ?? []).some((pair) => pair.includes('io.containerd.snapshotter.v1')),
  };
}
