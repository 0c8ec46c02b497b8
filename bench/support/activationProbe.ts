import { statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';

/** What the extension host saw of one activation. */
export interface Activation {
  /** Code loading plus the call of `activate`, as "Show Running Extensions" counts them. Milliseconds. */
  readonly ms: number;
  /** From the request to its end: with what the editor itself does for it, such as sending the stored state. */
  readonly requestMs: number;
  /** What the extension host's process computed from request to end, in all its threads. Milliseconds. */
  readonly cpuMs: number;
  /** Files of the extension that were loaded for it, relative to `dist`, with their bytes. */
  readonly loaded: Readonly<Record<string, number>>;
}

interface Loader {
  _load: (this: unknown, request: string, ...rest: unknown[]) => unknown;
  readonly _cache: Readonly<Record<string, unknown>>;
}

interface Entry {
  activate(context: vscode.ExtensionContext): unknown;
}

/** Runs inside the extension host: activates the extension and leaves the figures in `SWAPDECK_ACTIVATION`. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('swapdeck.swapdeck');
  if (!extension) throw new Error('the extension is not installed');
  if (extension.isActive) throw new Error('the extension is active before anything asked for it');
  const loader = Module as unknown as Loader;
  const own = timeEntry(loader, path.join(extension.extensionPath, 'dist', 'extension'));
  const started = performance.now();
  const before = process.cpuUsage();
  await extension.activate();
  const requestMs = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const dist = path.join(extension.extensionPath, 'dist') + path.sep;
  const files = Object.keys(loader._cache).filter((file) => file.startsWith(dist));
  const loaded = Object.fromEntries(files.map((file) => [path.relative(dist, file), statSync(file).size]));
  const activation: Activation = { ms: own(), requestMs, cpuMs: (user + system) / 1000, loaded };
  writeFileSync(process.env.SWAPDECK_ACTIVATION!, JSON.stringify(activation));
}

/** Times the loading of the entry file and its `activate`; the result is their sum in milliseconds. */
function timeEntry(loader: Loader, entry: string): () => number {
  const load = loader._load;
  const parts: number[] = [];
  const timed = <T>(action: () => T): T => {
    const started = performance.now();
    const result = action();
    parts.push(performance.now() - started);
    return result;
  };
  loader._load = function (this: unknown, request: string, ...rest: unknown[]) {
    if (!request.startsWith(entry)) return load.call(this, request, ...rest);
    const exported = timed(() => load.call(this, request, ...rest)) as Entry;
    return {
      ...exported,
      activate: (context: vscode.ExtensionContext) => timed(() => exported.activate(context)),
    };
  };
  return () => {
    loader._load = load;
    if (parts.length !== 2)
      throw new Error(`the entry was loaded or activated ${parts.length} times, not once each`);
    return parts[0]! + parts[1]!;
  };
}
