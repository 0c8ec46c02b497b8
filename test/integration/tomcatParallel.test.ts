import assert from 'node:assert/strict';
import { readVersion } from '../../src/targets/tomcat/version';
import { TOMCAT_MAJORS } from '../lab/tomcat/distribution';
import { TomcatNode } from '../lab/tomcat/node';
import { Browser, callsOf, QuotesFleet } from '../lab/tomcat/scene';
import { namespaceOf, randomQuotes } from '../lab/tomcat/wars';
import { factsOf } from '../../src/targets/tomcat/inspect';

for (const major of TOMCAT_MAJORS)
  describe(`parallel versions on two Tomcats ${major}`, function () {
    this.timeout(90_000);
    let nodes: { worker1: TomcatNode; worker2: TomcatNode };
    let fleet: QuotesFleet;
    const war = async (version: string, fails = false): Promise<string> =>
      (await randomQuotes(version, namespaceOf(major), { fails })).file;
    const page = ({ url }: TomcatNode): string => `${url}/randomquotes/`;
    const both = (): TomcatNode[] => [nodes.worker1, nodes.worker2];

    before(async function () {
      this.timeout(300_000);
      await war('1.0.0');
      const [worker1, worker2] = await Promise.all([
        TomcatNode.start({ major, route: 'worker1' }),
        TomcatNode.start({ major, route: 'worker2' }),
      ]);
      nodes = { worker1, worker2 };
      fleet = new QuotesFleet(nodes);
    });
    after(() => Promise.all(both().map((node) => node.dispose())));
    /** Nothing of ours on any node. */
    afterEach(async () => {
      for (const node of both()) {
        const calls = callsOf(node);
        const { answer } = await fleet.runner.runner.perform(calls.list(), {});
        const { contexts } = answer.value as unknown as { contexts: { path: string; version: string }[] };
        for (const each of contexts.filter(({ path }) => path === '/randomquotes'))
          await fleet.runner.ask(calls.undeploy(each));
      }
    });

    it('puts a release on all nodes under one stamp, which says which release it is', async () => {
      const at = Date.UTC(2026, 10, 21, 18, 30, 0);
      const { receipt, plan } = await fleet.deploy({ version: '1.0.0', war: await war('1.0.0'), at });
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.deepEqual(
        plan.notes.map(({ kind }) => kind),
        ['first', 'unproven'],
      );
      const states = await fleet.states();
      const versions = states.map(({ live }) => factsOf(live!).version);
      assert.equal(new Set(versions).size, 1);
      assert.deepEqual(readVersion('randomquotes', versions[0]!), {
        stamp: '261121183000',
        release: plan.release,
      });
      for (const node of both()) assert.equal((await new Browser().visit(page(node))).release, '1.0.0');
      assert.deepEqual(await fleet.states(), states, 'two readings are equal');
    });

    it('leaves users of the old version there, gives new ones the new, and goes back in a moment', async () => {
      await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
      const [old] = [new Browser()];
      await old.visit(page(nodes.worker1));
      const { receipt } = await fleet.deploy({ version: '1.1.0', war: await war('1.1.0') });
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.deepEqual(await old.visit(page(nodes.worker1)), { release: '1.0.0', visits: 2 });
      const fresh = new Browser();
      assert.deepEqual(await fresh.visit(page(nodes.worker1)), { release: '1.1.0', visits: 1 });
      assert.deepEqual(await fresh.visit(page(nodes.worker1)), { release: '1.1.0', visits: 2 });

      const back = await fleet.deploy({ version: '1.0.0', intent: 'rollback' });
      assert.equal(back.receipt.outcome, 'done', JSON.stringify(back.receipt.failure));
      assert.deepEqual(await fleet.versions(), [
        '1.0.0 running, 1.1.0 stopped',
        '1.0.0 running, 1.1.0 stopped',
      ]);
      assert.deepEqual(await old.visit(page(nodes.worker1)), { release: '1.0.0', visits: 3 });
      assert.equal((await fresh.visit(page(nodes.worker1))).release, '1.0.0');

      // And forward again, to what is kept: nothing is uploaded.
      const again = await fleet.deploy({ version: '1.1.0', war: await war('1.1.0') });
      assert.ok(again.plan.steps.every((step) => step.do.every(({ via }) => via !== 'upload')));
      assert.deepEqual(await fleet.versions(), [
        '1.1.0 running, 1.0.0 running',
        '1.1.0 running, 1.0.0 running',
      ]);
    });

    it('takes a release that does not start from all nodes, and the old one goes on', async () => {
      await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
      const before = await fleet.states();
      const { receipt } = await fleet.deploy({ version: '1.2.0', war: await war('1.2.0', true) });
      assert.equal(receipt.outcome, 'undone');
      assert.equal(receipt.exact, true);
      assert.deepEqual(await fleet.states(), before);
      assert.equal((await new Browser().visit(page(nodes.worker2))).release, '1.0.0');
    });

    it('takes a release that fails its test on one node from all', async () => {
      await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
      const before = await fleet.states();
      const application = { smoke: [{ get: '/health', status: 200, contains: '1.9.9' }] };
      const { receipt } = await fleet.deploy({ version: '1.1.0', war: await war('1.1.0'), application });
      assert.deepEqual([receipt.outcome, receipt.exact], ['undone', true]);
      assert.deepEqual(await fleet.states(), before);
    });

    it('stays ahead of a version with a later stamp', async () => {
      const at = Date.UTC(2030, 0, 1);
      await fleet.deploy({ version: '1.0.0', war: await war('1.0.0'), at });
      const { receipt } = await fleet.deploy({ version: '1.1.0', war: await war('1.1.0') });
      assert.equal(receipt.outcome, 'done');
      const [state] = await fleet.states();
      assert.match(factsOf(state!.live!).version, /^300101000001-1\.1\.0-/);
    });

    // Waits take their time, and are no matter of the server.
    if (major !== 10) return;

    it('stops the old version only when its last session has gone, or ends them when it is told to', async () => {
      await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
      const user = new Browser();
      await user.visit(page(nodes.worker1));
      await fleet.deploy({ version: '1.1.0', war: await war('1.1.0'), standby: 0 });
      assert.deepEqual(await fleet.versions(), [
        '1.1.0 running, 1.0.0 running',
        '1.1.0 running, 1.0.0 stopped',
      ]);
      assert.deepEqual(await user.visit(page(nodes.worker1)), { release: '1.0.0', visits: 2 });
      const application = { sessions: 'expire' as const };
      await fleet.deploy({ version: '1.2.0', war: await war('1.2.0'), standby: 0, application });
      assert.deepEqual(await fleet.versions(), [
        '1.2.0 running, 1.1.0 stopped',
        '1.2.0 running, 1.1.0 stopped',
      ]);
    });

    it('undeploys what is not kept, except where somebody has a session', async () => {
      await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
      const user = new Browser();
      await user.visit(page(nodes.worker2));
      const rest = { standby: 0, keep: 0 };
      await fleet.deploy({ version: '1.1.0', war: await war('1.1.0'), ...rest });
      assert.deepEqual(await fleet.versions(), ['1.1.0 running', '1.1.0 running, 1.0.0 running']);
      assert.equal((await user.visit(page(nodes.worker2))).release, '1.0.0');
      // The next deployment looks again.
      const calls = callsOf(nodes.worker2);
      const [, state] = await fleet.states();
      await fleet.runner.ask(
        calls.expire({ path: '/randomquotes', version: factsOf(state!.older[0]!).version }, 0),
      );
      await fleet.deploy({ version: '1.2.0', war: await war('1.2.0'), ...rest });
      assert.deepEqual(await fleet.versions(), ['1.2.0 running', '1.2.0 running']);
    });
  });
