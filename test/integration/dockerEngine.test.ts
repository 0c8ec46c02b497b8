import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { silentLog } from '../../src/contracts/log';
import { decliningPrompter } from '../../src/contracts/prompter';
import { TransportError } from '../../src/contracts/transportError';
import { SshHosts } from '../../src/transport/ssh/hosts';
import { Engine } from '../../src/targets/docker/engine/engine';
import { LocalLink } from '../../src/targets/docker/engine/localLink';
import { SshLink } from '../../src/targets/docker/engine/sshLink';
import { EngineError } from '../../src/targets/docker/errors';
import { adaraImage } from '../lab/images/adara';
import { labEngines, load, localLink } from '../lab/docker';
import { inspectImage } from '../../src/targets/docker/image/chains';
import { useLab } from '../lab/machines/suite';

describe('the engine of a host', function () {
  this.timeout(60_000);
  const suite = useLab({ machines: { 'host-a': { engine: true }, 'host-b': {} } });
  const link = (host: string): SshLink => new SshLink(suite.hosts.exec(host), suite.hosts.streams(host));
  const refusedAs = (reason: string) => (error: unknown) => {
    assert.ok(error instanceof EngineError, String(error));
    assert.equal(error.reason, reason);
    return true;
  };

  it('is asked through the SSH connection, by an account that may', async () => {
    for (const host of ['host-a', 'host-a-deploy']) {
      const way = link(host);
      const info = (await new Engine(way).json('/info')) as { Name: string };
      assert.equal(info.Name, 'host-a');
      assert.equal(way.viaRelay, false);
    }
  });

  it('says that the account may not use the socket', async () => {
    await assert.rejects(new Engine(link('host-a-guest')).json('/info'), refusedAs('noPermission'));
  });

  it('says that there is no engine', async () => {
    await assert.rejects(new Engine(link('host-b')).json('/info'), refusedAs('noEngine'));
  });

  it('says that nobody is let in under that name', async () => {
    const specs = { stranger: { ssh: { host: 'host-a', user: 'stranger' } } };
    const environment = suite.lab.environment();
    const hosts = new SshHosts(specs, { prompter: decliningPrompter, log: silentLog, environment });
    try {
      const engine = new Engine(new SshLink(hosts.exec('stranger'), hosts.streams('stranger')));
      await assert.rejects(
        engine.json('/info'),
        (error) => error instanceof TransportError && error.reason === 'auth',
      );
    } finally {
      hosts.dispose();
    }
  });

  it('is used as a whole client', async () => {
    const client = await new Engine(link('host-a')).client();
    const { ApiVersion } = await client.version();
    assert.match(ApiVersion, /^1\.\d+$/);
  });

  it('is asked through the relay where the server does not forward to sockets', async () => {
    const machine = suite.lab.machine('host-a');
    await appendFile(machine.path('/etc/ssh/sshd_config'), 'AllowStreamLocalForwarding no\n');
    await machine.sshd.restart();
    const environment = suite.lab.environment();
    const hosts = new SshHosts(suite.lab.hostSpecs(), {
      prompter: decliningPrompter,
      log: silentLog,
      environment,
    });
    try {
      const way = new SshLink(hosts.exec('host-a'), hosts.streams('host-a'));
      const engine = new Engine(way);
      const info = (await engine.json('/info')) as { Name: string };
      assert.equal(info.Name, 'host-a');
      assert.equal(way.viaRelay, true);
      // Large bodies too.
      const engines = labEngines(suite.lab, hosts, 'host-a');
      await load(engines, 'host-a', await adaraImage('1.0.0'));
      assert.equal((await inspectImage(engine, 'adara:1.0.0')).os, 'linux');
    } finally {
      hosts.dispose();
    }
  });

  it('of this machine is found by DOCKER_HOST, and its absence told', async () => {
    const info = (await new Engine(localLink(suite.lab, 'host-a')).json('/info')) as { Name: string };
    assert.equal(info.Name, 'host-a');
    const variables = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const absent = new LocalLink('here', { home: suite.lab.home, platform: process.platform, variables });
    await assert.rejects(new Engine(absent).json('/info'), refusedAs('noEngine'));
  });
});
