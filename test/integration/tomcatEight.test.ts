import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import type { AuditRecord } from '../../src/contracts/deployRecord';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';
import { lastLine, startCli, type Ran } from './support/cli';

const NAMES = Array.from({ length: 8 }, (_, index) => `worker${index + 1}`);

describe('a fleet of eight Tomcats of which one is down', function () {
  this.timeout(120_000);
  let nodes: TomcatNode[] = [];
  let folder: string;

  before(async function () {
    this.timeout(300_000);
    folder = await makeTempDir('tomcat-eight');
    nodes = await Promise.all(NAMES.map((route) => TomcatNode.start({ major: 10, route })));
    await writeFile(
      path.join(folder, 'swapdeck.yaml'),
      `applications:
  randomquotes: { war: quotes.war, smoke: [{ get: /health, status: 200, contains: UP }] }
tomcats:
${NAMES.map((name, at) => `  ${name}: { manager: "${nodes[at]!.manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }`).join('\n')}
environments:
  staging:
    applications:
      randomquotes: { targets: [${NAMES.join(', ')}], strategy: parallel, drain: 500ms, standby: 1 }
`,
    );
  });
  after(async () => {
    await Promise.all(nodes.map((node) => node.dispose()));
    await removeDir(folder);
  });

  const deploy = async (version: string, ...options: string[]): Promise<Ran> => {
    await copyFile((await randomQuotes(version, 'jakarta')).file, path.join(folder, 'quotes.war'));
    const argv = ['deploy', 'staging', 'randomquotes', version, '--yes', ...options];
    return swapdeck(...argv);
  };
  const swapdeck = (...argv: string[]): Promise<Ran> =>
    startCli(folder, argv, {
      HOME: folder,
      SWAPDECK_STATE: path.join(folder, 'state'),
      SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
    }).ended;
  /** The release that each node which runs gives to somebody new. */
  const releases = (of: readonly TomcatNode[]): Promise<string[]> =>
    Promise.all(of.map(async (node) => (await new Browser().visit(`${node.url}/randomquotes/`)).release));

  it('goes on without it where a person says so, all the others alike, and has it catch up later', async () => {
    const first = await deploy('1.0.0');
    assert.equal(first.code, 0, first.stderr);
    assert.deepEqual(new Set(await releases(nodes)), new Set(['1.0.0']));

    const [down, ...up] = [nodes[4]!, ...nodes.filter((_, at) => at !== 4)];
    await down.kill();
    const refused = await deploy('1.1.0');
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /--without worker5/);
    assert.deepEqual(new Set(await releases(up)), new Set(['1.0.0']), 'nobody got it');

    const without = await deploy('1.1.0', '--without', 'worker5');
    assert.equal(without.code, 0, without.stderr);
    assert.deepEqual(new Set(await releases(up)), new Set(['1.1.0']));
    const { stdout } = await swapdeck('history', 'staging', 'randomquotes', '--json');
    const [record] = (lastLine(stdout) as { deployments: AuditRecord[] }).deployments;
    assert.deepEqual([record!.targets.length, record!.without], [7, ['worker5']]);

    await down.start();
    assert.match((await swapdeck('status', 'staging')).stdout, /worker5 .*behind: missed 1\.1\.0/);
    const again = await deploy('1.1.0');
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(new Set(await releases(nodes)), new Set(['1.1.0']));
  });
});
