import type { Answer } from '../contracts/deployCall';
import { textOf } from './answers';
import { RouterError } from './errors';

/** A network card with its addresses of both families. */
export interface Card {
  readonly name: string;
  /** Its hardware address. */
  readonly mac: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
}

export interface Cards {
  readonly cards: readonly Card[];
  /** Each address with its card, for expectations: `eth0 10.0.0.30`. */
  readonly lines: readonly string[];
}

interface ShownCard {
  readonly ifname?: string;
  readonly address?: string;
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
}

/** What `ip -json address` answers. Throws `RouterError` `unreadable`. */
export function cardsOf(answer: Answer): Cards {
  const text = textOf(answer, 'stdout');
  let shown: unknown;
  try {
    shown = JSON.parse(text);
  } catch {
    shown = undefined;
  }
  if (!Array.isArray(shown))
    throw new RouterError('unreadable', 'no list of network cards', { what: text.slice(0, 200) });
  const cards = (shown as ShownCard[]).flatMap(({ ifname, address = '', addr_info: found = [] }): Card[] => {
    if (ifname === undefined) return [];
    const addresses = found.flatMap(({ local, prefixlen = 0 }) =>
      local === undefined ? [] : [{ address: local, prefix: prefixlen }],
    );
    // Without a card's `@` part, which names its other end.
    return [{ name: ifname.replace(/@.*$/, ''), mac: address, addresses }];
  });
  const lines = cards.flatMap(({ name, addresses }) => addresses.map(({ address }) => `${name} ${address}`));
  return { cards, lines };
}

export type VrrpState = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

/** What a running keepalived says of an instance. */
export interface LiveInstance {
  readonly state?: VrrpState;
  /** With all that is added to it. */
  readonly priority?: number;
}

/** What `LOOK` tells of a host. */
export interface KeepalivedProcess {
  readonly isRunning: boolean;
  /** What keepalived wants is done as root, or with sudo, or not at all. */
  readonly as: 'root' | 'sudo' | 'nobody';
  /** Whether addresses can be announced (arping), and connections be passed on (nftables). */
  readonly announces: boolean;
  readonly passesOn: boolean;
  /** keepalived.conf with the files that it includes. */
  readonly config: string;
  /** By the name of the instance; empty where keepalived does not say. */
  readonly live: Readonly<Record<string, LiveInstance>>;
  /** The same for expectations: `www MASTER`. */
  readonly states: readonly string[];
}

/** Sets `su`, what goes before commands of root, and `pid`, empty where keepalived does not run. */
const WHO = `PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" = 0 ]; then as=root su=
elif sudo -n true 2>/dev/null; then as=sudo su='sudo -n'
else as=nobody su=; fi
pid=
for file in /run/keepalived.pid /run/keepalived/keepalived.pid /var/run/keepalived.pid; do
  [ -n "$pid" ] || pid=$(cat "$file" 2>/dev/null)
done
[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = keepalived ] || pid=
`;

/** Prints keepalived.conf with what it includes, and before it what the host is able to. */
const ABLE = `expand() (
  cd "$(dirname -- "$1")" && [ "$2" -lt 9 ] || exit 0
  $su cat -- "$1" | while IFS= read -r line || [ -n "$line" ]; do
    word=\${line#"\${line%%[![:space:]]*}"}
    case $word in
    include[[:space:]]* | include[a-z]*[[:space:]]*)
      for file in \${word#*[[:space:]]}; do
        case $file in /*) ;; *) file=$PWD/$file ;; esac
        [ ! -f "$file" ] || expand "$file" $(($2 + 1))
      done ;;
    *) printf '%s\\n' "$line" ;;
    esac
  done
)
config=/etc/keepalived/keepalived.conf
if [ -n "$pid" ]; then
  named=$(tr '\\0' '\\n' <"/proc/$pid/cmdline" | sed -n -e '/^\\(-f\\|--use-file\\)$/{n;p;}' -e 's/^--use-file=//p')
  config=\${named:-$config}
fi
echo "as $as"
echo "running \${pid:+yes}"
if command -v arping >/dev/null; then echo 'announces yes'; fi
if $su nft -c -f - >/dev/null 2>&1 <<'END'
table netdev swapdeck_check {
  set known { typeof ip saddr . tcp sport; flags dynamic,timeout; timeout 1h; size 16; }
  chain in { type filter hook ingress device "lo" priority 0; meta l4proto tcp fwd to "lo"; }
  chain out { type filter hook egress device "lo" priority 0; }
}
END
then echo 'passesOn yes'; fi
echo '--- config'
expand "$config" 0
`;

/**
 * Has keepalived write its state to a file, as signal USR1 does, and prints that. A unit with PrivateTmp has a /tmp of
 * its own, which is found through the process.
 */
const STATE = `echo '--- state'
if [ -n "$pid" ] && [ $as != nobody ]; then
  data=/proc/$pid/root/tmp/keepalived.data
  $su rm -f "$data"
  $su kill -USR1 "$pid"
  tries=0
  until $su grep -q 'VRRP Sockpool' "$data" 2>/dev/null || [ $tries -ge 20 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
  $su cat "$data" 2>/dev/null
fi
exit 0
`;

/** Finds out how keepalived is on a host, for `processOf`. */
export const LOOK = `${WHO}${ABLE}${STATE}`;
/** The same without the configuration and what the host is able to. */
export const LOOK_AT_STATE = `${WHO}echo '--- config'
${STATE}`;

/** Reads what `LOOK` or `LOOK_AT_STATE` printed. */
export function processOf(answer: Answer): KeepalivedProcess {
  const [head, rest] = split(textOf(answer, 'stdout'), '--- config\n');
  const [config, state] = split(rest, '--- state\n');
  const said = new Map(head.split('\n').map((line) => [line.split(' ')[0], line.split(' ')[1]]));
  const as = said.get('as');
  const live = liveOf(state);
  return {
    isRunning: said.get('running') === 'yes',
    as: as === 'root' || as === 'sudo' ? as : 'nobody',
    announces: said.get('announces') === 'yes',
    passesOn: said.get('passesOn') === 'yes',
    config,
    live,
    states: Object.entries(live).map(([name, { state: now = '' }]) => `${name} ${now}`),
  };
}

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)];
}

/** The part `VRRP Topology` of keepalived's state: ` VRRP Instance = NAME`, then `   KEY = VALUE` lines. */
function liveOf(text: string): Record<string, LiveInstance> {
  const live: Record<string, LiveInstance> = {};
  const [, topology] = split(text, '< VRRP Topology >');
  for (const part of topology.split(/^ VRRP Instance = /m).slice(1)) {
    const [, name = ''] = /^(\S+)/.exec(part) ?? [];
    const [, state] = /^ +State = (INIT|BACKUP|MASTER|FAULT)\b/m.exec(part) ?? [];
    // The one of an instance without weights of its own is called otherwise in some versions.
    const [, priority] = /^ +(?:Effective|Total) priority = (\d+)/m.exec(part) ?? [];
    live[name] = {
      ...(state !== undefined && { state: state as VrrpState }),
      ...(priority !== undefined && { priority: Number(priority) }),
    };
  }
  return live;
}
