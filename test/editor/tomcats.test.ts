import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../src/editor/api';
import type { TomcatsTree } from '../../src/editor/tomcats/tree';
import type { ServerNode, TomcatNode, VersionNode } from '../../src/targets/tomcat/fleet/nodes';
import type { TomcatsScene } from '../lab/tomcatsScene';
import { Answers } from './support/deployScene';
import { activate, workspace } from './support/sample';
import { startSceneProcess, type SceneProcess } from './support/sceneProcess';

describe('Tomcats in the editor', function () {
  this.timeout(120_000);
  let api: Api;
  let servers: SceneProcess<TomcatsScene>;
  let state: string | undefined;
  let scene: TomcatsScene;
  let tree: TomcatsTree;
  let answers: Answers;

  before(async function () {
    this.timeout(600_000);
    api = await activate();
    state = process.env.SWAPDECK_STATE;
    process.env.SWAPDECK_STATE = path.join(workspace().dir, '.state');
    servers = await startSceneProcess<TomcatsScene>('tomcatsSceneProcess');
    ({ scene } = servers);
    tree = await api.tomcats.tree();
    await until(() => tree.fleet.servers.length === 3);
  });
  after(async function () {
    this.timeout(60_000);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await (servers as SceneProcess<TomcatsScene> | undefined)?.close();
    if (state === undefined) Reflect.deleteProperty(process.env, 'SWAPDECK_STATE');
    else process.env.SWAPDECK_STATE = state;
    for (const name of [
      'swapdeck.yaml',
      '.state',
      'built.war',
      'quotes-1.0.0.war',
      'quotes-1.0.0-jakarta.war',
      'quotes-1.1.0.war',
    ])
      await rm(path.join(workspace().dir, name), { recursive: true, force: true });
  });
  beforeEach(() => {
    answers = new Answers(api);
  });
  afterEach(() => answers.restore());

  /** Resolves when it holds, asked again whenever the view changed. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds())
      await new Promise<void>((resolve) => {
        const listening = api.tomcats.onDidChangeTreeData(() => {
          listening.dispose();
          resolve();
        });
      });
  };
  const server = (name: string): ServerNode => tree.fleet.servers.find((node) => node.server.name === name)!;
  const children = (node?: TomcatNode): Promise<TomcatNode[]> => api.tomcats.getChildren(node);
  const row = (node: TomcatNode): Promise<vscode.TreeItem> => api.tomcats.getTreeItem(node);
  const words = async (node: TomcatNode): Promise<string> => {
    const { label, description } = await row(node);
    return `${label as string}: ${description as string}`;
  };
  const rows = async (node?: TomcatNode): Promise<string[]> => Promise.all((await children(node)).map(words));
  const version = (on: string, context: string, release: string): VersionNode => {
    const found = tree.fleet
      .versionsOf(server(on).server, context)
      .find((node) => node.version.deployed?.release.version === release || node.version.version === release);
    assert.ok(found, `${on} has ${context} ${release}`);
    return found;
  };
  const command = <T>(id: string, ...args: unknown[]): Thenable<T> =>
    vscode.commands.executeCommand<T>(`swapdeck.${id}`, ...args);
  const page = async (on: 'nine' | 'eleven', context: string, cookie?: string): Promise<Response> =>
    fetch(`${scene.urls[on]}${context}/`, {
      headers: { connection: 'close', ...(cookie !== undefined && { cookie }) },
    });
  const releaseOf = async (...asked: Parameters<typeof page>): Promise<string> =>
    (await page(...asked)).headers.get('x-release') ?? 'none';
  const asked = async (name: string): Promise<void> => {
    await server(name).server.ask();
  };

  it('asks a server when it is unfolded, and again for a password that was wrong', async () => {
    assert.deepEqual(await rows(), ['nine: ', 'eleven: ', 'down: ']);
    answers.typed.push('wrong', scene.password);
    await children(server('nine'));
    await until(() => server('nine').server.details !== undefined);
    assert.match(answers.told[0]!.text, /^Secret "tomcat".*once it was right/);
    assert.match(answers.told[1]!.text, /^Secret "tomcat".*That was not right/);
    assert.match(
      await words(server('nine')),
      /^nine: certificate ends tomorrow · Tomcat 9\.0\.\d+ · 0 sessions$/,
    );
    assert.equal(server('eleven').server.state.kind, 'idle', 'nobody looked at it');
    await asked('eleven');
    assert.equal(answers.told.length, 2, 'the password was kept');
    assert.match(await words(server('eleven')), /^eleven: Tomcat 11\.0\.\d+ · 0 sessions$/);
  });

  it('tells of the server: JVM, system, threads, memory, certificates', async () => {
    const details = (await children(server('nine'))).at(-1)!;
    const [jvm, system, threads, memory, certificate] = await rows(details);
    assert.match(jvm!, /^JVM: .*\d+\.\d+.* since /);
    assert.match(system!, /^System: \S+ .*processors · load \d/);
    assert.match(threads!, /^Threads: \d+, at most \d+ so far$/);
    assert.match(memory!, /^Memory: \d+ MB of \d+ MB \(\d+ %\)$/);
    assert.equal(certificate, 'lab: ends tomorrow');
    const marked = (await children(details)).at(-1)!;
    assert.equal(((await row(marked)).iconPath as vscode.ThemeIcon).id, 'warning');
  });

  it('says what is wrong with a server, with what to do, and waits for no other', async () => {
    await servers.tell(['freeze', 'nine']);
    const hanging = asked('nine');
    await asked('down');
    const [problem] = await children(server('down'));
    const { label, tooltip, contextValue } = await row(problem!);
    assert.match(label as string, /^Nothing listens at down/);
    assert.match(tooltip as string, /Try Again/);
    assert.equal(contextValue, 'tomcatProblem');
    const { state } = server('nine').server;
    if (state.kind !== 'asking' || !state.isLate) await until(() => isLate());
    assert.equal(await words(server('nine')), 'nine: no answer yet');
    assert.ok((await children(server('nine'))).length > 1, 'what was known is there');
    await command('cancelTomcat', server('nine'));
    await hanging;
    assert.match(await words(server('nine')), /^nine: certificate ends tomorrow · Tomcat 9/);
    await servers.tell(['thaw', 'nine']);
  });
  const isLate = (): boolean => {
    const { state } = server('nine').server;
    return state.kind === 'asking' && state.isLate;
  };

  it('deploys a WAR file by a plan, beside what is there, and shows it version by version', async () => {
    answers.press = ['Deploy'];
    for (const war of [scene.wars.javax1, scene.wars.javax2]) {
      answers.typed.push('/quotes');
      await command('deployWar', server('nine'), war);
      answers.last(/^quotes 1\.\d\.0 is live in nine/);
    }
    await asked('nine');
    const [first] = await children(server('nine'));
    assert.match(await words(first!), /^\/manager: the Manager itself/);
    const quotes = (await children(server('nine'))).find(
      (node) => node.kind === 'path' && node.context.path === '/quotes',
    )!;
    assert.equal(await words(quotes), '/quotes: 1.1.0 · 2 versions');
    const [newest, old] = await rows(quotes);
    assert.match(newest!, /^1\.1\.0: .*\d\d:\d\d · gets new users · \d sessions?$/);
    assert.match(old!, /^1\.0\.0: .*\d\d:\d\d · (empty|1 session · empty within 30 min)$/);
    assert.equal(await releaseOf('nine', '/quotes'), '1.1.0');
  });

  it('refuses a WAR for the wrong namespace before it is sent, converts it and goes on with that', async () => {
    answers.typed.push('/old');
    answers.press = ['Convert to Jakarta EE', 'Deploy'];
    await command('deployWar', server('eleven'), scene.wars.javax1);
    const refusal = answers.last(/The WAR is for javax\.servlet/);
    assert.ok(refusal.choices.includes('Convert to Jakarta EE'));
    await until(() => tree.fleet.versionsOf(server('eleven').server, '/old').length > 0);
    assert.equal(await releaseOf('eleven', '/old'), '1.0.0');
    assert.ok(answers.last(/^Deploy old 1\.0\.0 to staging\?/), 'the environment is protected');
  });

  it('stops, starts and reloads what is ours, and says who loses a session first', async () => {
    const cookie = (await page('nine', '/quotes')).headers.get('set-cookie')!.split(';')[0]!;
    answers.confirm = false;
    await command('stopContext', version('nine', '/quotes', '1.1.0'));
    assert.match(answers.last(/^Stop \/quotes 1\.1\.0 on nine\?/).text, /\d sessions? (is|are) lost/);
    assert.equal(await releaseOf('nine', '/quotes', cookie), '1.1.0');
    answers.confirm = true;
    await command('stopContext', version('nine', '/quotes', '1.1.0'));
    assert.equal(await releaseOf('nine', '/quotes'), '1.0.0');
    await asked('nine');
    assert.equal((await row(version('nine', '/quotes', '1.1.0'))).contextValue, 'version.stopped.ours');
    await command('startContext', version('nine', '/quotes', '1.1.0'));
    assert.equal(await releaseOf('nine', '/quotes'), '1.1.0');
    await command('reloadContext', version('nine', '/quotes', '1.1.0'));
    assert.equal(await releaseOf('nine', '/quotes'), '1.1.0');
  });

  it('undeploys a version when its last session has ended, and expires sessions', async () => {
    await asked('nine');
    const old = version('nine', '/quotes', '1.0.0');
    assert.ok(old.version.sessions > 0, 'somebody got the old version while the new one was stopped');
    assert.match(await words(old), /\d\d · \d sessions? · empty within 30 min$/);
    answers.typed.push('5');
    const undeploying = command('undeployWhenEmpty', old);
    await until(() => tree.fleet.busy(old) !== undefined);
    assert.match(answers.last(/^Undeploy .* when its last session has ended\?/).text, /\d sessions? now/);
    answers.typed.push('0');
    await command('expireSessions', old);
    assert.match(answers.last(/^End \d sessions? of/).text, /is lost/);
    await undeploying;
    await asked('nine');
    assert.equal(tree.fleet.versionsOf(server('nine').server, '/quotes').length, 1);
  });

  it('touches what others deployed only after naming that', async () => {
    const login = Buffer.from(`deployer:${scene.password}`).toString('base64');
    const deployed = await fetch(
      `${scene.urls.nine}/manager/text/deploy?path=/theirs&war=${encodeURIComponent(scene.wars.javax1)}`,
      { headers: { authorization: `Basic ${login}` } },
    );
    assert.match(await deployed.text(), /^OK/);
    await asked('nine');
    const theirs = version('nine', '/theirs', '');
    assert.match(await words(theirs), /^unversioned: gets new users · 0 sessions · not managed$/);
    answers.confirm = false;
    await command('undeployContext', theirs);
    answers.last(/^Undeploy \/theirs unversioned on nine\? .*Someone else deployed it/s);
    assert.equal((await page('nine', '/theirs')).status, 200);
    answers.confirm = true;
    await command('undeployContext', theirs);
    assert.equal((await page('nine', '/theirs')).status, 404);
  });

  it('opens a thread dump with a grammar, and looks for leaks', async () => {
    const document = await command<vscode.TextDocument>('threadDump', server('nine'));
    assert.equal(document.languageId, 'swapdeck-threaddump');
    assert.match(document.getText(), /^"main" Id=1 .*\n\s+java\.lang\.Thread\.State: /m);
    await command('findLeaks', server('nine'));
    answers.last(/^No application leaks memory on nine\./);
  });

  it('attaches hot swap to the JVM of a Tomcat', async () => {
    assert.equal((await row(server('nine'))).contextValue, 'tomcat.known.jvm');
    await command('attachTomcat', server('nine'));
    assert.equal(api.jvms.session('tomcat/nine')?.state.kind, 'attached');
    const { contextValue, description } = await row(server('nine'));
    assert.match(contextValue!, /\.attached$/);
    assert.match(description as string, /hot swap/);
    await command('detachTomcat', server('nine'));
    assert.equal(api.jvms.session('tomcat/nine'), undefined);
    assert.equal((await row(server('eleven'))).contextValue, 'tomcat.known', 'it has no debug port');
  });
});
