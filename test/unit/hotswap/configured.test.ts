import assert from 'node:assert/strict';
import * as path from 'node:path';
import { parseConfig } from '../../../src/config/parse';
import type { SwapdeckConfig } from '../../../src/config/model';
import { environmentProviders } from '../../../src/config/resolve';
import type { Dialer } from '../../../src/contracts/channel';
import {
  configuredJvms,
  configuredTarget,
  findConfiguredJvm,
  sshHostSpecs,
} from '../../../src/hotswap/configured';

const text = `
clusters: { test: { context: test, namespace: test } }
hosts:
  gate: { ssh: "\${env:GATE}" }
  shop-1: { ssh: deploy@10.0.0.11:2222, jump: gate }
  here: { local: true }
applications:
  shop: { classes: [shop/target/classes], sources: [shop/src/main/java] }
environments:
  dev:
    jvms:
      shop: { jdwp: "5005", application: shop }
      jobs: { jdwp: "jobs:5005" }
  staging:
    jvms:
      shop: { jdwp: "\${env:SHOP}", application: shop, through: shop-1 }
      boxed: { jdwp: "5005", host: gate, container: shop-web, application: shop }
      pod: { jdwp: "5005", cluster: test, selector: app=shop }
`;

async function parse(): Promise<SwapdeckConfig> {
  const { config, problems } = await parseConfig(text);
  assert.deepEqual(problems, []);
  return config!;
}

const dialer: Dialer = { dial: () => Promise.reject(new Error('not dialled')) };
const asked: string[] = [];
const dialers = {
  direct: () => dialer,
  through: (host: string) => {
    asked.push(host);
    return dialer;
  },
  inContainer: (host: string) => {
    asked.push(`containers of ${host}`);
    return dialer;
  },
};
const providers = environmentProviders({ GATE: 'gate.example.org', SHOP: '10.0.0.11:5005' });

describe('JVMs of swapdeck.yaml', () => {
  it('are found by their name, with the environment where that is needed', async () => {
    const jvms = configuredJvms(await parse());
    assert.deepEqual(
      jvms.map(({ id }) => id),
      ['dev/shop', 'dev/jobs', 'staging/shop', 'staging/boxed', 'staging/pod'],
    );
    assert.equal(findConfiguredJvm('jobs', jvms).id, 'dev/jobs');
    assert.equal(findConfiguredJvm('staging/shop', jvms).id, 'staging/shop');
    assert.throws(() => findConfiguredJvm('shop', jvms), {
      reason: 'ambiguousJvm',
      details: { name: 'shop', known: 'dev/shop, staging/shop' },
    });
    assert.throws(() => findConfiguredJvm('shoop', jvms), {
      reason: 'unknownJvm',
      details: { name: 'shoop', known: 'dev/shop, dev/jobs, staging/shop, staging/boxed, staging/pod' },
    });
  });

  it('become targets with the class roots of their application and their way', async () => {
    const config = await parse();
    const target = (name: string) =>
      configuredTarget(
        findConfiguredJvm(name, configuredJvms(config)),
        config,
        path.resolve('/projects'),
        dialers,
        providers,
      );
    assert.deepEqual(await target('dev/shop'), {
      id: 'dev/shop',
      name: 'shop',
      environment: 'dev',
      endpoint: { host: 'localhost', port: 5005 },
      dialer,
      application: 'shop',
      classRoots: [path.resolve('/projects/shop/target/classes')],
      sourceRoots: [path.resolve('/projects/shop/src/main/java')],
    });
    const far = await target('staging/shop');
    assert.equal(far.through, 'shop-1');
    assert.deepEqual(far.endpoint, { host: '10.0.0.11', port: 5005 });
    assert.deepEqual(asked, ['shop-1']);
    assert.deepEqual((await target('jobs')).classRoots, []);
    const boxed = await target('boxed');
    assert.deepEqual(asked, ['shop-1', 'containers of gate']);
    assert.deepEqual(boxed.endpoint, { host: 'shop-web', port: 5005 });
    assert.equal(boxed.through, 'gate');
    assert.deepEqual(boxed.classRoots, [path.resolve('/projects/shop/target/classes')]);
    await assert.rejects(target('pod'), { reason: 'unsupportedRoute' });
  });

  it('name hosts that are reached over SSH, their placeholders filled in', async () => {
    assert.deepEqual(await sshHostSpecs(await parse(), providers), {
      gate: { ssh: { host: 'gate.example.org' } },
      'shop-1': { ssh: { user: 'deploy', host: '10.0.0.11', port: 2222 }, jump: 'gate' },
    });
    await assert.rejects(sshHostSpecs(await parse(), environmentProviders({ GATE: 'a b' })), {
      reason: 'configuration',
    });
  });
});
