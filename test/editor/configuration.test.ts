import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activate, workspace } from './support/sample';

describe('swapdeck.yaml in the editor', () => {
  const uri = (): vscode.Uri => vscode.Uri.joinPath(vscode.Uri.file(workspace().dir), 'swapdeck.yaml');
  /** The file with this text, in an editor. */
  const open = async (text: string): Promise<vscode.TextDocument> => {
    const document = await vscode.workspace.openTextDocument(uri());
    await vscode.window.showTextDocument(document);
    const change = new vscode.WorkspaceEdit();
    change.replace(uri(), new vscode.Range(0, 0, document.lineCount, 0), text);
    assert.ok(await vscode.workspace.applyEdit(change));
    await document.save();
    return document;
  };
  const diagnostics = (isIt: (found: vscode.Diagnostic[]) => boolean): Promise<vscode.Diagnostic[]> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = vscode.languages.getDiagnostics(uri());
        if (!isIt(found)) return;
        listening.dispose();
        resolve(found);
      };
      const listening = vscode.languages.onDidChangeDiagnostics(check);
      check();
    });

  before(async () => {
    await activate();
    await vscode.workspace.fs.writeFile(uri(), Buffer.from('environments: {}\n'));
  });
  afterEach(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'));

  it('marks a misspelt key where it stands, and a quick fix mends it', async () => {
    const document = await open('aplications: {}\n');
    const [problem] = await diagnostics((found) => found.length > 0);
    assert.deepEqual(problem?.range, new vscode.Range(0, 0, 0, 11));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri(),
      problem.range,
    );
    const fix = actions.find(({ isPreferred }) => isPreferred);
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.equal(document.getText(), 'applications: {}\n');
    assert.deepEqual(await diagnostics((found) => found.length === 0), []);
    await document.save();
  });

  it('offers the keys that can stand at the cursor', async () => {
    await open('environments:\n  dev:\n    \n');
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      uri(),
      new vscode.Position(2, 4),
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('jvms'), labels.join());
    assert.ok(!labels.includes('classes'), labels.join());
  });

  it('tells what a key means', async () => {
    await open('environments:\n  dev:\n    jvms: {}\n');
    const [hover] = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri(),
      new vscode.Position(2, 6),
    );
    const text = (hover?.contents[0] as vscode.MarkdownString).value;
    assert.match(text, /JVM/);
  });

  it('shows the environments of a saved file in the tree, and takes them away with it', async () => {
    const { jvms } = await activate();
    const changed = (names: string): Promise<void> =>
      new Promise((resolve) => {
        const check = (): void => {
          if (jvms.environments.map(({ name }) => name).join() !== names) return;
          listening.dispose();
          resolve();
        };
        const listening = jvms.onDidChange(check);
        check();
      });
    await open(
      'environments:\n  dev:\n    jvms:\n      a: { jdwp: "localhost:5005" }\n  test:\n    jvms: {}\n',
    );
    await changed('dev,test');
    await open('environments: {}\n');
    await changed('');
  });
});
