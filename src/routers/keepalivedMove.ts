import type { Step } from '../contracts/deploy';
import { literal, type Call, type CommandCall, type HttpCall } from '../contracts/deployCall';
import { RouterError } from './errors';
import { lookAtState, readCards, takeoverMs, type AddressHost } from './keepalived';
import type { VirtualAddress } from './keepalivedConfig';

// keepalived's own takeover breaks every connection: the new master has none of them, and answers with resets. So the
// new host gets the address before, and passes on what it does not know, packet by packet, to the old one, which keeps
// the address on its loopback until its connections have ended. keepalived finds the address there when it becomes
// master, and takes it away when it is backup again, as if it had put it there itself.

export interface AddressMove {
  /** The router's name. */
  readonly router: string;
  readonly ip: string;
  readonly from: AddressHost;
  readonly to: AddressHost;
  /** Hosts besides the two. */
  readonly others: readonly AddressHost[];
  /** How long connections to the old host may last. */
  readonly drainMs: number;
  /** What users ask for through the address; without it nobody is asked whether the hosts serve. */
  readonly url?: string;
}

/** Whether connections that are open at that moment live on; else the move ends them. */
export function keepsConnections({ from, to }: Pick<AddressMove, 'from' | 'to'>): boolean {
  const hasCards = ({ addresses, macs }: AddressHost): boolean =>
    addresses.every(({ device }) => macs[device] !== undefined);
  return [from, to].every((each) => each.announces && each.passesOn && hasCards(each));
}

/** The steps of a move, the way back in each. Throws `RouterError` `noHeadroom`. */
export function moveSteps(move: AddressMove): Step[] {
  const keeps = keepsConnections(move);
  return [
    ...checkStep(move),
    ...(keeps ? [passStep(move)] : []),
    ...(move.to.announces ? [announceStep(move, keeps)] : []),
    priorityStep(move, keeps),
    ...(keeps ? [drainStep(move)] : []),
  ];
}

/** What answers on the new host's own address, as users would be answered there. */
function checkStep({ router, to, url }: AddressMove): Step[] {
  if (url === undefined || to.own === undefined) return [];
  return [
    step(router, 'check', `Ask ${to.host} on its own address`, 'health', {
      do: [ask(to, url, `Answered by ${to.host}`, to.own)],
      undo: [],
    }),
  ];
}

function passStep(move: AddressMove): Step {
  const { from, to, router } = move;
  const ms = expiryMs(move);
  const seconds = String(Math.ceil(ms / 1000));
  return step(
    router,
    'keep',
    `Let ${to.host} pass connections of ${from.host} on, which keeps the address for them`,
    'prepare',
    {
      do: [
        ...from.addresses.map(({ address }) =>
          run(from, ['ip', 'address', 'replace', `${address}/32`, 'dev', 'lo', ...lifetime(seconds)]),
        ),
        nft(to, passTable(move, ms), 'Packets of unknown connections go on to the old host'),
      ],
      undo: release(move),
    },
  );
}

function announceStep(move: AddressMove, keeps: boolean): Step {
  const { from, to, router, ip } = move;
  return step(router, 'announce', `Put ${ip} on ${to.host} too, and announce it from there`, 'route', {
    do: [
      ...put(to),
      // Before the new one announces it: what the old one says in between would draw connections back.
      ...(keeps ? [nft(from, quietTable(move), 'The old host no longer announces the address')] : []),
      ...announce(to),
    ],
    verify: [{ ...readCards(to.host), note: `${to.host} has it`, expect: [has(to, ip)] }],
    undo: [...(keeps ? [nft(from, drop(quietName(ip)))] : []), ...put(from), ...announce(from), ...letGo(to)],
  });
}

function priorityStep(move: AddressMove, keeps: boolean): Step {
  const { from, to, router, ip, url } = move;
  const changes = valuesFor(move);
  return step(
    router,
    'priority',
    `Give ${to.host} the higher priority, so that keepalived takes ${ip} there`,
    'route',
    {
      do: [...changes.map(({ on, value }) => setValue(on, value)), untilTaken(move)],
      verify: [
        { ...readCards(to.host), note: `${to.host} has it`, expect: [has(to, ip)] },
        ...(url === undefined || keeps ? [] : [ask(from, url, `Answered through ${ip}`)]),
      ],
      undo: [
        ...(keeps ? [nft(from, drop(quietName(ip)))] : []),
        ...(from.announces ? [...put(from), ...announce(from)] : []),
        ...changes.toReversed().map(({ on }) => setValue(on, on.track?.value ?? 0)),
        untilBackup(move),
      ],
    },
  );
}

