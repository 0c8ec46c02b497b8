/**
 * The `swapdeck.yaml` of the lab: an environment for each kind of router, and one over two hosts. `next`: the address
 * that the routers reach the second one by.
 */
export function configuration(urls: Readonly<Record<string, string>>, next: string): string {
  const environment = (name: string, router: string, url: string | undefined): string => `  ${name}:
    probe: { url: "${url}", every: 20ms }
    journal: { host: host-a }
    applications:
      adara: { targets: [host-a], strategy: blue-green, router: ${router}, drain: 30s, standby: 1 }
`;
  return `applications:
  adara:
    image: adara
    build: { before: [mvn, -q, compile] }
    health: { path: /actuator/health, json: { status: UP }, timeout: 45s }
    smoke: [{ get: /, status: 200, contains: Adara }]
    warmup: { get: [/, "/search?q=a"], requests: 50 }
    run:
      network: host
      port: { env: SERVER_PORT, from: 8080 }
      env: { ADARA_RELEASE: "\${version}" }
      restart: unless-stopped
      memory: 256m

hosts:
  host-a: { ssh: host-a }
  host-b: { ssh: host-b, address: ${next} }

routers:
  template:
    kind: apache-template
    host: host-a
    templates: "/etc/apache2/sites-available/*.conf.template"
    variables: { ADARA_PORT: "\${port}" }
  balancer: { kind: apache-balancer, host: host-a, url: "http://127.0.0.1:81/balancer-manager", balancer: adara }
  edge: { kind: haproxy, host: host-a, socket: /run/haproxy/admin.sock, backend: web }
  proxy: { kind: nginx, host: host-a, include: /etc/nginx/conf.d/adara-upstream.conf }
  fleet: { kind: haproxy, host: host-a, socket: /run/haproxy/admin.sock, backend: fleet }

environments:
${environment('template', 'template', urls.apacheTemplate)}
${environment('balancer', 'balancer', urls.apacheBalancer)}
${environment('edge', 'edge', urls.haproxy)}
${environment('proxy', 'proxy', urls.nginx)}
  fleet:
    protection: confirm
    probe: { url: "${urls.fleet}", every: 20ms }
    journal: { host: host-a }
    applications:
      adara: { targets: [host-a, host-b], strategy: rolling, router: fleet, drain: 30s, keep: 2 }
`;
}
