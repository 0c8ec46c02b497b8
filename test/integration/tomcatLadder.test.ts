import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../scripts/support/paths';
import { freePort } from '../../scripts/support/ports';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { parseConfig } from '../../src/config/parse';
import { environmentProviders } from '../../src/config/resolve';
import { systemClock } from '../../src/contracts/clock';
import { silentLog } from '../../src/contracts/log';
import { decliningPrompter } from '../../src/contracts/prompter';
import type { DeployableOptions } from '../../src/environments/deployable';
import { DeployedApplication } from '../../src/environments/application';
import { findLadder, type Ladder } from '../../src/environments/ladder';
import { openDeployable } from '../../src/environments/operations';
import { Places } from '../../src/environments/places';
import { TomcatContexts } from '../../src/environments/tomcatContext';
import { createHotSwap } from '../../src/hotswap/hotSwap';
import type { HotSwap, JvmSession } from '../../src/hotswap/model';
import { webApplicationOf, type WebApplication } from '../../src/hotswap/webApplication';
import { SshHosts } from '../../src/transport/ssh/hosts';
import { TcpDialer } from '../../src/transport/tcp';
import { tomcatHome, type TomcatMajor } from '../lab/tomcat/distribution';
import { DEPLOYER, TomcatNode } from '../lab/tomcat/node';
import { Browser } from '../lab/tomcat/scene';
import { namespaceOf, randomQuotes } from '../lab/tomcat/wars';
import { dependencies } from './support/hotswapApp';
import { compileJava } from './support/javaProcess';
import { jdksToTest } from './support/jdks';

const CLASS = 'randomquotes.QuotePage';

/** The page of the sample with a method more, which no JVM takes. */
async function edited(major: TomcatMajor): Promise<string> {
  const file = path.join(root, 'samples/randomquotes/src/main/java/randomquotes/QuotePage.java');
  const text = (await readFile(file, 'utf8'))
    .replace('Visits: <b', '" + added() + ": <b')
    .replace(
      '  private static String escape',
      '  private String added() { return "Times you came"; }\n\n  private static String escape',
    );
  return namespaceOf(major) === 'javax' ? text : text.replaceAll('javax.servlet', 'jakarta.servlet');
}

