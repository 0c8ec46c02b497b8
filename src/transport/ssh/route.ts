import { TransportError } from '../../contracts/transportError';
import type { SshEnvironment } from './environment';
import { formatAddress, readDestination, type HostSpec, type SshAddress } from './hostSpec';
import { resolveSettings, type SshSettings } from './settings';

/** One SSH server on the way to a host. */
export interface SshHop {
  /** What a person calls it: its name in the configuration, or its address. */
  readonly name: string;
  readonly settings: SshSettings;
}

const MAX_HOPS = 16;

/** The hosts of the configuration by name. */
export type HostSpecs = Readonly<Record<string, HostSpec>>;

/**
 * The servers to go through to a host, the host itself last. `jump` of the host comes before `ProxyJump`; a jump that
 * is itself a host of the configuration, or has a `ProxyJump`, brings its own way. Rejects with `configuration`.
 */
export async function resolveRoute(
  name: string,
  hosts: HostSpecs,
  environment: SshEnvironment,
): Promise<readonly SshHop[]> {
  const visiting: string[] = [];

  const viaName = async (host: string): Promise<SshHop[]> => {
    const spec = Object.hasOwn(hosts, host) ? hosts[host] : undefined;
    return spec === undefined ? toAddress(readDestination(host)) : toAddress(spec.ssh, host, spec.jump);
  };

  const toAddress = async (address: SshAddress, label?: string, jump?: string): Promise<SshHop[]> => {
    const settings = await resolveSettings(address, environment);
    const hop = { name: label ?? formatAddress(address), settings };
    const key = hopKey(hop);
    // Names made with tokens may lead on and on without ever being the same.
    if (visiting.includes(key) || visiting.length === MAX_HOPS)
      throw new TransportError('configuration', `the way to ${name} through ${hop.name} has no end`, {
        problem: 'jumpLoop',
        host: name,
        jump: hop.name,
      });
    visiting.push(key);
    try {
      return [...(await wayTo(settings, jump)), hop];
    } finally {
      visiting.pop();
    }
  };

  const wayTo = async (settings: SshSettings, jump: string | undefined): Promise<SshHop[]> => {
    if (jump !== undefined) return viaName(jump);
    const [first, ...others] = settings.jumps;
    if (first === undefined) {
      if (!settings.proxyCommand) return [];
      throw new TransportError('configuration', `ProxyCommand of ${settings.originalHost} isn't supported`, {
        problem: 'unsupported',
        keyword: 'ProxyCommand',
        host: settings.originalHost,
      });
    }
    // As with ssh -J: the first jump may bring its own jumps, those of the others are what is listed before them.
    const hops = await toAddress(first);
    for (const address of others)
      hops.push({ name: formatAddress(address), settings: await resolveSettings(address, environment) });
    return hops;
  };

  if (!Object.hasOwn(hosts, name))
    throw new TransportError('configuration', `no host is called ${name}`, {
      problem: 'unknownHost',
      host: name,
    });
  return viaName(name);
}

/** Hops with the same key, reached the same way, may share a connection: same server, account and keys. */
export function hopKey({ settings }: SshHop): string {
  const { user, hostName, port, hostKeyAlias, identityFiles, agent } = settings;
  return JSON.stringify([user, hostName, port, hostKeyAlias ?? '', identityFiles, agent ?? '']);
}
