import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import { makeRouter, madeKinds, type RouterDescription } from '../../../src/routers/make';
import type { Router as Configured } from '../../../src/config/model';

const text = `
hosts: { lb-1: { ssh: lb-1 } }
routers:
  front: { kind: apache-template, host: lb-1, templates: /etc/a/*.conf.template, variables: { P: "\${port}" }, command: [sudo, apachectl] }
  balancer: { kind: apache-balancer, host: lb-1, url: "http://127.0.0.1/balancer-manager", balancer: adara }
  edge: { kind: haproxy, host: lb-1, socket: /run/haproxy/admin.sock, backend: web, state: /var/lib/haproxy/state }
  proxy: { kind: nginx, host: lb-1, include: /etc/nginx/conf.d/adara.conf }
`;

/** As whoever composes does it: the other kinds are not for hosts. */
function isMade(router: Configured): router is Configured & RouterDescription {
  return madeKinds.some((kind) => kind === router.kind);
}

describe('routers of the configuration', () => {
  it('are made as they are described', async () => {
    const { config, problems } = await parseConfig(text);
    assert.deepEqual(problems, []);
    const routers = Object.entries(config!.routers).flatMap(([name, described]) =>
      isMade(described) ? [makeRouter(name, described)] : [],
    );
    assert.deepEqual(
      routers.map(({ name, kind }) => `${name} ${kind}`),
      ['front apache-template', 'balancer apache-balancer', 'edge haproxy', 'proxy nginx'],
    );
    assert.deepEqual(
      routers.map((router) => router.read().calls[0]?.via),
      ['command', 'http', 'socket', 'readFile'],
    );
  });
});
