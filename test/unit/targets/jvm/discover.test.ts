import assert from 'node:assert/strict';
import { listLocalJvms, localEndpointProbe } from '../../../../src/targets/jvm/discover';
import type { JavaProcess, LocalSystem, TcpSocket } from '../../../../src/targets/jvm/system';

/** A machine that has these processes and sockets. */
function machine(processes: JavaProcess[], sockets: TcpSocket[] | Error): LocalSystem {
  return {
    javaProcesses: () => Promise.resolve(processes),
    tcpSockets: () => (sockets instanceof Error ? Promise.reject(sockets) : Promise.resolve(sockets)),
  };
}

function java(pid: number, agent: string, startedAt = pid): JavaProcess {
  const argv = ['java', `-agentlib:jdwp=transport=dt_socket,server=y,${agent}`, 'demo.Main'];
  return { pid, argv, environmentOptions: [], startedAt };
}

const listening = (pid: number | undefined, host: string, port: number): TcpSocket => ({
  ...(pid === undefined ? {} : { pid }),
  host,
  port,
  state: 'listening',
});

describe('discovery of local JVMs', () => {
  it('lists those with a JDWP server, the youngest first', async () => {
    const plain: JavaProcess = { pid: 9, argv: ['java', 'demo.Main'], environmentOptions: [] };
    const jvms = await listLocalJvms(
      machine(
        [java(1, 'suspend=n,address=5005'), plain, java(2, 'address=*:5006')],
        [listening(1, '127.0.0.1', 5005), listening(2, '::', 5006)],
      ),
    );
    assert.deepEqual(jvms, [
      {
        pid: 2,
        main: 'demo.Main',
        endpoint: { host: '127.0.0.1', port: 5006 },
        state: 'listening',
        suspend: true,
        exposed: true,
        startedAt: 2,
      },
      {
        pid: 1,
        main: 'demo.Main',
        endpoint: { host: '127.0.0.1', port: 5005 },
        state: 'listening',
        suspend: false,
        exposed: false,
        startedAt: 1,
      },
    ]);
  });

  it('finds the agent in JAVA_TOOL_OPTIONS', async () => {
    const environmentOptions = ['-agentlib:jdwp=transport=dt_socket,server=y,address=5005'];
    const jvms = await listLocalJvms(machine([{ pid: 1, argv: ['java', 'Main'], environmentOptions }], []));
    assert.deepEqual(jvms[0]?.endpoint, { host: '127.0.0.1', port: 5005 });
  });

  it('tells a JVM that a debugger holds from one that listens not yet', async () => {
    const sockets: TcpSocket[] = [{ pid: 1, host: '127.0.0.1', port: 5005, state: 'established' }];
    const jvms = await listLocalJvms(
      machine([java(1, 'address=5005'), java(2, 'onjcmd=y,address=5006')], sockets),
    );
    assert.deepEqual(
      jvms.map(({ pid, state }) => [pid, state]),
      [
        [2, 'closed'],
        [1, 'held'],
      ],
    );
  });

  it('finds the port that the agent chose, unless several could be it', async () => {
    const chosen = await listLocalJvms(
      machine([java(1, 'address=0')], [listening(1, '127.0.0.1', 40001), listening(1, '::', 8080)]),
    );
    assert.deepEqual(chosen[0]?.endpoint, { host: '127.0.0.1', port: 40001 });
    const unclear = await listLocalJvms(
      machine([java(1, 'address=0')], [listening(1, '127.0.0.1', 40001), listening(1, '127.0.0.1', 40002)]),
    );
    assert.deepEqual([unclear[0]?.endpoint, unclear[0]?.state], [undefined, 'unknown']);
  });

  it("takes another user's socket by its port", async () => {
    const jvms = await listLocalJvms(
      machine([java(1, 'address=5005')], [listening(undefined, '0.0.0.0', 5005)]),
    );
    assert.deepEqual([jvms[0]?.state, jvms[0]?.exposed], ['listening', true]);
  });

  it('still lists when the sockets are not told', async () => {
    const jvms = await listLocalJvms(machine([java(1, 'address=*:5005')], new Error('no lsof')));
    assert.deepEqual([jvms[0]?.state, jvms[0]?.endpoint?.port, jvms[0]?.exposed], ['unknown', 5005, true]);
  });
});

describe('probe of an endpoint', () => {
  it('knows exposure by the listening socket, and other machines as exposed', async () => {
    const probe = localEndpointProbe(
      machine([], [listening(undefined, '0.0.0.0', 1), listening(undefined, '::1', 2)]),
    );
    assert.equal(await probe.exposed({ host: 'localhost', port: 1 }), true);
    assert.equal(await probe.exposed({ host: 'localhost', port: 2 }), false);
    assert.equal(await probe.exposed({ host: 'localhost', port: 3 }), undefined);
    assert.equal(await probe.exposed({ host: '10.1.2.3', port: 3 }), true);
  });

  it('knows whether a debugger holds a local JVM', async () => {
    const held: TcpSocket = { pid: 1, host: '127.0.0.1', port: 5005, state: 'established' };
    const probe = localEndpointProbe(machine([java(1, 'address=5005')], [held]));
    assert.equal(await probe.held({ host: '127.0.0.1', port: 5005 }), true);
    assert.equal(await probe.held({ host: '127.0.0.1', port: 5006 }), undefined);
    assert.equal(await probe.held({ host: 'build.example.org', port: 5005 }), undefined);
  });
});
