import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import type { Plan } from '../../src/contracts/deploy';
import type { AuditRecord, Receipt } from '../../src/contracts/deployRecord';
import { ModJk, modJkMissing } from '../lab/tomcat/modJk';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';
import { skip } from '../support/skip';
import { lastLine, startCli, type Ran } from './support/cli';

describe('a web application on Tomcats from the command line', function () {
  this.timeout(120_000);
  const started: { dispose(): Promise<void> }[] = [];
  let folder: string;
  let apache: ModJk;

  before(async function () {
    this.timeout(300_000);
    const missing = await modJkMissing();
    if (missing !== undefined) skip(this, missing);
    folder = await makeTempDir('tomcat-cli');
    const nodes = {
      worker1: await TomcatNode.start({ major: 10, route: 'worker1' }),
      worker2: await TomcatNode.start({ major: 10, route: 'worker2' }),
    };
    apache = await ModJk.start(nodes);
    started.push(nodes.worker1, nodes.worker2, apache);
    await mkdir(path.join(folder, 'target'));
    await writeFile(
      path.join(folder, 'swapdeck.yaml'),
      `applications:
  randomquotes:
    war: target/randomquotes.war
    context: /randomquotes
    smoke: [{ get: /health, status: 200, contains: UP }]
tomcats:
  worker1: { manager: "\${env:WORKER1}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }
  worker2: { manager: "${nodes.worker2.manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }
routers:
  jk: { kind: mod-jk, url: "${apache.statusUrl}", worker: loadbalancer }
environments:
  staging:
    probe: { url: "${apache.url}/randomquotes/quote", every: 10ms }
    applications:
      randomquotes: { targets: [worker1, worker2], strategy: parallel, router: jk, standby: 1, drain: 500ms }
`,
    );
    env = {
      HOME: folder,
      SWAPDECK_STATE: path.join(folder, 'state'),
      SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
      WORKER1: nodes.worker1.manager,
    };
  });
  after(async () => {
    await Promise.all(started.map((each) => each.dispose()));
    await removeDir(folder);
  });

  let env: Record<string, string>;
  const swapdeck = async (...argv: string[]): Promise<Ran> => startCli(folder, argv, env).ended;
  const bring = async (version: string): Promise<void> => {
    await copyFile(
      (await randomQuotes(version, 'jakarta')).file,
      path.join(folder, 'target', 'randomquotes.war'),
    );
  };
  const page = (): string => `${apache.url}/randomquotes/`;

  it('is deployed for the first time', async () => {
    await bring('1.0.0');
    const { code, stdout, stderr } = await swapdeck(
      'deploy',
      'staging',
      'randomquotes',
      '1.0.0',
      '--yes',
      '--json',
    );
    assert.equal(code, 0, stderr);
    assert.equal((lastLine(stdout) as Receipt).outcome, 'done');
    assert.equal((await new Browser().visit(page())).release, '1.0.0');
  });

  it('shows a plan with every call and no password', async () => {
    await bring('1.1.0');
    const { code, stdout, stderr } = await swapdeck('plan', 'staging', 'randomquotes', '1.1.0', '--json');
    assert.equal(code, 0, stderr);
    const { plan } = lastLine(stdout) as { plan: Plan };
    assert.deepEqual(plan.from?.version, '1.0.0');
    assert.match(stderr, /http PUT .*\/manager\/text\/deploy\?path=%2Frandomquotes&version=\d{12}-1\.1\.0-/);
    assert.ok(!(stdout + stderr).includes(DEPLOYER.password));
    assert.deepEqual(plan.notes, [
      { kind: 'workersForgotten', subject: 'jk' },
      { kind: 'fleetUnchecked', subject: 'worker1, worker2' },
    ]);
  });

  it('gets a new release without a lost request, and keeps the sessions of the old one', async () => {
    const user = new Browser();
    await user.visit(page());
    const { code, stdout, stderr } = await swapdeck(
      'deploy',
      'staging',
      'randomquotes',
      '1.1.0',
      '--yes',
      '--json',
    );
    assert.equal(code, 0, stderr);
    const { probe } = lastLine(stdout) as Receipt;
    assert.equal(probe?.lost, 0);
    assert.deepEqual(probe.releases.map(({ release }) => release).sort(), ['1.0.0', '1.1.0']);
    assert.deepEqual(await user.visit(page()), { release: '1.0.0', visits: 2 });
    assert.equal((await new Browser().visit(page())).release, '1.1.0');
  });

  it('goes back, and says what it did', async () => {
    const user = new Browser();
    await user.visit(page());
    const { code, stdout, stderr } = await swapdeck('rollback', 'staging', 'randomquotes', '--yes', '--json');
    assert.match(stderr, /users lose their sessions: \d+ on worker[12]/);
    assert.equal(code, 0, stderr);
    assert.equal((lastLine(stdout) as Receipt).probe?.lost, 0);
    assert.equal((await new Browser().visit(page())).release, '1.0.0');
    const history = await swapdeck('history', 'staging', 'randomquotes', '--json');
    const records = lastLine(history.stdout) as { history?: AuditRecord[] } | AuditRecord[];
    assert.match(JSON.stringify(records), /"intent":"rollback"/);
    const status = await swapdeck('status', 'staging', '--json');
    assert.match(status.stdout, /"version":"1\.0\.0"/);
  });

  it('of the other namespace is refused in words', async () => {
    const { file } = await randomQuotes('1.2.0', 'javax');
    await copyFile(file, path.join(folder, 'target', 'randomquotes.war'));
    const { code, stderr } = await swapdeck('plan', 'staging', 'randomquotes', '1.2.0');
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /The WAR is for javax\.servlet, and Apache Tomcat\/10\.1\.59 knows jakarta\.servlet only/,
    );
  });

  it('with a wrong password is refused in words', async () => {
    await bring('1.2.0');
    env = { ...env, SWAPDECK_SECRET_TOMCAT: 'wrong' };
    const { code, stderr } = await swapdeck('plan', 'staging', 'randomquotes', '1.2.0');
    assert.notEqual(code, 0);
    assert.match(stderr, /does not know the user or the password/);
  });
});
