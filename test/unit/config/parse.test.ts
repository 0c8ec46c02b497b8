import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { parseConfig } from '../../../src/config/parse';

const fixture = (name: string): string =>
  readFileSync(path.join(__dirname, '../../fixtures/config', name), 'utf8');

describe('parseConfig', () => {
  it('reads the whole language', async () => {
    const { config, problems } = await parseConfig(fixture('full.yaml'));
    assert.deepEqual(problems, []);
    assert.ok(config);
    assert.deepEqual(config.hosts['web-2'], {
      kind: 'ssh',
      address: 'deploy@10.0.0.12:2222',
      jump: 'bastion',
    });
    assert.deepEqual(config.environments.dev!.jvms['in-container'], {
      jdwp: 'localhost:5005',
      application: 'adara',
      route: { kind: 'container', host: 'web-1', container: 'adara-backend' },
    });
    const { adara, shop } = config.environments.production!.applications;
    assert.equal(adara!.drain, 30_000);
    assert.deepEqual(shop!.steps, [5, 25, 100]);
    assert.deepEqual(config.environments.production!.window, {
      days: ['mon', 'tue', 'wed', 'thu'],
      from: 540,
      to: 960,
      zone: 'Europe/Amsterdam',
    });
  });
});
