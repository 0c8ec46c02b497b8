import assert from 'node:assert/strict';
import type { DeployEvent } from '../../src/contracts/deployRecord';
import { Relay } from '../lab/relay';
import { TomcatNode } from '../lab/tomcat/node';
import { QuotesFleet } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';

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
      const [first, second] = receipt.steps.filter(({ step }) => step.endsWith('/deploy'));
      const apart = Math.abs(first!.startedMs + first!.durationMs - second!.startedMs - second!.durationMs);
      assert.ok(apart < receipt.durationMs / 4, `${apart} of ${receipt.durationMs} ms apart`);
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
});
