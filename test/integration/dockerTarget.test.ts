import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { TargetState } from '../../src/contracts/deploy';
import { THIS_MACHINE, type Answer } from '../../src/contracts/deployCall';
import type { TargetDeployment } from '../../src/contracts/deployTarget';
import type { Engines } from '../../src/targets/docker/engine/engines';
import { inspectImage } from '../../src/targets/docker/image/chains';
import type { DockerApplication } from '../../src/targets/docker/model';
import { DockerTarget } from '../../src/targets/docker/target';
import { labEngines, load } from '../lab/docker';
import { adaraApplication, LabRunner, request } from '../lab/dockerTarget';
import { adaraContext, adaraImage, javaImage } from '../lab/images/adara';
import type { Daemon } from '../lab/machines/daemon';
import type { Machine } from '../lab/machines/machine';
import { useLab } from '../lab/machines/suite';

const textOf = (answer: Answer | undefined): string => answer?.value as string;
const SECRET = 'correct horse battery staple';

describe('the Docker target', function () {
  this.timeout(90_000);
  const suite = useLab({ machines: { here: { engine: true }, 'host-a': { engine: true } } });
  let engines: Engines;
  let host: Machine;
  const artifacts = new Map<string, string>();

  before(async function () {
    this.timeout(300_000);
    engines = labEngines(suite.lab, suite.hosts, 'here');
    host = suite.lab.machine('host-a');
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      await load(engines, THIS_MACHINE, await adaraImage(version));
      artifacts.set(version, (await inspectImage(engines.local, `adara:${version}`)).id);
    }
  });
  afterEach(async () => {
    await host.succeed(['sh', '-c', 'docker ps -aq | xargs -r docker rm -f']);
  });

  const runner = (): LabRunner => new LabRunner(suite.hosts, engines, { 'adara-db': SECRET });
  const inspect = async (target: DockerTarget): Promise<TargetState> =>
    runner().read(target.inspect('adara'));
  const plan = async (
    target: DockerTarget,
    version: string,
    change: Parameters<typeof request>[2] = {},
  ): Promise<TargetDeployment> =>
    target.deployment(await inspect(target), request(version, artifacts.get(version)!, change));

  /** All steps as blue-green without a router has them. */
  const deploy = async (
    version: string,
    application: DockerApplication = adaraApplication(),
    change: Parameters<typeof request>[2] = {},
  ): Promise<LabRunner> => {
    const target = new DockerTarget('host-a', application);
    const { live } = await inspect(target);
    const made = await plan(target, version, change);
    const run = runner();
    await run.steps([...made.prepare, ...made.transfer, ...made.start, ...made.check]);
    if (live && live.id !== made.instance.id) {
      await run.perform(made.drain(live));
      await run.steps(made.retire(live, change.standby ? 'standby' : 'stop'));
    }
    await run.steps([...made.adopt, ...made.prune]);
    return run;
  };
  /** Something of someone else that listens on a port. */
  const squat = async (port: number): Promise<Daemon> => {
    const program = `require('net').createServer().listen(${port}, () => console.log('listens'))`;
    const squatter = host.daemon('squatter', [process.execPath, '-e', program], /listens/);
    await squatter.start();
    return squatter;
  };
  const answer = async (port: string): Promise<string> =>
    host.succeed(['curl', '-sS', '--max-time', '5', `http://127.0.0.1:${port}/`]);

  it('deploys first, then beside what is live, and keeps what was', async () => {
    const target = new DockerTarget('host-a', adaraApplication());
    await deploy('1.0.0');
    const first = await inspect(target);
    assert.equal(first.live?.release.version, '1.0.0');
    assert.equal(first.live.address.port, '8080');
    assert.deepEqual([first.older, first.pending], [[], []]);
    const run = await deploy('1.1.0');
    assert.equal(run.bindings['host-a.port'], '8081');
    const second = await inspect(target);
    assert.equal(second.live?.release.version, '1.1.0');
    assert.deepEqual(
      second.older.map(({ release, state }) => `${release.version} ${state}`),
      ['1.0.0 stopped'],
    );
    assert.match(await answer('8081'), /release 1\.1\.0/);
    assert.deepEqual(await inspect(target), second, 'two readings are equal');
    await deploy('1.2.0');
    const third = await inspect(target);
    assert.deepEqual(
      third.older.map(({ release }) => release.version),
      ['1.1.0'],
    );
    await assert.rejects(inspectImage(engines.of('host-a'), 'adara:1.0.0'), { reason: 'noImage' });
    const latest = await inspectImage(engines.of('host-a'), 'adara:latest');
    assert.equal(latest.id, artifacts.get('1.2.0'));
  });

  it('rolls back to a kept container on the port it had', async () => {
    await deploy('1.0.0');
    await deploy('1.1.0');
    await deploy('1.0.0', adaraApplication(), { planId: 'back' });
    const state = await inspect(new DockerTarget('host-a', adaraApplication()));
    assert.equal(state.live?.release.version, '1.0.0');
    assert.equal(state.live.address.port, '8080');
    assert.match(await answer('8080'), /release 1\.0\.0/);
  });

  it('has nothing to start when the release is live', async () => {
    await deploy('1.0.0');
    const made = await plan(new DockerTarget('host-a', adaraApplication()), '1.0.0', { planId: 'again' });
    assert.deepEqual([made.transfer, made.start, made.adopt, made.prune], [[], [], [], []]);
  });

  it('undoes every step to the exact state before, wherever it stops', async () => {
    const target = new DockerTarget('host-a', adaraApplication());
    await deploy('1.0.0');
    const before = await inspect(target);
    const made = await plan(target, '1.1.0');
    const steps = [
      ...made.transfer,
      ...made.start,
      ...made.check,
      ...made.retire(before.live!, 'stop'),
      ...made.adopt,
    ];
    for (let count = 1; count <= steps.length; count++) {
      const run = runner();
      const done = steps.slice(0, count);
      await run.steps(done.slice(0, -1));
      // The last one in part, in whole, and undone twice.
      for (let calls = 0; calls <= done.at(-1)!.do.length; calls++) {
        await run.perform(done.at(-1)!.do.slice(0, calls));
        await run.perform(done.at(-1)!.undo);
      }
      await run.undo(done);
      assert.deepEqual(await inspect(target), before, `after ${done.at(-1)!.id}`);
      assert.match(await answer('8080'), /release 1\.0\.0/);
    }
  });

  it('publishes on a free port when the container has a network of its own', async () => {
    const application = adaraApplication();
    const bridged = adaraApplication({ run: { ...application.run, network: 'bridge' } });
    const squatter = await squat(8080);
    try {
      const run = await deploy('1.0.0', bridged);
      const port = run.bindings['host-a.port']!;
      assert.notEqual(port, '8080');
      assert.match(await answer(port), /release 1\.0\.0/);
      const state = await inspect(new DockerTarget('host-a', bridged));
      assert.equal(state.live?.address.port, port);
    } finally {
      await squatter.stop('SIGKILL');
    }
  });

  it('waits while someone is connected to the old container, at most as long as it may', async () => {
    await deploy('1.0.0');
    const target = new DockerTarget('host-a', adaraApplication());
    const { live } = await inspect(target);
    const slow = host.succeed(['curl', '-sS', 'http://127.0.0.1:8080/slow?ms=1500']);
    await host.succeed([
      'sh',
      '-c',
      'until ss -Htn state established sport = :8080 | grep -q .; do sleep 0.02; done',
    ]);
    const begun = Date.now();
    await runner().perform((await plan(target, '1.1.0', { drainMs: 20_000 })).drain(live!));
    assert.match(await slow, /Slow answer/);
    assert.ok(Date.now() - begun > 900, 'it waited');
    const endless = host.succeed(['curl', '-sS', 'http://127.0.0.1:8080/slow?ms=6000']);
    await host.succeed([
      'sh',
      '-c',
      'until ss -Htn state established sport = :8080 | grep -q .; do sleep 0.02; done',
    ]);
    const [drained] = await runner().perform((await plan(target, '1.1.0', { drainMs: 2500 })).drain(live!));
    assert.equal((drained!.value as { connections: number }).connections, 1);
    await endless;
  });

  it('says at once that a container has ended, with the end of its log', async () => {
    const application = adaraApplication();
    const crashing = adaraApplication({
      run: { ...application.run, env: { ADARA_STARTUP: 'crash' }, restart: 'no' },
    });
    const target = new DockerTarget('host-a', crashing);
    const made = await plan(target, '1.0.0');
    const run = runner();
    const begun = Date.now();
    await assert.rejects(run.steps([...made.transfer, ...made.start, ...made.check]), (error) => {
      assert.equal((error as { reason: string }).reason, 'ended');
      assert.equal((error as { details: { exitCode: number } }).details.exitCode, 3);
      return true;
    });
    assert.ok(Date.now() - begun < 20_000, 'long before the time for health is over');
    const [log] = await run.perform(made.check[0]!.diagnose!);
    assert.match(textOf(log), /the database does not answer/);
    await run.undo(made.start);
    assert.deepEqual((await inspect(target)).pending, []);
  });

  it('gives up on a container that does not become healthy, with the end of its log', async () => {
    const application = adaraApplication();
    const unhealthy = adaraApplication({
      health: { ...application.health!, timeoutMs: 1500 },
      run: { ...application.run, env: { ADARA_STARTUP: 'never' } },
    });
    const made = await plan(new DockerTarget('host-a', unhealthy), '1.0.0');
    const run = runner();
    await run.steps([...made.transfer, ...made.start]);
    await assert.rejects(run.steps(made.check), { reason: 'deadline' });
    const [log] = await run.perform(made.check[0]!.diagnose!);
    assert.match(textOf(log), /waiting for the database/);
  });

  it('fails clearly when the port is taken between choosing and binding, and is undone', async () => {
    const target = new DockerTarget('host-a', adaraApplication());
    const before = await inspect(target);
    const made = await plan(target, '1.0.0');
    const run = runner();
    await run.steps(made.transfer);
    const [choose, ...rest] = made.start[0]!.do;
    await run.perform([choose!]);
    const squatter = await squat(8080);
    try {
      await run.perform(rest);
      await assert.rejects(run.steps(made.check), { reason: 'ended' });
      const [log] = await run.perform(made.check[0]!.diagnose!);
      assert.match(textOf(log), /Address already in use/);
      await run.undo(made.start);
      assert.deepEqual(await inspect(target), before);
    } finally {
      await squatter.stop('SIGKILL');
    }
  });

  it('refuses to deploy where someone else has a container of that name, and leaves it alone', async () => {
    await deploy('1.0.0');
    await host.succeed(['docker', 'rm', '-f', 'adara']);
    await host.succeed(['docker', 'run', '-d', '--name', 'adara', 'adara:1.0.0', 'sleep', '1000']);
    const target = new DockerTarget('host-a', adaraApplication());
    assert.equal((await inspect(target)).foreign, 'adara');
    await assert.rejects(plan(target, '1.1.0'), { reason: 'foreign' });
    assert.equal(await host.succeed(['docker', 'inspect', '-f', '{{.State.Running}}', 'adara']), 'true\n');
  });

  it('removes what an earlier failure left, and nothing else', async () => {
    const target = new DockerTarget('host-a', adaraApplication());
    await deploy('1.0.0');
    const failed = await plan(target, '1.1.0');
    await runner().steps([...failed.transfer, ...failed.start]);
    const state = await inspect(target);
    assert.deepEqual(
      state.pending.map(({ release }) => release.version),
      ['1.1.0'],
    );
    const made = await plan(target, '1.2.0');
    await runner().steps(made.prepare);
    const after = await inspect(target);
    assert.deepEqual(after.pending, []);
    assert.deepEqual(after.live, state.live);
  });

  it('keeps secrets out of everything but the container', async () => {
    const application = adaraApplication();
    const secretive = adaraApplication({
      run: { ...application.run, env: { DB_PASSWORD: '${secret:adara-db}', LITERAL: 'a $${b}' } },
    });
    const made = await plan(new DockerTarget('host-a', secretive), '1.0.0');
    const run = runner();
    const seen: string[] = [];
    const watching = setInterval(() => {
      void host.run(['ps', 'axww']).then(({ stdout }) => seen.push(stdout));
    }, 50);
    await run.steps([...made.transfer, ...made.start, ...made.check]);
    clearInterval(watching);
    const env = await host.succeed(['docker', 'inspect', '-f', '{{json .Config.Env}}', 'adara-pending-p100']);
    assert.ok(env.includes(`DB_PASSWORD=${SECRET}`));
    assert.ok(env.includes('LITERAL=a ${b}'));
    const told = JSON.stringify([made, run.performed, run.bindings]);
    assert.equal(told.includes(SECRET), false);
    assert.ok(seen.length > 0);
    assert.equal(
      seen.some((text) => text.includes(SECRET)),
      false,
    );
  });

  it('builds on the host, with what .dockerignore leaves', async () => {
    await load(engines, 'host-a', await javaImage());
    const context = path.join(suite.lab.folder, 'context');
    await mkdir(context, { recursive: true });
    await adaraContext(context, '2.0.0');
    await writeFile(path.join(context, 'secret.txt'), 'not to be sent');
    const target = new DockerTarget('host-a', adaraApplication({ origin: { kind: 'build', context } }));
    const made = target.deployment(await inspect(target), request('2.0.0', 'context:1'));
    await runner().steps([...made.transfer, ...made.start, ...made.check]);
    assert.match(await answer('8080'), /release 2\.0\.0/);
    await writeFile(path.join(context, 'Dockerfile'), 'FROM swapdeck-java\nCOPY secret.txt /\n');
    await assert.rejects(runner().steps(made.transfer), (error) => {
      assert.equal((error as { reason: string }).reason, 'workFailed');
      assert.match((error as Error).message, /secret\.txt/);
      return true;
    });
  });
});
