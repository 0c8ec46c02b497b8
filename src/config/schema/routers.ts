import * as z from 'zod';
import * as s from './scalars';

/** What the router is; it decides which other keys there are. */
const kind = <K extends string>(value: K, description: string) =>
  z.literal(value).meta({ 'x-expects': 'name' }).describe(description);
const onHost = s.reference('hosts').describe('The host the router runs on.');
const command = (usual: string) =>
  z
    .array(s.machineText)
    .min(1)
    .optional()
    .describe(`The command that controls it, as a list of words; \`${usual}\` without this key.`);

const apacheTemplate = z.strictObject({
  kind: kind('apache-template', 'Apache, whose sites are made from `*.conf.template` files.'),
  host: onHost,
  templates: s.machineText.describe('The template files on the host; `*` stands for any name.'),
  variables: s.templateVariables.describe('The variables that are filled in; `${port}` is the new port.'),
  command: command('apachectl'),
});

const apacheBalancer = z.strictObject({
  kind: kind('apache-balancer', 'Apache with mod_proxy_balancer and its balancer-manager.'),
  host: onHost,
  url: s.url.describe('Address of the balancer-manager as seen from the host.'),
  balancer: s.machineText.describe('The balancer, as in `balancer://NAME`.'),
});

const haproxy = z.strictObject({
  kind: kind('haproxy', 'HAProxy, through its runtime socket.'),
  host: onHost,
  socket: s.machineText.describe('The runtime socket on the host (`stats socket`, level admin).'),
  backend: s.machineText.describe('The backend whose servers are switched.'),
  state: s.machineText
    .optional()
    .describe(
      "HAProxy's `server-state-file` on the host; written after each switch, so that a reload keeps it.",
    ),
});

const nginx = z.strictObject({
  kind: kind('nginx', 'nginx, through a file that its configuration includes.'),
  host: onHost,
  include: s.machineText.describe('The included file on the host; the servers of its upstream are switched.'),
  command: command('nginx'),
});

const modJk = z.strictObject({
  kind: kind('mod-jk', 'Apache with mod_jk, through its status worker.'),
  url: s.url.describe('Address of the status worker.'),
  worker: s.machineText.describe('The load balancer worker.'),
  through: s.reference('hosts').optional().describe('The host whose SSH connection leads to the address.'),
  also: z
    .array(s.reference('hosts'))
    .min(1)
    .optional()
    .describe('Hosts with the same load balancer, such as the standby of a pair: they are told the same.'),
});

const floatingIp = z.discriminatedUnion('provider', [
  z.strictObject({
    kind: kind('floating-ip', 'An address that moves between hosts.'),
    provider: kind('digitalocean', 'A reserved IP of DigitalOcean.'),
    ip: s.ipAddress.describe('The address that moves.'),
    token: s.secret.describe('The API token; better `${secret:NAME}` than the text itself.'),
  }),
  z.strictObject({
    kind: kind('floating-ip', 'An address that moves between hosts.'),
    provider: kind('keepalived', 'A virtual address of keepalived (VRRP).'),
    ip: s.ipAddress.describe('The address that moves.'),
    hosts: z.array(s.sshHost).min(2).describe('The hosts that may hold the address.'),
    track: s.machineText
      .optional()
      .describe(
        'Name or path of the `track_file` that priorities are changed by; the only one, or the one called `swapdeck`, without this key.',
      ),
    url: s.url
      .optional()
      .describe(
        "What users ask for through the address; a host is asked the same on its own address before a move. The environment's probe without this key.",
      ),
    drain: s.duration.prefault('30s').describe('How long connections to the old host may last after a move.'),
  }),
]);

const inCluster = s.reference('clusters').describe('The cluster the object lives in.');

const virtualService = z.strictObject({
  kind: kind('virtual-service', 'A VirtualService of Istio.'),
  cluster: inCluster,
  name: s.machineText.describe('Name of the VirtualService.'),
});

const httpRoute = z.strictObject({
  kind: kind('http-route', 'An HTTPRoute of the Gateway API.'),
  cluster: inCluster,
  name: s.machineText.describe('Name of the HTTPRoute.'),
});

export const router = z
  .discriminatedUnion('kind', [
    apacheTemplate,
    apacheBalancer,
    haproxy,
    nginx,
    modJk,
    floatingIp,
    virtualService,
    httpRoute,
  ])
  .describe('What sends users to one release or another.');
