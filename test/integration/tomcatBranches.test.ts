import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import type { Plan } from '../../src/contracts/deploy';
import type { Receipt } from '../../src/contracts/deployRecord';
import { quotesRepository } from '../lab/maven/quotes';
import { GROUP, writeSettings, type RepositoryServer } from '../lab/maven/repository';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser } from '../lab/tomcat/scene';
import { lastLine, startCli, type Ran } from './support/cli';

const BRANCH = '1.2.1-myfeature.1+1';
const VERSIONS = ['1.2.0', '1.2.1', BRANCH, '1.2.1-myfeature.2+9', '1.3.0-rc.1', '2.0.0'];

describe('releases of a Maven repository, and their branches, on Tomcats', function () {
  this.timeout(120_000);
  let folder: string;
  let server: RepositoryServer;
  let nodes: readonly TomcatNode[] = [];
  let env: Record<string, string>;

  before(async function () {
    this.timeout(300_000);
    server = await quotesRepository(VERSIONS);
    nodes = await Promise.all([TomcatNode.start({ major: 10 }), TomcatNode.start({ major: 10 })]);
    folder = await makeTempDir('branches');
    await writeSettings(folder, server.url);
    const managers = nodes.map(
      ({ manager }, at) =>
        `  worker${at + 1}: { manager: "${manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }`,
    );
    const targets = '{ targets: [worker1, worker2], strategy: parallel, drain: 500ms }';
    await writeFile(
      path.join(folder, 'swapdeck.yaml'),
      `applications:
  quotes: { maven: "${GROUP}:quotes", context: /quotes, smoke: [{ get: /health, status: 200 }] }
  root: { maven: "${GROUP}:quotes", context: / }
  admin: { maven: "${GROUP}:quotes", context: /shop-myfeature }
  shop: { maven: "${GROUP}:quotes" }
tomcats:
${managers.join('\n')}
environments:
  staging:
    channel: { versions: "<2" }
    applications: { quotes: ${targets}, root: ${targets}, admin: ${targets}, shop: ${targets} }
  review:
    applications: { quotes: { targets: [worker1], strategy: branch } }
  production:
    channel: { prerelease: "^$", versions: ">=1.0.0 <2" }
    applications: { quotes: ${targets} }
`,
    );
    env = {
      HOME: folder,
      SWAPDECK_STATE: path.join(folder, 'state'),
      SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
    };
  });
  after(async () => {
    await Promise.all([...nodes.map((each) => each.dispose()), server.dispose()]);
    await removeDir(folder);
  });

  const swapdeck = async (...argv: string[]): Promise<Ran> => startCli(folder, argv, env).ended;
  const result = async <T>(...argv: string[]): Promise<T> => {
    const { code, stdout, stderr } = await swapdeck(...argv, '--json');
    assert.equal(code, 0, stderr);
    return lastLine(stdout) as T;
  };
  const refusal = async (code: number, ...argv: string[]): Promise<string> => {
    const ran = await swapdeck(...argv);
    assert.equal(ran.code, code, ran.stdout + ran.stderr);
    return ran.stderr;
  };
  const page = (context: string, at = 0): string => `${nodes[at]!.url}${context}/`;
  const released = (context: string): Promise<string[]> =>
    Promise.all(nodes.map(async (_, at) => (await new Browser().visit(page(context, at))).release));
  const fetched = (version: string): string[] =>
    server.asked.filter((each) => each.endsWith(`quotes-${version}.war`));

  it('are listed for an environment, with what it does not take', async () => {
    const { versions } = await result<{ versions: { version: string; refused?: { rule: string } }[] }>(
      'versions',
      'production',
      'quotes',
    );
    assert.deepEqual(
      versions.map(({ version, refused }) => `${version}${refused ? ` ${refused.rule}` : ''}`),
      [
        '2.0.0 versions',
        '1.3.0-rc.1 prerelease',
        '1.2.1-myfeature.2+9 prerelease',
        `${BRANCH} prerelease`,
        '1.2.1',
        '1.2.0',
      ],
    );
  });

  it('that are the newest of what the environment takes go there when none is named, checked and from their name', async () => {
    const { plan } = await result<{ plan: Plan }>('plan', 'production', 'quotes');
    assert.equal(plan.release.version, '1.2.1');
    const upload = plan.steps.flatMap((step) => step.do).find(({ via }) => via === 'upload');
    assert.deepEqual(upload?.via === 'upload' && upload.source, {
      kind: 'maven.war',
      coordinates: `${GROUP}:quotes:1.2.1`,
      artifact: plan.release.artifact,
    });
    const receipt = await result<Receipt>('deploy', 'staging', 'quotes', '--yes');
    assert.equal(receipt.outcome, 'done');
    assert.deepEqual(await released('/quotes'), ['1.2.1', '1.2.1']);
    assert.equal(fetched('1.2.1').length, 1);
  });

  it('of a branch go to a context of their own, which the plan says, and leave the release and its users alone', async () => {
    const user = new Browser();
    await user.visit(page('/quotes'));
    const planned = await swapdeck('plan', 'staging', 'quotes', BRANCH);
    assert.equal(planned.code, 0, planned.stderr);
    assert.match(planned.stdout, /! of a branch, at a context of its own: myfeature, \/quotes-myfeature/);
    assert.match(planned.stdout, /Deploy 1\.2\.1-myfeature\.1\+1 as \/quotes-myfeature##\d{12}-/);
    await result<Receipt>('deploy', 'staging', 'quotes', BRANCH, '--yes');
    assert.deepEqual(await released('/quotes-myfeature'), [BRANCH, BRANCH]);
    assert.deepEqual(await user.visit(page('/quotes')), { release: '1.2.1', visits: 2 });
    assert.deepEqual(await released('/quotes'), ['1.2.1', '1.2.1']);
    const { applications } = await result<{
      applications: { drifted: boolean; live: { version: string } }[];
    }>('status', 'staging', 'quotes');
    assert.deepEqual(
      applications.map(({ drifted, live }) => [drifted, live.version]),
      [[false, '1.2.1']],
    );
  });

  it('of a branch follow and go back among themselves', async () => {
    await result<Receipt>('deploy', 'staging', 'quotes', '1.2.1-myfeature.2+9', '--yes');
    assert.deepEqual(await released('/quotes-myfeature'), ['1.2.1-myfeature.2+9', '1.2.1-myfeature.2+9']);
    await result<Receipt>('rollback', 'staging', 'quotes', BRANCH, '--yes');
    assert.deepEqual(await released('/quotes-myfeature'), [BRANCH, BRANCH]);
    assert.deepEqual(await released('/quotes'), ['1.2.1', '1.2.1']);
  });

  it('that do not fit a channel are refused by name and rule before anything of them is fetched', async () => {
    const branch = await refusal(3, 'deploy', 'production', 'quotes', '1.3.0-rc.1', '--yes');
    assert.match(branch, /production does not take 1\.3\.0-rc\.1\./);
    assert.match(branch, /part behind the hyphen matches \^\$/);
    assert.match(await refusal(3, 'plan', 'staging', 'quotes', '2.0.0'), /versions in the range <2/);
    assert.deepEqual([...fetched('1.3.0-rc.1'), ...fetched('2.0.0')], []);
  });

  it('that are no branch are refused where only branches go, and a branch at the context of another application', async () => {
    assert.match(await refusal(3, 'plan', 'review', 'quotes', '1.2.0'), /1\.2\.0 is of no branch/);
    assert.match(
      await refusal(3, 'plan', 'staging', 'shop', BRANCH),
      /1\.2\.1-myfeature\.1\+1 would be at \/shop-myfeature, and so is admin\./,
    );
    assert.deepEqual(fetched('1.2.0'), []);
  });

  it('of a branch are listed with their sessions and removed together, and nothing else', async () => {
    await new Browser().visit(page('/quotes-myfeature', 1));
    const { branches } = await result<{
      branches: {
        target: string;
        versions: { branch: string; version: string; running: boolean; sessions: number }[];
      }[];
    }>('branches', 'staging', 'quotes');
    assert.deepEqual(
      branches.map(({ target, versions }) => [
        target,
        ...versions.map(({ version, running }) => `${version} ${running}`),
      ]),
      ['worker1', 'worker2'].map((target) => [target, '1.2.1-myfeature.2+9 false', `${BRANCH} true`]),
    );
    const removed = await swapdeck(
      'branches',
      'staging',
      'quotes',
      '--remove',
      'myfeature',
      '--yes',
      '--json',
    );
    assert.equal(removed.code, 0, removed.stderr);
    assert.match(removed.stderr, /! users lose their sessions: \d+ on worker2/);
    assert.deepEqual(await released('/quotes-myfeature'), ['status 404', 'status 404']);
    assert.deepEqual(await released('/quotes'), ['1.2.1', '1.2.1']);
    assert.match((await swapdeck('history', 'staging', 'quotes')).stdout, /remove +1\.2\.1-myfeature/);
    assert.match(
      await refusal(3, 'branches', 'staging', 'quotes', '--remove', 'myfeature', '--yes'),
      /staging has no branch myfeature of quotes/,
    );
  });

  it('of the root application are at /, and its branches beside it', async () => {
    await result<Receipt>('deploy', 'staging', 'root', '1.2.1', '--yes');
    await result<Receipt>('deploy', 'staging', 'root', BRANCH, '--yes');
    assert.deepEqual(await released(''), ['1.2.1', '1.2.1']);
    assert.deepEqual(await released('/myfeature'), [BRANCH, BRANCH]);
    await result<Receipt>('branches', 'staging', 'root', '--remove', 'myfeature', '--yes');
    assert.deepEqual(await released(''), ['1.2.1', '1.2.1']);
  });

  it('that are damaged in the repository are not deployed', async () => {
    await writeFile(server.file('quotes', '1.2.0/quotes-1.2.0.war'), 'damaged');
    assert.match(
      await refusal(1, 'deploy', 'staging', 'quotes', '1.2.0', '--yes'),
      /is not what its checksum says/,
    );
    assert.deepEqual(await released('/quotes'), ['1.2.1', '1.2.1']);
  });

  it('are those of this machine, and the plan says so, when no repository can be reached', async () => {
    await mkdir(path.join(folder, '.m2'), { recursive: true });
    await writeSettings(folder, 'http://127.0.0.1:9/maven');
    const { stdout } = await swapdeck('plan', 'production', 'quotes', '1.2.1');
    assert.match(
      stdout,
      /! no repository could be asked: lab\.swapdeck:quotes:1\.2\.1 is what this machine has/,
    );
  });
});
