import { mkdir, writeFile } from 'node:fs/promises';
import type { Daemon } from './daemon';
import type { Lab } from './lab';
import type { Machine } from './machine';
import { SUBNET } from './network';

/** The address that moves between the load balancers of the lab. */
export const SHARED_ADDRESS = `${SUBNET}.30`;

export interface KeepalivedOptions {
  /** The higher one holds the address at first. */
  readonly priority: number;
  /** Lines added to the instance, such as `nopreempt`. */
  readonly lines?: readonly string[];
  /** Whether its priority can be changed from outside, by a `track_file`; so unless given. */
  readonly tracked?: boolean;
  /** Seconds between two advertisements; 1, as is usual, unless given. Parts of a second need VRRP version 3. */
  readonly advertSeconds?: number;
}

/** Where the number is that is added to the priority of a machine. */
export const TRACK_FILE = '/etc/keepalived/weight';

/**
 * Starts keepalived on a load balancer of the lab, in the manner of its manual: main file, and an included one with the
 * instance. Resolves once it has taken part in an election.
 */
export async function startKeepalived(machine: Machine, options: KeepalivedOptions): Promise<Daemon> {
  const { priority, lines = [], tracked = true, advertSeconds = 1 } = options;
  await mkdir(machine.path('/etc/keepalived/conf.d'), { recursive: true });
  await writeFile(machine.path('/etc/keepalived/keepalived.conf'), MAIN);
  if (tracked) await writeFile(machine.path(TRACK_FILE), '0\n');
  const instance = [
    ...(tracked ? ['track_file planned {', `  file ${TRACK_FILE}`, '}', ''] : []),
    'vrrp_instance www {',
    '  state BACKUP',
    '  interface eth0',
    '  virtual_router_id 51',
    `  priority ${priority}`,
    `  advert_int ${advertSeconds}`,
    ...(Number.isInteger(advertSeconds) ? [] : ['  version 3']),
    ...lines.map((line) => `  ${line}`),
    '  virtual_ipaddress {',
    `    ${SHARED_ADDRESS}/24`,
    '  }',
    ...(tracked ? ['  track_file {', '    planned weight 1', '  }'] : []),
    '}',
    '',
  ];
  await writeFile(machine.path('/etc/keepalived/conf.d/www.conf'), instance.join('\n'));
  const daemon = machine.daemon(
    'keepalived',
    ['keepalived', '--dont-fork', '--log-console', '--log-detail', '--vrrp'],
    /Entering (?:BACKUP|MASTER) STATE/,
  );
  await daemon.start();
  return daemon;
}

/** Gives two load balancers of a lab the shared address, the first one to begin with. */
export async function shareAddress(
  lab: Lab,
  [first, second]: readonly [string, string],
  options: Omit<KeepalivedOptions, 'priority'> = {},
): Promise<[Daemon, Daemon]> {
  const daemons = await Promise.all([
    startKeepalived(lab.machine(first), { ...options, priority: 150 }),
    startKeepalived(lab.machine(second), { ...options, priority: 100 }),
  ]);
  await daemons[0].logs(/Entering MASTER STATE/);
  return daemons;
}

const MAIN = `global_defs {
  router_id lab
}
include /etc/keepalived/conf.d/*.conf
`;
