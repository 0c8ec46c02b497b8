import * as z from 'zod';
import type { Engine } from '../engine/engine';
import { documentsOf, open } from './ask';

const cpu = z.object({
  cpu_usage: z.object({ total_usage: z.number(), percpu_usage: z.array(z.number()).nullish() }),
  system_cpu_usage: z.number().optional(),
  online_cpus: z.number().optional(),
});
const sample = z.object({
  read: z.string(),
  cpu_stats: cpu,
  precpu_stats: cpu.optional(),
  memory_stats: z
    .object({
      usage: z.number().optional(),
      limit: z.number().optional(),
      stats: z.record(z.string(), z.number()).optional(),
    })
    .default({}),
  networks: z.record(z.string(), z.object({ rx_bytes: z.number(), tx_bytes: z.number() })).optional(),
});
type Sample = z.output<typeof sample>;

/** What a container uses, over the second before. */
export interface ContainerStats {
  /** 100 is one whole processor. */
  readonly cpuPercent: number;
  /** Bytes, without the page cache that the system can take back. */
  readonly memory: number;
  /** Bytes; the machine's memory where the container has no limit of its own. */
  readonly memoryLimit: number;
  /** Bytes a second; absent on the host's network, which is not counted for a container. */
  readonly network?: { readonly received: number; readonly sent: number };
}

/**
 * What a container uses, about once a second, as long as it runs. Rejects with `ContainerError` `gone`, `EngineError`,
 * `TransportError` or `AbortedError`.
 */
export async function* containerStats(
  engine: Engine,
  container: string,
  signal?: AbortSignal,
): AsyncGenerator<ContainerStats> {
  const path = `/containers/${encodeURIComponent(container)}/stats`;
  const response = await open(engine, container, { method: 'GET', path, query: { stream: '1' } }, signal);
  try {
    let last: Sample | undefined;
    for await (const document of documentsOf(response, engine.place, signal)) {
      const now = sample.parse(document);
      // The engine goes on with empty samples when a container has ended.
      if (now.cpu_stats.system_cpu_usage === undefined) return;
      const stats = readStats(now, last);
      last = now;
      if (stats) yield stats;
    }
  } finally {
    response.body.destroy();
  }
}

/** Reads a sample of `GET /containers/ID/stats` as its documentation says; undefined for the first, which has nothing to compare with. */
export function readStats(now: unknown, last?: unknown): ContainerStats | undefined {
  const { cpu_stats, precpu_stats, memory_stats, networks, read } = sample.parse(now);
  if (precpu_stats?.system_cpu_usage === undefined) return undefined;
  const used = cpu_stats.cpu_usage.total_usage - precpu_stats.cpu_usage.total_usage;
  const passed = (cpu_stats.system_cpu_usage ?? 0) - precpu_stats.system_cpu_usage;
  const processors = cpu_stats.online_cpus ?? cpu_stats.cpu_usage.percpu_usage?.length ?? 1;
  const { usage = 0, limit = 0, stats = {} } = memory_stats;
  // Names of cgroup v2 and v1.
  const cache = stats.inactive_file ?? stats.total_inactive_file ?? 0;
  const before = last === undefined ? undefined : sample.parse(last);
  const seconds = before ? (Date.parse(read) - Date.parse(before.read)) / 1000 : 0;
  const network =
    networks && before?.networks && seconds > 0 ? rates(networks, before.networks, seconds) : undefined;
  return {
    cpuPercent: passed > 0 ? Math.max(0, (used / passed) * processors * 100) : 0,
    memory: cache < usage ? usage - cache : usage,
    memoryLimit: limit,
    ...(network && { network }),
  };
}

type Networks = NonNullable<Sample['networks']>;

function rates(now: Networks, before: Networks, seconds: number): NonNullable<ContainerStats['network']> {
  const sum = (networks: Networks, key: 'rx_bytes' | 'tx_bytes'): number =>
    Object.values(networks).reduce((total, each) => total + each[key], 0);
  const rate = (key: 'rx_bytes' | 'tx_bytes'): number =>
    Math.max(0, (sum(now, key) - sum(before, key)) / seconds);
  return { received: rate('rx_bytes'), sent: rate('tx_bytes') };
}
