import { existsSync } from 'node:fs';
import { join } from 'node:path';

// The smallest configurations with which each router does what it does in earnest.

const moduleFolder = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find((each) =>
  existsSync(each),
);
const modules = [
  'mpm_event',
  'authz_core',
  'authz_host',
  'headers',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  'slotmem_shm',
  'lbmethod_byrequests',
];

export function apacheEnvironment(folder: string): string {
  return [
    'export APACHE_RUN_USER=www-data APACHE_RUN_GROUP=www-data',
    `export APACHE_RUN_DIR='${folder}/run' APACHE_LOCK_DIR='${folder}/lock' APACHE_LOG_DIR='${folder}/log'`,
    `export APACHE_PID_FILE='${folder}/run/apache2.pid'`,
    '',
  ].join('\n');
}

export function apacheConfig(listen: number): string {
  return [
    'ServerName localhost',
    `Listen 127.0.0.1:${listen}`,
    'PidFile ${APACHE_PID_FILE}',
    'DefaultRuntimeDir ${APACHE_RUN_DIR}',
    'ErrorLog ${APACHE_LOG_DIR}/error.log',
    'User ${APACHE_RUN_USER}',
    'Group ${APACHE_RUN_GROUP}',
    ...modules.map((name) => `LoadModule ${name}_module ${moduleFolder}/mod_${name}.so`),
    'StartServers 2',
    'ThreadsPerChild 64',
    // No more workers than the two, as long as these can take one more request.
    'MinSpareThreads 1',
    'MaxSpareThreads 512',
    'ServerLimit 8',
    'MaxRequestWorkers 512',
    'KeepAlive On',
    'KeepAliveTimeout 15',
    'MaxKeepAliveRequests 0',
    'IncludeOptional sites/*.conf',
    '',
  ].join('\n');
}

/** A site as a person would write it: `${ADARA_PORT}` is filled in, the other variable is Apache's own. */
export function siteTemplate(listen: number): string {
  return [
    `<VirtualHost *:${listen}>`,
    '  ErrorLog ${APACHE_LOG_DIR}/error.log',
    '  ProxyPreserveHost On',
    '  ProxyPass "/" "http://127.0.0.1:${ADARA_PORT}/"',
    '  ProxyPassReverse "/" "http://127.0.0.1:${ADARA_PORT}/"',
    '</VirtualHost>',
    '',
  ].join('\n');
}

export function balancerSite(
  listen: number,
  ports: readonly number[],
  { persist = false }: { readonly persist?: boolean },
): string {
  return [
    `<VirtualHost *:${listen}>`,
    ...(persist ? ['  BalancerPersist On'] : []),
    '  <Proxy "balancer://adara">',
    ...ports.map((port, at) => `    BalancerMember "http://127.0.0.1:${port}"${at > 0 ? ' status=+D' : ''}`),
    '  </Proxy>',
    '  <Location "/balancer-manager">',
    '    SetHandler balancer-manager',
    '    Require local',
    '  </Location>',
    '  ProxyPass "/balancer-manager" "!"',
    '  ProxyPass "/" "balancer://adara/"',
    '</VirtualHost>',
    '',
  ].join('\n');
}

export function haproxyConfig(
  folder: string,
  listen: number,
  ports: readonly number[],
  stateFile: boolean,
): string {
  return [
    'global',
    `  stats socket ${join(folder, 'admin.sock')} mode 600 level admin`,
    ...(stateFile ? [`  server-state-file ${join(folder, 'state')}`] : []),
    '  maxconn 4000',
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 30s',
    '  timeout server 30s',
    ...(stateFile ? ['  load-server-state-from-file global'] : []),
    'frontend users',
    `  bind 127.0.0.1:${listen}`,
    '  default_backend web',
    'backend web',
    '  option redispatch',
    '  retry-on conn-failure empty-response',
    ...ports.map((port, at) => `  server s${at + 1} 127.0.0.1:${port}${at > 0 ? ' disabled' : ''}`),
    '',
  ].join('\n');
}

export function nginxConfig(folder: string, listen: number): string {
  const temp = (name: string): string => `  ${name}_temp_path ${join(folder, 'temp', name)};`;
  return [
    `pid ${join(folder, 'nginx.pid')};`,
    `error_log ${join(folder, 'log', 'error.log')} notice;`,
    'worker_processes 2;',
    'events { worker_connections 1024; }',
    'http {',
    '  access_log off;',
    ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(temp),
    `  include ${join(folder, 'conf.d')}/*.conf;`,
    '  server {',
    `    listen 127.0.0.1:${listen};`,
    '    keepalive_requests 1000000;',
    '    location / {',
    '      proxy_pass http://adara;',
    '      proxy_http_version 1.1;',
    '      proxy_set_header Connection "";',
    '    }',
    '  }',
    '}',
    '',
  ].join('\n');
}
