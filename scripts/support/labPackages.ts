import { existsSync } from 'node:fs';
import { run } from './run';
import { canInstallPackages, findProgram, installServers } from './systemPackages';

/** Debian packages by the program, or the file, that is looked for. */
export type Packages = Readonly<Record<string, string>>;

/** Programs that the machines of `npm run lab` and the tests on them need, and the Debian packages that have them. */
const packages: Packages = {
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  dockerd: 'docker.io',
  tini: 'tini',
  iptables: 'iptables',
  ip: 'iproute2',
  apache2: 'apache2',
  haproxy: 'haproxy',
  nginx: 'nginx',
  envsubst: 'gettext-base',
  busybox: 'busybox-static',
  'docker-registry': 'docker-registry',
};

/** Debian's place for Apache's module. */
export const MOD_JK = '/usr/lib/apache2/modules/mod_jk.so';

/** An Apache before Tomcats. */
export const modJkPackages: Packages = { apache2: 'apache2', [MOD_JK]: 'libapache2-mod-jk' };

/**
 * What a pair of Tomcats, their load balancers and their database need besides the machines. A database's client comes
 * without `pg_ctlcluster`.
 */
export const pairPackages: Packages = { ...modJkPackages, pg_ctlcluster: 'postgresql' };

/** What hosts of an address that moves need. */
export const addressPackages: Packages = {
  keepalived: 'keepalived',
  arping: 'iputils-arping',
  nft: 'nftables',
};

/** Why whole machines can't be brought up here, before anything is installed; `undefined` where they can. */
export function labUnsupported(more: Packages = {}): string | undefined {
  if (process.platform !== 'linux') return 'machines in namespaces need Linux';
  if (process.getuid?.() !== 0) return 'machines in namespaces need root (try: sudo npm run lab)';
  const left = missing({ ...packages, ...more });
  if (left.length > 0 && !canInstallPackages())
    return `missing here: ${left.join(', ')} (on Debian they are installed)`;
  return undefined;
}

/** The programs and files of packages that are not here. */
export function missing(wanted: Packages): string[] {
  return Object.keys(wanted).filter((name) => !(name.startsWith('/') ? existsSync(name) : findProgram(name)));
}

/** Installs what is missing; no service is started by that. Call it only where `labUnsupported` says nothing. */
export async function ensureLabPackages(more: Packages = {}): Promise<void> {
  await ensurePackages({ ...packages, ...more });
}

/** Installs what is missing of these alone. */
export async function ensurePackages(wanted: Packages): Promise<void> {
  const absent = missing(wanted);
  if (absent.length === 0) return;
  await installServers(absent.map((name) => wanted[name]!));
  // Its package switches it on; other Apaches of this machine are left without.
  if (absent.includes(MOD_JK)) await run(findProgram('a2dismod')!, ['-q', 'jk']);
  const left = missing(wanted);
  if (left.length > 0) throw new Error(`Missing after the installation: ${left.join(', ')}.`);
}
