import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Service } from '../../scripts/sample/service';
import { compileSources } from '../../scripts/sample/workspace';
import { ensureJdk } from '../../scripts/support/jdk';
import { bytecodeScheme } from '../../src/editor/bytecode';
import { dayName, localDay } from '../../src/editor/views/swapItems';
import type { DayNode, SwapClassNode, SwapNode, SwapsNode } from '../../src/editor/views/swapItems';
import type { Api } from '../../src/editor/api';
import { Ledger } from '../../src/hotswap/ledger/ledger';
import type { SwapRecord } from '../../src/hotswap/model';
import { nextEvent } from '../../src/util/async';
import { activate, attachSample, edit, startSample, swapAfter, workspace } from './support/sample';

describe('the swaps of a workspace, and undo', () => {
  let api: Api;
  let service: Service;
  let document: vscode.TextDocument;
  let original: string;

  before(async () => {
    api = await activate();
    original = await readFile(workspace().greeting, 'utf8');
  });
  beforeEach(async () => {
    service = await startSample(api);
    assert.equal(await service.get(), 'Hello, world!');
    // The class files of before the first save are what can be put back.
    await (await attachSample(api)).kept();
    document = await vscode.workspace.openTextDocument(workspace().greeting);
    await vscode.window.showTextDocument(document);
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('swapdeck.clearSwapFilter');
    for (const { target } of api.jvms.sessions) await api.jvms.detach(target.id);
    await service.close();
    const change = new vscode.WorkspaceEdit();
    change.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), original);
    await vscode.workspace.applyEdit(change);
    await document.save();
    await compileSources(await ensureJdk(), `${workspace().dir}/src/main/java`, workspace().classes);
  });

  const days = async (): Promise<DayNode[]> => (await api.swaps.getChildren()) as DayNode[];
  /** The newest swap of the view. */
  const newest = async (): Promise<SwapNode> => (await days())[0]!.swaps[0]!;
  const label = (node: SwapsNode): string => {
    const item = api.swaps.getTreeItem(node);
    return typeof item.label === 'string' ? item.label : (item.label?.label ?? '');
  };
  const saved = (text: string): Promise<SwapRecord> =>
    swapAfter(
      api,
      () => edit(document, 'Hello, world!', text),
      ({ swapped }) => swapped > 0,
    );
  const undoing = (command: string, ...args: unknown[]): Promise<SwapRecord> =>
    swapAfter(
      api,
      () => Promise.resolve(vscode.commands.executeCommand(command, ...args)),
      ({ origin }) => origin === 'undo',
    );

  it('undoes the last swap from the palette, redoes it from its row, and leaves the source alone', async () => {
    const record = await saved('Hello, undo!');
    assert.equal(await service.get(), 'Hello, undo!');
    const [today] = await days();
    assert.equal(label(today!), 'Today');
    const swap = await newest();
    assert.equal(swap.entry.begin.id, record.id);
    assert.equal(api.swaps.getTreeItem(swap).contextValue, 'swap.undo');

    const undone = await undoing('swapdeck.undoSwap');
    assert.deepEqual(undone.undoes, [record.id]);
    assert.equal(await service.get(), 'Hello, world!');
    assert.ok(document.getText().includes('Hello, undo!'), 'the source is as it was saved');
    const [undo, before] = (await days())[0]!.swaps;
    assert.equal(label(undo!), 'undo: 1 class');
    assert.equal(label(before!), '1 class, taken back');
    assert.equal(api.swaps.getTreeItem(before!).contextValue, 'swap.none');

    await undoing('swapdeck.redoSwap', undo);
    assert.equal(await service.get(), 'Hello, undo!');
  });

  it('does not swap again what was undone when a save makes the same classes', async () => {
    await saved('Hello, once!');
    await undoing('swapdeck.undoSwap');
    const swapped: SwapRecord[] = [];
    const listening = api.jvms.onDidSwap((record) => swapped.push(record));
    const file = `${workspace().classes}/hello/greeting/Greeting.class`;
    const written = async (): Promise<number> => (await stat(file)).mtimeMs;
    const before = await written();
    await edit(document, 'public static String welcome', '/* same code */ public static String welcome');
    // The compiler writes the class again; nothing tells of a save that swaps nothing.
    while ((await written()) === before) await new Promise((resolve) => setImmediate(resolve));
    // Only the change that comes after it is swapped.
    await swapAfter(api, () => edit(document, 'Hello, once!', 'Hello, twice!'));
    listening.dispose();
    assert.equal(swapped.length, 1);
    assert.equal(await service.get(), 'Hello, twice!');
  });

  it('names the days by how long ago they were', () => {
    const now = new Date(2026, 2, 1, 0, 10);
    assert.equal(dayName('2026-03-01', now), 'Today');
    assert.equal(dayName('2026-02-28', now), 'Yesterday');
    assert.match(dayName('2026-02-27', now), /27/);
    assert.equal(localDay(new Date(2026, 1, 28, 23, 59)), '2026-02-28');
  });

  it('opens a swapped class as a diff of its bytecode', async () => {
    await saved('Hello, bytecode!');
    const [row] = (await api.swaps.getChildren(await newest())) as SwapClassNode[];
    const { command, arguments: args } = api.swaps.getTreeItem(row!).command!;
    await vscode.commands.executeCommand(command, ...(args as unknown[]));
    const sides = (): vscode.TextEditor[] =>
      vscode.window.visibleTextEditors.filter((each) => each.document.uri.scheme === bytecodeScheme);
    while (sides().length < 2) await nextEvent(vscode.window.onDidChangeVisibleTextEditors);
    assert.deepEqual(
      sides().map((each) => each.document.languageId),
      ['jvm-bytecode', 'jvm-bytecode'],
    );
    const texts = sides().map((each) => each.document.getText());
    assert.ok(texts.some((text) => text.includes('ldc "Hello, world!"')));
    assert.ok(texts.some((text) => text.includes('ldc "Hello, bytecode!"')));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('undoes everything since attach when a person says so, and nothing when not', async () => {
    await saved('Hello, first!');
    await swapAfter(api, () => edit(document, 'Hello, first!', 'Hello, second!'));
    const asked: string[] = [];
    let answer = false;
    const usual = api.dialogs.current;
    api.dialogs.current = {
      show: () => Promise.resolve(undefined),
      input: () => Promise.resolve(undefined),
      confirm: (text) => {
        asked.push(text);
        return Promise.resolve(answer);
      },
    };
    try {
      await vscode.commands.executeCommand('swapdeck.undoAll');
      assert.equal(await service.get(), 'Hello, second!');
      answer = true;
      await undoing('swapdeck.undoAll');
      assert.equal(await service.get(), 'Hello, world!');
      assert.match(asked[0] ?? '', /^Undo everything that was swapped in .+ since it was attached\?$/);
    } finally {
      api.dialogs.current = usual;
    }
  });

  it('filters by JVM and by class, and shows everything again', async () => {
    const { jvm } = await saved('Hello, filter!');
    await vscode.commands.executeCommand('swapdeck.filterSwaps', { className: 'hello.Nothing' });
    assert.deepEqual(await days(), []);
    await vscode.commands.executeCommand('swapdeck.filterSwaps', {
      className: 'hello.greeting.Greeting',
      jvm,
    });
    assert.deepEqual(api.swaps.filter, { className: 'hello.greeting.Greeting', jvm });
    assert.ok((await days()).length > 0);
    await vscode.commands.executeCommand('swapdeck.filterSwaps', { jvm: 'another' });
    assert.deepEqual(await days(), []);
    await vscode.commands.executeCommand('swapdeck.clearSwapFilter');
    assert.ok((await days()).length > 0);
  });

  it('keeps the swaps in the workspace storage, from where another window reads them', async () => {
    const record = await saved('Hello, ledger!');
    const other = new Ledger(api.ledger.folder);
    const entry = await other.entry(record.id);
    assert.equal(entry?.begin.origin, 'compile');
    assert.equal(entry.end?.outcome, 'swapped');
    assert.ok((entry.end.ms.compile ?? 0) > 0 && (entry.end.ms.send ?? 0) > 0);
    const [greeting] = entry.begin.classes;
    assert.ok(greeting?.before && (await other.blobs.get(greeting.before)));
    await other.close();
  });
});
