import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import type { DeployEvent, Direction } from '../../src/contracts/deployRecord';
import { SwapdeckError } from '../../src/util/errors';
import { ENVIRONMENTS, type EnvironmentName } from '../lab/dockerPlace/configuration';
import type { Machine } from '../lab/machines/machine';
import { assertLive, useDockerScene } from './support/dockerScene';
import { eventually } from './support/eventually';

const EVERY = process.env.SWAPDECK_EVERY_KILL !== undefined;

/** One on a lone host, one over two. SWAPDECK_EVERY_KILL=1: every strategy and router. */
const environments = (
  EVERY ? Object.keys(ENVIRONMENTS).filter((name) => name !== 'recreate') : ['haproxy', 'rolling']
) as EnvironmentName[];

describe('deployments of containers whose hosts', function () {
  this.timeout(EVERY ? 1_200_000 : 180_000);
  const use = useDockerScene();

  const host = (name = 'host-a'): Machine => use.scene.suite.lab.machine(name);
  const hosts = (environment: EnvironmentName): Machine[] => ENVIRONMENTS[environment].targets.map(host);
  /** As when the server's process for a client dies: all connections to it are gone at once. */
  const hangUp = async (machine: Machine): Promise<void> => {
    await machine.run(['sh', '-c', 'pkill -KILL -P "$(pgrep -o -x sshd)"']);
  };
  const lossless = async (): Promise<void> => {
    const { lost, lostFresh, losses, sent, url } = await use.scene.usersGo();
    // Apache and nginx that read their configuration again close connections which clients keep open.
    const closesKept = [use.scene.urlOf('template'), use.scene.urlOf('nginx')].includes(url);
    assert.equal(closesKept ? lostFresh : lost, 0, `of ${sent}: ${JSON.stringify(losses)}`);
  };

  /** Does something whenever a step begins in that direction; resolves when all of it was done. */
  class Trouble {
    readonly #direction: Direction;
    readonly #make: (step: string) => Promise<void>;
    readonly #made: Promise<void>[] = [];

    constructor(direction: Direction, make: (step: string) => Promise<void>) {
      this.#direction = direction;
      this.#make = make;
    }

    readonly onEvent = (event: DeployEvent): void => {
      if (event.kind === 'stepBegan' && event.direction === this.#direction)
        this.#made.push(this.#make(event.step));
    };

    async over(): Promise<number> {
      await Promise.all(this.#made);
      return this.#made.length;
    }
  }

  describe('lose the connection', () => {
    for (const environment of environments)
      it(`at each step bring a release to all users: ${environment}`, async () => {
        await use.scene.deploy(environment);
        await use.scene.usersCome(environment);
        const trouble = new Trouble('do', async () => {
          await Promise.all(hosts(environment).map(hangUp));
        });
        const application = use.scene.place.application(environment, { onEvent: trouble.onEvent });
        const plan = await application.plan(await use.scene.release());
        const receipt = await application.execute(plan);
        assert.equal(await trouble.over(), plan.steps.length);
        assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
        await assertLive(application, plan.release.version, 'done');
        await lossless();
      });

    for (const environment of environments)
      it(`at each step of the way back take a release back exactly: ${environment}`, async () => {
        await use.scene.deploy(environment);
        await use.scene.usersCome(environment);
        const trouble = new Trouble('undo', async () => {
          await Promise.all(hosts(environment).map(hangUp));
        });
        const cancel = new AbortController();
        const application = use.scene.place.application(environment, {
          onEvent: (event) => {
            trouble.onEvent(event);
            // All users are on the new release by then, and the old one is stopped.
            if (event.kind === 'stepBegan' && event.step.endsWith('/adopt')) cancel.abort();
          },
          decide: () => Promise.resolve('undo'),
        });
        const plan = await application.plan(await use.scene.release());
        const receipt = await application.execute(plan, cancel.signal);
        assert.ok((await trouble.over()) > 5);
        assert.equal(receipt.outcome, 'undone', JSON.stringify(receipt.failure));
        assert.equal(receipt.exact, true);
        // The last connection may be hung up just now.
        assert.deepEqual(await eventually(() => application.inspect(), SwapdeckError), plan.inspection);
        await lossless();
      });

    it('for longer than the lock is kept stop by themselves, and are taken back once it is there again', async () => {
      await use.scene.deploy('haproxy');
      const { network } = use.scene.suite.lab;
      const pulled = new Trouble('do', async (step) => {
        if (step.endsWith('/health')) await network.plug('host-a', 'down');
      });
      const application = use.scene.place.application('haproxy', { onEvent: pulled.onEvent });
      const plan = await application.plan(await use.scene.release());
      const receipt = await application.execute(plan);
      await pulled.over();
      await network.plug('host-a', 'up');
      assert.equal(receipt.outcome, 'interrupted', JSON.stringify(receipt.failure));
      const again = use.scene.place.application('haproxy');
      const held = await again.holder();
      if (held) assert.equal(await again.unlock(held.token), true);
      assert.equal((await again.interrupted())?.plan.id, plan.id);
      const undone = await again.undo();
      assert.deepEqual({ outcome: undone.outcome, exact: undone.exact }, { outcome: 'undone', exact: true });
      assert.deepEqual(await again.inspect(), plan.inspection);
    });
  });

  describe('start their engine again', () => {
    /** One after another: an engine that is being started can't be started. */
    const restarting = (machines: readonly Machine[], wanted: (step: string) => boolean): Trouble => {
      let last = Promise.resolve();
      return new Trouble('do', (step) => {
        if (!wanted(step)) return Promise.resolve();
        last = last.then(async () => {
          await Promise.all(machines.map(({ engine }) => engine.restart()));
        });
        return last;
      });
    };

    for (const environment of environments)
      it(`at each step, with containers that go on, and lose no request: ${environment}`, async () => {
        for (const machine of hosts(environment)) {
          await mkdir(machine.path('etc/docker'), { recursive: true });
          await writeFile(machine.path('etc/docker/daemon.json'), '{ "live-restore": true }\n');
          await machine.engine.restart();
        }
        await use.scene.deploy(environment);
        await use.scene.usersCome(environment);
        const trouble = restarting(hosts(environment), () => true);
        const application = use.scene.place.application(environment, { onEvent: trouble.onEvent });
        const plan = await application.plan(await use.scene.release());
        const receipt = await application.execute(plan);
        assert.ok((await trouble.over()) > 0);
        if (receipt.outcome === 'done') await assertLive(application, plan.release.version, 'done');
        else {
          assert.equal(receipt.outcome, 'undone', JSON.stringify(receipt.failure));
          const now = await eventually(() => application.inspect(), SwapdeckError);
          assert.deepEqual(now, plan.inspection, JSON.stringify(receipt.failure));
        }
        await lossless();
      });

    for (const phase of EVERY
      ? ['transfer', 'start', 'health', 'smoke', 'drain', 'adopt']
      : ['start', 'drain'])
      it(`and their containers with it, at the step ${phase}, and end as a person can tell`, async () => {
        await writeFile(host().path('etc/docker/daemon.json'), '{}\n').catch(() => undefined);
        await host().engine.restart();
        await use.scene.deploy('haproxy');
        const trouble = restarting([host()], (step) => step.endsWith(`/${phase}`));
        const application = use.scene.place.application('haproxy', { onEvent: trouble.onEvent });
        const plan = await application.plan(await use.scene.release());
        const receipt = await application.execute(plan);
        await trouble.over();
        assert.ok(['done', 'undone'].includes(receipt.outcome), JSON.stringify(receipt.failure));
        const live = receipt.outcome === 'done' ? plan.release : plan.from!;
        await assertLive(application, live.version, JSON.stringify(receipt.failure));
        const answer = await fetch(use.scene.urlOf('haproxy'), { headers: { connection: 'close' } });
        assert.equal(answer.headers.get('x-release'), live.version);
      });
  });
});
