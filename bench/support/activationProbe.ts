import { statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';

/** What the extension host saw of one activation. */
export interface Activation {
  /** From the request to activate until `activate` returned, code loading included. Milliseconds. */
  readonly ms: number;
  /** What the extension host's process computed meanwhile, in all its threads. Milliseconds. */
  readonly cpuMs: number;
  /** Files of the extension that were loaded for it, relative to `dist`, with their bytes. */
  readonly loaded: Readonly<Record<string, number>>;
}

/** Runs inside the extension host: activates the extension and leaves the figures in `SWAPDECK_ACTIVATION`. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('swapdeck.swapdeck');
  if (!extension) throw new Error('the extension is not installed');
  if (extension.isActive) throw new Error('the extension is active before anything asked for it');
  const started = performance.now();
  const before = process.cpuUsage();
  await extension.activate();
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const dist = path.join(extension.extensionPath, 'dist') + path.sep;
  const { _cache: cache } = Module as unknown as { _cache: Readonly<Record<string, unknown>> };
  const files = Object.keys(cache).filter((file) => file.startsWith(dist));
  const loaded = Object.fromEntries(files.map((file) => [path.relative(dist, file), statSync(file).size]));
  const activation: Activation = { ms, cpuMs: (user + system) / 1000, loaded };
  writeFileSync(process.env.SWAPDECK_ACTIVATION!, JSON.stringify(activation));
}