/** Tomcat 9 keeps sessions over a reload unless it is told otherwise, later ones only where they are told to. */
for (const [major, sessions] of [
  [9, 'kept'],
  [11, 'lost'],
] as const)
  describe(`a class of a web application in Tomcat ${major} that the JVM refuses`, function () {
    this.timeout(120_000);
    let folder: string;
    let node: TomcatNode;
    let hosts: SshHosts;
    let options: DeployableOptions;
    let hotSwap: HotSwap;
    let session: JvmSession;
    let page: string;

    before(async function () {
      this.timeout(300_000);
      folder = await makeTempDir('tomcat-ladder');
      const jdwp = await freePort();
      node = await TomcatNode.start({
        major,
        route: 'worker1',
        jvmArguments: [`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:${jdwp}`],
      });
      page = `${node.url}/randomquotes/`;
      const war = await randomQuotes('1.0.0', namespaceOf(major));
      await copyFile(war.file, path.join(folder, 'quotes.war'));
      const { config, problems } = await parseConfig(`applications:
  randomquotes: { war: quotes.war }
tomcats:
  worker1: { manager: "${node.manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }
environments:
  dev:
    applications:
      randomquotes: { targets: [worker1], strategy: parallel, drain: 500ms }
`);
      assert.ok(config, JSON.stringify(problems));
      const env = { SWAPDECK_SECRET_TOMCAT: DEPLOYER.password };
      hosts = new SshHosts({}, {
        prompter: decliningPrompter,
        log: silentLog,
        environment: { home: folder, env: {}, user: 'tester' },
        connectTimeoutMs: 1000,
        keepAlive: { intervalMs: 1000, count: 3 },
      } as unknown as ConstructorParameters<typeof SshHosts>[1]);
      options = {
        config,
        folder,
        environment: 'dev',
        places: new Places({ ssh: hosts, local: new Set(), folder, env }),
        providers: environmentProviders(env),
        clock: systemClock,
        actor: { name: 'tester@lab', machine: 'lab', processId: process.pid },
        stateFolder: path.join(folder, 'state'),
      };
      const application = new DeployedApplication({ ...options, application: 'randomquotes' });
      const receipt = await application.execute(await application.plan('1.0.0'));
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      hotSwap = createHotSwap({ ...dependencies, findRoots: () => Promise.resolve([]) });
      session = await hotSwap.attach({
        id: 'dev/worker1',
        name: 'worker1',
        endpoint: { host: '127.0.0.1', port: jdwp },
        dialer: new TcpDialer(),
        environment: 'dev',
        application: 'randomquotes',
        classRoots: [path.join(folder, 'classes')],
      });
    });
    after(async () => {
      hotSwap.dispose();
      hosts.dispose();
      await node.dispose();
      await removeDir(folder);
    });

    const ladder = async (web: WebApplication): Promise<Ladder | undefined> =>
      findLadder(options.config, options.providers, session.target, web, async (environment, subject) =>
        (await openDeployable(subject, { ...options, environment })).history(50),
      );

    it(`offers a reload first (sessions ${sessions}), which has it run`, async () => {
      const user = new Browser();
      assert.deepEqual(await user.visit(page), { release: '1.0.0', visits: 1 });
      const [jdk] = jdksToTest();
      const api = path.join(await tomcatHome(major), 'lib', 'servlet-api.jar');
      const unpacked = path.join(node.base, 'webapps');
      const web = (await webApplicationOf(session.attached!, CLASS))!;
      assert.deepEqual(
        { ...web, version: '', folder: path.dirname(web.folder!) },
        { path: '/randomquotes', version: '', folder: unpacked, ports: web.ports, sessions },
      );
      assert.ok(web.ports.includes(node.port));
      assert.match(web.version, /^\d{12}-1\.0\.0-/);
      await compileJava(
        jdk!,
        folder,
        { 'randomquotes/QuotePage.java': await edited(major) },
        {
          args: [
            '--release',
            '17',
            '-cp',
            [api, path.join(web.folder!, 'WEB-INF/classes')].join(path.delimiter),
          ],
        },
      );
      const record = await hotSwap.makeEqual('dev/worker1', () => true);
      assert.deepEqual(
        record.classes.map(({ name, outcome, error }) => [name, outcome, error]),
        [[CLASS, 'refused', 63]],
      );

      const before = await ladder(web);
      assert.deepEqual(
        before!.rungs.map((rung) => [rung.kind, rung.sessions, rung.lastMs === undefined]),
        [
          ['reload', sessions, true],
          ['parallel', 'stay', false],
          ['recreate', 'lost', true],
        ],
      );
      const contexts = new TomcatContexts('worker1', options);
      const plan = await contexts.reloadPlan(web, [path.join(folder, 'classes')]);
      assert.equal(plan.steps[0]!.do.filter(({ via }) => via === 'upload').length, 1);
      assert.deepEqual(
        plan.notes.map(({ kind }) => kind),
        sessions === 'kept' ? [] : ['endsSessions'],
      );
      const receipt = await contexts.execute(plan);
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.match(await (await fetch(page)).text(), /<p>Times you came: /);
      assert.equal((await user.visit(page)).visits, sessions === 'kept' ? 2 : 1);
      const after = await ladder(web);
      assert.equal(after!.rungs[0]!.lastMs, receipt.durationMs);
      // Nothing more to send.
      const again = await contexts.reloadPlan(web, [path.join(folder, 'classes')]);
      assert.ok(again.steps[0]!.do.every(({ via }) => via === 'http'));
    });

    it('leaves the old one where the new one does not start', async () => {
      const web = (await webApplicationOf(session.attached!, CLASS))!;
      const [jdk] = jdksToTest();
      const api = path.join(await tomcatHome(major), 'lib', 'servlet-api.jar');
      const startup = await readFile(
        path.join(root, 'samples/randomquotes/src/main/java/randomquotes/Startup.java'),
        'utf8',
      );
      const failing = startup.replace(
        /(contextInitialized\([^{]*\{)/,
        '$1 if (true) throw new IllegalStateException("broken");',
      );
      assert.notEqual(failing, startup);
      await compileJava(
        jdk!,
        folder,
        {
          'randomquotes/Startup.java':
            namespaceOf(major) === 'javax' ? failing : failing.replaceAll('javax.servlet', 'jakarta.servlet'),
        },
        {
          classes: 'broken',
          args: [
            '--release',
            '17',
            '-cp',
            [api, path.join(web.folder!, 'WEB-INF/classes')].join(path.delimiter),
          ],
        },
      );
      const contexts = new TomcatContexts('worker1', options);
      const receipt = await contexts.execute(await contexts.reloadPlan(web, [path.join(folder, 'broken')]));
      assert.deepEqual([receipt.outcome, receipt.exact], ['undone', true], JSON.stringify(receipt.failure));
      assert.match(await (await fetch(page)).text(), /<p>Times you came: /);
    });

    it('goes live by a deployment in its place too', async () => {
      const war = await randomQuotes('1.1.0', namespaceOf(major));
      await copyFile(war.file, path.join(folder, 'quotes.war'));
      const application = new DeployedApplication({ ...options, application: 'randomquotes' }).inPlace();
      const receipt = await application.execute(await application.plan('1.1.0'));
      assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
      assert.equal((await new Browser().visit(page)).release, '1.1.0');
    });
  });
