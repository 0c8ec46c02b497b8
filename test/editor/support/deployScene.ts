import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import type { DeployScene } from '../../lab/deployScene';
import type { Api } from '../../../src/editor/api';
import type { PlacedApplication } from '../../../src/editor/deploy/placed';
import type { ApplicationNode } from '../../../src/editor/views/applicationNodes';
import type { EnvironmentNode } from '../../../src/editor/views/environments';
import { nextEvent } from '../../../src/util/async';
import { workspace } from './sample';

/** The checkout: the tests are bundled elsewhere. */
export const checkout = (): string => vscode.extensions.getExtension('swapdeck.swapdeck')!.extensionPath;

export interface StartedScene extends DeployScene {
  close(): Promise<void>;
}

/** Brings a lab up in a process of its own, with the window's folder as what is deployed. */
export async function startScene(): Promise<StartedScene> {
  const root = checkout();
  const program = path.join(root, 'test', 'lab', 'deploySceneProcess.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, workspace().dir], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => Promise.reject(new Error('the lab did not come up'))),
  ])) as [string];
  const scene = JSON.parse(line) as DeployScene;
  return {
    ...scene,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** The application of an environment, once the extension has read the configuration. */
export async function placedIn(api: Api, environment: string): Promise<PlacedApplication> {
  const find = (): PlacedApplication | undefined =>
    api.applications.all.find((each) => each.environment === environment && each.application === 'adara');
  while (!find()) await nextEvent(api.applications.onDidChange);
  return find()!;
}

/** The rows of the applications of an environment. */
export async function applicationRows(api: Api, environment: string): Promise<ApplicationNode[]> {
  const roots = await api.environments.getChildren();
  const node = roots.find(
    (root): root is EnvironmentNode => root.kind === 'environment' && root.environment.name === environment,
  );
  assert.ok(node, `the view has ${environment}`);
  const children = await api.environments.getChildren(node);
  return children.filter((child) => child.kind === 'application');
}

export interface Told {
  readonly kind: string;
  readonly text: string;
  readonly choices: readonly string[];
}

/** Answers dialogs by the titles of their buttons, and keeps what was said. */
export class Answers {
  readonly told: Told[] = [];
  /** Titles that are pressed wherever they are offered. */
  press: readonly string[] = [];
  /** What questions that must be answered get. */
  confirm = true;
  /** What is typed into input boxes, one after another; then nothing. */
  readonly typed: string[] = [];
  readonly #usual: Api['dialogs']['current'];
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.#usual = api.dialogs.current;
    api.dialogs.current = {
      show: (kind, text, choices) => {
        this.told.push({ kind, text, choices: choices.map(({ title }) => title) });
        return Promise.resolve(choices.find(({ title }) => this.press.includes(title))?.value);
      },
      confirm: (text, detail, button) => {
        this.told.push({ kind: 'confirm', text: `${text} ${detail}`, choices: [button] });
        return Promise.resolve(this.confirm);
      },
      input: ({ title = '', prompt = '' }) => {
        this.told.push({ kind: 'input', text: `${title} ${prompt}`, choices: [] });
        return Promise.resolve(this.typed.shift());
      },
    };
  }

  /** The last thing that was told and says that. */
  last(text: RegExp): Told {
    const found = this.told.findLast((each) => text.test(each.text));
    assert.ok(found, `${String(text)} was told; told was:\n${this.told.map((each) => each.text).join('\n')}`);
    return found;
  }

  restore(): void {
    this.#api.dialogs.current = this.#usual;
  }
}
