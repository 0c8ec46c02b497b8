import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { labUnsupported } from '../../scripts/support/labPackages';
import type { LogTerminal } from '../../src/editor/containers/logTerminal';
import type { ContainerNode, ContainersNode, HostNode } from '../../src/editor/containers/nodes';
import type { ContainersTree } from '../../src/editor/containers/tree';
import type { Api } from '../../src/editor/api';
import { nextEvent } from '../../src/util/async';
import { SECRET } from '../lab/containersScene';
import { skip } from '../support/skip';
import { startContainers, type StartedContainers } from './support/containersScene';
import { Answers } from './support/deployScene';
import { activate, edit, swapAfter, workspace } from './support/sample';

describe('containers in the editor', function () {
  this.timeout(120_000);
  let api: Api;
  let scene: StartedContainers;
  let tree: ContainersTree;
  let answers: Answers;
  const variables: Record<string, string | undefined> = {};

  before(async function () {
    this.timeout(600_000);
    const unsupported = labUnsupported();
    if (unsupported) skip(this, unsupported);
    api = await activate();
    scene = await startContainers();
    for (const [name, value] of Object.entries(scene.env)) {
      variables[name] = process.env[name];
      process.env[name] = value;
    }
    tree = await api.containers.tree();
    await until(() => tree.hosts.length === 3);
  });
  after(async function () {
    this.timeout(60_000);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await (scene as StartedContainers | undefined)?.close();
    for (const [name, value] of Object.entries(variables))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    for (const name of ['swapdeck.yaml', 'adara'])
      await rm(path.join(workspace().dir, name), { recursive: true, force: true });
  });
  beforeEach(() => {
    answers = new Answers(api);
  });
  afterEach(() => answers.restore());

  const nextChange = (): Promise<void> =>
    new Promise((resolve) => {
      const listening = api.containers.onDidChangeTreeData(() => {
        listening.dispose();
        resolve();
      });
    });
  /** Resolves when it holds, asked again whenever the view changed. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await nextChange();
  };
  const host = (name: string): HostNode => tree.hosts.find((node) => node.host.name === name)!;
  const children = (node?: ContainersNode): Promise<ContainersNode[]> => api.containers.getChildren(node);
  const opened = async (name: string): Promise<ContainersNode[]> => {
    await children(host(name));
    const { host: model } = host(name);
    await until(() => ['connected', 'lost'].includes(model.state.kind));
    return children(host(name));
  };
  const find = (name: string): ContainerNode | undefined =>
    tree.containersOf(host('web-1').host).find(({ container }) => container.name === name);
  const container = (name: string): ContainerNode => {
    const found = find(name);
    assert.ok(found, `web-1 has ${name}`);
    return found;
  };
  const row = (node: ContainersNode): Promise<vscode.TreeItem> => api.containers.getTreeItem(node);
  const words = async (node: ContainersNode): Promise<string> => {
    const { label, description } = await row(node);
    return `${label as string}: ${description as string}`;
  };
  const command = <T>(id: string, node: ContainersNode): Thenable<T> =>
    vscode.commands.executeCommand<T>(`swapdeck.${id}`, node);

  it('connects to a host when it is unfolded, and shows what it has, ours first', async () => {
    assert.deepEqual(await Promise.all((await children()).map(words)), [
      'web-1: host-a',
      'here: this machine',
      'lost: 127.0.0.1:1',
    ]);
    assert.deepEqual(
      tree.hosts.map((node) => node.host.state.kind),
      ['idle', 'idle', 'idle'],
    );
    await opened('web-1');
    await until(() => find('adara')?.container.health === 'healthy');
    const rows = await children(host('web-1'));
    assert.deepEqual(await Promise.all(rows.map(words)), [
      'adara: 1.1.0 · healthy · :8080 · staging',
      'adara-p1: 1.0.0 · kept · stopped · staging',
      'metrics: running · not managed · :9090 · adara:1.0.0',
      'Images: 2',
    ]);
    assert.deepEqual(await Promise.all(rows.map(async (node) => (await row(node)).contextValue)), [
      'container.running.ours.jvm',
      'container.stopped.ours',
      'container.running',
      'images',
    ]);
    assert.equal(await words(host('web-1')), 'web-1: 2 of 3 running');
    const images = await children(rows.at(-1));
    assert.match(
      (await Promise.all(images.map(words))).join('\n'),
      /^adara:1\.1\.0: \d+ MB · in use by adara$/m,
    );
    assert.equal(host('here').host.state.kind, 'idle', 'nobody looked at it');
    const [playground] = await opened('here');
    assert.equal((await row(playground!)).contextValue, 'container.running.web');
  });

  it('says what is wrong with a host that does not answer, with what to do', async () => {
    const [problem] = await opened('lost');
    assert.equal(problem?.kind, 'problem');
    const { label, tooltip, contextValue } = await row(problem);
    assert.match(label as string, /^Nothing listens at lost/);
    assert.match(tooltip as string, /Try Again/);
    assert.equal(contextValue, 'hostProblem');
    assert.equal(await words(host('lost')), 'lost: not connected');
    const connecting = until(() => host('lost').host.state.kind === 'connecting');
    await command('refreshContainers', problem);
    await connecting;
    await until(() => host('lost').host.state.kind === 'lost');
  });

  it('follows what happens on a host without asking again', async () => {
    await opened('web-1');
    await scene.run('docker', 'run', '--detach', '--name', 'guest', 'adara:1.0.0', 'sh', '-c', 'sleep 1000');
    await until(() => find('guest')?.container.state === 'running');
    await scene.run('docker', 'rm', '--force', 'guest');
    await until(() => find('guest') === undefined);
  });

  it('says that a connection was lost, keeps what it knew, and comes back', async () => {
    await opened('web-1');
    const { host: model } = host('web-1');
    const lost = nextEvent(model.onDidChange, () => model.state.kind === 'lost');
    await scene.run('sh', '-c', "pkill -9 -f '[s]shd: root'");
    await lost;
    assert.equal(await words(host('web-1')), 'web-1: lost, connecting again');
    const kinds = (await children(host('web-1'))).map(({ kind }) => kind);
    assert.deepEqual(kinds.slice(0, 2), ['problem', 'container']);
    await until(() => model.state.kind === 'connected');
  });

  it('follows a log until the container ends, says so, and follows it again', async () => {
    await opened('web-1');
    const name = 'chatty';
    const ours = ['application=adara', 'version=1', 'artifact=a', 'configuration=c', 'environment=staging'];
    const labels = [...ours, 'plan=p', `instance=${name}`].flatMap((label) => [
      '--label',
      `swapdeck.${label}`,
    ]);
    const script = 'trap "exit 3" TERM; while sleep 0.1; do echo tick; done';
    await scene.run('docker', 'run', '-d', '--name', name, ...labels, 'adara:1.0.0', 'sh', '-c', script);
    await until(() => find(name)?.container.state === 'running');
    const log = await command<LogTerminal>('followLogs', container(name));
    let text = '';
    const writing = log.onDidWrite((more) => (text += more));
    const shows = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text))
        await new Promise<void>((resolve) => {
          const listening = log.onDidWrite(() => {
            listening.dispose();
            resolve();
          });
        });
    };
    await shows(/tick\r\n/);
    await command('stopContainer', container(name));
    await shows(/chatty has ended with exit code 3\..*\r\n.*Press a key here/);
    text = '';
    await command('startContainer', container(name));
    log.handleInput();
    await shows(/tick/);
    await command('removeContainer', container(name));
    await shows(/chatty (was removed|has ended)/);
    await until(() => find(name) === undefined);
    writing.dispose();
    assert.ok(answers.last(/^Remove chatty on web-1\?/));
  });

  it('asks before it stops what serves, and touches nothing of others', async () => {
    await opened('web-1');
    answers.confirm = false;
    await command('stopContainer', container('adara'));
    await command('restartContainer', container('adara'));
    const { text } = answers.last(/^Stop adara on web-1\?/);
    assert.match(text, /adara 1\.1\.0 serves from it now.*staging is protected/s);
    assert.match(await scene.run('docker', 'inspect', '-f', '{{.State.Running}}', 'adara'), /true/);
    answers.confirm = true;
    await command('stopContainer', container('metrics'));
    answers.last(/metrics was not started by Swapdeck/);
    assert.match(await scene.run('docker', 'inspect', '-f', '{{.State.Running}}', 'metrics'), /true/);
  });

  it('shows everything of a container but values that may be secret', async () => {
    await opened('web-1');
    const document = await command<vscode.TextDocument>('inspectContainer', container('adara'));
    const text = document.getText();
    assert.equal(document.languageId, 'json');
    assert.equal((JSON.parse(text) as { Name: string }).Name, '/adara');
    assert.match(text, /"PROFILE=staging"/);
    assert.match(text, /"DB_PASSWORD=\(not shown\)"/);
    assert.ok(!text.includes(SECRET));
  });

  it('tells what an unfolded container uses, for as long as someone looks', async () => {
    await opened('web-1');
    const node = container('adara');
    const [processor, memory] = await children(node);
    assert.equal(await words(processor!), 'Processor: measuring');
    const measured = async (): Promise<boolean> => !(await words(memory!)).endsWith('measuring');
    while (!(await measured())) await nextChange();
    assert.match(await words(processor!), /^Processor: \d+(\.\d)? %$/);
    assert.match(await words(memory!), /^Memory: \d+(\.\d)? MB of \d+(\.\d)? [MG]B \(\d+(\.\d)? %\)$/);
    tree.folded(node);
  });
  it('opens a shell in a terminal that closes with it', async () => {
    await opened('web-1');
    const closed = new Promise<vscode.Terminal>((resolve) => {
      const listening = vscode.window.onDidCloseTerminal((terminal) => {
        listening.dispose();
        resolve(terminal);
      });
    });
    const terminal = await command<vscode.Terminal>('openShell', container('adara'));
    terminal.sendText('echo was here > /tmp/shell; exit');
    assert.equal(await closed, terminal);
    assert.equal(await scene.run('docker', 'exec', 'adara', 'cat', '/tmp/shell'), 'was here\n');
  });

  it('attaches hot swap to the JVM inside, and a save is live there', async () => {
    await opened('web-1');
    await command('attachContainer', container('adara'));
    answers.last(/^Attach hot swap to adara on web-1\?.*each save changes what runs there/);
    assert.equal(api.jvms.session('web-1/adara')?.state.kind, 'attached');
    const { contextValue, description } = await row(container('adara'));
    assert.equal(contextValue, 'container.running.ours.attached');
    assert.match(description as string, /hot swap/);
    const file = path.join(workspace().dir, 'adara', 'src', 'main', 'java', 'adara', 'Pages.java');
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    await swapAfter(
      api,
      () => edit(document, '"Adara, release "', '"Saved, release "'),
      ({ swapped }) => swapped > 0,
    );
    assert.match(await scene.run('curl', '-sS', 'http://127.0.0.1:8080/'), /^Saved, release 1\.1\.0/);
    await command('detachContainer', container('adara'));
    assert.equal(api.jvms.session('web-1/adara'), undefined);
    assert.equal((await row(container('adara'))).contextValue, 'container.running.ours.jvm');
  });
});
