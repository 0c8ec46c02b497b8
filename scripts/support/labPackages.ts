import { canInstallPackages, findProgram, installServers } from './systemPackages';

/** Programs that the machines of `npm run lab` and the tests on them need, and the Debian packages that have them. */
const packages = {
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
} as const;

/** Why whole machines can't be brought up here, before anything is installed; `undefined` where they can. */
export function labUnsupported(): string | undefined {
  if (process.platform !== 'linux') return 'machines in namespaces need Linux';
  if (process.getuid?.() !== 0) return 'machines in namespaces need root (try: sudo npm run lab)';
  if (missing().length > 0 && !canInstallPackages())
    return `missing here: ${missing().join(', ')} (on Debian they are installed)`;
  return undefined;
}

function missing(): string[] {
  return Object.keys(packages).filter((program) => !findProgram(program));
}

/** Installs what is missing; no service is started by that. Call it only where `labUnsupported` says nothing. */
export async function ensureLabPackages(): Promise<void> {
  const wanted = Object.entries(packages).filter(([program]) => !findProgram(program));
  if (wanted.length > 0) await installServers(wanted.map(([, name]) => name));
  const left = missing();
  if (left.length > 0) throw new Error(`Missing after the installation: ${left.join(', ')}.`);
}
