import { ensureBrowserHost } from '../host/install';
import { startServer, workbenchUrl } from '../host/server';
import { installFolder } from '../package/stage';
import path from 'node:path';
import type { Cleanup } from '../support/cleanup';
import { makeTempDir, removeDir } from '../support/tempDir';

/** Serves VS Code with the extension installed to any browser of this machine; resolves to what to tell. */
export async function openInBrowser(workspace: string, cleanup: Cleanup): Promise<string> {
  const host = await ensureBrowserHost();
  const dir = await cleanup.own(makeTempDir('vscode'), removeDir);
  const extensionsDir = path.join(dir, 'extensions');
  await installFolder(extensionsDir);
  const server = await cleanup.own(startServer(host, { dir, extensionsDir }), (started) => started.close());
  return `VS Code is served at\n  ${workbenchUrl(server, workspace)}\nOpen that address in a browser.`;
}
