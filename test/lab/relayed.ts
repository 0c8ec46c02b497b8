import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Lab } from './machines/lab';
import { Relay } from './relay';

/**
 * A machine of a lab through a relay that can cut the connection: another Host of its SSH configuration, by the name
 * `NAME-relayed`. The relay is the caller's to close.
 */
export async function relayed(lab: Lab, name: string): Promise<{ host: string; relay: Relay }> {
  const file = path.join(lab.home, '.ssh', 'config');
  const config = await readFile(file, 'utf8');
  const port = new RegExp(`^Host ${name}\\b.*\\n  HostName .*\\n  Port (\\d+)`, 'm').exec(config)?.[1];
  if (port === undefined) throw new Error(`${name} has no port in the SSH configuration`);
  const relay = await Relay.to(Number(port));
  const host = `${name}-relayed`;
  const block = [
    `Host ${host}`,
    '  HostName 127.0.0.1',
    `  Port ${relay.port}`,
    `  HostKeyAlias [127.0.0.1]:${port}`,
    '  User root',
    `  IdentityFile ${path.join(lab.home, '.ssh', 'id')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${path.join(lab.home, '.ssh', 'known_hosts')}`,
  ];
  // The first value of a file counts.
  await appendFile(file, `${block.join('\n')}\n`);
  return { host, relay };
}
