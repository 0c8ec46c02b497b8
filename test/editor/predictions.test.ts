import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Service } from '../../scripts/sample/service';
import { compileSources } from '../../scripts/sample/workspace';
import { ensureJdk } from '../../scripts/support/jdk';
import type { Api } from '../../src/editor/api';
import type { ClassResult } from '../../src/hotswap/model';
import { nextEvent } from '../../src/util/async';
import { activate, attachSample, edit, startSample, swapAfter, workspace } from './support/sample';

const isRefused = ({ outcome }: ClassResult): boolean => outcome === 'refused';
const original = 'public static String welcome() {';
const added = `static int more() { return 1; }\n    ${original}`;

describe('predictions', () => {
  let api: Api;
  let service: Service;
  let document: vscode.TextDocument;
  let text: string;

  before(async () => {
    api = await activate();
    text = await readFile(workspace().greeting, 'utf8');
  });
  beforeEach(async () => {
    service = await startSample(api);
    assert.equal(await service.get(), 'Hello, world!');
    await attachSample(api);
    document = await vscode.workspace.openTextDocument(workspace().greeting);
    await vscode.window.showTextDocument(document);
  });
  afterEach(async () => {
    for (const { target } of api.jvms.sessions) await api.jvms.detach(target.id);
    await service.close();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await writeFile(workspace().greeting, text);
    await compile();
  });

  const compile = async (): Promise<void> =>
    compileSources(await ensureJdk(), `${workspace().dir}/src/main/java`, workspace().classes);
  const marks = (): vscode.Diagnostic[] =>
    vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === 'swapdeck');
  const refuse = (): Promise<unknown> => swapAfter(api, () => edit(document, original, added));

  /** The marks as soon as they satisfy the condition; looked at now and whenever they change. */
  const marksThat = (isIt: (found: readonly vscode.Diagnostic[]) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isIt(marks())) return;
        listening.dispose();
        resolve();
      };
      const listening = vscode.languages.onDidChangeDiagnostics(look);
      look();
    });

  async function fixes(): Promise<vscode.CodeAction[]> {
    const [mark] = marks();
    assert.ok(mark, 'something is marked');
    return vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      mark.range,
      vscode.CodeActionKind.QuickFix.value,
    );
  }

  async function fix(title: RegExp): Promise<void> {
    const found = (await fixes()).find((each) => title.test(each.title));
    assert.ok(found?.command, `${String(title)} is offered`);
    await vscode.commands.executeCommand(
      found.command.command,
      ...((found.command.arguments ?? []) as unknown[]),
    );
  }

  it('marks what another build wrote, before it is sent', async () => {
    const seen: ('marked' | 'sent')[] = [];
    const listening = [
      api.predictions.onDidPredict(() => {
        if (marks().length > 0) seen.push('marked');
      }),
      api.jvms.onDidSwap(({ classes }) => {
        if (classes.some(isRefused)) seen.push('sent');
      }),
    ];
    await swapAfter(
      api,
      async () => {
        await writeFile(workspace().greeting, text.replace(original, added));
        await compile();
      },
      ({ classes }) => classes.some(isRefused),
    );
    for (const each of listening) each.dispose();
    assert.equal(seen[0], 'marked', seen.join());
    assert.equal(seen.at(-1), 'sent');
    const [mark] = marks();
    assert.equal(mark?.severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(mark.code, 'methodAdded');
    assert.match((await vscode.workspace.fs.readFile(document.uri)).toString(), /static int more/);
    assert.equal(mark.range.start.line, text.slice(0, text.indexOf(original)).split('\n').length - 1);
  });

  it('writes down with a swap what was predicted', async () => {
    const record = await swapAfter(api, () => edit(document, original, added));
    const [refused] = record.classes.filter(({ outcome }) => outcome === 'refused');
    assert.deepEqual(refused?.prediction, { verdict: 'refuse', error: 63, reasons: ['methodAdded'] });
  });

  it('takes a refused edit back, as an edit that the editor can undo', async () => {
    await refuse();
    assert.equal(marks().length, 1);
    await fix(/^Undo the Edit$/);
    assert.equal(document.getText(), text);
    assert.equal(document.isDirty, false);
    await marksThat((found) => found.length === 0);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), text.replace(original, added));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('takes an edit back to what was swapped last, not to what was there first', async () => {
    await swapAfter(api, () => edit(document, 'Hello, world!', 'Hello, second!'));
    await refuse();
    await fix(/^Undo the Edit$/);
    assert.equal(document.getText(), text.replace('Hello, world!', 'Hello, second!'));
  });

  it('offers no undo once the JVM was started again: it runs what the source says', async () => {
    await refuse();
    const session = api.jvms.sessions[0]!;
    const { ports } = service;
    await service.close();
    await marksThat((found) => found.length === 0);
    service = await startSample(api, { ports });
    const isAttached = (): boolean => session.state.kind === 'attached';
    if (!isAttached()) await nextEvent(session.onDidChange, isAttached);
    await vscode.commands.executeCommand('swapdeck.undoEdit', document.uri);
    assert.equal(document.getText(), text.replace(original, added));
  });

  it('compares the refused class with the one that runs', async () => {
    await refuse();
    await fix(/^Compare Greeting with What Runs$/);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff, 'a diff is open');
    const [running, built] = await Promise.all(
      [input.original, input.modified].map(async (uri) =>
        (await vscode.workspace.openTextDocument(uri)).getText(),
      ),
    );
    assert.doesNotMatch(running!, /more/);
    assert.match(built!, /more/);
  });

  it('restarts the JVM with the task of the setting', async () => {
    const setting = vscode.workspace.getConfiguration('swapdeck');
    const provider = vscode.tasks.registerTaskProvider('swapdeck-test', {
      provideTasks: () => [
        new vscode.Task(
          { type: 'swapdeck-test' },
          vscode.TaskScope.Workspace,
          'start again',
          'test',
          new vscode.CustomExecution(() => Promise.resolve(new DoneAtOnce())),
        ),
      ],
      resolveTask: (task) => task,
    });
    await setting.update('restartTask', 'start again', vscode.ConfigurationTarget.Workspace);
    try {
      await refuse();
      const started = new Promise<string>((resolve) => {
        const listening = vscode.tasks.onDidStartTask(({ execution }) => {
          listening.dispose();
          resolve(execution.task.name);
        });
      });
      await fix(/^Restart the JVM/);
      assert.equal(await started, 'start again');
    } finally {
      await setting.update('restartTask', undefined, vscode.ConfigurationTarget.Workspace);
      provider.dispose();
    }
  });

  it('takes marks away when the JVM is detached', async () => {
    await refuse();
    assert.equal(marks().length, 1);
    for (const { target } of api.jvms.sessions) await api.jvms.detach(target.id);
    await marksThat((found) => found.length === 0);
  });

  it('marks what is saved while swapping is paused', async () => {
    await vscode.commands.executeCommand('swapdeck.pause');
    const marked = marksThat((found) => found.length > 0);
    await edit(document, original, added);
    await marked;
    assert.equal(marks()[0]?.code, 'methodAdded');
    await swapAfter(api, () => Promise.resolve(vscode.commands.executeCommand('swapdeck.unpause')));
  });

  it('says what will not take effect, as information', async () => {
    await swapAfter(api, () =>
      edit(document, 'private Greeting() {', 'private Greeting() {\n        System.out.println(1);'),
    );
    assert.deepEqual(
      marks().map(({ code, severity }) => [code, severity]),
      [['constructor', vscode.DiagnosticSeverity.Information]],
    );
  });

  it('previews the text in the editor without writing or sending anything', async () => {
    const change = new vscode.WorkspaceEdit();
    change.insert(
      document.uri,
      document.positionAt(text.indexOf(original)),
      `${added.split('\n')[0]!}\n    `,
    );
    assert.ok(await vscode.workspace.applyEdit(change));
    assert.equal(document.isDirty, true);
    let swapped = false;
    const listening = api.jvms.onDidSwap(() => (swapped = true));
    await vscode.commands.executeCommand('swapdeck.previewSwap', document.uri);
    listening.dispose();
    const shown = vscode.window.activeTextEditor?.document;
    assert.equal(shown?.uri.scheme, 'swapdeck-preview');
    const line =
      document
        .getText()
        .split('\n')
        .findIndex((each) => each.includes('more()')) + 1;
    assert.match(shown.getText(), /Nothing was sent/);
    assert.match(shown.getText(), /hello\.greeting\.Greeting {2}✗ refused, error 63/);
    assert.ok(
      shown.getText().includes(`Greeting.java:${line}  The method more() was added.`),
      shown.getText(),
    );
    assert.match(shown.getText(), /Live instances: 0/);
    assert.equal(swapped, false);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      shown.uri,
      10,
    );
    const targets = links.map(({ target }) => target?.toString() ?? '');
    assert.ok(
      targets.some((target) => target.endsWith(`Greeting.java#L${line}`)),
      targets.join(),
    );
    assert.equal(await service.get(), 'Hello, world!');
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('previews everything that was built', async () => {
    await vscode.commands.executeCommand('swapdeck.previewSwap');
    const preview = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(preview, /^Swap preview: all classes\n/);
    assert.match(preview, /\d+ the same/);
  });
});

/** A terminal of a task that has nothing to do. */
class DoneAtOnce implements vscode.Pseudoterminal {
  readonly #closed = new vscode.EventEmitter<number>();
  readonly onDidWrite = new vscode.EventEmitter<string>().event;
  readonly onDidClose = this.#closed.event;

  open(): void {
    this.#closed.fire(0);
  }

  close(): void {
    this.#closed.dispose();
  }
}
