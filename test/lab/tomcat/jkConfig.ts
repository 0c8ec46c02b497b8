/** Where a worker finds its node. */
export interface JkNode {
  readonly host: string;
  readonly port: number;
}

/** `workers.properties`: a balancer over nodes, by the names of their workers, and the status worker. */
export function jkWorkers(nodes: Readonly<Record<string, JkNode>>): string {
  const names = Object.keys(nodes);
  return [
    'worker.list=loadbalancer,jk-status',
    'worker.jk-status.type=status',
    'worker.loadbalancer.type=lb',
    `worker.loadbalancer.balance_workers=${names.join(',')}`,
    'worker.loadbalancer.sticky_session=1',
    ...Object.entries(nodes).flatMap(([name, { host, port }]) => [
      `worker.${name}.type=ajp13`,
      `worker.${name}.host=${host}`,
      `worker.${name}.port=${port}`,
      `worker.${name}.ping_mode=A`,
    ]),
    '',
  ].join('\n');
}

/** What Apache is told of mod_jk. The paths are those of its files. */
export function jkSite(paths: {
  readonly workers: string;
  readonly log: string;
  readonly memory: string;
}): string {
  return [
    `JkWorkersFile ${paths.workers}`,
    `JkLogFile ${paths.log}`,
    `JkShmFile ${paths.memory}`,
    'JkLogLevel info',
    'JkWatchdogInterval 1',
    'JkMount /randomquotes* loadbalancer',
    '<Location /jk-status>',
    '  JkMount jk-status',
    '  Require local',
    '</Location>',
    '',
  ].join('\n');
}
