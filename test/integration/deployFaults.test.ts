import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plan } from '../../src/contracts/deploy';
import type { DeployEvent, Receipt } from '../../src/contracts/deployRecord';
import type { ApplicationOptions, DeployedApplication } from '../../src/environments/application';
import { describe as say } from '../../src/messages/describe';
import type { Changes, EnvironmentName } from '../lab/dockerPlace/configuration';
import type { Daemon } from '../lab/machines/daemon';
import type { Machine } from '../lab/machines/machine';
import { assertLive, useDockerScene } from './support/dockerScene';

describe('a deployment of containers', function () {
  this.timeout(120_000);
  const use = useDockerScene();
  const host = (): Machine => use.scene.suite.lab.machine('host-a');
  afterEach(() => use.scene.configure());

  const open = (more: Partial<ApplicationOptions> = {}, environment: EnvironmentName = 'haproxy') =>
    use.scene.place.application(environment, more);
  /** What a plan found is there again, and users are answered by what was live. */
  const assertAsBefore = async (
    application: DeployedApplication,
    plan: Plan,
    receipt: Receipt,
  ): Promise<void> => {
    assert.equal(receipt.outcome, 'undone', JSON.stringify(receipt.failure));
    assert.equal(receipt.exact, true);
    assert.deepEqual(await application.inspect(), plan.inspection);
    const answer = await fetch(use.scene.urlOf('haproxy'), { headers: { connection: 'close' } });
    assert.equal(answer.headers.get('x-release'), plan.from?.version);
  };
  /** Deploys with a changed configuration what must be taken back. Resolves to what went wrong and was shown. */
  const takenBack = async (
    changes: Changes,
    release?: string,
  ): Promise<{ failure: NonNullable<Receipt['failure']>; shown: string }> => {
    await use.scene.deploy('haproxy');
    await use.scene.configure(changes);
    let shown = '';
    const application = open({
      onEvent: (event: DeployEvent) => {
        if (event.kind === 'diagnosis') shown += event.text;
      },
    });
    const plan = await application.plan(release ?? (await use.scene.release()));
    const receipt = await application.execute(plan);
    await assertAsBefore(application, plan, receipt);
    assert.ok(receipt.failure);
    return { failure: receipt.failure, shown };
  };

  it('takes the next port when someone takes the chosen one before the container does', async () => {
    await use.scene.deploy('haproxy');
    // As quick as can be: listens as soon as the engine tells that the container is made, before it is started.
    const squatter: Daemon = host().daemon(
      'squatter',
      [
        process.execPath,
        '-e',
        `const filters = encodeURIComponent('{"event":["create"]}');
         require('http').get({ socketPath: '/var/run/docker.sock', path: '/events?filters=' + filters }, (events) => {
           console.log('watches');
           events.once('data', () => require('net').createServer().listen(8081, () => console.log('listens')));
         });`,
      ],
      /watches|listens/,
    );
    // The engine sends the head of its answer with the first event.
    const started = squatter.start();
    try {
      const application = open();
      const plan = await application.plan(await use.scene.release());
      const receipt = await application.execute(plan);
      await started;
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      await squatter.logs(/listens/);
      const [target] = (await application.inspect()).targets;
      assert.equal(target?.live?.address.port, '8082');
      await assertLive(application, plan.release.version, 'done');
      assert.equal(receipt.probe?.lost, 0);
    } finally {
      await squatter.stop('SIGKILL');
    }
  });

  it('is taken back when its container crashes, with the end of the log', async () => {
    const { failure, shown } = await takenBack({ run: ', STARTUP: crash' });
    assert.equal(failure.details.because, 'ended');
    assert.equal(failure.details.exitCode, 3);
    assert.match(shown, /the database does not answer/);
  });

  it('is taken back when its container does not become healthy', async () => {
    const { failure, shown } = await takenBack({ run: ', STARTUP: never' });
    assert.equal(failure.details.because, 'deadline');
    assert.equal(failure.details.step, 'host-a/health');
    assert.match(shown, /waiting for the database/);
  });

  it('waits for a container that is slow', async () => {
    await use.scene.deploy('haproxy');
    await use.scene.configure({ run: ', STARTUP: slow' });
    const application = open();
    const plan = await application.plan(await use.scene.release());
    const receipt = await application.execute(plan);
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
    assert.equal(receipt.probe?.lost, 0);
  });

  it('is not begun where a container of someone else has the name, which stays', async () => {
    const version = await use.scene.deploy('haproxy');
    await host().succeed(['docker', 'rm', '-f', 'adara']);
    await host().succeed(['docker', 'create', '--name', 'adara', `adara:${version}`, '/bin/serve']);
    await assert.rejects(open().plan(await use.scene.release()), (error) => {
      assert.equal(say(error).title, 'adara on host-a was not started by Swapdeck.');
      return true;
    });
    assert.match(await host().succeed(['docker', 'ps', '-a', '--format', '{{.Names}}']), /^adara$/m);
  });

  it('is taken back when the image is for another kind of machine', async () => {
    const { failure } = await takenBack({}, await use.scene.release({ architecture: 's390x' }));
    assert.equal(failure.details.because, 'architecture');
    assert.equal(failure.details.found, 'linux/s390x');
  });

  it('is taken back when a secret has no value, which it names', async () => {
    const { failure } = await takenBack({ run: ', DB_PASSWORD: "${secret:adara-db}"' });
    assert.equal(failure.details.because, 'secretMissing');
    assert.equal(failure.details.name, 'adara-db');
  });

  it('is taken back when the disk of the host is full', async () => {
    await use.scene.deploy('haproxy');
    const fill = '/var/lib/docker/fill';
    const size = await host().succeed(['df', '--output=avail', '-B1M', '/var/lib/docker']);
    const left = Number(size.trim().split('\n').at(-1));
    await host().succeed(['fallocate', '-l', `${left - 4}M`, fill]);
    try {
      const application = open();
      const plan = await application.plan(await use.scene.release({ weight: Buffer.alloc(16 << 20, 'x') }));
      const receipt = await application.execute(plan);
      await assertAsBefore(application, plan, receipt);
      assert.match(receipt.failure!.message, /no space left on device/);
    } finally {
      await host().succeed(['rm', fill]);
    }
  });

  it('goes on as it was approved when the configuration is changed meanwhile', async () => {
    await use.scene.deploy('haproxy');
    const file = path.join(use.scene.description.folder, 'swapdeck.yaml');
    const changed: Promise<void>[] = [];
    const application = open({
      onEvent: (event) => {
        if (event.kind !== 'stepBegan' || !event.step.endsWith('/start')) return;
        changed.push(readFile(file, 'utf8').then((text) => writeFile(file, text.replaceAll('8080', '9090'))));
      },
    });
    const plan = await application.plan(await use.scene.release());
    const receipt = await application.execute(plan);
    await Promise.all(changed);
    assert.equal(changed.length, 1);
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
    const [target] = (await application.inspect()).targets;
    assert.equal(target?.live?.address.port, '8081');
  });

  it('needs no right clock on the host: its lock lives, whatever time it is there', async () => {
    await use.scene.deploy('haproxy');
    // An hour back and forth at each look.
    const date = host().path('usr/local/bin/date');
    await writeFile(
      date,
      '#!/bin/sh\nsign=$(( $(/bin/date +%N | sed s/^0*//) % 2 * 2 - 1 ))\n[ "$1" = +%s ] && echo $(( $(/bin/date +%s) + sign * 3600 ))\n',
      { mode: 0o755 },
    );
    try {
      const looked: Promise<boolean>[] = [];
      const application = open({
        onEvent: (event) => {
          if (event.kind !== 'stepBegan' || !event.step.endsWith('/health')) return;
          looked.push(
            open()
              .holder()
              .then((held) => held !== undefined),
          );
        },
      });
      const plan = await application.plan(await use.scene.release());
      const receipt = await application.execute(plan);
      assert.deepEqual(await Promise.all(looked), [true]);
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.equal(await application.holder(), undefined);
    } finally {
      await rm(date);
    }
  });

  it('that is cancelled is taken back exactly, at whichever step', async () => {
    await use.scene.deploy('haproxy');
    await use.scene.usersCome('haproxy');
    const { steps } = await open().plan(await use.scene.release());
    for (const [index, { id, final }] of steps.entries()) {
      const cancel = new AbortController();
      const application = open({
        onEvent: (event) => {
          if (event.kind === 'stepBegan' && event.step === plan.steps[index]?.id) cancel.abort();
        },
        decide: () => Promise.resolve('undo'),
      });
      const plan = await application.plan(await use.scene.release());
      const receipt = await application.execute(plan, cancel.signal);
      if (final) assert.equal(receipt.outcome, 'done', id);
      else await assertAsBefore(application, plan, receipt);
    }
    const { lost, losses } = await use.scene.usersGo();
    assert.equal(lost, 0, JSON.stringify(losses));
  });

  it('is stuck where someone breaks the router before its way back, says so, and goes back once it is repaired', async () => {
    await use.scene.deploy('template');
    const broken = host().path('etc/apache2/conf-enabled/broken.conf');
    const cancel = new AbortController();
    const breaking: Promise<void>[] = [];
    let shown = '';
    const application = open(
      {
        onEvent: (event) => {
          if (event.kind === 'diagnosis') shown += event.text;
          if (event.kind !== 'stepBegan' || !event.step.endsWith('/adopt') || event.direction !== 'do')
            return;
          breaking.push(writeFile(broken, 'NoSuchDirective on\n').then(() => cancel.abort()));
        },
        decide: () => Promise.all(breaking).then(() => 'undo' as const),
      },
      'template',
    );
    const plan = await application.plan(await use.scene.release());
    const receipt = await application.execute(plan, cancel.signal);
    await rm(broken);
    assert.equal(receipt.outcome, 'stuck', JSON.stringify(receipt.failure));
    assert.equal(receipt.failure?.details.step, 'template/route-1');
    assert.match(shown, /Invalid command 'NoSuchDirective'/);
    // The old release serves users no less than the new one did.
    const again = open({}, 'template');
    assert.equal((await again.interrupted())?.outcome, 'stuck');
    const undone = await again.undo();
    assert.deepEqual({ outcome: undone.outcome, exact: undone.exact }, { outcome: 'undone', exact: true });
    assert.deepEqual(await again.inspect(), plan.inspection);
  });

  it('is not begun where nothing answers, and says what is missing', async () => {
    await use.scene.deploy('haproxy');
    const version = await use.scene.release();
    await host().engine.stop();
    try {
      await assert.rejects(open().plan(version), (error) => {
        assert.match(say(error).title, /No container engine answers on host-a/);
        return true;
      });
    } finally {
      await host().engine.start();
    }
    await host().sshd.stop();
    await host().run(['sh', '-c', 'pkill -KILL -x sshd']);
    try {
      await assert.rejects(open().plan(version), { name: 'TransportError' });
    } finally {
      await host().sshd.start();
    }
  });
});
