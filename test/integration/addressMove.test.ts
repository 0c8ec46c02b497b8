import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { addressPackages } from '../../scripts/support/labPackages';
import { TransportError } from '../../src/contracts/transportError';
import { AddressScene, type Balancer } from '../lab/address/scene';
import { useLab } from '../lab/machines/suite';
import type { KillPoint } from '../lab/processTarget/killPoint';
import { lastLine, startCli, type Ran } from './support/cli';
import { eventually } from './support/eventually';

const EVERY = process.env.SWAPDECK_EVERY_KILL !== undefined;
/** Of the plan: check, keep, announce, priority, drain; its own record, then two of each step, then the last. */
const RECORDS = 12;

interface KillCase extends KillPoint {
  readonly choice: 'resume' | 'undo';
}

/** Where the address is on both hosts, and where keepalived is in the middle. */
const kills: readonly KillCase[] = EVERY
  ? Array.from({ length: RECORDS }, (_, index) => index + 1).flatMap((record) =>
      (['before', 'after'] as const).flatMap((when) =>
        (['resume', 'undo'] as const).map((choice) => ({ record, when, choice })),
      ),
    )
  : [
      { record: 7, when: 'before', choice: 'undo' },
      { record: 9, when: 'before', choice: 'resume' },
      { record: 9, when: 'before', choice: 'undo' },
    ];

