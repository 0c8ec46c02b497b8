import { isIPv4 } from 'node:net';
import type { Address } from '../contracts/deploy';
import type { Answer, CommandCall, HostName } from '../contracts/deployCall';
import { hostAddress } from './addresses';
import { textOf } from './answers';

/** States of `/proc/net/tcp` in which a request may be under way: ESTABLISHED, SYN_SENT (include/net/tcp_states.h). */
const BUSY: readonly string[] = ['01', '02'];

/**
 * Where a host has connections to, from Linux's tables of them: `ADDRESS:PORT`, and `*:PORT` for whoever knows an
 * address by name only. A line of `/proc/net/tcp`: `sl local_address rem_address st ...`, addresses as the bytes of
 * memory (little-endian words) and ports in hexadecimal.
 */
export function tcpPeers(answer: Answer): { peers: string[] } {
  const peers = new Set<string>();
  for (const line of textOf(answer, 'stdout').split('\n')) {
    const [, remote = '', state = ''] =
      /^\s*\d+: [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) /.exec(line) ?? [];
    if (!BUSY.includes(state)) continue;
    const [bytes = '', port = ''] = remote.split(':');
    const number = Number.parseInt(port, 16);
    peers.add(`${address(bytes)}:${number}`).add(`*:${number}`);
  }
  return { peers: [...peers].sort() };
}

/** IPv4, IPv4 inside of IPv6, or IPv6 in brackets and without the short form of zeros. */
function address(hex: string): string {
  const words = (hex.match(/.{8}/g) ?? []).map((word) => (word.match(/../g) ?? []).reverse().join(''));
  const last = words.at(-1) ?? '';
  if (words.length === 1 || words.slice(0, 3).join('') === '0000000000000000' + '0000FFFF')
    return (last.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.');
  const groups = words.join('').match(/.{4}/g) ?? [];
  return `[${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}]`;
}

/** Waits until a host has no connection to an address any more. */
export function untilUnconnected(host: HostName, to: Address, deadlineMs: number): CommandCall {
  const at = hostAddress(to.host);
  const peer = `${isIPv4(at) ? at : '*'}:${to.port}`;
  return {
    via: 'command',
    note: `No connection to ${peer}`,
    host,
    argv: ['cat', '/proc/net/tcp', '/proc/net/tcp6'],
    parse: 'router.tcpPeers',
    expect: [
      // Without IPv6 the second file is missing.
      { path: 'code', is: 'oneOf', value: [0, 1] },
      { path: 'value.peers', is: 'lacks', value: peer },
    ],
    until: { intervalMs: 100, deadlineMs, atDeadline: 'continue' },
  };
}
