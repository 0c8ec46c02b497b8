import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Service } from '../../scripts/sample/service';
import { compileSources } from '../../scripts/sample/workspace';
import { ensureJdk } from '../../scripts/support/jdk';
import type { ComparisonNode } from '../../src/editor/views/comparison';
import type { Api } from '../../src/editor/api';
import type { JvmSession } from '../../src/hotswap/model';
import { activate, attachSample, startSample, swapAfter, workspace } from './support/sample';

describe('compare with running', () => {
  let api: Api;
  let service: Service;
  let session: JvmSession;
  let original: string;
  const sources = (): string => path.join(workspace().dir, 'src', 'main', 'java');
  const label = (node: ComparisonNode): string => {
    const { label: text, description } = api.comparison.getTreeItem(node);
    return `${text as string}${typeof description === 'string' && description !== '' ? ` | ${description}` : ''}`;
  };
  const below = (node?: ComparisonNode): ComparisonNode[] => api.comparison.getChildren(node);
  const child = (node: ComparisonNode | undefined, name: string): ComparisonNode => {
    const found = below(node).find((each) => api.comparison.getTreeItem(each).label === name);
    assert.ok(found, `${name} among ${below(node).map(label).join(', ')}`);
    return found;
  };
  /** Has javac write classes while swaps are held back, so that JVM and class root differ. */
  const build = async (text: string): Promise<void> => {
    await vscode.commands.executeCommand('swapdeck.pause');
    await writeFile(workspace().greeting, text);
    await compileSources(await ensureJdk(), sources(), workspace().classes);
  };

  before(async () => {
    api = await activate();
    original = await readFile(workspace().greeting, 'utf8');
  });
  beforeEach(async () => {
    service = await startSample(api);
    assert.equal(await service.get(), 'Hello, world!');
    session = await attachSample(api);
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const { target } of api.jvms.sessions) await api.jvms.detach(target.id);
    await vscode.commands.executeCommand('swapdeck.unpause');
    await service.close();
    await rm(path.join(workspace().classes, 'hello', 'More.class'), { force: true });
    await writeFile(workspace().greeting, original);
    await compileSources(await ensureJdk(), sources(), workspace().classes);
  });

  it('shows what differs by state, class and method, with both sides side by side', async () => {
    await build(original.replace('Hello, world!', 'Hello, other world!'));
    await vscode.commands.executeCommand('swapdeck.compareWithRunning');
    const [jvm] = below();
    assert.match(label(jvm!), /^hello-local \| 1 class differs/);
    const [changed, ...rest] = below(jvm);
    assert.equal(label(changed!), 'Changed | 1');
    assert.deepEqual(
      rest.map((node) => api.comparison.getTreeItem(node).label),
      ['Not loaded yet', 'Same'],
    );
    const greeting = child(changed, 'Greeting');
    assert.equal(label(greeting), 'Greeting | hello.greeting');
    assert.match(below(greeting).map(label).join(), /^welcome\(\) \| code differs, line \d+$/);

    const { command } = api.comparison.getTreeItem(below(greeting)[0]!);
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]));
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    const { original: left, modified: right } = tab!.input as vscode.TabInputTextDiff;
    const [running, built] = await Promise.all(
      [left, right].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    assert.equal(running!.languageId, 'jvm-bytecode');
    assert.match(running!.getText(), /ldc "Hello, world!"/);
    assert.equal(running!.getText().replace('Hello, world!', 'Hello, other world!'), built!.getText());
    assert.equal(await service.get(), 'Hello, world!', 'comparing changes nothing');
  });

  it('makes the JVM equal with one swap, and shows so', async () => {
    await build(original.replace('Hello, world!', 'Hello, equal world!'));
    await vscode.commands.executeCommand('swapdeck.compareWithRunning');
    const record = await swapAfter(api, () =>
      Promise.resolve(vscode.commands.executeCommand('swapdeck.makeEqual', child(below()[0], 'Changed'))),
    );
    assert.equal(record.swapped, 1);
    assert.equal(record.origin, 'command');
    assert.equal(await service.get(), 'Hello, equal world!');
    const [jvm] = below();
    assert.match(label(jvm!), /nothing differs/);
    assert.ok(!below(jvm).some((node) => label(node).startsWith('Changed')));
  });

  it('says when it is out of date, and goes when the JVM is detached', async () => {
    await vscode.commands.executeCommand('swapdeck.compareWithRunning');
    assert.match(label(below()[0]!), /nothing differs/);
    await vscode.commands.executeCommand('swapdeck.unpause');
    const change = async (): Promise<void> => {
      await writeFile(workspace().greeting, original.replace('Hello, world!', 'Hello, stale world!'));
      await compileSources(await ensureJdk(), sources(), workspace().classes);
    };
    // What was written while it was paused is looked at too, and found to be what runs.
    await swapAfter(api, change, ({ swapped }) => swapped > 0);
    assert.match(label(below()[0]!), /out of date/);
    await vscode.commands.executeCommand('swapdeck.compareAgain');
    assert.doesNotMatch(label(below()[0]!), /out of date/);
    await api.jvms.detach(session.target.id);
    assert.deepEqual(below(), []);
  });
});
