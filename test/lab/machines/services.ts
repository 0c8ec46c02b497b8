import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Daemon } from './daemon';
import type { Machine } from './machine';

/** Where each way of routing is reached on a machine that has it. */
export const FRONT_PORTS = { apacheTemplate: 80, apacheBalancer: 81, haproxy: 82, nginx: 83 } as const;
/** Where HAProxy reaches instances of two machines, this one and the next. */
export const FLEET_PORT = 84;
export type Service = 'apache' | 'haproxy' | 'nginx';

/** Ports the instances of the application get; a balancer has a member for each. */
const INSTANCE_PORTS = [8080, 8081, 8082, 8083] as const;

/** Apache's site as a template, for `envsubst '$ADARA_PORT'`. */
const apacheSite = `<VirtualHost *:${FRONT_PORTS.apacheTemplate}>
  ServerName www.example.com
  ProxyPreserveHost On
  ProxyPass "/" "http://127.0.0.1:\${ADARA_PORT}/"
  ProxyPassReverse "/" "http://127.0.0.1:\${ADARA_PORT}/"
  CustomLog \${APACHE_LOG_DIR}/access.log combined
</VirtualHost>
`;

/** The first member serves; the others are disabled until a switch. */
const apacheBalancer = `Listen ${FRONT_PORTS.apacheBalancer}
BalancerPersist On
<VirtualHost *:${FRONT_PORTS.apacheBalancer}>
  ServerName www.example.com
  <Proxy "balancer://adara">
${INSTANCE_PORTS.map((port, index) => `    BalancerMember "http://127.0.0.1:${port}"${index === 0 ? '' : ' status=+D'}`).join('\n')}
  </Proxy>
  <Location "/balancer-manager">
    SetHandler balancer-manager
    Require local
  </Location>
  ProxyPass "/balancer-manager" "!"
  ProxyPass "/" "balancer://adara/"
</VirtualHost>
`;

const haproxy = (next: string): string => `global
  stats socket /run/haproxy/admin.sock mode 660 level admin
  server-state-file /var/lib/haproxy/state
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  option idle-close-on-response
  retries 3
  option redispatch
  retry-on conn-failure empty-response
  load-server-state-from-file global
frontend www
  bind *:${FRONT_PORTS.haproxy}
  default_backend web
backend web
  balance roundrobin
  server s1 127.0.0.1:${INSTANCE_PORTS[0]}
  server s2 127.0.0.1:${INSTANCE_PORTS[1]} disabled
  server s3 127.0.0.1:${INSTANCE_PORTS[2]} disabled
  server s4 127.0.0.1:${INSTANCE_PORTS[3]} disabled
frontend fleet
  bind *:${FLEET_PORT}
  default_backend fleet
backend fleet
  balance roundrobin
${['127.0.0.1', next]
  .flatMap((host) => INSTANCE_PORTS.map((port) => `${host}:${port}`))
  .map((address, index) => `  server f${index + 1} ${address} disabled`)
  .join('\n')}
`;

const nginxSite = `server {
  listen ${FRONT_PORTS.nginx};
  location / {
    proxy_pass http://adara;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
  }
}
`;

const nginxUpstream = `upstream adara { server 127.0.0.1:${INSTANCE_PORTS[0]}; }\n`;

/** Configures a server on a machine as its administrator would have it, and starts it. */
export async function startService(machine: Machine, service: Service): Promise<Daemon> {
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(machine.path(file)), { recursive: true });
    await writeFile(machine.path(file), text);
  };
  const daemon = await configure[service](machine, write);
  await daemon.start();
  return daemon;
}

type Write = (file: string, text: string) => Promise<void>;

const configure: Readonly<Record<Service, (machine: Machine, write: Write) => Promise<Daemon>>> = {
  apache: async (machine, write) => {
    await write('/etc/apache2/ports.conf', `Listen ${FRONT_PORTS.apacheTemplate}\n`);
    await write('/etc/apache2/conf-enabled/server-name.conf', 'ServerName localhost\n');
    await write('/etc/apache2/sites-available/000-default.conf.template', apacheSite);
    const port = String(INSTANCE_PORTS[0]);
    await write(
      '/etc/apache2/sites-available/000-default.conf',
      apacheSite.replaceAll('${ADARA_PORT}', port),
    );
    await write('/etc/apache2/sites-enabled/balancer.conf', apacheBalancer);
    const modules = ['proxy', 'proxy_http', 'proxy_balancer', 'lbmethod_byrequests', 'slotmem_shm', 'status'];
    await machine.succeed(['a2enmod', '--quiet', ...modules]);
    await machine.succeed(['a2ensite', '--quiet', '000-default']);
    // Its log is a file.
    const ready = (): Promise<void> => machine.listensOn(FRONT_PORTS.apacheTemplate);
    return machine.daemon('apache2', ['apache2ctl', '-D', 'FOREGROUND'], ready);
  },
  haproxy: async (machine, write) => {
    await write('/etc/haproxy/haproxy.cfg', haproxy(machine.nextAddress));
    await write('/var/lib/haproxy/state', '');
    await mkdir(machine.path('/run/haproxy'), { recursive: true });
    return machine.daemon(
      'haproxy',
      ['haproxy', '-W', '-db', '-f', '/etc/haproxy/haproxy.cfg'],
      /Loading success/,
    );
  },
  nginx: async (machine, write) => {
    await rm(machine.path('/etc/nginx/sites-enabled/default'), { force: true });
    await write('/etc/nginx/conf.d/adara-upstream.conf', nginxUpstream);
    await write('/etc/nginx/sites-enabled/adara', nginxSite);
    const global = 'daemon off; error_log stderr notice;';
    return machine.daemon('nginx', ['nginx', '-g', global], /start worker processes/);
  },
};
