import type { Dialer } from '../contracts/channel';
import type { HostName } from '../contracts/deployCall';
import { ContainerDialer } from '../targets/docker/manage/jvm';
import type { Places } from './places';

/**
 * Connects into containers of a host: see `ContainerDialer`. `places` is asked for each connection, so that a
 * configuration that changed is followed.
 */
export function containerDialer(places: (signal?: AbortSignal) => Promise<Places>, host: HostName): Dialer {
  return new ContainerDialer(async (signal) => {
    const ways = await places(signal);
    return {
      engine: ways.engines.of(host),
      dialer: ways.dialer(host),
      exec: ways.exec(host),
      // Elsewhere than on Linux the engine of this machine is in a virtual machine.
      routesToContainers: !ways.isLocal(host) || process.platform === 'linux',
    };
  });
}
