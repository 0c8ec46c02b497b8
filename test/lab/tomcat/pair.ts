import { writeFile } from 'node:fs/promises';
import { addTlsSite } from '../certificates/apache';
import type { Issued } from '../certificates/authority';
import type { Daemon } from '../machines/daemon';
import { PostgreSql } from '../machines/database';
import type { Lab, LabOptions } from '../machines/lab';
import type { Machine } from '../machines/machine';
import { sessionTable } from './configuration';
import type { TomcatMajor } from './distribution';
import { jkSite, jkWorkers, type JkNode } from './jkConfig';
import { TomcatNode } from './node';

/** Each node by its route, which is the name of its worker and of the server in `swapdeck.yaml`. */
export const NODES = { worker1: 'tomcat-1', worker2: 'tomcat-2' } as const;
export type NodeName = keyof typeof NODES;
export const BALANCERS = ['lb-1', 'lb-2'] as const;
export type BalancerName = (typeof BALANCERS)[number];

/** The machines of a pair, for `Lab.up` or `useLab`. The lab needs `pairPackages` besides. */
export const pairMachines: LabOptions['machines'] = {
  'lb-1': {},
  'lb-2': {},
  'tomcat-1': {},
  'tomcat-2': {},
  'db-1': {},
};

export interface PairOptions {
  readonly major?: TomcatMajor;
  /** What both load balancers serve over TLS with, as `www.example.com`; without it they do not. */
  readonly certificate?: Issued & { readonly chain: string };
}

/**
 * The classic pair: two load balancers with Apache and mod_jk, each of which sends users to both of two Tomcats, and a
 * database in which the Tomcats have their sessions and the application its quotes. It ends with its lab.
 */
export class TomcatPair {
  readonly lab: Lab;
  readonly nodes: Readonly<Record<NodeName, TomcatNode>>;
  readonly apaches: Readonly<Record<BalancerName, Daemon>>;
  readonly database: PostgreSql;

  private constructor(
    lab: Lab,
    nodes: Readonly<Record<NodeName, TomcatNode>>,
    apaches: Readonly<Record<BalancerName, Daemon>>,
    database: PostgreSql,
  ) {
    this.lab = lab;
    this.nodes = nodes;
    this.apaches = apaches;
    this.database = database;
  }

  static async start(lab: Lab, { major = 10, certificate }: PairOptions = {}): Promise<TomcatPair> {
    const starting = Promise.all(BALANCERS.map((name) => startApache(lab, lab.machine(name), certificate)));
    const database = await PostgreSql.start(lab.machine('db-1'), sessionTable);
    const node = (route: NodeName): Promise<TomcatNode> =>
      TomcatNode.start({
        ...{ major, route, machine: lab.machine(NODES[route]) },
        database: database.database,
      });
    const [worker1, worker2, [first, second]] = await Promise.all([
      node('worker1'),
      node('worker2'),
      starting,
    ]);
    return new TomcatPair(lab, { worker1, worker2 }, { 'lb-1': first!, 'lb-2': second! }, database);
  }

  /** A port of this machine's loopback that leads to a load balancer: `http://127.0.0.1:PORT`. */
  async front(balancer: BalancerName = 'lb-1'): Promise<string> {
    const { address } = this.lab.machine(balancer);
    return `http://127.0.0.1:${await this.lab.network.forward(address, 80)}`;
  }

  /** Sessions in the database, expired ones too. */
  async storedSessions(): Promise<number> {
    return Number(await this.database.query('select count(*) from tomcat_sessions'));
  }
}

async function startApache(
  lab: Lab,
  machine: Machine,
  certificate: PairOptions['certificate'],
): Promise<Daemon> {
  const paths = {
    workers: '/etc/libapache2-mod-jk/workers.properties',
    log: '/var/log/apache2/mod_jk.log',
    memory: '/var/log/apache2/jk-runtime-status',
  };
  const node = (name: string): JkNode => ({ host: lab.machine(name).address, port: 8009 });
  const nodes = { worker1: node(NODES.worker1), worker2: node(NODES.worker2) };
  await writeFile(machine.path(paths.workers), jkWorkers(nodes));
  await writeFile(
    machine.path('/etc/apache2/mods-available/jk.conf'),
    `ServerName localhost\n${jkSite(paths)}JkMountCopy All\n`,
  );
  await machine.succeed(['a2enmod', '--quiet', 'jk']);
  if (certificate) await addTlsSite(machine, certificate, certificate.chain);
  const apache = machine.daemon('apache2', ['apache2ctl', '-D', 'FOREGROUND'], () => machine.listensOn(80));
  await apache.start();
  return apache;
}
