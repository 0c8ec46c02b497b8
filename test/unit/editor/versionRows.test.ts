import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import { isFromRepository, versionRows } from '../../../src/editor/deploy/versionRows';

const yaml = `applications:
  quotes: { maven: "demo:quotes", context: /quotes }
  shop: { war: shop.war }
tomcats: { one: { manager: "http://one/manager", user: a, password: "\${secret:p}" } }
environments:
  staging: { channel: { versions: "<2" }, applications: { quotes: { targets: [one], strategy: parallel } } }
  production: { channel: { prerelease: "^$", versions: "<2" }, applications: { quotes: { targets: [one], strategy: parallel } } }
`;

describe('versions to choose from', () => {
  const places = ['staging', 'production'].map((environment) => ({ environment, application: 'quotes' }));

  it('say where each may go, the newest release, and last those that go nowhere, with the reason', async () => {
    const config = (await parseConfig(yaml)).config!;
    const rows = versionRows(['2.0.0', '1.3.0-rc.1', '1.2.1-myfeature.1', '1.2.1', '1.2.0'], config, places);
    assert.deepEqual(
      rows.map((row) => [
        row.version,
        row.branch,
        row.isLatest,
        row.places.map(({ environment }) => environment).join(),
        row.refused?.details.rule,
      ]),
      [
        ['1.3.0-rc.1', undefined, false, 'staging', 'prerelease'],
        ['1.2.1-myfeature.1', 'myfeature', false, 'staging', 'prerelease'],
        ['1.2.1', undefined, true, 'staging,production', undefined],
        ['1.2.0', undefined, false, 'staging,production', undefined],
        ['2.0.0', undefined, false, '', 'versions'],
      ],
    );
  });

  it('are those of a repository only for what comes from one', async () => {
    const config = (await parseConfig(yaml)).config!;
    assert.equal(isFromRepository(config, { environment: 'staging', application: 'quotes' }), true);
    assert.equal(isFromRepository(config, { environment: 'staging', application: 'shop' }), false);
  });
});
