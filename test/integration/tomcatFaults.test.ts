import assert from 'node:assert/strict';
import * as path from 'node:path';
import { TransportError } from '../../src/contracts/transportError';
import { standingOf } from '../../src/deploy/recover';
import { ManagerCalls } from '../../src/targets/tomcat/manager';
import { readWar } from '../../src/targets/tomcat/war';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { mavenFile } from '../lab/tomcat/distribution';
import { makeKeyStore, type KeyStore } from '../lab/tomcat/keyStore';
import { TomcatNode } from '../lab/tomcat/node';
import { Browser, callsOf, managerOf, QuotesFleet, TomcatRunner } from '../lab/tomcat/scene';
import { randomQuotes } from '../lab/tomcat/wars';

describe('what can go wrong with Tomcats', function () {
  this.timeout(120_000);
  let folder: string;
  let keys: KeyStore;
  let worker1: TomcatNode;
  let worker2: TomcatNode;
  let fleet: QuotesFleet;
  const war = async (version: string): Promise<string> => (await randomQuotes(version, 'jakarta')).file;

  before(async function () {
    this.timeout(300_000);
    await war('1.0.0');
    folder = await makeTempDir('tomcat-faults');
    keys = await makeKeyStore(folder);
    [worker1, worker2] = await Promise.all([
      TomcatNode.start({ major: 10, route: 'worker1', keyStore: keys.file }),
      TomcatNode.start({ major: 10, route: 'worker2' }),
    ]);
    fleet = new QuotesFleet({ worker1, worker2 });
  });
  after(async () => {
    await Promise.all([worker1, worker2].map((node) => node.dispose()));
    await removeDir(folder);
  });
  afterEach(async () => {
    for (const node of [worker1, worker2]) {
      const calls = callsOf(node);
      const { contexts } = await fleet.runner.value<{ contexts: { path: string; version: string }[] }>(
        calls.list(),
      );
      for (const each of contexts.filter((one) => one.path !== '/manager'))
        await fleet.runner.ask(calls.undeploy(each));
    }
  });

  it('a WAR for the other namespace is refused before anything is sent', async () => {
    const { file } = await randomQuotes('1.0.0', 'javax');
    const before = fleet.runner.performed.length;
    await assert.rejects(fleet.plan({ version: '1.0.0', war: file }), {
      reason: 'wrongNamespace',
      details: {
        target: 'worker1',
        server: 'Apache Tomcat/10.1.59',
        namespace: 'javax',
        wanted: 'jakarta',
        file,
      },
    });
    const made = fleet.runner.performed.slice(before);
    assert.ok(made.every(({ call }) => call.via === 'http' && call.method === 'GET'));
  });

  it('an OK of a server that then serves nothing is not believed', async () => {
    const jolokia = await mavenFile('org.jolokia:jolokia-war:1.7.1:war');
    assert.equal((await readWar(jolokia)).namespace, 'javax');
    // As if nobody could tell what it is for.
    const application = { war: { file: jolokia, namespace: 'none' as const }, smoke: [] };
    const said = await fleet.runner.value<string>(
      callsOf(worker2).deployPath({ path: '/jolokia', version: '' }, jolokia, 60_000),
    );
    assert.match(said, /^OK - Deployed/);
    const { receipt } = await fleet.deploy({ version: '1.7.1', war: jolokia, application });
    assert.deepEqual([receipt.outcome, receipt.exact], ['undone', true]);
    assert.match(receipt.failure!.message, /^status at most 399: found 4/);
  });

  it('a node that dies in the middle comes back as all the others are', async () => {
    await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
    const before = await fleet.states();
    const plan = await fleet.plan({ version: '1.1.0', war: await war('1.1.0') });
    let killed: Promise<void> | undefined;
    const { receipt, journal } = await fleet.execute(plan, {
      patienceMs: 500,
      onEvent: (event) => {
        if (event.kind === 'stepEnded' && event.step === 'worker2/deploy') killed ??= worker2.kill();
      },
    });
    await killed;
    // The one that can be asked has the old release; the other one can't be asked, and the journal says so.
    assert.equal(receipt.outcome, 'stuck', JSON.stringify(receipt));
    const standing = standingOf(journal);
    assert.deepEqual(
      ['worker1/deploy', 'worker2/deploy'].map((step) => standing.statuses.get(step)),
      ['undone', 'undoFailed'],
    );
    await worker2.start();
    // Its Tomcat starts all that it has.
    assert.equal((await new Browser().visit(`${worker2.url}/randomquotes/`)).release, '1.1.0');
    const { receipt: undone } = await fleet.recover('undo', journal);
    assert.deepEqual([undone.outcome, undone.exact], ['undone', true]);
    assert.deepEqual(await fleet.states(), before);
  });

  it('a cancelled upload leaves nothing, once it is taken back', async () => {
    await fleet.deploy({ version: '1.0.0', war: await war('1.0.0') });
    const before = await fleet.states();
    const cancel = new AbortController();
    const plan = await fleet.plan({ version: '1.1.0', war: await war('1.1.0') });
    const { receipt } = await fleet.execute(plan, {
      signal: cancel.signal,
      decide: () => Promise.resolve('undo'),
      onEvent: (event) => {
        if (event.kind === 'progress') cancel.abort();
      },
    });
    assert.equal(receipt.outcome, 'undone', JSON.stringify(receipt.failure));
    assert.deepEqual(await fleet.states(), before);
    assert.equal((await new Browser().visit(`${worker1.url}/randomquotes/`)).release, '1.0.0');
  });

  it('a deployer that ends after any record leaves what can be finished, or taken back exactly', async () => {
    const [one, two] = [await war('1.0.0'), await war('1.1.0')];
    await fleet.deploy({ version: '1.0.0', war: one });
    const before = await fleet.states();
    const plan = await fleet.plan({ version: '1.1.0', war: two, standby: 1 });
    // A record of the plan, then two of each step.
    const records = 1 + 2 * plan.steps.length;
    for (let cutAfter = 1; cutAfter <= records; cutAfter++) {
      const { receipt, journal } = await fleet.execute(plan, { cutAfter });
      assert.equal(receipt.outcome, 'interrupted', `${cutAfter} of ${records}`);
      if (cutAfter % 2 === 0) {
        const resumed = await fleet.recover('resume', journal);
        assert.equal(
          resumed.receipt.outcome,
          'done',
          `${cutAfter}: ${JSON.stringify(resumed.receipt.failure)}`,
        );
        assert.deepEqual(await fleet.versions(), [
          '1.1.0 running, 1.0.0 running',
          '1.1.0 running, 1.0.0 running',
        ]);
        // As it was, for the next one.
        const unfinished = resumed.journal.filter(({ kind }) => kind !== 'finish');
        assert.equal((await fleet.recover('undo', unfinished)).receipt.outcome, 'undone');
      } else {
        const undone = await fleet.recover('undo', journal);
        assert.deepEqual([undone.receipt.outcome, undone.receipt.exact], ['undone', true], String(cutAfter));
      }
      assert.deepEqual(await fleet.states(), before, `${cutAfter} of ${records}`);
    }
  });

  it('a context path with a space serves too', async () => {
    const application = { context: '/random quotes' };
    const { receipt } = await fleet.deploy({ version: '1.0.0', war: await war('1.0.0'), application });
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
    assert.equal((await new Browser().visit(`${worker1.url}/random%20quotes/`)).release, '1.0.0');
  });

  it('a server that is down is named', async () => {
    await worker2.stop();
    try {
      await assert.rejects(fleet.states(), {
        reason: 'refused',
        details: { peer: `127.0.0.1:${worker2.port}`, code: 'ECONNREFUSED' },
      });
    } finally {
      await worker2.start();
    }
  });

  describe('over HTTPS with a private authority', () => {
    const https = (change: object = {}): ManagerCalls =>
      new ManagerCalls({
        ...managerOf(worker1),
        url: `https://127.0.0.1:${worker1.tlsPort}/manager`,
        ca: 'server.pem',
        ...change,
      });

    it('is trusted where the configuration says so, from here and through a host', async () => {
      const runner = new TomcatRunner(undefined, folder);
      for (const through of [undefined, 'web-1']) {
        const { server } = await runner.value<{ server: string }>(
          https(through === undefined ? {} : { through }).serverInfo(),
        );
        assert.equal(server, 'Apache Tomcat/10.1.59');
      }
      const certificates = (await runner.value<string[]>(https().tls('sslConnectorCerts'))).join('\n');
      assert.match(certificates, /CN=lab/);
      assert.match(await runner.value<string>(https().sslReload()), /^OK/);
    });

    it('is not trusted otherwise, nor under another name', async () => {
      const runner = new TomcatRunner(undefined, folder);
      const untrusted = (calls: ManagerCalls, code: string): Promise<void> =>
        assert.rejects(runner.ask(calls.list()), (error: unknown) => {
          assert.ok(error instanceof TransportError);
          assert.deepEqual([error.reason, error.details.code], ['untrusted', code]);
          return true;
        });
      for (const through of [undefined, 'web-1']) {
        const way = through === undefined ? {} : { through };
        await untrusted(https({ ca: undefined, ...way }), 'DEPTH_ZERO_SELF_SIGNED_CERT');
        const url = `https://localhost:${worker1.tlsPort}/manager`;
        await untrusted(https({ url, ...way }), 'ERR_TLS_CERT_ALTNAME_INVALID');
      }
      const missing = https({ ca: path.join(folder, 'none.pem') });
      await assert.rejects(runner.ask(missing.list()), { reason: 'configuration' });
    });
  });
});