/** keepalived takes the address away from a master that hears of a higher priority. */
function untilTaken({ from, to, ip }: AddressMove): CommandCall {
  return {
    ...readCards(from.host),
    note: `keepalived took ${ip} from ${from.host}`,
    expect: [{ path: 'value.lines', is: 'lacks', value: literal(`${deviceOf(from, ip)} ${ip}`) }],
    until: { intervalMs: 100, deadlineMs: takeoverMs(to) },
  };
}

/** The address may be on the new host by our own doing, so that keepalived has to say whether it is the master. */
function untilBackup({ from, to }: AddressMove): CommandCall {
  return {
    ...lookAtState(to.host),
    note: `${to.host} is not the master`,
    expect: [{ path: 'value.states', is: 'lacks', value: literal(`${to.instance.name} MASTER`) }],
    until: { intervalMs: 100, deadlineMs: takeoverMs(from) },
  };
}

function drainStep(move: AddressMove): Step {
  const { from, router, ip, url, drainMs } = move;
  const sources = from.addresses.flatMap(({ address }, index) => [
    ...(index === 0 ? [] : ['or']),
    'src',
    address,
  ]);
  const states = ['established', 'close-wait', 'fin-wait-1'].flatMap((state) => ['state', state]);
  return step(router, 'drain', `Wait until ${from.host} has no connection left`, 'drain', {
    do: [
      {
        ...run(from, ['ss', '-Htn', ...states, ...sources]),
        note: 'No connection to the address',
        expect: [{ path: 'stdout', is: 'equals', value: '' }],
        until: { intervalMs: 250, deadlineMs: drainMs, atDeadline: 'continue' },
      },
      ...release(move),
    ],
    verify: url === undefined ? [] : [ask(from, url, `Answered through ${ip}`)],
    undo: [],
  });
}

/** Takes away what only the time of the move needs. Rightly repeated. */
function release({ from, to, ip }: AddressMove): Call[] {
  return [
    ...from.addresses.map(({ address }) =>
      gone(from, ['ip', 'address', 'del', `${address}/32`, 'dev', 'lo']),
    ),
    nft(from, drop(quietName(ip))),
    nft(to, drop(passName(ip))),
  ];
}

/** Hosts whose number is to change, the new one's first, so that there is always one that is meant to be the master. */
function valuesFor({
  to,
  from,
  others,
}: AddressMove): { readonly on: AddressHost; readonly value: number }[] {
  const rivals = [from, ...others];
  const most = Math.max(...rivals.map(base));
  const { weight } = trackOf(to);
  const missing = Math.max(0, most + 1 - base(to));
  if (base(to) + missing > MOST_PRIORITY)
    throw new RouterError('noHeadroom', `${to.host} can't be above ${most}`, {
      host: to.host,
      instance: to.instance.name,
      priority: most,
    });
  const wanted = Math.ceil(missing / Math.abs(weight)) * Math.sign(weight);
  return [{ on: to, value: wanted }, ...rivals.flatMap((on) => (on.track ? [{ on, value: 0 }] : []))].filter(
    ({ on, value }) => on.track?.value !== value,
  );
}

/** 255 is of the router that owns the address (RFC 5798 section 5.2.4). */
const MOST_PRIORITY = 254;

/** The priority without what its track_file adds. */
function base({ priority, track }: AddressHost): number {
  return priority - (track ? track.value * track.weight : 0);
}

function trackOf({ host, instance, track }: AddressHost): NonNullable<AddressHost['track']> {
  if (track) return track;
  throw new RouterError('noTrackFile', 'no track_file', { host, instance: instance.name });
}

function setValue(on: AddressHost, value: number): CommandCall {
  const { file } = trackOf(on);
  const script = 'printf "%s\\n" "$2" >"$1"';
  return run(on, ['sh', '-c', script, 'sh', file, String(value)]);
}

function put(on: AddressHost): CommandCall[] {
  return on.addresses.map(({ cidr, device, words }) =>
    run(on, ['ip', 'address', 'replace', cidr, 'dev', device, ...words]),
  );
}

function announce(on: AddressHost): CommandCall[] {
  return on.addresses.map(({ address, device }) => ({
    ...run(on, ['arping', '-q', '-U', '-c', '3', '-w', '1', '-I', device, address]),
    // Nobody answers such a request, which some versions take for a failure.
    expect: [{ path: 'code', is: 'oneOf', value: [0, 1] }],
  }));
}

function letGo(on: AddressHost): CommandCall[] {
  return on.addresses.map(({ cidr, device }) => gone(on, ['ip', 'address', 'del', cidr, 'dev', device]));
}

/** Removes what may be gone already: ip(8) ends with 2 then. */
function gone(on: AddressHost, argv: readonly string[]): CommandCall {
  return { ...run(on, argv), expect: [{ path: 'code', is: 'oneOf', value: [0, 2] }] };
}

