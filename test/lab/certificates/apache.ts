import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Daemon } from '../machines/daemon';
import type { Machine } from '../machines/machine';
import type { Issued } from './authority';

/** Where Apache has its certificate on a machine. */
export const SERVED = {
  certificate: '/etc/ssl/certs/www.pem',
  chain: '/etc/ssl/certs/www-chain.pem',
  key: '/etc/ssl/private/www.key',
} as const;

const site = `Listen 443
<VirtualHost *:443>
  ServerName www.example.com
  DocumentRoot /var/www/html
  SSLEngine on
  SSLCertificateFile ${SERVED.certificate}
  SSLCertificateChainFile ${SERVED.chain}
  SSLCertificateKeyFile ${SERVED.key}
</VirtualHost>
`;

/** A real Apache that serves a page over TLS, as its administrator would set it up. */
export async function startTlsApache(
  machine: Machine,
  { certificate, key }: Issued,
  chain: string,
): Promise<Daemon> {
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(machine.path(file)), { recursive: true });
    await writeFile(machine.path(file), text);
  };
  await write('/etc/apache2/ports.conf', '');
  await write('/etc/apache2/conf-enabled/server-name.conf', 'ServerName localhost\n');
  await write('/etc/apache2/sites-enabled/www.conf', site);
  await write('/var/www/html/index.html', 'hello');
  await mkdir(machine.path('/etc/ssl/private'), { recursive: true });
  await copyFile(certificate, machine.path(SERVED.certificate));
  await copyFile(chain, machine.path(SERVED.chain));
  await copyFile(key, machine.path(SERVED.key));
  // As many have it: readable for a group, and for all where nobody looked.
  await machine.succeed(['chmod', '0644', SERVED.key]);
  await machine.succeed(['rm', '-f', '/etc/apache2/sites-enabled/000-default.conf']);
  await machine.succeed(['a2enmod', '--quiet', 'ssl']);
  const daemon = machine.daemon('apache2', ['apache2ctl', '-D', 'FOREGROUND'], () => machine.listensOn(443));
  await daemon.start();
  return daemon;
}
