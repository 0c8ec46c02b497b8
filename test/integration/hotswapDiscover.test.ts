import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { attachJvm, detachJvm } from '../../src/hotswap/attach';
import { listLocalJvms, localEndpointProbe, type LocalJvm } from '../../src/targets/jvm/discover';
import { compiled, dependencies } from './support/hotswapApp';
import { freePort } from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { TcpDialer } from '../../src/transport/tcp';
import { skip } from '../support/skip';

/** On other systems the owner and state of sockets come from tools that may not be there. */
const knowsSockets = process.platform === 'linux';

for (const jdk of jdksToTest()) {
  describe(`finding a JVM ${jdk.feature} of this machine`, () => {
    let java: ChildProcess;
    /** Starts the program with this agent; resolves with the port it says it listens on. */
    const start = async (agent: string, env: NodeJS.ProcessEnv = {}): Promise<number> => {
      const args = ['-cp', await compiled(jdk, {}), 'demo.App', '-not-an-option'];
      java = spawn(jdk.java, agent === '' ? args : [agent, ...args], {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'ignore'],
      });
      for (let said = ''; ;) {
        said += String((await once(java.stdout!, 'data'))[0]);
        const port = /at address: (?:\S*:)?(\d+)/.exec(said)?.[1];
        if (port !== undefined) return Number(port);
      }
    };
    const found = async (): Promise<LocalJvm> => {
      const jvms = await listLocalJvms();
      return jvms.find(({ pid }) => pid === java.pid)!;
    };
    afterEach(async () => {
      const ended = once(java, 'close');
      java.kill('SIGKILL');
      await ended;
    });

    const options = '-agentlib:jdwp=transport=dt_socket,server=y';

    it('tells where it listens, its main class and when it started', async () => {
      const before = Date.now();
      const port = await start(`${options},suspend=n,address=127.0.0.1:${await freePort()}`);
      const jvm = await found();
      assert.deepEqual(jvm.endpoint, { host: '127.0.0.1', port });
      assert.deepEqual([jvm.main, jvm.suspend, jvm.exposed], ['demo.App', false, false]);
      if (knowsSockets) assert.equal(jvm.state, 'listening');
      // The kernel counts in hundredths since a boot time of whole seconds.
      assert.ok(Math.abs(jvm.startedAt! - before) < 5000, `${jvm.startedAt! - before}`);
    });

    it('finds the port that the agent chose, also after it chose another one', async function () {
      if (!knowsSockets) skip(this, 'this system does not tell which process has which socket');
      const port = await start(`${options},suspend=n,address=0`);
      assert.equal((await found()).endpoint?.port, port);
      const target = {
        id: 'x',
        name: 'x',
        endpoint: { host: '127.0.0.1', port },
        dialer: new TcpDialer(),
        classRoots: [],
      };
      const listensAgain = once(java.stdout!, 'data');
      const { connection, index } = await attachJvm(target, dependencies);
      index.dispose();
      await detachJvm(connection);
      await listensAgain;
      const jvm = await found();
      assert.notEqual(jvm.endpoint?.port, port);
      assert.equal(jvm.state, 'listening');
    });

    it('finds an agent of JAVA_TOOL_OPTIONS that waits for a debugger', async function () {
      if (!knowsSockets) skip(this, 'this system does not tell which process has which socket');
      const port = await start('', { JAVA_TOOL_OPTIONS: `${options},address=127.0.0.1:${await freePort()}` });
      const jvm = await found();
      assert.deepEqual([jvm.endpoint?.port, jvm.suspend], [port, true]);
    });

    it('sees a port that is open to other machines', async () => {
      const port = await start(`${options},suspend=n,address=*:${await freePort()}`);
      const jvm = await found();
      assert.deepEqual([jvm.endpoint, jvm.exposed], [{ host: '127.0.0.1', port }, true]);
      assert.equal(await localEndpointProbe().exposed({ host: 'localhost', port }), true);
    });

    it('sees that a debugger holds it', async function () {
      if (!knowsSockets) skip(this, 'this system does not tell which process has which socket');
      const port = await start(`${options},suspend=n,address=127.0.0.1:${await freePort()}`);
      const endpoint = { host: '127.0.0.1', port };
      const probe = localEndpointProbe();
      assert.equal(await probe.held(endpoint), false);
      const target = { id: 'x', name: 'x', endpoint, dialer: new TcpDialer(), classRoots: [] };
      const { connection, index } = await attachJvm(target, dependencies);
      assert.equal((await found()).state, 'held');
      assert.equal(await probe.held(endpoint), true);
      index.dispose();
      await detachJvm(connection);
    });
  });
}
