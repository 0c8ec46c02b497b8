import * as vscode from 'vscode';
import { completionsAt, hoverAt, type Completion } from '../../config/language';
import type { expectations } from '../../messages/config';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { t } from '../text';
import { ConfigurationDiagnostics, selector, toRange } from './diagnostics';

/** Diagnostics, completion, hover, definitions and quick fixes for `swapdeck.yaml`; harmless in any folder. */
export function registerLanguage(): Disposable {
  const store = new DisposableStore();
  const diagnostics = store.add(new ConfigurationDiagnostics());
  const { languages } = vscode;
  store.add(
    languages.registerCompletionItemProvider(
      selector,
      { provideCompletionItems: complete },
      ' ',
      '{',
      '$',
      '[',
    ),
  );
  store.add(languages.registerHoverProvider(selector, { provideHover: hover }));
  store.add(languages.registerDefinitionProvider(selector, { provideDefinition: definition }));
  store.add(
    languages.registerCodeActionsProvider(
      selector,
      { provideCodeActions: (document, range) => fixes(diagnostics, document, range) },
      { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
    ),
  );
  return store;
}

/** Loaded when a configuration is edited. */
const loadWords = () => import('../../messages/config');

async function complete(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const [found, words] = await Promise.all([
    completionsAt(document.getText(), document.offsetAt(position)),
    loadWords(),
  ]);
  return found.map((completion) => toItem(completion, words.expectations));
}

function toItem(completion: Completion, expected: typeof expectations): vscode.CompletionItem {
  const kinds: Record<Completion['kind'], vscode.CompletionItemKind> = {
    key: vscode.CompletionItemKind.Property,
    value: vscode.CompletionItemKind.Value,
    reference: vscode.CompletionItemKind.Reference,
    placeholder: vscode.CompletionItemKind.Variable,
  };
  const item = new vscode.CompletionItem(completion.label, kinds[completion.kind]);
  item.insertText = completion.insertText;
  item.range = toRange(completion.range);
  if (completion.description !== undefined)
    item.documentation = new vscode.MarkdownString(completion.description);
  if (completion.expects) item.detail = expected[completion.expects](t);
  // What must be there comes first.
  item.sortText = `${completion.required ? 0 : 1}${completion.label}`;
  return item;
}

async function hover(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Hover | undefined> {
  const found = await hoverAt(document.getText(), document.offsetAt(position));
  if (!found) return undefined;
  const { describeHover } = await loadWords();
  return new vscode.Hover(new vscode.MarkdownString(describeHover(found, t)), toRange(found.range));
}

async function definition(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Location | undefined> {
  const found = await hoverAt(document.getText(), document.offsetAt(position));
  return found?.definition && new vscode.Location(document.uri, toRange(found.definition));
}

async function fixes(
  diagnostics: ConfigurationDiagnostics,
  { uri }: vscode.TextDocument,
  range: vscode.Range,
): Promise<vscode.CodeAction[]> {
  const { describeFix } = await loadWords();
  return diagnostics.problemsOf(uri).flatMap(({ fix, range: where }) => {
    if (!fix || !toRange(where).intersection(range)) return [];
    const action = new vscode.CodeAction(describeFix(fix, t), vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.replace(uri, toRange(fix.range), fix.replacement);
    action.isPreferred = true;
    return [action];
  });
}
