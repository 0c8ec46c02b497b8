import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { Service } from '../../scripts/sample/service';
import { compileSources } from '../../scripts/sample/workspace';
import { ensureJdk } from '../../scripts/support/jdk';
import type { Api } from '../../src/editor/api';
import type { JvmSession } from '../../src/hotswap/model';
import { nextEvent } from '../../src/util/async';
import { activate, attachSample, edit, startSample, swapAfter, workspace } from './support/sample';

describe('swap on save', () => {
  let api: Api;
  let service: Service;
  let session: JvmSession;
  let document: vscode.TextDocument;
  let original: string;

  before(async () => {
    api = await activate();
    original = await readFile(workspace().greeting, 'utf8');
  });
  beforeEach(async () => {
    service = await startSample(api);
    assert.equal(await service.get(), 'Hello, world!');
    session = await attachSample(api);
    document = await vscode.workspace.openTextDocument(workspace().greeting);
    await vscode.window.showTextDocument(document);
  });
  afterEach(async () => {
    for (const { target } of api.jvms.sessions) await api.jvms.detach(target.id);
    await service.close();
    await restore(document, original);
    await compileSources(await ensureJdk(), `${workspace().dir}/src/main/java`, workspace().classes);
  });

  it('compiles a saved source, and the next answer is new', async () => {
    const record = await swapAfter(api, () => edit(document, 'Hello, world!', 'Hello, new world!'));
    assert.equal(record.origin, 'compile');
    assert.equal(record.swapped, 1);
    // Greeting$1 came out of the compiler as it was, and is not loaded: nothing to wait for.
    assert.deepEqual(session.pending, []);
    assert.ok((record.ms.compile ?? 0) > 0 && (record.ms.send ?? 0) > 0, 'the parts of the latency are told');
    assert.equal(await service.get(), 'Hello, new world!');
    assert.match(api.status.text ?? '', /^\$\(zap\) 1 class, /);
  });

  it('marks the method that was swapped, and takes the mark away with the next edit', async () => {
    await swapAfter(api, () => edit(document, 'Hello, world!', 'Hello, marked world!'));
    const line = document.positionAt(document.getText().indexOf('Hello, marked')).line;
    const marked = await eventually(() => api.decorations.rangesOf(document.uri));
    assert.deepEqual(
      marked.map(({ start, end }) => [start.line, end.line]),
      [[line, line]],
    );
    const change = new vscode.WorkspaceEdit();
    change.insert(document.uri, new vscode.Position(0, 0), '// an edit\n');
    await vscode.workspace.applyEdit(change);
    assert.deepEqual(api.decorations.rangesOf(document.uri), []);
  });

  it('shows compile errors as diagnostics and swaps nothing', async () => {
    const shown = diagnosticsOf(document, (found) => found.length > 0);
    let swapped = false;
    const listening = api.jvms.onDidSwap(() => (swapped = true));
    await edit(document, 'return "Hello, world!";', 'return 42;');
    const [error] = await shown;
    listening.dispose();
    assert.equal(error?.severity, vscode.DiagnosticSeverity.Error);
    assert.match(error.message, /incompatible types/);
    assert.equal(document.getText(error.range), '42');
    assert.equal(swapped, false);
    assert.equal(await service.get(), 'Hello, world!');
    const gone = diagnosticsOf(document, (found) => found.length === 0);
    await swapAfter(api, () => edit(document, 'return 42;', 'return "Hello again";'));
    await gone;
    assert.equal(await service.get(), 'Hello again');
  });

  it('tells of a refused edit, and the JVM goes on with what it ran', async () => {
    const record = await swapAfter(api, () =>
      edit(
        document,
        'public static String welcome() {',
        'static int more() { return 1; }\n    public static String welcome() {',
      ),
    );
    const [refused] = record.classes.filter(({ outcome }) => outcome === 'refused');
    assert.equal(refused?.name, 'hello.greeting.Greeting');
    assert.equal(refused.error, 63);
    assert.match(api.status.text ?? '', /refused/);
    assert.equal(await service.get(), 'Hello, world!');
    // Said at its line before anything was sent.
    const [predicted] = vscode.languages.getDiagnostics(document.uri);
    assert.match(
      predicted?.message ?? '',
      /will refuse hello.greeting.Greeting: The method more\(\) was added/,
    );
    assert.match(document.lineAt(predicted!.range.start.line).text, /static int more/);
  });

  it('swaps what another build writes', async function () {
    // Nothing was swapped once, on a machine that did much else, and nobody knows yet why.
    this.retries(1);
    const source = original.replace('Hello, world!', 'Hello from outside');
    const record = await swapAfter(
      api,
      async () => {
        await writeFile(workspace().greeting, source);
        await compileSources(await ensureJdk(), `${workspace().dir}/src/main/java`, workspace().classes);
      },
      ({ swapped }) => swapped > 0,
    );
    assert.equal(record.origin, 'watch');
    assert.equal(await service.get(), 'Hello from outside');
  });

  it('keeps changes while paused and swaps them afterwards', async () => {
    await vscode.commands.executeCommand('swapdeck.pause');
    assert.equal(api.jvms.paused, true);
    await edit(document, 'Hello, world!', 'Hello, later');
    await eventually(async () =>
      (await readFile(`${workspace().classes}/hello/greeting/Greeting.class`)).includes('Hello, later')
        ? [1]
        : [],
    );
    assert.equal(await service.get(), 'Hello, world!');
    await swapAfter(api, () => Promise.resolve(vscode.commands.executeCommand('swapdeck.unpause')));
    assert.equal(await service.get(), 'Hello, later');
  });

  it('attaches again when the JVM comes back', async () => {
    const { ports } = service;
    const state = (kind: string): Promise<unknown> =>
      session.state.kind === kind
        ? Promise.resolve()
        : nextEvent(session.onDidChange, () => session.state.kind === kind);
    await service.close();
    await state('waiting');
    assert.match(api.status.text ?? '', /1 JVM lost/);
    service = await startSample(api, { ports });
    await service.get();
    await state('attached');
    await swapAfter(
      api,
      () => edit(document, 'Hello, world!', 'Hello once more'),
      ({ swapped }) => swapped > 0,
    );
    assert.equal(await service.get(), 'Hello once more');
  });
});

async function restore(document: vscode.TextDocument, text: string): Promise<void> {
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(change);
  await document.save();
}

/** The Java diagnostics of a document as soon as they satisfy the condition. */
async function diagnosticsOf(
  { uri }: vscode.TextDocument,
  isIt: (found: readonly vscode.Diagnostic[]) => boolean,
): Promise<readonly vscode.Diagnostic[]> {
  return new Promise((resolve) => {
    const listening = vscode.languages.onDidChangeDiagnostics(() => {
      const found = vscode.languages.getDiagnostics(uri);
      if (!isIt(found)) return;
      listening.dispose();
      resolve(found);
    });
  });
}

/** A list as soon as it is not empty; what it waits for has no event. */
async function eventually<T>(read: () => readonly T[] | Promise<readonly T[]>): Promise<readonly T[]> {
  for (;;) {
    const found = await read();
    if (found.length > 0) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
