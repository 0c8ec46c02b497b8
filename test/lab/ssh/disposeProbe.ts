import { silentLog } from '../../../src/contracts/log';
import { decliningPrompter } from '../../../src/contracts/prompter';
import { nextEvent } from '../../../src/util/async';
import type { SshEnvironment } from '../../../src/transport/ssh/environment';
import { SshHosts } from '../../../src/transport/ssh/hosts';
import type { HostSpecs } from '../../../src/transport/ssh/route';

/** What the probe is told, as JSON in its only argument. */
export interface DisposeRequest {
  readonly hosts: HostSpecs;
  readonly environment: SshEnvironment;
  /** Of an echo server that `used` hosts reach. */
  readonly port: number;
  /** A host that answers; its connection is left open and unused. */
  readonly idle: string;
  /** Hosts that answer; of each a channel and a command are left open. */
  readonly used: readonly string[];
  /** Hosts that never answer; a connect to each is under way. */
  readonly silent: readonly string[];
}

/**
 * A process of its own that leaves SSH connections in all states, disposes and does nothing more: it ends by itself
 * if nothing is left behind.
 */
async function main(): Promise<void> {
  const {
    hosts: specs,
    environment,
    port,
    idle,
    used,
    silent,
  } = JSON.parse(process.argv[2]!) as DisposeRequest;
  const hosts = new SshHosts(specs, { prompter: decliningPrompter, log: silentLog, environment });
  const endpoint = { host: '127.0.0.1', port };
  await hosts.exec(idle).run(['true']);
  for (const host of used) {
    const channel = await hosts.dialer(host).dial(endpoint);
    const answer = nextEvent(channel.onData);
    channel.write(Buffer.from('x'));
    await answer;
    const command = await hosts.exec(host).start(['sleep', '60']);
    command.exit.catch(() => undefined);
    (await hosts.dialer(host).dial(endpoint)).dispose();
  }
  const opening = silent.map((host) => hosts.dialer(host).dial(endpoint));
  // Let them get as far as they can.
  await new Promise((resolve) => setTimeout(resolve, 300));
  hosts.dispose();
  const outcomes = await Promise.allSettled(opening);
  console.log(outcomes.every(({ status }) => status === 'rejected') ? 'disposed' : 'connected');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
