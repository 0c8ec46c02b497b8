import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { addressPackages, labUnsupported } from '../../scripts/support/labPackages';
import type { Api } from '../../src/editor/api';
import type { PlacedApplication } from '../../src/editor/deploy/placed';
import type { EnvironmentNode } from '../../src/editor/views/environments';
import type { OperationNode, OperationPartNode } from '../../src/editor/views/operationNodes';
import { nextEvent } from '../../src/util/async';
import { skip } from '../support/skip';
import { Answers } from './support/deployScene';
import { activate, workspace } from './support/sample';
import { startSceneProcess, type SceneProcess } from './support/sceneProcess';

describe('an address in the editor', function () {
  this.timeout(120_000);
  let api: Api;
  let lab: SceneProcess<{ readonly env: Readonly<Record<string, string>> }>;
  let answers: Answers;
  const variables: Record<string, string | undefined> = {};

  before(async function () {
    this.timeout(600_000);
    const unsupported = labUnsupported(addressPackages);
    if (unsupported) skip(this, unsupported);
    api = await activate();
    lab = await startSceneProcess('addressSceneProcess');
    for (const [name, value] of Object.entries(lab.scene.env)) {
      variables[name] = process.env[name];
      process.env[name] = value;
    }
    answers = new Answers(api);
  });
  after(async () => {
    (answers as Answers | undefined)?.restore();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await (lab as typeof lab | undefined)?.close();
    for (const [name, value] of Object.entries(variables))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    await rm(path.join(workspace().dir, 'swapdeck.yaml'), { force: true });
  });

  async function placed(): Promise<PlacedApplication> {
    const find = (): PlacedApplication | undefined =>
      api.applications.deployable.find(({ application }) => application === 'vip@address');
    while (!find()) await nextEvent(api.applications.onDidChange);
    return find()!;
  }

  /** The rows of the address and of its hosts, once they have answered. */
  async function rows(): Promise<{ address: OperationNode; hosts: OperationPartNode[] }> {
    await api.applications.operations.known(await placed());
    const roots = await api.environments.getChildren();
    const production = roots.find(
      (node): node is EnvironmentNode =>
        node.kind === 'environment' && node.environment.name === 'production',
    );
    const below = await api.environments.getChildren(production);
    const address = below.find((node): node is OperationNode => node.kind === 'operation')!;
    const hosts = await api.environments.getChildren(address);
    return { address, hosts: hosts.filter((node) => node.kind === 'operationPart') };
  }

  const texts = async (): Promise<unknown[]> => {
    const { address, hosts } = await rows();
    const items = await Promise.all([address, ...hosts].map((node) => api.environments.getTreeItem(node)));
    return items.map(({ label, description, contextValue }) => [label, description, contextValue]);
  };

  it('says who has it, and moves to the host of a row', async () => {
    assert.deepEqual(await texts(), [
      ['vip', '10.99.0.30 · on lb-1', 'operation.address'],
      ['lb-1', 'has the address · priority 150', 'operationPart.address.holds'],
      ['lb-2', 'ready · priority 100', 'operationPart.address.ready'],
    ]);
    answers.press = ['Move'];
    const { hosts } = await rows();
    const receipt = await vscode.commands.executeCommand('swapdeck.moveAddressHere', hosts[1]);
    assert.equal((receipt as { outcome: string }).outcome, 'done');
    assert.deepEqual(await texts(), [
      ['vip', '10.99.0.30 · on lb-2', 'operation.address'],
      ['lb-1', 'ready · priority 150', 'operationPart.address.ready'],
      ['lb-2', 'has the address · priority 151', 'operationPart.address.holds'],
    ]);
  });
});
