import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import type { Daemon } from '../machines/daemon';
import type { Machine } from '../machines/machine';
import type { Issued } from './authority';

/** Where Apache has its certificate on a machine. */
export const SERVED = {
  certificate: '/etc/ssl/certs/www.pem',
  chain: '/etc/ssl/certs/www-chain.pem',
  key: '/etc/ssl/private/www.key',
} as const;

const site = `<VirtualHost *:443>
  ServerName www.example.com
  DocumentRoot /var/www/html
  SSLEngine on
  SSLCertificateFile ${SERVED.certificate}
  SSLCertificateChainFile ${SERVED.chain}
  SSLCertificateKeyFile ${SERVED.key}
</VirtualHost>
`;

/** A real Apache that serves a page over TLS, as its administrator would set it up. */
export async function startTlsApache(machine: Machine, issued: Issued, chain: string): Promise<Daemon> {
  await writeFile(machine.path('/etc/apache2/ports.conf'), 'Listen 443\n');
  await writeFile(machine.path('/etc/apache2/conf-enabled/server-name.conf'), 'ServerName localhost\n');
  await mkdir(machine.path('/var/www/html'), { recursive: true });
  await writeFile(machine.path('/var/www/html/index.html'), 'hello');
  await machine.succeed(['rm', '-f', '/etc/apache2/sites-enabled/000-default.conf']);
  await addTlsSite(machine, issued, chain);
  const daemon = machine.daemon('apache2', ['apache2ctl', '-D', 'FOREGROUND'], () => machine.listensOn(443));
  await daemon.start();
  return daemon;
}

/** Has an Apache that is not started yet serve over TLS too; with its module on, Debian's Apache listens on 443. */
export async function addTlsSite(
  machine: Machine,
  { certificate, key }: Issued,
  chain: string,
): Promise<void> {
  await writeFile(machine.path('/etc/apache2/sites-enabled/www.conf'), site);
  await mkdir(machine.path('/etc/ssl/private'), { recursive: true });
  await copyFile(certificate, machine.path(SERVED.certificate));
  await copyFile(chain, machine.path(SERVED.chain));
  await copyFile(key, machine.path(SERVED.key));
  // As many have it: readable for a group, and for all where nobody looked.
  await machine.succeed(['chmod', '0644', SERVED.key]);
  await machine.succeed(['a2enmod', '--quiet', 'ssl']);
}