function ask({ host }: AddressHost, url: string, note: string, at?: string): HttpCall {
  return {
    via: 'http',
    note,
    from: host,
    method: 'GET',
    url: literal(url),
    ...(at !== undefined && { at }),
    headers: { Connection: 'close', 'Cache-Control': 'no-cache' },
    expect: [
      { path: 'status', is: 'atLeast', value: 100 },
      { path: 'status', is: 'atMost', value: 499 },
    ],
  };
}

function run({ host, as }: AddressHost, argv: readonly string[]): CommandCall {
  const words = argv.map(literal);
  return { via: 'command', host, argv: as === 'sudo' ? ['sudo', '-n', ...words] : words };
}

function nft(on: AddressHost, ruleset: string, note?: string): CommandCall {
  return { ...run(on, ['nft', '-f', '-']), ...(note !== undefined && { note }), stdin: literal(ruleset) };
}

const tableOf = (ip: string): string => `swapdeck_${ip.replaceAll(/\W/g, '_')}`;
const passName = (ip: string): string => `${tableOf(ip)}_pass`;
const quietName = (ip: string): string => `${tableOf(ip)}_quiet`;

/** Removes a table, whether it is there or not. */
const drop = (name: string): string => `table netdev ${name}\ndelete table netdev ${name}\n`;

/**
 * Packets that come to the new host: those of connections that began there stay, others go to the old host as they
 * are. It ends by itself, should nobody come to take it away.
 */
function passTable({ from, to, ip }: AddressMove, ms: number): string {
  const name = passName(ip);
  const chains = devicesOf(to.addresses).map((device, index) =>
    [
      `  chain in${index} {`,
      `    type filter hook ingress device "${device}" priority -500; policy accept;`,
      '    ip daddr != @moving accept',
      `    tcp flags & (syn | ack) == syn update @own { ${FLOW} } accept`,
      `    ${FLOW} @own update @own { ${FLOW} } accept`,
      `    meta l4proto tcp ether daddr set ${from.macs[device]} ether saddr set ${to.macs[device]} fwd to "${device}"`,
      '  }',
    ].join('\n'),
  );
  return [
    `${drop(name)}table netdev ${name} {`,
    `  set moving { type ipv4_addr; flags timeout; elements = { ${timed(to.addresses, ms)} } }`,
    `  set own { typeof ${FLOW}; flags dynamic,timeout; timeout 1h; size ${MOST_FLOWS}; }`,
    ...chains,
    '}',
    '',
  ].join('\n');
}

/** One connection: addresses and ports. */
const FLOW = 'ip saddr . ip daddr . tcp sport . tcp dport';
/** Connections that may begin during a move. */
const MOST_FLOWS = 1_048_576;

/** Gratuitous ARP of the old host, which keepalived repeats, and its answers would draw users back. */
function quietTable({ from, to, ip }: AddressMove): string {
  const name = quietName(ip);
  return [
    `${drop(name)}table netdev ${name} {`,
    `  set moving { type ipv4_addr; flags timeout; elements = { ${timed(from.addresses, takeoverMs(to) + 30_000)} } }`,
    ...devicesOf(from.addresses).map((device, index) =>
      [
        `  chain out${index} {`,
        `    type filter hook egress device "${device}" priority 0; policy accept;`,
        '    arp saddr ip @moving drop',
        '  }',
      ].join('\n'),
    ),
    '}',
    '',
  ].join('\n');
}

function timed(addresses: readonly VirtualAddress[], ms: number): string {
  return addresses.map(({ address }) => `${address} timeout ${Math.ceil(ms / 1000)}s`).join(', ');
}

function devicesOf(addresses: readonly VirtualAddress[]): string[] {
  return [...new Set(addresses.map(({ device }) => device))];
}

/** When what a move put up goes away without anybody's doing. */
function expiryMs({ to, drainMs }: AddressMove): number {
  return takeoverMs(to) + drainMs + 120_000;
}

function lifetime(seconds: string): string[] {
  return ['valid_lft', seconds, 'preferred_lft', seconds];
}

function deviceOf({ instance }: AddressHost, ip: string): string {
  return instance.addresses.find(({ address }) => address === ip)?.device ?? instance.interface;
}

function has(on: AddressHost, ip: string): { path: string; is: 'contains'; value: string } {
  return { path: 'value.lines', is: 'contains', value: literal(`${deviceOf(on, ip)} ${ip}`) };
}

function step(
  router: string,
  id: string,
  title: string,
  phase: Step['phase'],
  { do: doing, verify = [], undo }: { do: readonly Call[]; verify?: readonly Call[]; undo: readonly Call[] },
): Step {
  return { id: `${router}/${id}`, title, on: router, phase, do: doing, verify, undo, again: 'repeat' };
}
