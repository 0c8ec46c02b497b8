import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { pairPackages } from '../../scripts/support/labPackages';
import type { Plan } from '../../src/contracts/deploy';
import type { Receipt } from '../../src/contracts/deployRecord';
import { renderPlan } from '../../src/deploy/render';
import { describe as describeError } from '../../src/messages/describe';
import { useLab } from '../lab/machines/suite';
import { NODES, pairMachines, type NodeName } from '../lab/tomcat/pair';
import { PairScene } from '../lab/tomcat/pairScene';
import { Browser } from '../lab/tomcat/scene';
import { Users, lostIn, type Tally } from '../lab/tomcat/users';

describe('a pair of Tomcats with their sessions in a database', function () {
  this.timeout(120_000);
  const suite = useLab({ machines: pairMachines }, pairPackages);
  let scene: PairScene;

  before(async function () {
    this.timeout(300_000);
    scene = await PairScene.start(suite.lab);
    await scene.configure();
    await deploy('1.0.0');
  });
  after(() => scene.dispose());

  const deploy = async (version: string): Promise<Receipt> => {
    await scene.bring(version);
    const { application } = scene;
    return done(await application.execute(await application.plan(version)));
  };
  const done = (receipt: Receipt): Receipt => {
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
    assert.equal(receipt.probe?.lost ?? 0, 0, JSON.stringify(receipt.probe?.losses));
    return receipt;
  };
  const execute = async (make: () => Promise<Plan>): Promise<Receipt> =>
    done(await scene.fleet.execute(await make()));
  const page = (): string => `${scene.front}/randomquotes/`;
  /** Somebody with a session on a node, and a counter of 3. */
  const userOn = async (node: NodeName): Promise<Browser> => {
    for (;;) {
      const browser = new Browser();
      for (let each = 0; each < 3; each++) await browser.visit(page());
      if (browser.session?.endsWith(`.${node}`)) return browser;
    }
  };
  const pidOf = (node: NodeName): Promise<string> =>
    readFile(suite.lab.machine(NODES[node]).path(scene.pair.nodes[node].base, 'pid'), 'utf8');
  const states = async (): Promise<string[]> =>
    (await scene.fleet.members()).map(({ name, activation }) => `${name} ${activation}`);
  /** Changes a file in `conf` of a node until the test has ended. */
  const withFile = async (
    node: NodeName,
    file: string,
    change: (text: string) => string,
    test: () => Promise<void>,
  ): Promise<void> => {
    const at = suite.lab.machine(NODES[node]).path(scene.pair.nodes[node].base, 'conf', file);
    const before = await readFile(at, 'utf8');
    const after = change(before);
    assert.notEqual(after, before);
    await writeFile(at, after);
    try {
      await test();
    } finally {
      await writeFile(at, before);
    }
  };
  const refusal = async (make: () => Promise<Plan>): Promise<string> => {
    const error = await make().then(
      () => assert.fail('it was planned'),
      (thrown: unknown) => thrown,
    );
    const { title, detail = '' } = describeError(error);
    return `${title}\n${detail}`;
  };

  it('serves quotes of the database, which each release brings to what it needs', async () => {
    const quote = await (await fetch(`${page()}quote`)).text();
    assert.equal(
      await scene.pair.database.query(`select count(*) from quotes where text = '${quote.trim()}'`),
      '1',
    );
    assert.equal(await scene.pair.database.query('select name from migrations'), '1.0.0-quotes.sql');
  });

  it('gets a release while sessions stay where they are, which no server counts', async () => {
    const users = new Users(scene.front, { sessions: 6, fresh: 3, pauseMs: 20, leave: 0.05 });
    let tally: Tally;
    try {
      await scene.bring('1.1.0');
      const plan = await scene.application.plan('1.1.0');
      assert.deepEqual(
        plan.notes.map(({ kind }) => kind),
        ['workersForgotten', 'sessionsUncounted'],
      );
      assert.ok(!plan.steps.some(({ phase }) => phase === 'retire' || phase === 'prune'));
      done(await scene.application.execute(plan));
      assert.match(await (await fetch(`${page()}quote`)).text(), /\(.*\)/);
    } finally {
      tally = await users.stop();
    }
    assert.deepEqual([tally.lost, tally.sessionsLost, tally.sessionsMoved], [{}, 0, 0]);
    assert.ok(tally.answered['1.0.0']! > 0 && tally.answered['1.1.0']! > 0, JSON.stringify(tally));
    assert.match(await scene.pair.database.query('select name from migrations'), /1\.1\.0-author\.sql/);
  });

  it('starts again node by node: users go on elsewhere with their sessions, and no request is lost', async () => {
    const [user1, user2] = [await userOn('worker1'), await userOn('worker2')];
    const before = await Promise.all([pidOf('worker1'), pidOf('worker2')]);
    const users = new Users(scene.front, { sessions: 8, fresh: 4, pauseMs: 20 });
    let tally: Tally;
    try {
      const plan = await scene.fleet.restartPlan([], {});
      const text = renderPlan(plan);
      assert.match(text, /^# restart .*worker1, worker2.* production/);
      assert.match(text, /\/srv\/tomcat-worker1\/restart/);
      done(await scene.fleet.execute(plan));
    } finally {
      tally = await users.stop();
    }
    assert.deepEqual(
      [lostIn(tally), tally.sessionsLost, tally.sessionsMoved],
      [0, 0, 0],
      JSON.stringify(tally),
    );
    assert.ok(tally.nodesChanged >= 8, JSON.stringify(tally));
    const after = await Promise.all([pidOf('worker1'), pidOf('worker2')]);
    assert.ok(after[0] !== before[0] && after[1] !== before[1]);
    assert.equal((await user1.visit(page())).visits, 4);
    assert.equal((await user2.visit(page())).visits, 4);
    assert.deepEqual(await states(), ['worker1 active', 'worker2 active']);
  });

  it('keeps what was stopped from coming back with its server', async () => {
    const { application } = scene;
    done(await application.execute(await application.rollbackPlan(undefined)));
    assert.equal((await new Browser().visit(page())).release, '1.0.0');
    const plan = await scene.fleet.restartPlan(['worker1'], {});
    assert.deepEqual(
      plan.notes.map(({ kind }) => kind),
      ['startsAll'],
    );
    done(await scene.fleet.execute(plan));
    for (let each = 0; each < 6; each++) assert.equal((await new Browser().visit(page())).release, '1.0.0');
  });
  it('lets a node out and in, on both load balancers', async () => {
    const user = await userOn('worker1');
    await execute(() => scene.fleet.drainPlan('worker1', {}));
    const standby = await scene.pair.front('lb-2');
    for (const front of [scene.front, standby]) {
      const { visits } = await user.visit(`${front}/randomquotes/`);
      assert.ok(visits > 3);
      assert.match(user.session!, /\.worker2$/);
    }
    assert.deepEqual(await states(), ['worker1 stopped', 'worker2 active']);
    assert.match(
      await refusal(() => scene.fleet.drainPlan('worker2', {})),
      /No other node than worker2 would serve/,
    );
    await execute(() => scene.fleet.activatePlan('worker1'));
    assert.deepEqual(await states(), ['worker1 active', 'worker2 active']);
    await userOn('worker1');
    await execute(() => scene.fleet.drainPlan('worker1', { staying: true }));
    assert.deepEqual(await states(), ['worker1 disabled', 'worker2 active']);
    await execute(() => scene.fleet.activatePlan('worker1'));
  });

  it('comes back whole when a node does not start again', async () => {
    await scene.configure(undefined, (yaml) =>
      yaml.replace('[/srv/tomcat-worker2/restart]', '[sh, -c, "echo no such unit >&2; exit 5"]'),
    );
    const plan = await scene.fleet.restartPlan(['worker2'], {});
    const receipt = await scene.fleet.execute(plan);
    assert.equal(receipt.outcome, 'undone');
    assert.match(receipt.failure?.details.said as string, /no such unit/);
    assert.deepEqual(await states(), ['worker1 active', 'worker2 active']);
    await scene.configure();
  });

  it('is left in the middle, and gone on with or taken back by whoever comes next', async () => {
    const user = await userOn('worker1');
    for (const how of ['resume', 'undo'] as const) {
      const abort = new AbortController();
      const fleet = scene.fleetWith({
        onEvent: (event) => {
          if (event.kind === 'stepBegan' && event.step === 'worker1/restart') abort.abort();
        },
        decide: () => Promise.resolve('stay'),
      });
      const stayed = await fleet.execute(await fleet.restartPlan(['worker1'], {}), abort.signal);
      assert.equal(stayed.outcome, 'stayed', JSON.stringify(stayed.failure));
      assert.deepEqual(await states(), ['worker1 stopped', 'worker2 active']);
      const next = await scene.open('jk@fleet');
      const { outcome, probe } = await next[how]();
      assert.deepEqual([outcome, probe?.lost], [how === 'resume' ? 'done' : 'undone', 0]);
      assert.deepEqual(await states(), ['worker1 active', 'worker2 active']);
    }
    assert.equal((await user.visit(page())).visits, 4);
  });

  it('says what is missing, with the lines to add, and restarts nothing then', async () => {
    await withFile(
      'worker1',
      'server.xml',
      (text) => text.replace(/<Valve className=".*JvmRouteBinderValve" \/>/, ''),
      async () => {
        const { notes } = await scene.fleet.restartPlan(['worker1'], {});
        assert.deepEqual(
          notes.filter(({ kind }) => kind !== 'startsAll'),
          [{ kind: 'routeBinderMissing', subject: 'worker1' }],
        );
      },
    );
    await withFile(
      'worker2',
      'context.xml',
      (text) => text.replace(/<Manager[^]*<\/Manager>/, ''),
      async () => {
        const said = await refusal(() => scene.fleet.restartPlan(['worker1'], {}));
        assert.match(said, /Users of worker1 would lose their sessions/);
        assert.match(said, /sessions of worker2 end with their node; in conf\/context\.xml/);
        assert.match(said, /<Store className="org\.apache\.catalina\.session\.DataSourceStore"/);
        const { notes } = await scene.fleet.restartPlan(['worker1'], { loseSessions: true });
        assert.ok(notes.some(({ kind, subject }) => kind === 'endsSessions' && subject === 'worker1'));
      },
    );
    await withFile(
      'worker1',
      'server.xml',
      (text) => text.replace('jvmRoute="worker1"', 'jvmRoute="web1"'),
      async () => {
        await scene.bring('1.2.0');
        const text = renderPlan(await scene.application.plan('1.2.0'));
        assert.match(text, /! sessions of worker1 \(web1\) name a node that mod_jk does not know/);
        assert.match(text, /<Engine name="Catalina" defaultHost="localhost" jvmRoute="worker1">/);
      },
    );
  });

  it('says what could not be looked at', async () => {
    await scene.configure(undefined, (yaml) => yaml.replaceAll(/^ +base: .*\n/gm, ''));
    const said = await refusal(() => scene.fleet.drainPlan('worker1', {}));
    assert.match(said, /How worker1, worker2 keeps sessions could not be read: "base"/);
    await scene.bring('1.2.0');
    const { notes } = await scene.application.plan('1.2.0');
    // What a cookie says is known all the same.
    assert.deepEqual(
      notes.map(({ kind }) => kind),
      ['workersForgotten', 'fleetUnchecked'],
    );
    await scene.configure();
  });
});
