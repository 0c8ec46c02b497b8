import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import { makeRouter } from '../../../src/environments/routers';

const text = `
hosts: { lb-1: { ssh: lb-1 } }
routers:
  front: { kind: apache-template, host: lb-1, templates: /etc/a/*.conf.template, variables: { P: "\${port}" }, command: [sudo, apachectl] }
  balancer: { kind: apache-balancer, host: lb-1, url: "http://127.0.0.1/balancer-manager", balancer: adara }
  edge: { kind: haproxy, host: lb-1, socket: /run/haproxy/admin.sock, backend: web, state: /var/lib/haproxy/state }
  proxy: { kind: nginx, host: lb-1, include: /etc/nginx/conf.d/adara.conf, command: [sudo, nginx] }
`;

describe('routers of the configuration', () => {
  it('are made as they are described', async () => {
    const { config, problems } = await parseConfig(text);
    assert.deepEqual(problems, []);
    const routers = Object.entries(config!.routers).map(([name, described]) =>
      makeRouter(name, described, undefined),
    );
    assert.deepEqual(
      routers.map(({ name, kind }) => `${name} ${kind}`),
      ['front apache-template', 'balancer apache-balancer', 'edge haproxy', 'proxy nginx'],
    );
    assert.deepEqual(
      routers.map((router) => router.read().calls[0]?.via),
      ['command', 'http', 'socket', 'readFile'],
    );
    const read = {
      text: '# srv_name srv_addr srv_port srv_op_state srv_admin_state srv_uweight\ns 127.0.0.1 80 2 0 1\n',
    };
    const next = routers[2]!.read().next([read, { text: '# svname,scur,qcur,bck\ns,0,0,0\n' }]);
    assert.equal('result' in next && next.result.facts?.stateFile, '/var/lib/haproxy/state');
    assert.deepEqual(
      routers[3]!.read().calls.map((call) => 'argv' in call && call.argv[0]),
      [false, 'sudo', 'sudo'],
    );
  });
});
