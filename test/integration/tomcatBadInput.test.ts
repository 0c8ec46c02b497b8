import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../scripts/support/run';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { factsOf } from '../../src/targets/tomcat/inspect';
import { clockUnsupported } from '../lab/tomcat/clock';
import { TomcatNode } from '../lab/tomcat/node';
import { Browser, callsOf, QuotesFleet } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';
import { skip } from '../support/skip';

describe('bad input for a fleet of Tomcats', function () {
  this.timeout(120_000);
  let folder: string;
  let worker1: TomcatNode;
  let worker2: TomcatNode;
  let fleet: QuotesFleet;
  const war = async (version: string, paddingMb = 0): Promise<string> =>
    (await randomQuotes(version, 'jakarta', { paddingMb })).file;

  before(async function () {
    this.timeout(300_000);
    folder = await makeTempDir('tomcat-bad');
    await war('1.0.0');
    [worker1, worker2] = await Promise.all([
      TomcatNode.start({ major: 10, route: 'worker1' }),
      TomcatNode.start({ major: 10, route: 'worker2' }),
    ]);
    fleet = new QuotesFleet({ worker1, worker2 });
  });
  after(async () => {
    await Promise.all([worker1, worker2].map((node) => node.dispose()));
    await removeDir(folder);
  });
  beforeEach(async () => {
    await fleet.clear();
    await fleet.deploy({ version: '1.0.0', war: await war('1.0.0'), at: Date.UTC(2026, 0, 1) });
  });

  /** Nothing but questions was asked, and everything is as it was. */
  async function refused(attempt: () => Promise<unknown>, error: object): Promise<void> {
    const before = await fleet.states();
    const from = fleet.runner.performed.length;
    await assert.rejects(attempt, error);
    assert.ok(
      fleet.runner.performed.slice(from).every(({ call }) => call.via === 'http' && call.method === 'GET'),
    );
    assert.deepEqual(await fleet.states(), before);
  }

  it('is refused where it is no WAR', async () => {
    const file = path.join(folder, 'no.war');
    await writeFile(file, 'not a ZIP file');
    await refused(async () => fleet.plan({ version: '1.1.0', war: file }), { reason: 'notWar' });
  });

  it('is refused where a server has its Manager switched off, before any other gets it', async () => {
    const without = await TomcatNode.start({ major: 10, route: 'worker3', withoutManager: true });
    try {
      const wider = new QuotesFleet({ worker1, worker3: without });
      await refused(async () => wider.plan({ version: '1.1.0', war: await war('1.1.0') }), {
        reason: 'noManager',
        details: { peer: without.manager, status: 404 },
      });
      assert.ok(wider.runner.performed.every(({ call }) => call.via === 'http' && call.method === 'GET'));
    } finally {
      await without.dispose();
    }
  });

  it('is refused below what someone else deployed, which is not touched', async () => {
    const calls = callsOf(worker2);
    const theirs = { path: '/randomquotes', version: 'v2' };
    await fleet.runner.ask(calls.deployPath(theirs, await war('1.0.0'), 60_000));
    await refused(async () => fleet.plan({ version: '1.1.0', war: await war('1.1.0') }), {
      reason: 'foreign',
      details: { subject: '/randomquotes##v2', target: 'worker2' },
    });
    await fleet.runner.ask(calls.undeploy(theirs));
  });

  it('gets another stamp where the same second, or a clock that is a day ahead, has one already', async () => {
    const at = Date.UTC(2026, 0, 2);
    await fleet.deploy({ version: '1.1.0', war: await war('1.1.0'), at });
    const same = await fleet.deploy({ version: '1.2.0', war: await war('1.2.0'), at });
    const behind = await fleet.deploy({ version: '1.3.0', war: await war('1.3.0'), at: at - 86_400_000 });
    for (const { receipt } of [same, behind]) assert.equal(receipt.outcome, 'done');
    for (const each of await fleet.versions()) assert.match(each, /^1\.3\.0 running/);
  });

  it('does not mind nodes whose own clocks are a day ahead and a day behind', async function () {
    this.timeout(180_000);
    if (clockUnsupported !== undefined) skip(this, clockUnsupported);
    const [ahead, behind] = await Promise.all(
      ['+1d', '-1d'].map((clock, i) => TomcatNode.start({ major: 10, route: `clock${i}`, clock })),
    );
    try {
      const hours = (Date.parse((await fetch(ahead!.url)).headers.get('date')!) - Date.now()) / 3_600_000;
      assert.equal(Math.round(hours), 24, 'its clock is wrong');
      const apart = new QuotesFleet({ ahead: ahead!, behind: behind! });
      const page = `${ahead!.url}/randomquotes/`;
      await apart.deploy({ version: '1.0.0', war: await war('1.0.0') });
      const user = new Browser();
      await user.visit(page);
      const { receipt } = await apart.deploy({ version: '1.1.0', war: await war('1.1.0') });
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.deepEqual(await user.visit(page), { release: '1.0.0', visits: 2 });
      assert.equal((await new Browser().visit(page)).release, '1.1.0');
      const stamps = (await apart.states()).map(({ live }) => factsOf(live!).version);
      assert.equal(new Set(stamps).size, 1);
      const { receipt: back } = await apart.deploy({ version: '1.0.0', intent: 'rollback' });
      assert.equal(back.outcome, 'done', JSON.stringify(back.failure));
      assert.deepEqual(await user.visit(page), { release: '1.0.0', visits: 3 });
      assert.deepEqual(await apart.versions(), Array(2).fill('1.0.0 running, 1.1.0 stopped'));
    } finally {
      await Promise.all([ahead!, behind!].map((node) => node.dispose()));
    }
  });

  it('is taken from all where one has no room for it, which says so', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) skip(this, 'mounting needs root on Linux');
    const small = await TomcatNode.start({ major: 10, route: 'worker3' });
    const apps = path.join(small.base, 'webapps');
    await mkdir(apps, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'small', apps]);
    try {
      const pair = new QuotesFleet({ worker1, worker3: small });
      const before = await pair.states();
      const plan = await pair.plan({ version: '1.1.0', war: await war('1.1.0', 8) });
      const { receipt } = await pair.execute(plan);
      assert.deepEqual([receipt.outcome, receipt.exact], ['undone', true], JSON.stringify(receipt));
      assert.match(receipt.failure!.message, /No space left on device/);
      assert.deepEqual(await pair.states(), before);
    } finally {
      await small.kill();
      await run('umount', [apps]);
      await small.dispose();
    }
  });
});
