import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import { EnvironmentError } from '../../../src/environments/errors';
import { lookUp, reachedAt } from '../../../src/environments/lookUp';

const text = (host: string): string => `applications:
  shop: { image: shop }
hosts:
  lb: { ssh: lb }
  web: ${host}
routers:
  edge: { kind: haproxy, host: lb, socket: /run/haproxy.sock, backend: web }
environments:
  live:
    applications:
      shop: { targets: [web, lb], strategy: rolling, router: edge }
`;

describe('where a router reaches a host', () => {
  /** `known`: what the SSH configuration says of each host. */
  async function ask(host: string, target: string, known: Record<string, string> = {}): Promise<string> {
    const { config } = await parseConfig(text(host));
    const placed = lookUp(config!, { environment: 'live', application: 'shop' });
    const addressOf = (name: string): Promise<string> =>
      known[name] === undefined ? Promise.reject(new Error('no way')) : Promise.resolve(known[name]);
    return reachedAt(config!, { addressOf }, placed, target);
  }

  it('is its own loopback on the machine of the router', async () => {
    assert.equal(await ask('{ ssh: web }', 'lb', { lb: '10.0.0.1' }), '127.0.0.1');
  });

  it('is what the SSH configuration resolves the host to', async () => {
    assert.equal(await ask('{ ssh: web }', 'web', { web: '10.0.0.2' }), '10.0.0.2');
  });

  it('is what was written down, where somebody did', async () => {
    assert.equal(await ask('{ ssh: web, address: 10.1.0.2 }', 'web', { web: '127.0.0.1' }), '10.1.0.2');
  });

  it('is unknown where the host is behind a forwarded port of this machine', async () => {
    await assert.rejects(ask('{ ssh: web }', 'web', { web: '127.0.0.1' }), (error: unknown) => {
      assert.ok(error instanceof EnvironmentError);
      assert.deepEqual([error.reason, error.details.name, error.details.router], ['noAddress', 'web', 'lb']);
      return true;
    });
    await assert.rejects(ask('{ local: true }', 'web', { web: '127.0.0.1' }), EnvironmentError);
  });
});
