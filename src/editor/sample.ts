import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { CONFIG_FILE } from '../config/find';
import { CompileError } from '../compile/errors';
import { findJdks, toolPath, type Jdk } from '../compile/jdks';
import type { Disposable } from '../util/disposables';
import type { ContextKeys } from './contextKeys';
import { t } from './text';

/** Remembers, across the opening of its folder, that the sample is to be started there. */
const pendingKey = 'sample.startIn';

/** The sample application: a copy of `samples/hello`, compiled, and run in a terminal with a debug port. */
export class Sample implements Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #keys: ContextKeys;
  #terminal: vscode.Terminal | undefined;
  readonly #closed: vscode.Disposable;

  constructor(context: vscode.ExtensionContext, keys: ContextKeys) {
    this.#context = context;
    this.#keys = keys;
    this.#closed = vscode.window.onDidCloseTerminal((terminal) => {
      if (terminal === this.#terminal) this.#ended();
    });
  }

  /** Opens the sample's folder where it is not open yet; there it compiles, starts and shows it. */
  async start(): Promise<void> {
    const folder = this.#folder();
    if (this.#terminal) {
      this.#terminal.show(true);
      return;
    }
    if (vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === folder.fsPath))
      return this.#run(folder.fsPath);
    await cp(join(this.#context.extensionPath, 'samples', 'hello'), folder.fsPath, { recursive: true });
    await writeConfiguration(folder.fsPath, await freePort());
    await this.#context.globalState.update(pendingKey, folder.fsPath);
    const hasFolders = (vscode.workspace.workspaceFolders ?? []).length > 0;
    await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: hasFolders });
  }

  /** Goes on where `start` opened the folder. */
  async startIfPending(): Promise<void> {
    const pending = this.#context.globalState.get<string>(pendingKey);
    if (!vscode.workspace.workspaceFolders?.some(({ uri }) => uri.fsPath === pending)) return;
    await this.#context.globalState.update(pendingKey, undefined);
    await this.#run(this.#folder().fsPath);
  }

  stop(): void {
    this.#terminal?.dispose();
  }

  dispose(): void {
    this.#closed.dispose();
    this.#terminal?.dispose();
  }

  #folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.#context.globalStorageUri, 'hello');
  }

  async #run(folder: string): Promise<void> {
    const jdk = (await findJdks()).find(({ hasCompiler, feature }) => hasCompiler && feature >= 17);
    if (!jdk) throw new CompileError('noJdk', 'the sample needs a JDK 17 or newer');
    await compile(jdk, folder);
    const [jdwp, http] = [await freePort(), await freePort()];
    await writeConfiguration(folder, jdwp);
    this.#terminal = vscode.window.createTerminal({
      name: t('Swapdeck sample'),
      cwd: folder,
      shellPath: toolPath(jdk.home, 'java'),
      shellArgs: [
        `-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:${jdwp}`,
        `-Dhello.port=${http}`,
        ...['-cp', join('target', 'classes'), 'hello.Main'],
      ],
      iconPath: new vscode.ThemeIcon('rocket'),
    });
    this.#keys.set('swapdeck.sampleRunning', true);
    this.#terminal.show(true);
    const greeting = join(folder, 'src', 'main', 'java', 'hello', 'greeting', 'Greeting.java');
    await vscode.window.showTextDocument(vscode.Uri.file(greeting));
    await vscode.commands.executeCommand('swapdeck.environments.focus');
  }

  #ended(): void {
    this.#terminal = undefined;
    this.#keys.set('swapdeck.sampleRunning', false);
  }
}

/** As Maven would compile it. */
async function compile(jdk: Jdk, folder: string): Promise<void> {
  const sources = join(folder, 'src', 'main', 'java');
  const classes = join(folder, 'target', 'classes');
  await mkdir(classes, { recursive: true });
  const files = (await readdir(sources, { recursive: true })).filter((file) => file.endsWith('.java'));
  const flags = ['-g', '-parameters', '--release', '17', '-encoding', 'UTF-8', '-d', classes];
  const child = spawn(toolPath(jdk.home, 'javac'), [...flags, ...files.map((file) => join(sources, file))]);
  const [code, output] = await ended(child);
  if (code !== 0) throw new CompileError('failed', 'the sample does not compile', { failure: output });
}

async function ended(child: ChildProcess): Promise<[code: number | null, output: string]> {
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve([code, output]));
  });
}

async function writeConfiguration(folder: string, jdwp: number): Promise<void> {
  const text = [
    'applications:',
    '  hello:',
    '    classes: [target/classes]',
    '    sources: [src/main/java]',
    '',
    'environments:',
    '  dev:',
    '    jvms:',
    `      hello-local: { jdwp: "localhost:${jdwp}", application: hello }`,
    '',
  ].join('\n');
  await writeFile(join(folder, CONFIG_FILE), text);
}

/** Chosen beforehand: with port 0 a JVM would listen on another port after every detach. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
