import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import { startService, type Service, type ServiceOptions } from '../../../scripts/sample/service';
import { writeConfiguration, type SampleWorkspace } from '../../../scripts/sample/workspace';
import { ensureJdk } from '../../../scripts/support/jdk';
import type { Api } from '../../../src/editor/api';
import type { JvmSession, SwapRecord } from '../../../src/hotswap/model';
import { nextEvent } from '../../../src/util/async';

/** The extension's API, active. */
export async function activate(): Promise<Api> {
  const extension = vscode.extensions.getExtension<Api>('swapdeck.swapdeck');
  assert.ok(extension, 'the extension is installed');
  const api = await extension.activate();
  await api.whenReady;
  return api;
}

/** The window's folder: a compiled copy of the sample. */
export function workspace(): SampleWorkspace {
  const dir = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(dir, 'a folder is open');
  return {
    dir,
    classes: path.join(dir, 'target', 'classes'),
    greeting: path.join(dir, 'src', 'main', 'java', 'hello', 'greeting', 'Greeting.java'),
    remove: () => Promise.resolve(),
  };
}

/** The sample, running, with a `swapdeck.yaml` that names it and that the extension has read. */
export async function startSample(api: Api, options?: ServiceOptions): Promise<Service> {
  const service = await startService(await ensureJdk(), workspace(), options);
  await writeConfiguration(workspace(), service.ports.jdwp);
  const listed = (): boolean =>
    api.jvms.environments.some(({ jvms }) => jvms.some(({ port }) => port === service.ports.jdwp));
  while (!listed()) await nextEvent(api.jvms.onDidChange);
  return service;
}

/** Attaches to the JVM of `swapdeck.yaml`. */
export async function attachSample(api: Api): Promise<JvmSession> {
  const [entry] = api.jvms.environments.flatMap(({ jvms }) => jvms);
  assert.ok(entry, 'an environment has a JVM');
  return api.jvms.attach(entry);
}

/** Replaces a text in an open document and saves it, as a person does. */
export async function edit(document: vscode.TextDocument, from: string, to: string): Promise<void> {
  const at = document.getText().indexOf(from);
  assert.ok(at >= 0, `${from} is in the source`);
  const change = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(at), document.positionAt(at + from.length));
  change.replace(document.uri, range, to);
  assert.ok(await vscode.workspace.applyEdit(change));
  assert.ok(await document.save());
}

/** A swap takes less, on any machine. Milliseconds. */
const LONGEST_SWAP = 50_000;

/** Does something and waits for the swap that follows from it; fails with what was swapped instead. */
export async function swapAfter(
  api: Api,
  action: () => Promise<unknown>,
  isIt: (record: SwapRecord) => boolean = () => true,
): Promise<SwapRecord> {
  const seen: string[] = [];
  const listening = api.jvms.onDidSwap(({ origin, classes }) =>
    seen.push(`${origin}: ${classes.map(({ name, outcome }) => `${name} ${outcome}`).join(', ')}`),
  );
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => {
      const states = api.jvms.sessions.map(({ target, state }) => `${target.id} ${state.kind}`);
      const text = `No such swap of ${states.join(', ')}; seen: ${seen.join('; ') || 'none'}`;
      // Where the test is tried again, this is all that is left of it.
      console.error(text);
      reject(new Error(text));
    }, LONGEST_SWAP);
  });
  try {
    const swapped = nextEvent(api.jvms.onDidSwap, isIt);
    await Promise.race([action(), late]);
    return await Promise.race([swapped, late]);
  } finally {
    clearTimeout(deadline);
    listening.dispose();
  }
}
