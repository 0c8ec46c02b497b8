import assert from 'node:assert/strict';
import type { ServerInfo, SessionInfo } from '../../src/targets/tomcat/details';
import type { Contexts } from '../../src/targets/tomcat/listing';
import { ManagerCalls } from '../../src/targets/tomcat/manager';
import type { VmInfo } from '../../src/targets/tomcat/vmInfo';
import { TOMCAT_MAJORS, TOMCAT_VERSIONS } from '../lab/tomcat/distribution';
import { DEPLOYER, TomcatNode, VIEWER } from '../lab/tomcat/node';
import { callsOf, managerOf, TomcatRunner } from '../lab/tomcat/scene';
import { namespaceOf, randomQuotes, type War } from '../lab/tomcat/wars';

const START_MS = 60_000;

for (const major of TOMCAT_MAJORS)
  describe(`the Manager of Tomcat ${major}`, function () {
    this.timeout(60_000);
    const runner = new TomcatRunner();
    const one = { path: '/randomquotes', version: '261121183000-1.0.0+7-aaaaaaaa-bbbbbbbb' };
    const odd = { path: '/my <app> & more', version: '1' };
    const failing = { path: '/randomquotes', version: '261121184000' };
    let node: TomcatNode;
    let calls: ManagerCalls;
    let war: War;

    before(async function () {
      this.timeout(300_000);
      war = await randomQuotes('1.0.0', namespaceOf(major));
      node = await TomcatNode.start({ major });
      calls = callsOf(node);
    });
    after(() => node.dispose());

    const contexts = async (): Promise<Contexts['contexts']> =>
      (await runner.value<Contexts>(calls.list())).contexts;

    it('deploys what is uploaded, under any path, and lists it', async () => {
      assert.equal(
        await runner.value(calls.deployUpload(one, war, START_MS)),
        `OK - Deployed application at context path [/randomquotes##${one.version}]`,
      );
      await runner.ask(calls.deployUpload(odd, war, START_MS));
      const found = (await contexts()).filter(({ path }) => path !== '/manager');
      assert.deepEqual(
        found.map(({ path, version, running }) => ({ path, version, running })),
        [
          { ...odd, running: true },
          { ...one, running: true },
        ],
      );
      assert.equal((await fetch(`${node.url}/randomquotes/health`)).headers.get('x-release'), '1.0.0');
    });

    it('says that there is one already, in words without markup', async () => {
      await assert.rejects(runner.ask(calls.deployUpload(odd, war, START_MS)), {
        reason: 'refused',
        details: { peer: node.manager, said: 'Application already exists at path [/my <app> & more##1]' },
      });
    });

    it('tells a failed start from a refusal', async () => {
      const { file, artifact } = await randomQuotes('1.1.0', namespaceOf(major), { fails: true });
      const rejected = { reason: 'startFailed' };
      await assert.rejects(runner.ask(calls.deployUpload(failing, { file, artifact }, START_MS)), rejected);
      await assert.rejects(runner.ask(calls.start(failing, START_MS)), rejected);
      const left = (await contexts()).find(({ version }) => version === failing.version);
      assert.equal(left?.running, false);
      await runner.ask(calls.undeploy(failing));
      await assert.rejects(runner.ask(calls.undeploy(failing)), { reason: 'refused' });
      assert.match(await runner.value(calls.tryUndeploy(failing)), /^FAIL - No context exists named/);
    });

    it('stops, starts and reloads', async () => {
      const state = async (): Promise<boolean | undefined> =>
        (await contexts()).find(({ version }) => version === one.version)?.running;
      await runner.ask(calls.stop(one));
      assert.equal(await state(), false);
      assert.equal((await fetch(`${node.url}/randomquotes/health`)).status, 404);
      await runner.ask(calls.start(one, START_MS));
      assert.equal(await state(), true);
      await runner.ask(calls.reload(one, START_MS));
      assert.equal((await fetch(`${node.url}/randomquotes/health`)).status, 200);
    });

    it('counts sessions and ends them', async () => {
      for (let user = 0; user < 3; user++) await (await fetch(`${node.url}/randomquotes/`)).text();
      const info = await runner.value<SessionInfo>(calls.sessions(one));
      assert.deepEqual(info, { total: 3, timeoutMinutes: 30, idle: [{ atLeastMinutes: 0, sessions: 3 }] });
      const listed = (await contexts()).find(({ version }) => version === one.version);
      assert.equal(listed?.sessions, 3);
      const { occupied } = await runner.value<Contexts>(calls.list());
      assert.deepEqual(occupied, [`/randomquotes##${one.version}`]);
      await runner.ask(calls.expire(one, 0));
      assert.equal((await runner.value<SessionInfo>(calls.sessions(one))).total, 0);
    });

    it('deploys what the server has', async () => {
      const there = { path: '/there', version: '' };
      await runner.ask(calls.deployPath(there, war.file, START_MS));
      assert.equal((await fetch(`${node.url}/there/health`)).status, 200);
      await runner.ask(calls.undeploy(there));
    });

    it('tells about server, threads, memory, TLS, leaks and resources', async () => {
      const info = await runner.value<ServerInfo>(calls.serverInfo());
      assert.equal(info.server, `Apache Tomcat/${TOMCAT_VERSIONS[major]}`);
      assert.equal(info.major, major);
      assert.match(info.jvm, /^\d+\./);
      const lines = async (call: Parameters<typeof runner.ask>[0]): Promise<string> =>
        (await runner.value<string[]>(call)).join('\n');
      assert.match(await lines(calls.threadDump()), /"main" Id=1/);
      assert.match((await runner.value<VmInfo>(calls.vmInfo())).name, /VM$/);
      assert.deepEqual(await runner.value(calls.certificates()), []);
      assert.deepEqual(await runner.value(calls.findLeaks()), []);
      assert.match(await lines(calls.resources()), /^UserDatabase:/);
      for (const question of [
        'sslConnectorCiphers',
        'sslConnectorCerts',
        'sslConnectorTrustedCerts',
      ] as const)
        assert.match(await lines(calls.tls(question)), /SSL is not enabled/);
      await assert.rejects(runner.ask(calls.sslReload()), { reason: 'refused' });
    });

    it('never gets all of a file that is another one than was planned with', async () => {
      const path = '/changed';
      const call = calls.deployUpload({ path, version: '' }, { ...war, artifact: 'sha256:0' }, START_MS);
      await assert.rejects(runner.ask(call), { reason: 'warChanged' });
      assert.deepEqual(
        (await contexts()).filter((each) => each.path === path),
        [],
      );
      assert.equal((await fetch(`${node.url}${path}/health`)).status, 404);
    });

    it('tells a wrong password from a missing role, and neither of them from a missing Manager', async () => {
      const as = (change: object): ManagerCalls => new ManagerCalls({ ...managerOf(node), ...change });
      const cases = [
        [{ password: 'wrong' }, 'unauthorized', 401],
        [{ user: VIEWER.user, password: VIEWER.password }, 'forbidden', 403],
        [{ url: `${node.url}/elsewhere` }, 'noManager', 404],
        [{ url: `${node.url}/randomquotes` }, 'noManager', 404],
      ] as const;
      for (const [change, reason, status] of cases) {
        const peer = 'url' in change ? change.url : node.manager;
        await assert.rejects(runner.ask(as(change).list()), { reason, details: { peer, status } });
      }
    });

    it('keeps the password to itself', () => {
      assert.ok(runner.performed.length > 10);
      const seen = JSON.stringify(runner.performed);
      assert.ok(!seen.includes(DEPLOYER.password));
      assert.ok(!seen.includes(Buffer.from(`${DEPLOYER.user}:${DEPLOYER.password}`).toString('base64')));
    });
  });
