import * as vscode from 'vscode';
import type { App } from '../app';
import { configurationUri } from '../configuration';
import { sourceOf } from '../sources';
import { t } from '../text';
import type { EnvironmentsNode } from '../views/environments';
import type { SwapClassNode } from '../views/swapItems';

/** Opens the `swapdeck.yaml` of a row's folder, or of the folder a person chooses; makes one where there is none. */
export async function openConfiguration({ configurations }: App, node?: unknown): Promise<void> {
  const candidate = node as EnvironmentsNode | undefined;
  const known =
    candidate?.kind === 'environment' ? candidate.environment.uri : configurations.folders[0]?.uri;
  const uri = known ?? (await newConfiguration());
  if (uri) await vscode.window.showTextDocument(uri);
}

async function newConfiguration(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const folder =
    folders.length > 1
      ? await vscode.window.showWorkspaceFolderPick({ placeHolder: t('Where swapdeck.yaml belongs') })
      : folders[0];
  if (!folder) return undefined;
  const uri = configurationUri(folder);
  const name =
    folder.name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'app';
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(starter(name)));
  return uri;
}

/** The smallest useful configuration: one application, one JVM of this machine. */
function starter(application: string): string {
  return [
    'applications:',
    `  ${application}: {} # its classes are found from the build; or say: classes: [target/classes]`,
    '',
    'environments:',
    '  dev:',
    '    jvms:',
    `      local: { jdwp: "localhost:5005", application: ${application} }`,
    '',
  ].join('\n');
}

/** Opens the source of a class, at the class where it can be found. */
export async function openClass(app: App, of: string | SwapClassNode): Promise<void> {
  const className = typeof of === 'string' ? of : of.result.name;
  const uri = await sourceOf(className);
  if (uri) await vscode.window.showTextDocument(uri, { preview: true });
  else
    app.notifier.tell('info', {
      title: t('The source of {0} is not in this workspace.', className),
      next: [],
    });
}
