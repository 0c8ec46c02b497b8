import { FLEET_PORT, FRONT_PORTS } from '../machines/services';

/** An environment for each strategy and each router, by what it is called. */
export const ENVIRONMENTS = {
  haproxy: { strategy: 'blue-green', router: 'edge', port: FRONT_PORTS.haproxy, targets: ['host-a'] },
  nginx: { strategy: 'blue-green', router: 'proxy', port: FRONT_PORTS.nginx, targets: ['host-a'] },
  balancer: {
    strategy: 'blue-green',
    router: 'balancer',
    port: FRONT_PORTS.apacheBalancer,
    targets: ['host-a'],
  },
  template: {
    strategy: 'blue-green',
    router: 'template',
    port: FRONT_PORTS.apacheTemplate,
    targets: ['host-a'],
  },
  canary: { strategy: 'canary', router: 'edge', port: FRONT_PORTS.haproxy, targets: ['host-a'] },
  rolling: { strategy: 'rolling', router: 'fleet', port: FLEET_PORT, targets: ['host-a', 'host-b'] },
  recreate: { strategy: 'recreate', router: 'edge', port: FRONT_PORTS.haproxy, targets: ['host-a'] },
} as const;
export type EnvironmentName = keyof typeof ENVIRONMENTS;

/** What a test changes of the configuration: keys of the application's `run`, of its `health`, of the environment. */
export interface Changes {
  readonly run?: string;
  readonly health?: string;
  readonly application?: string;
  readonly placement?: string;
  readonly environment?: string;
  readonly routers?: string;
}

/** `swapdeck.yaml` for a place; `urls` by port. */
export function configurationOf(urls: ReadonlyMap<number, string>, changes: Changes = {}): string {
  const environments = Object.entries(ENVIRONMENTS).map(
    ([name, { strategy, router, port, targets }]) => `  ${name}:
    probe: { url: "${urls.get(port)}", every: 20ms }
    journal: { host: host-a }
    ${changes.environment ?? ''}
    applications:
      adara:
        targets: [${targets.join(', ')}]
        strategy: ${strategy}
        router: ${router}
        drain: 2s
        ${[...(strategy === 'canary' ? ['steps: ["50%", "100%"]', 'hold: 300ms'] : []), changes.placement ?? ''].join('\n        ')}
`,
  );
  return `applications:
  adara:
    image: adara
    health: { path: /health.json, json: { status: UP }, timeout: 20s ${changes.health ?? ''} }
    smoke: [{ get: /, status: 200, contains: "\${version}" }]
    ${changes.application ?? ''}
    run:
      network: host
      port: { env: SERVER_PORT, from: 8080 }
      env: { RELEASE: "\${version}" ${changes.run ?? ''} }
      restart: unless-stopped

hosts:
  host-a: { ssh: root@10.99.0.11 }
  host-b: { ssh: root@10.99.0.12, address: 10.99.0.12 }

routers:
  template:
    kind: apache-template
    host: host-a
    templates: "/etc/apache2/sites-available/*.conf.template"
    variables: { ADARA_PORT: "\${port}" }
  balancer: { kind: apache-balancer, host: host-a, url: "http://127.0.0.1:${FRONT_PORTS.apacheBalancer}/balancer-manager", balancer: adara }
  edge: { kind: haproxy, host: host-a, socket: /run/haproxy/admin.sock, backend: web }
  fleet: { kind: haproxy, host: host-a, socket: /run/haproxy/admin.sock, backend: fleet }
  proxy: { kind: nginx, host: host-a, include: /etc/nginx/conf.d/adara-upstream.conf }
  ${changes.routers ?? ''}

environments:
${environments.join('\n')}`;
}
