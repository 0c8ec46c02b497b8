import assert from 'node:assert/strict';
import { silentLog } from '../../src/contracts/log';
import { decliningPrompter } from '../../src/contracts/prompter';
import { TransportError } from '../../src/contracts/transportError';
import type { Engine } from '../../src/targets/docker/engine/engine';
import { EngineError } from '../../src/targets/docker/errors';
import { inspectContainer } from '../../src/targets/docker/manage/ask';
import { describeContainer, plainVariables } from '../../src/targets/docker/manage/details';
import { ContainerError } from '../../src/targets/docker/manage/errors';
import { hostChanges } from '../../src/targets/docker/manage/events';
import { changeContainer, removeContainer } from '../../src/targets/docker/manage/lifecycle';
import { listHost } from '../../src/targets/docker/manage/listing';
import { followLogs, type LogEnd, type LogEvent } from '../../src/targets/docker/manage/logs';
import { openShell, type Shell } from '../../src/targets/docker/manage/shell';
import { containerStats } from '../../src/targets/docker/manage/stats';
import { SshHosts } from '../../src/transport/ssh/hosts';
import { AbortedError } from '../../src/util/errors';
import { labEngines, load } from '../lab/docker';
import { adaraImage } from '../lab/images/adara';
import type { Machine } from '../lab/machines/machine';
import { useLab } from '../lab/machines/suite';
import { relayed } from '../lab/relayed';
import { ourLabels, removeContainers, startContainer } from './support/containers';

