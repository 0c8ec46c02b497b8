import assert from 'node:assert/strict';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Api } from '../../src/editor/api';
import type { PlacedApplication } from '../../src/editor/deploy/placed';
import type { EnvironmentsNode } from '../../src/editor/views/environments';
import { nextEvent } from '../../src/util/async';
import type { CertificateScene } from '../lab/certificates/scene';
import { Answers } from './support/deployScene';
import { activate, workspace } from './support/sample';
import { startSceneProcess, type SceneProcess } from './support/sceneProcess';

describe('certificates in the editor', function () {
  this.timeout(120_000);
  let api: Api;
  let server: SceneProcess<CertificateScene>;
  let answers: Answers;
  let placed: PlacedApplication;

  before(async function () {
    this.timeout(300_000);
    api = await activate();
    answers = new Answers(api);
    server = await startSceneProcess<CertificateScene>('certificateSceneProcess');
    const find = (): PlacedApplication | undefined =>
      api.applications.deployable.find(({ application }) => application === 'www@certificate');
    while (!find()) await nextEvent(api.applications.onDidChange);
    placed = find()!;
  });
  after(async () => {
    answers.restore();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await (server as SceneProcess<CertificateScene> | undefined)?.close();
    for (const name of ['swapdeck.yaml', 'certs'])
      await rm(path.join(workspace().dir, name), { recursive: true, force: true });
  });

  /** The row of the certificate and those below it, once its server has answered. */
  async function rows(): Promise<vscode.TreeItem[]> {
    await api.applications.operations.known(placed);
    const roots = await api.environments.getChildren();
    const environment = roots.find((root) => root.kind === 'environment');
    const children = await api.environments.getChildren(environment);
    const node = children.find((child): child is EnvironmentsNode & { kind: 'operation' } => {
      return child.kind === 'operation';
    });
    assert.ok(node);
    const below = await api.environments.getChildren(node);
    return Promise.all([node, ...below].map((each) => api.environments.getTreeItem(each)));
  }
  const icon = ({ iconPath }: vscode.TreeItem): string => (iconPath as vscode.ThemeIcon).id;
  const warnings = (): string[] =>
    answers.told.filter(({ kind }) => kind === 'warning').map(({ text }) => text);

  it('are shown below their environment with the days that are left, as a warning in the last weeks', async () => {
    const [certificate, server] = await rows();
    assert.equal(certificate?.label, 'www');
    assert.equal(certificate.description, '9 days left · another one in the files');
    assert.equal(icon(certificate), 'warning');
    assert.equal(server?.label, 'worker1');
    assert.match(String(server.description), /^9 days left · until \d{4}-\d\d-\d\d$/);
  });

  it('are warned of once a day', async () => {
    api.applications.refresh(placed);
    await rows();
    api.applications.refresh(placed);
    await rows();
    assert.equal(warnings().length, 1);
    assert.match(warnings()[0]!, /^The certificate www in staging: 9 days left\./);
  });

  it('are renewed by a plan that a person approves', async () => {
    answers.press = ['Renew'];
    const receipt = await vscode.commands.executeCommand('swapdeck.renewCertificate', placed);
    assert.equal((receipt as { outcome?: string }).outcome, 'done');
    const plan = vscode.workspace.textDocuments.find((document) =>
      document.getText().startsWith('# renew www@certificate '),
    );
    assert.equal(plan?.languageId, 'swapdeck-plan');
    assert.match(plan.getText(), /in staging.*sslReload/s);
    answers.last(/^www in staging is served until \d{4}-\d\d-\d\d, /);
    const [certificate] = await rows();
    assert.equal(certificate?.description, '89 days left');
    assert.equal(icon(certificate), 'lock');
    const key = await readFile(path.join(workspace().dir, 'certs', 'www.key'), 'utf8');
    const served = path.join(server.scene.served, 'www.key');
    assert.equal((await readFile(served, 'utf8')).trim(), key.trim());
    assert.equal((await stat(served)).mode & 0o777, 0o600);
  });

  it('are not renewed again', async () => {
    assert.equal(await vscode.commands.executeCommand('swapdeck.renewCertificate', placed), undefined);
    answers.last(/^www in staging: \d{4}-\d\d-\d\d already\./);
  });
});
