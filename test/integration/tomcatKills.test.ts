import assert from 'node:assert/strict';
import type { Plan } from '../../src/contracts/deploy';
import type { DeployEvent } from '../../src/contracts/deployRecord';
import { standingOf } from '../../src/deploy/recover';
import { TomcatNode } from '../lab/tomcat/node';
import { QuotesFleet } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';

const EVERY = process.env.SWAPDECK_EVERY_KILL !== undefined;

/** What a person does after a node was killed: goes on or back once it runs again, or back without it. */
const CHOICES = ['resume', 'undo', 'undo without it'] as const;

interface KillCase {
  readonly step: string;
  /** At the beginning of the step, or with the last byte of its upload. */
  readonly when: 'began' | 'sent';
  readonly choice: (typeof CHOICES)[number];
}

/** A few that differ in what they leave. SWAPDECK_EVERY_KILL=1: in every step, with every choice. */
function killCases({ steps }: Plan): KillCase[] {
  const all = steps.flatMap(({ id, do: calls }) =>
    (calls.some(({ via }) => via === 'upload') ? (['began', 'sent'] as const) : (['began'] as const)).flatMap(
      (when) => CHOICES.map((choice) => ({ step: id, when, choice })),
    ),
  );
  if (EVERY) return all;
  const some: readonly KillCase[] = [
    { step: 'worker2/deploy', when: 'sent', choice: 'undo' },
    { step: 'worker1/smoke', when: 'began', choice: 'undo without it' },
    { step: 'worker2/stop-', when: 'began', choice: 'resume' },
  ];
  return some.map((each) => ({ ...each, step: steps.find(({ id }) => id.startsWith(each.step))!.id }));
}

describe('a node of a fleet of Tomcats that is killed in the middle of a deployment', function () {
  this.timeout(EVERY ? 1_800_000 : 180_000);
  const nodes: Record<string, TomcatNode> = {};
  let fleet: QuotesFleet;
  const war = async (version: string): Promise<string> => (await randomQuotes(version, 'jakarta')).file;

  before(async () => {
    await war('1.0.0');
    await Promise.all(
      ['worker1', 'worker2'].map(async (route) => {
        nodes[route] = await TomcatNode.start({ major: 10, route });
      }),
    );
    fleet = new QuotesFleet({ worker1: nodes.worker1!, worker2: nodes.worker2! });
  });
  after(() => Promise.all(Object.values(nodes).map((node) => node.dispose())));

  /** The old release everywhere, and the plan of the new one. */
  async function begin(): Promise<Plan> {
    await fleet.clear();
    const at = Date.UTC(2026, 0, 1);
    const before = await fleet.deploy({ version: '1.0.0', war: await war('1.0.0'), at });
    assert.equal(before.receipt.outcome, 'done', JSON.stringify(before.receipt.failure));
    return fleet.plan({ version: '1.1.0', war: await war('1.1.0'), standby: 0, keep: 1 });
  }

  /** What users get, of each node that can be asked. */
  async function live(without: readonly string[] = []): Promise<string[]> {
    return (await fleet.states({ without })).map((state) => state.live?.release.version ?? 'nothing');
  }

  it('leaves all on the new release or all on the old one, and the journal says which', async () => {
    const ended: string[] = [];
    for (const { step, when, choice } of killCases(await begin())) {
      const plan = await begin();
      const at = `${choice} after a kill when ${plan.steps.find(({ id }) => id === step)!.title} ${when}`;
      const before = await fleet.states();
      const name = step.split('/')[0]!;
      const node = nodes[name]!;
      const without = [name];
      let killed: Promise<void> | undefined;
      const onEvent = (event: DeployEvent): void => {
        const isIt =
          'step' in event &&
          event.step === step &&
          (when === 'began'
            ? event.kind === 'stepBegan' && event.direction === 'do'
            : event.kind === 'progress' && event.bytes === event.total);
        if (isIt) killed ??= node.kill();
      };
      const { receipt, journal } = await fleet.execute(plan, { onEvent, patienceMs: 300 });
      assert.ok(killed, at);
      await killed;
      // The others: all of one release, which one is told.
      const { statuses } = standingOf(journal);
      const isOld = plan.steps.every(({ id, on, phase }) =>
        on === name || phase === 'smoke'
          ? true
          : statuses.get(id) === 'undone' || statuses.get(id) === 'pending',
      );
      const told = receipt.outcome === 'done' || !isOld ? '1.1.0' : '1.0.0';
      assert.deepEqual(await live(without), [told], `${at}: ${receipt.outcome}`);

      if (choice === 'undo without it' && receipt.outcome === 'stuck') {
        const { receipt: undone } = await fleet.recover('undo', journal, { without, patienceMs: 300 });
        assert.deepEqual([undone.outcome, undone.exact, undone.without], ['undone', true, without], at);
        assert.deepEqual(await live(without), ['1.0.0'], at);
      }
      await node.start();
      if (receipt.outcome === 'stuck' && choice !== 'undo without it') {
        const recovered = await fleet.recover(choice, journal);
        assert.equal(recovered.receipt.outcome, choice === 'undo' ? 'undone' : 'done', at);
        if (choice === 'undo') assert.deepEqual(await fleet.states(), before, at);
      } else if (receipt.outcome === 'stuck') {
        // It has what it was left with; going back to what the others have mends it.
        const back = await fleet.deploy({ version: '1.0.0', intent: 'rollback' });
        assert.ok(back.receipt.outcome === 'done', `${at}: ${JSON.stringify(back.receipt.failure)}`);
      } else assert.ok(['done', 'undone'].includes(receipt.outcome), `${at}: ${receipt.outcome}`);
      const now = await live();
      assert.equal(new Set(now).size, 1, `${at}: ${now.join()}`);
      ended.push(`${step} ${when}, ${choice}: ${receipt.outcome}, then ${now[0]}`);
    }
    if (EVERY) console.log(ended.join('\n'));
  });
});
