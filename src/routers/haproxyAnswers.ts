import type { Answer } from '../contracts/deployCall';
import { textOf } from './answers';
import { RouterError } from './errors';

// What HAProxy's runtime socket answers (management guide, section 9.3). It has no exit codes: what is printed
// decides, and a state or weight that was set is answered by nothing at all.

/** `ready`; `drain`: only persistent sessions; `maint`: nobody. */
export type ServerState = 'ready' | 'drain' | 'maint';

export interface HaproxyServer {
  readonly name: string;
  /** As HAProxy has it: an IP address, `-` for none. */
  readonly host: string;
  readonly port: string;
  readonly state: ServerState;
  readonly weight: number;
}

/** `srv_admin_state`, bits of `enum srv_admin` in HAProxy's server-t.h; 0x04 only says where 0x01 came from. */
const MAINT = 0x01 | 0x02 | 0x20 | 0x40;
const DRAIN = 0x08 | 0x10;
/** `srv_op_state`: stopped, starting, running, stopping. */
const RUNNING: readonly string[] = ['1', '2'];

/**
 * `show servers state BACKEND`: a version, a line of names after `#`, a line of values for each server.
 * `lines` has each server as `describeServer` does; `up` those whose health checks don't keep users away.
 */
export function haproxyServers(answer: Answer): {
  servers: HaproxyServer[];
  lines: string[];
  up: string[];
} {
  const text = textOf(answer, 'text');
  if (/^Can't find backend/m.test(text)) throw new RouterError('noBackend', text.trim());
  const rows = table(text, ' ', 'srv_name');
  const servers = rows.map((row): HaproxyServer => {
    const flags = Number(row.srv_admin_state);
    return {
      name: row.srv_name ?? '',
      host: row.srv_addr ?? '-',
      port: row.srv_port ?? '0',
      state: flags & MAINT ? 'maint' : flags & DRAIN ? 'drain' : 'ready',
      weight: Number(row.srv_uweight),
    };
  });
  return {
    servers,
    lines: servers.map(describeServer),
    up: rows.filter((row) => RUNNING.includes(row.srv_op_state ?? '')).map((row) => row.srv_name ?? ''),
  };
}

/** One server as one text, to be found again in what is read back. */
export function describeServer({ name, host, port, state, weight }: HaproxyServer): string {
  return `${name} ${host}:${port} ${state} ${weight}`;
}

/**
 * `show stat BACKEND 4 -1`: the servers of a backend as CSV. `busy` has the names of those with requests in flight or
 * in their queue, `backup` those that only serve when no other can.
 */
export function haproxyStatistics(answer: Answer): { busy: string[]; backup: string[] } {
  const text = textOf(answer, 'text');
  if (/^No such proxy/m.test(text)) throw new RouterError('noBackend', text.trim());
  const rows = table(text, ',', 'svname');
  const names = (which: (row: Row) => boolean): string[] => rows.filter(which).map((row) => row.svname ?? '');
  return {
    busy: names((row) => Number(row.scur) + Number(row.qcur) > 0),
    backup: names((row) => Number(row.bck) > 0),
  };
}

/**
 * `show sess all`: many lines a stream, of which one is `  server=NAME (id=N) addr=ADDRESS:PORT`, the address that
 * the stream is connected to, whatever its server has by now.
 */
export function haproxySessions(answer: Answer): { peers: string[] } {
  const found = textOf(answer, 'text').matchAll(/^\s+server=.* addr=(\S+)$/gm);
  return { peers: [...new Set([...found].map(([, peer = '']) => peer))].sort() };
}

/** Commands that change something: nothing, or what was changed; anything else is a refusal. */
export function haproxyDone(answer: Answer): { done: true } {
  const refusal = textOf(answer, 'text')
    .split('\n')
    .find((line) => line.trim() !== '' && !/^(?:no need to change|IP changed|port changed)/.test(line));
  if (refusal !== undefined) throw new RouterError('refused', refusal, { answer: refusal });
  return { done: true };
}

type Row = Readonly<Partial<Record<string, string>>>;

function table(text: string, separator: string, mustHave: string): Row[] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => line.startsWith('# '));
  const names = (lines[head] ?? '').slice(2).split(separator);
  if (head < 0 || !names.includes(mustHave))
    throw new RouterError('unreadable', text.slice(0, 200), { what: text.slice(0, 200) });
  return lines
    .slice(head + 1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const values = line.split(separator);
      return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']));
    });
}
