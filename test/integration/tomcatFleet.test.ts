import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import type { Plan } from '../../src/contracts/deploy';
import type { AuditRecord, Receipt } from '../../src/contracts/deployRecord';
import type { DeployEvent } from '../../src/contracts/deployRecord';
import { Relay } from '../lab/relay';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser, callsOf, QuotesFleet } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';
import { lastLine, startCli, type Ran } from './support/cli';

describe('a fleet of Tomcats', function () {
  this.timeout(120_000);
  let worker1: TomcatNode;
  let worker2: TomcatNode;
  let line: Relay;
  /** The second one is reached by `line`. */
  let fleet: QuotesFleet;
  const war = async (version: string, paddingMb = 0): Promise<string> =>
    (await randomQuotes(version, 'jakarta', { paddingMb })).file;

  before(async function () {
    this.timeout(300_000);
    await war('1.0.0');
    [worker1, worker2] = await Promise.all([
      TomcatNode.start({ major: 10, route: 'worker1' }),
      TomcatNode.start({ major: 10, route: 'worker2' }),
    ]);
    line = await Relay.to(worker2.port);
    fleet = new QuotesFleet({ worker1, worker2: { manager: `http://127.0.0.1:${line.port}/manager` } });
  });
  after(async () => {
    await line.close();
    await Promise.all([worker1, worker2].map((node) => node.dispose()));
  });

  describe('of which one is on a slow line', () => {
    const started = (node: TomcatNode, version: string): boolean =>
      node.said.some(
        (text) => text.includes('Deploying web application archive') && text.includes(`-${version}-`),
      );

    before(() => {
      line.restMs = 5;
    });
    after(() => {
      line.restMs = 0;
    });
    afterEach(() => line.restore().catch(() => undefined));

    it('starts a release when all have all of it', async () => {
      const plan = await fleet.plan({ version: '1.0.1', war: await war('1.0.1', 24) });
      const sent = { 'worker1/deploy': 0, 'worker2/deploy': 0 };
      let total = 0;
      let widest = 0;
      const onEvent = (event: DeployEvent): void => {
        if (event.kind !== 'progress') return;
        sent[event.step as keyof typeof sent] = event.bytes;
        total = event.total!;
        const [one, two] = Object.values(sent) as [number, number];
        widest = Math.max(widest, Math.abs(one - two));
      };
      const { receipt } = await fleet.execute(plan, { onEvent });
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.deepEqual(Object.values(sent), [total, total]);
      assert.ok(widest < 5 * 1024 * 1024, `one was ${widest} ahead`);
    });

    it('starts it nowhere when one does not get all of it', async () => {
      const before = await fleet.states();
      const plan = await fleet.plan({ version: '1.0.2', war: await war('1.0.2', 24) });
      let isCut: Promise<void> | undefined;
      const onEvent = (event: DeployEvent): void => {
        if (event.kind === 'progress' && event.step === 'worker2/deploy' && event.bytes > event.total! / 2)
          isCut ??= line.cut().then(() => line.restore());
      };
      const { receipt } = await fleet.execute(plan, { onEvent, patienceMs: 0 });
      await isCut;
      assert.deepEqual([receipt.outcome, receipt.exact], ['undone', true], JSON.stringify(receipt));
      assert.deepEqual(await fleet.states(), before);
      for (const node of [worker1, worker2]) assert.ok(!started(node, '1.0.2'), node.said.join('\n'));
    });
  });

  describe('of which one is down', () => {
    let folder: string;
    const swapdeck = (...argv: string[]): Promise<Ran> =>
      startCli(folder, argv, {
        HOME: folder,
        SWAPDECK_STATE: path.join(folder, 'state'),
        SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
      }).ended;
    const build = async (version: string): Promise<void> =>
      copyFile(await war(version), path.join(folder, 'quotes.war'));

    before(async () => {
      folder = await makeTempDir('tomcat-fleet');
      const tomcat = (node: TomcatNode): string =>
        `{ manager: "${node.manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }`;
      await writeFile(
        path.join(folder, 'swapdeck.yaml'),
        `applications:
  quotes: { war: quotes.war, context: /quotes, smoke: [{ get: /health, status: 200, contains: UP }] }
tomcats:
  worker1: ${tomcat(worker1)}
  worker2: ${tomcat(worker2)}
environments:
  staging:
    applications:
      quotes: { targets: [worker1, worker2], strategy: parallel, standby: 1 }
`,
      );
      await build('1.0.0');
      const { code, stderr } = await swapdeck('deploy', 'staging', 'quotes', '1.0.0', '--yes');
      assert.equal(code, 0, stderr);
      await worker2.kill();
      await build('1.1.0');
    });
    after(() => removeDir(folder));

    it('gets nothing unless it is left out, and the one that is down is named', async () => {
      const { code, stdout, stderr } = await swapdeck(
        'deploy',
        'staging',
        'quotes',
        '1.1.0',
        '--yes',
        '--json',
      );
      assert.equal(code, 3, stderr);
      assert.match(stderr, /worker2 can not be looked at/);
      assert.match(stderr, /Nothing listens|refused/i);
      assert.match(stderr, /--without worker2/);
      assert.match(stdout, /"reason":"targetDown"/);
      const wrong = await swapdeck('plan', 'staging', 'quotes', '1.1.0', '--without', 'worker3');
      assert.match(wrong.stderr, /worker3 is no target .* worker1, worker2/s);
    });

    it('gets a release without it, is marked, and brings it up to date under the same stamp', async () => {
      const { code, stderr } = await swapdeck(
        ...['deploy', 'staging', 'quotes', '1.1.0', '--without', 'worker2', '--yes'],
      );
      assert.equal(code, 0, stderr);
      const history = await swapdeck('history', 'staging', 'quotes', '--json');
      const [record] = (lastLine(history.stdout) as { deployments: AuditRecord[] }).deployments;
      assert.deepEqual([record!.targets, record!.without], [['worker1'], ['worker2']]);

      await worker2.start();
      const behind = await swapdeck('status', 'staging');
      assert.match(behind.stdout, /worker2 +1\.0\.0 +running; behind: missed 1\.1\.0/);
      assert.ok(!behind.stdout.includes('not what was deployed'), behind.stdout);

      const again = await swapdeck('deploy', 'staging', 'quotes', '1.1.0', '--yes', '--json');
      assert.equal(again.code, 0, again.stderr);
      assert.equal((lastLine(again.stdout) as Receipt).outcome, 'done');
      const versions = await Promise.all(
        [worker1, worker2].map(async (node) => {
          const { contexts } = await fleet.runner.value<{ contexts: { path: string; version: string }[] }>(
            callsOf(node).list(),
          );
          return contexts.filter(({ path: at }) => at === '/quotes').map(({ version }) => version);
        }),
      );
      assert.deepEqual(versions[0], versions[1]);
      assert.equal(versions[0]!.length, 2);
      const status = await swapdeck('status', 'staging');
      assert.ok(!status.stdout.includes('behind'), status.stdout);
    });
  });

  describe('of which a release is pulled', () => {
    const pulled = (version: string): Promise<Plan> =>
      fleet.plan({ version, intent: 'pull', at: Date.UTC(2026, 0, 3) });

    before(async () => {
      await fleet.clear();
      for (const [day, version] of ['1.0.0', '1.1.0'].entries())
        await fleet.deploy({ version, war: await war(version), at: Date.UTC(2026, 0, day + 1) });
    });

    it('stops it everywhere, gives its users the other one, and says how many there are', async () => {
      const user = new Browser();
      assert.equal((await user.visit(`${worker1.url}/randomquotes/`)).release, '1.1.0');
      const { receipt, plan } = await fleet.execute(await pulled('1.1.0'));
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.deepEqual(
        plan.steps.map(({ id, together }) => [id, together]),
        [
          ['worker1/pull', 'pull-1'],
          ['worker2/pull', 'pull-1'],
        ],
      );
      assert.deepEqual(await fleet.versions(), [
        '1.0.0 running, 1.1.0 stopped',
        '1.0.0 running, 1.1.0 stopped',
      ]);
      assert.equal((await user.visit(`${worker1.url}/randomquotes/`)).release, '1.0.0');
      const [target] = await fleet.targets();
      const [before] = plan.inspection.targets;
      const reading = target!.notes(before!, {
        release: plan.release,
        fleet: plan.inspection.targets,
        intent: 'pull',
      });
      assert.equal(reading.calls.length, 1);
    });

    it('is refused for the last one that runs, and goes back below one that was pulled', async () => {
      await assert.rejects(pulled('1.0.0'), {
        reason: 'nothingTakesOver',
        details: { version: '1.0.0', target: 'worker1' },
      });
      await fleet.deploy({ version: '1.2.0', war: await war('1.2.0'), at: Date.UTC(2026, 0, 4), keep: 2 });
      const back = await fleet.deploy({ version: '1.0.0', intent: 'rollback', keep: 2 });
      assert.equal(back.receipt.outcome, 'done', JSON.stringify(back.receipt.failure));
      const [one] = await fleet.versions();
      assert.match(one!, /^1\.0\.0 running, /);
    });

    it('takes back what one of them could not do', async () => {
      await fleet.clear();
      for (const [day, version] of ['1.0.0', '1.1.0'].entries())
        await fleet.deploy({ version, war: await war(version), at: Date.UTC(2026, 0, day + 1) });
      const before = await fleet.states();
      const plan = await pulled('1.1.0');
      let isCut: Promise<void> | undefined;
      const { receipt } = await fleet.execute(plan, {
        patienceMs: 500,
        onEvent: (event) => {
          if (event.kind === 'stepBegan' && event.direction === 'do') isCut ??= line.cut();
          if (event.kind === 'turn' && event.to === 'undo') void isCut?.then(() => line.restore());
        },
      });
      await isCut;
      await line.restore().catch(() => undefined);
      if (receipt.outcome === 'stuck') assert.fail(JSON.stringify(receipt.failure));
      assert.deepEqual([receipt.outcome, receipt.exact], ['undone', true]);
      assert.deepEqual(await fleet.states(), before);
    });
  });
});
