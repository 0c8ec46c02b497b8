import * as vscode from 'vscode';

/** The source file of a class in the workspace, by its package and outermost class. */
export async function sourceOf(className: string): Promise<vscode.Uri | undefined> {
  const path = className.replaceAll('.', '/').replace(/\$.*$/, '');
  for (const extension of ['java', 'kt', 'groovy', 'scala']) {
    const [found] = await vscode.workspace.findFiles(`**/${path}.${extension}`, undefined, 1);
    if (found) return found;
  }
  return undefined;
}
