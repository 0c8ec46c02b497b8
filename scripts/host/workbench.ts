import { makeTempDir, removeDir } from '../support/tempDir';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ensureBrowserHost } from './install';
import { startServer, workbenchUrl, type Server, type ServerOptions } from './server';

export interface WorkbenchOptions extends Partial<Omit<ServerOptions, 'dir'>> {
  /** A folder or a `.code-workspace` file; none opens an empty window. */
  readonly workspace?: string;
  /** Folders of extensions under development. */
  readonly extensions?: readonly string[];
  /** A module whose `run()` is called in the extension host, as `@vscode/test-electron` does. */
  readonly tests?: string;
  /** Name of the colour theme, such as `Default Dark Modern`. */
  readonly theme?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Prepares the page before it loads. */
  readonly onPage?: (page: Page) => Promise<void>;
}

/** VS Code in a scripted browser. */
export interface Workbench {
  /** Opens the same folder in any other browser of this machine (without extensions under development). */
  readonly url: string;
  readonly page: Page;
  readonly server: Server;
  close(): Promise<void>;
}

/** Starts a VS Code server with fresh data and opens it in a headless browser. `close` leaves nothing behind. */
export async function startWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const host = await ensureBrowserHost();
  const dir = await makeTempDir('vscode');
  let server: Server | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close().catch(() => undefined);
    await server?.close();
    await removeDir(dir);
  };
  try {
    server = await startServer(host, {
      ...options,
      dir,
      settings: {
        ...(options.theme === undefined ? {} : { 'workbench.colorTheme': options.theme }),
        ...options.settings,
      },
    });
    // Signals are the caller's business: it has more to end than the browser.
    browser = await chromium.launch({
      executablePath: host.chromium,
      args: ['--disable-gpu', '--disable-quic'],
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    await options.onPage?.(page);
    const extensions = options.extensions ?? [];
    const request = { authority: server.authority, extensions, tests: options.tests ?? null };
    // A file of plain JavaScript: what tsx makes of a function would not run in a page.
    await page.addInitScript({ content: `window.swapdeckHost = ${JSON.stringify(request)};` });
    await page.addInitScript({ path: path.join(__dirname, 'workbenchPage.js') });
    const url = workbenchUrl(server, options.workspace);
    await page.goto(url);
    return { url, page, server, close };
  } catch (error) {
    await close();
    throw error;
  }
}
