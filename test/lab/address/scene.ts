import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AddressMove } from '../../../src/environments/addressMove';
import type { DeployableOptions } from '../../../src/environments/deployable';
import type { Receipt } from '../../../src/contracts/deployRecord';
import type { DockerOrder } from '../dockerPlace/deployer';
import { DockerPlace, type DockerPlaceDescription } from '../dockerPlace/place';
import type { Daemon } from '../machines/daemon';
import { SHARED_ADDRESS, shareAddress, type KeepalivedOptions } from '../machines/keepalived';
import type { Lab } from '../machines/lab';
import type { Machine } from '../machines/machine';
import { Users } from './users';

export const BALANCERS = ['lb-1', 'lb-2'] as const;
export type Balancer = (typeof BALANCERS)[number];

/** How a deployer's process ended. */
export interface DeployerEnd {
  readonly receipt?: Receipt;
  readonly signal?: string;
  readonly stderr: string;
}

/** Two load balancers with Apache and keepalived, an address that moves between them, and its `swapdeck.yaml`. */
export class AddressScene {
  readonly lab: Lab;
  readonly folder: string;
  readonly place: DockerPlace;
  readonly keepaliveds: Readonly<Record<Balancer, Daemon>>;
  /** Where this machine reaches the address. */
  readonly url: string;

  private constructor(
    lab: Lab,
    place: DockerPlace,
    keepaliveds: Readonly<Record<Balancer, Daemon>>,
    url: string,
  ) {
    this.lab = lab;
    this.place = place;
    this.folder = place.description.folder;
    this.keepaliveds = keepaliveds;
    this.url = url;
  }

  /** On a lab with the machines of `BALANCERS`. `lb-1` has the address at first. */
  static async start(lab: Lab, keepalived: Partial<KeepalivedOptions> = {}): Promise<AddressScene> {
    await Promise.all(BALANCERS.map((name) => startWeb(lab.machine(name))));
    const [first, second] = await shareAddress(lab, BALANCERS, keepalived);
    const url = `http://127.0.0.1:${await lab.network.forward(SHARED_ADDRESS, 80)}/`;
    const folder = path.join(lab.folder, 'address');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'swapdeck.yaml'), addressConfiguration(url));
    const description: DockerPlaceDescription = {
      folder,
      stateFolder: path.join(lab.folder, 'state'),
      ssh: lab.environment(),
      env: {},
    };
    const place = await DockerPlace.open(description);
    return new AddressScene(lab, place, { 'lb-1': first, 'lb-2': second }, url);
  }

  dispose(): void {
    this.place.dispose();
  }

  move(more: Partial<DeployableOptions> = {}): AddressMove {
    return new AddressMove('vip', { ...this.place.options('production'), ...more });
  }

  /** Users inside the lab's network: a new connection every so many milliseconds, and some that are kept. */
  users(everyMs = 5, kept = 4): Promise<Users> {
    return Users.come(this.lab.network, { url: `http://${SHARED_ADDRESS}/`, everyMs, kept });
  }

  /** Machines that have the address. */
  async holders(): Promise<Balancer[]> {
    const shown = await Promise.all(
      BALANCERS.map(async (name) => {
        const text = await this.lab.machine(name).run(['ip', '-oneline', 'address']);
        return text.stdout.includes(` ${SHARED_ADDRESS}/`) ? [name] : [];
      }),
    );
    return shown.flat();
  }

  /** What moves leave only for their own time: tables of nftables. */
  async leftovers(): Promise<string> {
    const tables = await Promise.all(
      BALANCERS.map((name) => this.lab.machine(name).succeed(['nft', 'list', 'tables'])),
    );
    return tables.join('');
  }

  /** Runs a deployer in a process of its own. */
  async run(order: Omit<DockerOrder, 'place' | 'environment' | 'subject'>): Promise<DeployerEnd> {
    const tsx = pathToFileURL(require.resolve('tsx')).href;
    const program = path.join(__dirname, '../dockerPlace/deployer.ts');
    const child = spawn(process.execPath, ['--import', tsx, program], { stdio: 'pipe' });
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (texts.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (texts.stderr += data.toString()));
    const { description } = this.place;
    const whole: DockerOrder = {
      ...order,
      place: description,
      environment: 'production',
      subject: 'vip@address',
    };
    child.stdin.end(JSON.stringify(whole));
    const signal = await new Promise<string | null>((resolve) =>
      child.on('close', (_code, name) => resolve(name)),
    );
    return {
      ...(texts.stdout !== '' && { receipt: JSON.parse(texts.stdout) as Receipt }),
      ...(signal !== null && { signal }),
      stderr: texts.stderr,
    };
  }
}

/** `url`: where the probe of this machine reaches the address. */
export function addressConfiguration(url: string): string {
  return `hosts:
  lb-1: { ssh: root@lb-1 }
  lb-2: { ssh: root@lb-2 }
routers:
  vip:
    kind: floating-ip
    provider: keepalived
    ip: ${SHARED_ADDRESS}
    hosts: [lb-1, lb-2]
    url: "http://${SHARED_ADDRESS}/"
    drain: 10s
environments:
  production:
    probe: { url: "${url}", every: 20ms }
    addresses: [vip]
`;
}

/** Apache with a page that names the machine. */
async function startWeb(machine: Machine): Promise<void> {
  // Connections that are kept end after a while, as everywhere; here after a short one.
  const site = 'MaxKeepAliveRequests 30\n<VirtualHost *:80>\n  DocumentRoot /var/www/html\n</VirtualHost>\n';
  await writeFile(machine.path('/etc/apache2/ports.conf'), 'Listen 80\n');
  await writeFile(machine.path('/etc/apache2/conf-enabled/server-name.conf'), 'ServerName localhost\n');
  await writeFile(machine.path('/etc/apache2/sites-available/000-default.conf'), site);
  await writeFile(machine.path('/var/www/html/index.html'), `${machine.name}\n`);
  await machine.succeed(['a2ensite', '--quiet', '000-default']);
  const ready = (): Promise<void> => machine.listensOn(80);
  await machine.daemon('apache2', ['apache2ctl', '-D', 'FOREGROUND'], ready).start();
}
