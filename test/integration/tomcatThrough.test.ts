import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { useLab } from '../lab/machines/suite';
import type { ServerInfo } from '../../src/targets/tomcat/details';
import { ManagerCalls } from '../../src/targets/tomcat/manager';
import { TomcatNode } from '../lab/tomcat/node';
import { managerOf, TomcatRunner } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';

describe('a Tomcat that only its own machine reaches', function () {
  this.timeout(90_000);
  const suite = useLab({ machines: { 'web-1': {} } });
  let node: TomcatNode;
  let calls: ManagerCalls;
  let runner: TomcatRunner;

  before(async function () {
    this.timeout(300_000);
    await randomQuotes('1.0.0', 'jakarta');
    node = await TomcatNode.start({ major: 11, route: 'worker1', machine: suite.lab.machine('web-1') });
    calls = new ManagerCalls({ ...managerOf(node), through: 'web-1' });
    runner = new TomcatRunner((host) => suite.hosts.dialer(host));
  });

  it('is not reached from here', async () => {
    await assert.rejects(new TomcatRunner().ask(new ManagerCalls(managerOf(node)).list()), {
      reason: 'refused',
    });
  });

  it('gets a WAR through SSH, and answers with it', async () => {
    const { major } = await runner.value<ServerInfo>(calls.serverInfo());
    assert.equal(major, 11);
    const war = await randomQuotes('1.0.0', 'jakarta');
    await runner.ask(calls.deployUpload({ path: '/randomquotes', version: '1' }, war, 60_000));
    const { headers } = await runner.ask(calls.page('/randomquotes/health'));
    assert.equal((headers as Record<string, string>)['x-release'], '1.0.0');
    const apps = await readdir(suite.lab.machine('web-1').path(node.base, 'webapps'));
    assert.ok(apps.includes('randomquotes##1.war'));
  });
});
