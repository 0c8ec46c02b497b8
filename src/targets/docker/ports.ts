import type { Answer } from '../../contracts/deployCall';
import type { JsonObject } from '../../util/json';
import { EngineError } from './errors';

/** States of a socket in /proc/net/tcp (include/net/tcp_states.h). */
const ESTABLISHED = '01';
const LISTEN = '0A';

/** Ports that are looked at, from the first one on. */
const TRIED = 100;

/** A line of /proc/net/tcp or tcp6 (proc(5)): `sl local_address rem_address st ...`, addresses and ports in hexadecimal. */
const SOCKET = /^\s*\d+:\s+([0-9A-F]+):([0-9A-F]{4})\s+[0-9A-F]+:[0-9A-F]{4}\s+([0-9A-F]{2})\s/;

/** 127/8 and ::1, also as the IPv4 address in IPv6, each 32 bits in the machine's (little-endian) order. */
const LOOPBACK = /^(0{24}01000000|(0{16}FFFF0000)?[0-9A-F]{6}7F)$/;

/** A script that prints its arguments in a line and then the sockets of the host; `$1` is the folder of the tables. */
export const SOCKET_TABLES = 'd=$1; shift; echo "$@"; cat "$d/tcp"; cat "$d/tcp6" 2>/dev/null || true';

/**
 * Parses `SOCKET_TABLES`, whose first line holds the first port that may be taken, and then ports that must not be.
 * Throws `EngineError` `noPort`.
 */
export function readFreePort(answer: Answer): JsonObject {
  const { words, sockets } = read(answer);
  const [from = 0, ...reserved] = words;
  const taken = new Set([
    ...reserved,
    ...sockets.filter(({ state }) => state === LISTEN).map((each) => each.port),
  ]);
  for (let port = from; port < from + TRIED && port < 65_536; port++) if (!taken.has(port)) return { port };
  throw new EngineError('noPort', `no port is free from ${from} on`, { from, to: from + TRIED - 1 });
}

/** Parses `SOCKET_TABLES`, whose first line holds a port: whether somebody listens on it. */
export function readTaken(answer: Answer): JsonObject {
  const { words, sockets } = read(answer);
  return { taken: sockets.some(({ port, state }) => port === words[0] && state === LISTEN) };
}

/** Parses `SOCKET_TABLES`, whose first line holds a port: how many connections to it there are. */
export function readConnections(answer: Answer): JsonObject {
  const { words, sockets } = read(answer);
  return {
    connections: sockets.filter(({ port, state }) => port === words[0] && state === ESTABLISHED).length,
  };
}

/** Parses `SOCKET_TABLES`, whose first line holds a port: to whom each socket that listens on it does so. */
export function listeningOn(answer: Answer): ('loopback' | 'any')[] {
  const { words, sockets } = read(answer);
  return sockets
    .filter(({ port, state }) => port === words[0] && state === LISTEN)
    .map(({ address }) => (LOOPBACK.test(address) ? 'loopback' : 'any'));
}

interface Socket {
  readonly address: string;
  readonly port: number;
  readonly state: string;
}

function read(answer: Answer): { words: number[]; sockets: Socket[] } {
  if (typeof answer.stdout !== 'string') throw new Error('no output');
  const [first = '', ...lines] = answer.stdout.split('\n');
  const words = first.split(' ').map(Number);
  if (words.some((word) => !Number.isInteger(word) || word <= 0))
    throw new Error('no ports in the first line');
  const sockets = lines.flatMap((line) => {
    const [, address, port, state] = SOCKET.exec(line) ?? [];
    return port === undefined ? [] : [{ address: address!, port: Number.parseInt(port, 16), state: state! }];
  });
  return { words, sockets };
}
