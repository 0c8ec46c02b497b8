import * as z from 'zod';
import type { Release } from '../../../contracts/deploy';
import { readContainers, type Container } from '../containers';
import type { Engine } from '../engine/engine';
import { fromLabels } from '../labels';
import { names } from '../naming';

const extras = z.array(
  z.object({
    Id: z.string(),
    Status: z.string().default(''),
    HostConfig: z.object({ NetworkMode: z.string().optional() }).nullish(),
  }),
);
const images = z.array(
  z.object({
    Id: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Created: z.number(),
    Size: z.number(),
  }),
);

/** A container of a host as a person sees it. */
export interface HostContainer extends Container {
  /** In the engine's words: `Up 3 minutes (healthy)`. */
  readonly status: string;
  /** Of one that has ended. */
  readonly exitCode?: number;
  /** It shares the network of its host. */
  readonly onHostNetwork: boolean;
  /** What was deployed; absent for a container that others started. */
  readonly ours?: {
    readonly release: Release;
    readonly environment: string;
    readonly plan: string;
    /** It serves; the others come up, stand by or are kept. */
    readonly isLive: boolean;
    /** On the host. */
    readonly port?: number;
  };
}

export interface HostImage {
  readonly id: string;
  /** `adara:1.0.0`; empty for one that lost its tags. */
  readonly tags: readonly string[];
  /** Seconds since the epoch. */
  readonly created: number;
  /** Bytes, shared layers included. */
  readonly size: number;
  /** Names of containers made from it, running or not. */
  readonly usedBy: readonly string[];
  /** What was deployed with it. */
  readonly releases: readonly Release[];
}

export interface HostContents {
  /** Ours first, then what runs, then by name. */
  readonly containers: readonly HostContainer[];
  /** The newest first. */
  readonly images: readonly HostImage[];
}

/** All containers and images of a host. Rejects with `EngineError`, `TransportError` or `AbortedError`. */
export async function listHost(engine: Engine, signal?: AbortSignal): Promise<HostContents> {
  const [containers, found] = await Promise.all([
    listContainers(engine, signal),
    engine.json('/images/json', {}, signal),
  ]);
  return { containers, images: readImages(found, containers) };
}

/** All containers of a host. Rejects with `EngineError`, `TransportError` or `AbortedError`. */
export async function listContainers(engine: Engine, signal?: AbortSignal): Promise<HostContainer[]> {
  return readHostContainers(await engine.json('/containers/json', { all: '1' }, signal));
}

/** Reads the answer to `GET /containers/json`. Pure. */
export function readHostContainers(value: unknown): HostContainer[] {
  const more = new Map(extras.parse(value).map((each) => [each.Id, each]));
  return readContainers(value)
    .map((container) => describe(container, more.get(container.id)!))
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function describe(
  container: Container,
  { Status, HostConfig }: z.output<typeof extras>[number],
): HostContainer {
  const exit = /^Exited \((\d+)\)/.exec(Status)?.[1];
  const ours = fromLabels(container.labels);
  return {
    ...container,
    status: Status,
    ...(exit !== undefined && { exitCode: Number(exit) }),
    onHostNetwork: HostConfig?.NetworkMode === 'host',
    ...(ours && {
      ours: {
        release: ours.release,
        environment: ours.marks.environment,
        plan: ours.marks.plan,
        isLive: container.name === names.live(ours.release.application),
        ...(Number(ours.marks.port) > 0 && { port: Number(ours.marks.port) }),
      },
    }),
  };
}

function rank({ ours, state }: HostContainer): number {
  return (ours ? 0 : 4) + (ours?.isLive ? 0 : 2) + (state === 'running' ? 0 : 1);
}

/** Reads the answer to `GET /images/json`. Pure. */
export function readImages(value: unknown, containers: readonly HostContainer[]): HostImage[] {
  return images
    .parse(value)
    .map(({ Id, RepoTags, Created, Size }) => {
      const users = containers.filter(({ imageId }) => imageId === Id);
      const releases = new Map(
        users.flatMap(({ ours }) =>
          ours ? [[`${ours.release.application} ${ours.release.version}`, ours.release] as const] : [],
        ),
      );
      return {
        id: Id,
        tags: (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
        created: Created,
        size: Size,
        usedBy: users.map(({ name }) => name),
        releases: [...releases.values()],
      };
    })
    .sort((a, b) => b.created - a.created || (a.id < b.id ? -1 : 1));
}
