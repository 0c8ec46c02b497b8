import { ensureBrowserHost } from '../host/install';
import { installExtension, startServer, workbenchUrl } from '../host/server';
import { installFolder } from '../package/stage';
import type { Cleanup } from '../support/cleanup';
import { makeTempDir, removeDir } from '../support/tempDir';

/**
 * A folder of installed extensions with nothing but ours in it: of that package, else of what was built. Installed
 * and not under development, so that any browser gets it.
 */
export async function installedExtension(vsix: string | undefined, cleanup: Cleanup): Promise<string> {
  const extensionsDir = await cleanup.own(makeTempDir('extensions'), removeDir);
  if (vsix === undefined) {
    await installFolder(extensionsDir);
  } else {
    const dir = await cleanup.own(makeTempDir('install'), removeDir);
    await installExtension(await ensureBrowserHost(), { dir, extensionsDir }, vsix);
    console.log(`Installed ${vsix}.`);
  }
  return extensionsDir;
}

/** Serves VS Code with the extension to any browser of this machine; resolves to what to tell. */
export async function openInBrowser(
  workspace: string,
  vsix: string | undefined,
  cleanup: Cleanup,
): Promise<string> {
  const host = await ensureBrowserHost();
  const extensionsDir = await installedExtension(vsix, cleanup);
  const dir = await cleanup.own(makeTempDir('vscode'), removeDir);
  const server = await cleanup.own(startServer(host, { dir, extensionsDir }), (started) => started.close());
  return `VS Code is served at\n  ${workbenchUrl(server, workspace)}\nOpen that address in a browser.`;
}