describe('containers of a host over SSH', function () {
  this.timeout(60_000);
  const suite = useLab({ machines: { 'host-a': { engine: true } } });
  let engine: Engine;
  let host: Machine;

  before(async function () {
    this.timeout(300_000);
    host = suite.lab.machine('host-a');
    const engines = labEngines(suite.lab, suite.hosts, 'host-a');
    engine = engines.of('host-a');
    await load(engines, 'host-a', await adaraImage('1.0.0'));
  });
  afterEach(async () => {
    if (host.engine.isRunning) await removeContainers(host);
  });

  const chatty = [
    'sh',
    '-c',
    'trap "exit 143" TERM; echo begun; i=0; while sleep 0.1; do i=$((i+1)); echo line $i; echo oh $i >&2; done',
  ];
  const idle = ['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 0.05; done'];
  const isForeign = (error: unknown): boolean => error instanceof EngineError && error.reason === 'foreign';
  const failsAs = (reason: string) => (error: unknown) => {
    assert.ok(error instanceof ContainerError, String(error));
    assert.equal(error.reason, reason);
    return true;
  };

  it('are listed with what runs in them, and images with who uses them', async () => {
    const ours = [...ourLabels('adara', '1.0.0', 'staging', '8080'), '--network', 'host'];
    await startContainer(host, 'adara', [...ours, '--env', 'SERVER_PORT=8080'], []);
    await startContainer(host, 'stranger', ['--publish', '127.0.0.1:9090:80'], idle);
    const { containers, images } = await listHost(engine);
    assert.deepEqual(
      containers.map(({ name, state, ours }) => [name, state, ours?.release.version]),
      [
        ['adara', 'running', '1.0.0'],
        ['stranger', 'running', undefined],
      ],
    );
    assert.equal(containers[0]?.onHostNetwork, true);
    assert.equal(containers[0].ours?.port, 8080);
    assert.deepEqual(containers[1]?.ports, [{ inside: 80, outside: 9090 }]);
    const image = images.find(({ tags }) => tags.includes('adara:1.0.0'));
    assert.deepEqual([...(image?.usedBy ?? [])].sort(), ['adara', 'stranger']);
    assert.ok(image!.size > 1_000_000);
  });

  it('tell of each change, from the first moment on', async () => {
    const abort = new AbortController();
    const changes = hostChanges(engine, abort.signal);
    await changes.next();
    const next = changes.next();
    await startContainer(host, 'adara', ourLabels('adara'), idle);
    await next;
    // create, then start; nothing hides that the container runs when the last event came.
    await changes.next();
    const [container] = (await listHost(engine)).containers;
    assert.equal(container?.state, 'running');
    const ended = assert.rejects(changes.next(), AbortedError);
    abort.abort();
    await ended;
  });

  describe('print', () => {
    const until = async (
      events: AsyncGenerator<LogEvent>,
      isIt: (text: string, event: LogEvent) => boolean,
    ): Promise<{ output: string; errors: string; end?: LogEnd; restarted: boolean }> => {
      const seen = { output: '', errors: '', restarted: false };
      for (;;) {
        const { value, done } = (await events.next()) as IteratorResult<LogEvent, undefined>;
        if (done) return seen;
        if (value.kind === 'printed') seen[value.frame.stream] += value.frame.content.toString();
        if (value.kind === 'restarted') seen.restarted = true;
        if (value.kind === 'ended') return { ...seen, end: value.end };
        if (isIt(seen.output, value)) return seen;
      }
    };

    it('is followed from the last lines on, both outputs apart, until someone has enough', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), chatty);
      const first = await until(followLogs(engine, 'adara', { tail: 100 }), (text) =>
        text.includes('line 3'),
      );
      assert.match(first.output, /^begun\nline 1\n/);
      const abort = new AbortController();
      const events = followLogs(engine, 'adara', { tail: 1 }, abort.signal);
      const later = await until(events, (text) => text.split('\n').length > 3);
      assert.doesNotMatch(later.output, /begun/);
      assert.match(later.errors, /^oh \d+$/m);
      assert.doesNotMatch(later.output, /oh/);
      const ended = assert.rejects(
        until(events, () => false),
        AbortedError,
      );
      abort.abort();
      await ended;
    });

    it('ends with the exit code, and goes on when the container is started again', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), ['sh', '-c', `echo up; ${idle[2]}`]);
      const events = followLogs(engine, 'adara', { tail: 10 });
      await until(events, (text) => text.includes('up'));
      // Where the engine opens the log between two runs, it goes on as one.
      const restarted = until(events, (text, { kind }) => kind === 'restarted' || text.includes('up'));
      await host.succeed(['docker', 'restart', 'adara']);
      const again = await restarted;
      const goesOn = again.end === undefined;
      if (goesOn && !again.output.includes('up')) await until(events, (text) => text.includes('up'));
      // An engine may let go of the log before the container runs again.
      if (!goesOn) assert.deepEqual(again.end, { why: 'stopped', exitCode: 7, outOfMemory: false });
      const stopping = goesOn ? events : followLogs(engine, 'adara', { tail: 0 });
      const ended = until(stopping, () => false);
      await changeContainer(engine, 'adara', 'stop');
      assert.deepEqual((await ended).end, { why: 'stopped', exitCode: 7, outOfMemory: false });
    });

    it('ends when the container is removed', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), chatty);
      const events = followLogs(engine, 'adara', { tail: 10 });
      await until(events, (text) => text.includes('line'));
      const ended = until(events, () => false);
      await removeContainer(engine, 'adara', { force: true });
      const { end } = await ended;
      // Stopped in order first, and gone a moment later.
      assert.ok(end?.why === 'removed' || end?.why === 'stopped', JSON.stringify(end));
      await assert.rejects(followLogs(engine, 'adara', { tail: 1 }).next(), failsAs('gone'));
    });

    it('says that the connection was lost', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), chatty);
      const way = await relayed(suite.lab, 'host-a');
      const environment = suite.lab.environment();
      const specs = { far: { ssh: { host: way.host } } };
      const hosts = new SshHosts(specs, { prompter: decliningPrompter, log: silentLog, environment });
      try {
        const far = labEngines(suite.lab, hosts, 'host-a').of('far');
        const events = followLogs(far, 'adara', { tail: 10 });
        await until(events, (text) => text.includes('line'));
        const changes = hostChanges(far);
        await changes.next();
        const unseen = assert.rejects(
          changes.next(),
          (error) => error instanceof TransportError && error.reason === 'reset',
        );
        const ended = until(events, () => false);
        await way.relay.cut();
        const { end } = await ended;
        assert.ok(end?.why === 'lost' && end.error instanceof TransportError, JSON.stringify(end));
        assert.equal(end.error.reason, 'reset');
        await unseen;
        // The next use connects anew.
        await way.relay.restore();
        await until(followLogs(far, 'adara', { tail: 10 }), (text) => text.includes('line'));
      } finally {
        hosts.dispose();
        await way.relay.cut();
      }
    });

    it('says that the engine ended', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), chatty);
      const events = followLogs(engine, 'adara', { tail: 10 });
      await until(events, (text) => text.includes('line'));
      const ended = until(events, () => false);
      await host.engine.stop('SIGKILL');
      const { end } = await ended;
      assert.equal(end?.why, 'lost');
      await host.engine.start();
    });
  });

  it('are started, stopped and removed when they are ours, and never those of others', async () => {
    await startContainer(host, 'adara', ourLabels('adara'), idle);
    await startContainer(host, 'stranger', [], idle);
    const state = async (name: string): Promise<string> =>
      (await inspectContainer(engine, name)).State.Status;
    await changeContainer(engine, 'adara', 'stop');
    await changeContainer(engine, 'adara', 'stop');
    assert.equal(await state('adara'), 'exited');
    await changeContainer(engine, 'adara', 'start');
    assert.equal(await state('adara'), 'running');
    await changeContainer(engine, 'adara', 'restart');
    await assert.rejects(removeContainer(engine, 'adara', { force: false }), failsAs('running'));
    assert.equal(await state('adara'), 'running');
    for (const change of ['start', 'stop', 'restart'] as const)
      await assert.rejects(changeContainer(engine, 'stranger', change), isForeign);
    await assert.rejects(removeContainer(engine, 'stranger', { force: true }), isForeign);
    await assert.rejects(openShell(engine, 'stranger', { columns: 80, rows: 24 }), isForeign);
    assert.equal(await state('stranger'), 'running');
    await removeContainer(engine, 'adara', { force: true });
    await assert.rejects(inspectContainer(engine, 'adara'), failsAs('gone'));
  });

  it('are told in full without values that may be secret', async () => {
    const env = ['--env', 'DB_PASSWORD=hunter2', '--env', 'PROFILE=staging'];
    await startContainer(host, 'adara', [...ourLabels('adara'), ...env], idle);
    const shown = plainVariables({ DB_PASSWORD: '${secret:db}', PROFILE: '${environment}' });
    const text = describeContainer(await inspectContainer(engine, 'adara'), shown);
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /"PROFILE=staging"/);
    assert.match(text, /"DB_PASSWORD=\(not shown\)"/);
    assert.equal((JSON.parse(text) as { Name: string }).Name, '/adara');
  });

  it('tell what they use, once a second, as long as they run', async () => {
    const busy = ['sh', '-c', 'while :; do :; done'];
    await startContainer(
      host,
      'adara',
      [...ourLabels('adara'), '--memory', '64m', '--stop-timeout', '1'],
      busy,
    );
    let samples = 0;
    for await (const stats of containerStats(engine, 'adara')) {
      assert.ok(stats.cpuPercent > 1 && stats.cpuPercent < 1000, `${stats.cpuPercent} %`);
      assert.equal(stats.memoryLimit, 64 << 20);
      assert.ok(stats.memory > 0 && stats.memory < 64 << 20);
      if (++samples === 2) {
        assert.ok(stats.network && stats.network.sent >= 0);
        await host.succeed(['docker', 'kill', 'adara']);
      }
    }
    assert.ok(samples >= 2, 'it ended because the container did');
  });

  describe('have a shell', () => {
    const read = async (shell: Shell, isIt: (text: string) => boolean): Promise<string> => {
      let text = '';
      for await (const chunk of shell.output) {
        text += chunk.toString();
        if (isIt(text)) break;
      }
      return text;
    };

    it('on a terminal that is resized, with its exit code at the end', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), idle);
      const shell = await openShell(engine, 'adara', { columns: 91, rows: 31 });
      const seen: string[] = [];
      const ended = read(shell, (text) => {
        seen.push(text);
        return false;
      });
      const shows = async (pattern: RegExp): Promise<void> => {
        while (!pattern.test(seen.at(-1) ?? '')) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await shows(/# /);
      const sizeOf = async (): Promise<string> => {
        const [pid] = /^(\d+) +sh$/m
          .exec(await host.succeed(['docker', 'top', 'adara', '-eo', 'pid,args']))!
          .slice(1);
        return (await host.succeed(['stty', '-F', `/proc/${pid}/fd/0`, 'size'])).trim();
      };
      assert.equal(await sizeOf(), '31 91');
      await shell.resize({ columns: 132, rows: 43 });
      assert.equal(await sizeOf(), '43 132');
      shell.write('echo $TERM-$((40+2)); exit 3\r');
      const text = await ended;
      assert.match(text, /xterm-256color-42/);
      assert.equal(await shell.exitCode(), 3);
      shell.dispose();
    });

    it('that ends with who looks at it', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), idle);
      const processes = async (): Promise<number> =>
        (await host.succeed(['docker', 'top', 'adara', '-eo', 'pid,args']))
          .split('\n')
          .filter((line) => line.endsWith(' sh')).length;
      const shell = await openShell(engine, 'adara', { columns: 80, rows: 24 });
      const reading = read(shell, () => false);
      shell.write('sleep 1000\r');
      while ((await processes()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      shell.dispose();
      await reading.catch(() => undefined);
      while ((await processes()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    });

    it('only when they run, and their image has one', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), idle);
      await changeContainer(engine, 'adara', 'stop');
      await assert.rejects(openShell(engine, 'adara', { columns: 80, rows: 24 }), failsAs('notRunning'));
      await removeContainers(host);
      // Without a shell: everything of the image is hidden but Java.
      const hidden = ['--env', 'PATH=/opt/java/bin', '--tmpfs', '/bin'];
      await startContainer(host, 'adara', [...ourLabels('adara'), ...hidden], []);
      const shell = await openShell(engine, 'adara', { columns: 80, rows: 24 });
      await read(shell, () => false);
      await assert.rejects(shell.exitCode(), failsAs('noShell'));
    });
  });

  // The last one: afterwards there is no host.
  describe('on a host that goes down', () => {
    it('are out of reach, and whoever followed them is told', async () => {
      await startContainer(host, 'adara', ourLabels('adara'), chatty);
      const environment = suite.lab.environment();
      const hosts = new SshHosts(suite.lab.hostSpecs(), {
        prompter: decliningPrompter,
        log: silentLog,
        environment,
        keepAlive: { intervalMs: 200, count: 2 },
        connectTimeoutMs: 3000,
      });
      try {
        const far = labEngines(suite.lab, hosts, 'host-a').of('host-a');
        const events = followLogs(far, 'adara', { tail: 1 });
        await events.next();
        await host.powerOff();
        let end: LogEnd | undefined;
        for await (const event of events) if (event.kind === 'ended') end = event.end;
        assert.ok(end?.why === 'lost' && end.error instanceof TransportError, JSON.stringify(end));
        await assert.rejects(listHost(far), TransportError);
      } finally {
        hosts.dispose();
      }
    });
  });
});
