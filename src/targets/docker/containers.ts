import * as z from 'zod';

const port = z.object({
  PrivatePort: z.number(),
  PublicPort: z.number().optional(),
  Type: z.string().optional(),
});
const container = z.object({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  Image: z.string(),
  ImageID: z.string(),
  Created: z.number(),
  State: z.string(),
  Status: z.string().default(''),
  Labels: z.record(z.string(), z.string()).nullish(),
  Ports: z.array(port).nullish(),
  HostConfig: z.object({ NetworkMode: z.string().optional() }).nullish(),
});
const containers = z.array(container);

/** Of a container as lists have it. */
export interface ContainerPort {
  readonly inside: number;
  /** Absent where it is not published. */
  readonly outside?: number;
}

/** A container as lists of the engine have it. */
export interface Container {
  readonly id: string;
  /** Without the slash before it. */
  readonly name: string;
  /** As it was asked for: a reference or an id. */
  readonly image: string;
  readonly imageId: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`. */
  readonly state: string;
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly ContainerPort[];
}

/** Reads the answer to `GET /containers/json`. Throws for anything else. */
export function readContainers(value: unknown): Container[] {
  return containers.parse(value).map((each) => {
    const health = /\((?:health: )?(starting|healthy|unhealthy)\)/.exec(each.Status)?.[1];
    return {
      id: each.Id,
      // One of several is the name, the others are links to it.
      name: (each.Names ?? []).find((name) => !name.slice(1).includes('/'))?.slice(1) ?? '',
      image: each.Image,
      imageId: each.ImageID,
      created: each.Created,
      state: each.State,
      ...(health && { health: health as 'starting' }),
      labels: each.Labels ?? {},
      ports: uniquePorts(each.Ports ?? []),
    };
  });
}

/** Without the doubles for IPv6. */
function uniquePorts(ports: readonly z.output<typeof port>[]): ContainerPort[] {
  const unique = new Map<string, ContainerPort>();
  for (const { PrivatePort: inside, PublicPort: outside } of ports)
    unique.set(`${inside} ${outside}`, { inside, ...(outside !== undefined && { outside }) });
  return [...unique.values()].sort((a, b) => a.inside - b.inside);
}