describe('an address of keepalived', function () {
  this.timeout(EVERY ? 1_200_000 : 120_000);
  const suite = useLab({ machines: { 'lb-1': {}, 'lb-2': {} } }, addressPackages);
  let scene: AddressScene;
  before(async function () {
    this.timeout(60_000);
    scene = await AddressScene.start(suite.lab, { advertSeconds: 0.2 });
  });
  after(() => (scene as AddressScene | undefined)?.dispose());
  afterEach(async () => {
    if ((await scene.holders()).includes('lb-2')) await moveTo('lb-1');
  });

  async function moveTo(host: Balancer): Promise<void> {
    const move = scene.move();
    const receipt = await move.execute(await move.plan(host));
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
  }

  const swapdeck = (...argv: string[]): Promise<Ran> =>
    startCli(scene.folder, argv, { HOME: suite.lab.home }).ended;

  it('moves to the other load balancer and back, and no connection fails, new or kept', async () => {
    const users = await scene.users();
    for (const host of ['lb-2', 'lb-1'] as const) {
      await moveTo(host);
      assert.deepEqual(await scene.holders(), [host]);
    }
    const { fresh, failedFresh, brokenKept, why } = await users.go();
    assert.ok(fresh > 200, `only ${fresh} connections`);
    assert.deepEqual({ failedFresh, brokenKept, why }, { failedFresh: 0, brokenKept: 0, why: {} });
    assert.equal(await scene.leftovers(), '');
  });

  it('fails over by itself after a move, when the machine that has it is cut off', async () => {
    await moveTo('lb-2');
    await suite.lab.network.plug('lb-2', 'down');
    try {
      await eventually(async () => assert.deepEqual(await scene.holders(), ['lb-1']), Error);
      // Who can't be asked is told apart from the others.
      const move = scene.move();
      const refused = assert.rejects(move.plan('lb-2'), TransportError);
      const [{ holders, hosts }] = await Promise.all([move.status(), refused]);
      assert.deepEqual(holders, ['lb-1']);
      assert.deepEqual(
        hosts.map(({ host, error }) => [host, error instanceof TransportError]),
        [
          ['lb-1', false],
          ['lb-2', true],
        ],
      );
    } finally {
      await suite.lab.network.plug('lb-2', 'up');
    }
    await eventually(async () => assert.deepEqual(await scene.holders(), ['lb-2']), Error);
  });

  for (const { choice, ...kill } of kills)
    it(`is where ${choice} wants it after its deployer was killed ${kill.when} record ${kill.record}`, async () => {
      const move = scene.move();
      const plan = await move.plan('lb-2');
      assert.equal(2 + 2 * plan.steps.length, RECORDS);
      const users = await scene.users(10, 0);
      const { signal, stderr } = await scene.run({ what: 'deploy', plan, kill });
      assert.deepEqual({ signal, stderr }, { signal: 'SIGKILL', stderr: '' });
      const again = scene.move();
      const isOpen = (await again.interrupted()) !== undefined;
      // Killed before anything was told, or after all was.
      const outcome = isOpen ? (await again[choice]()).outcome : undefined;
      const { failedFresh, why } = await users.go();
      if (outcome === 'undone') assert.deepEqual(await move.inspect(plan), plan.inspection);
      if (isOpen) assert.equal(outcome, choice === 'resume' ? 'done' : 'undone');
      if (outcome !== undefined)
        assert.deepEqual(await scene.holders(), [outcome === 'done' ? 'lb-2' : 'lb-1']);
      // A way back ends what came to the new host meanwhile; going on ends nothing.
      if (outcome !== 'undone') assert.deepEqual({ failedFresh, why }, { failedFresh: 0, why: {} });
      assert.equal(await scene.leftovers(), '');
    });

  it('is shown and moved from the command line, and knows no other host', async () => {
    const shown = await swapdeck('address', 'production');
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^vip +10\.99\.0\.30 +lb-1 +yes +150 +master$/m);
    assert.match(shown.stdout, /^vip +10\.99\.0\.30 +lb-2 +- +100 +backup$/m);

    const nowhere = await swapdeck('move', 'production', 'vip', 'lb-9', '--yes');
    assert.equal(nowhere.code, 1);
    assert.match(nowhere.stderr, /can not be on lb-9[^]*lb-1, lb-2/);

    const moved = await swapdeck('move', 'production', 'vip', '--yes', '--json');
    assert.equal(moved.code, 0, moved.stderr);
    const { outcome, probe } = lastLine(moved.stdout) as { outcome: string; probe: { lost: number } };
    assert.deepEqual({ outcome, lost: probe.lost }, { outcome: 'done', lost: 0 });
    const json = await swapdeck('address', 'production', '--json');
    const { addresses } = lastLine(json.stdout) as { addresses: { holders: string[] }[] };
    assert.deepEqual(
      addresses.map(({ holders }) => holders),
      [['lb-2']],
    );

    const [last] = await scene.move().history(1);
    assert.deepEqual([last?.intent, last?.from?.version, last?.release.version], ['move', 'lb-1', 'lb-2']);
    assert.deepEqual((await scene.move().plan('lb-2')).steps, []);
  });

  it('stays where it is when the other host may not take it, and the lines to change are said', async () => {
    const file = suite.lab.machine('lb-2').path('/etc/keepalived/conf.d/www.conf');
    const before = await readFile(file, 'utf8');
    try {
      await writeFile(file, before.replace('  priority 100', '  priority 100\n  nopreempt'));
      const refused = await swapdeck('move', 'production', 'vip', 'lb-2', '--yes');
      assert.equal(refused.code, 3, refused.stderr);
      assert.match(refused.stderr, /Remove the line `nopreempt` from vrrp_instance www/);

      await writeFile(file, before.replace(/^ {2}track_file \{\n.*\n {2}\}\n/m, ''));
      const untracked = await swapdeck('move', 'production', 'vip', 'lb-2', '--yes');
      assert.equal(untracked.code, 3, untracked.stderr);
      assert.match(
        untracked.stderr,
        /to vrrp_instance www a block `track_file` with the line `swapdeck weight 1`/,
      );
    } finally {
      await writeFile(file, before);
    }
    assert.deepEqual(await scene.holders(), ['lb-1']);
  });

  it('goes nowhere when the other host does not serve, and what was begun is taken back', async () => {
    const two = suite.lab.machine('lb-2');
    const file = two.path('/etc/apache2/conf-enabled/maintenance.conf');
    await writeFile(file, 'Redirect 503 /\n');
    await two.succeed(['apache2ctl', 'graceful']);
    try {
      const move = scene.move();
      const { outcome, failure, exact } = await move.execute(await move.plan(undefined));
      const step = failure?.details.step;
      assert.deepEqual({ outcome, exact, step }, { outcome: 'undone', exact: true, step: 'vip/check' });
    } finally {
      await rm(file);
      await two.succeed(['apache2ctl', 'graceful']);
    }
    assert.deepEqual(await scene.holders(), ['lb-1']);
  });
});
