import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import { labUnsupported } from '../../scripts/support/labPackages';
import { deployScheme } from '../../src/editor/deploy/documents';
import type { PlacedApplication } from '../../src/editor/deploy/placed';
import type { DeploymentNode, DeploymentsNode } from '../../src/editor/views/deploymentNodes';
import type { Api } from '../../src/editor/api';
import { nextEvent } from '../../src/util/async';
import { answering, commitAll, commitRelease } from '../lab/deployScene';
import { skip } from '../support/skip';
import {
  Answers,
  applicationRows,
  checkout,
  placedIn,
  startScene,
  type StartedScene,
} from './support/deployScene';
import { activate, workspace } from './support/sample';

describe('deployments in the editor', function () {
  this.timeout(240_000);
  let api: Api;
  let scene: StartedScene;
  let staging: PlacedApplication;
  let answers: Answers;
  const releases: string[] = [];
  const variables: Record<string, string | undefined> = {};

  before(async function () {
    this.timeout(600_000);
    const unsupported = labUnsupported();
    if (unsupported) skip(this, unsupported);
    api = await activate();
    earlier = new Set(vscode.workspace.textDocuments);
    scene = await startScene();
    // The window deploys as the account of the lab does.
    for (const [name, value] of Object.entries(scene.env)) {
      variables[name] = process.env[name];
      process.env[name] = value;
    }
    releases.push(await commitRelease(scene, 'Answer'));
    staging = await placedIn(api, 'staging');
  });
  after(async function () {
    this.timeout(60_000);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await (scene as StartedScene | undefined)?.close();
    for (const [name, value] of Object.entries(variables))
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    for (const name of ['swapdeck.yaml', 'adara', '.git'])
      await rm(path.join(workspace().dir, name), { recursive: true, force: true });
  });
  beforeEach(() => {
    answers = new Answers(api);
  });
  afterEach(() => answers.restore());

  /** A row as a person reads it, once the hosts have answered. */
  const row = async (environment = 'staging', application = 'adara'): Promise<vscode.TreeItem> => {
    const placed = await placedIn(api, environment);
    if (application === 'adara') await api.applications.status.known(placed);
    const rows = await applicationRows(api, environment);
    const found = rows.find((each) => each.placed.application === application);
    return api.environments.getTreeItem(found!);
  };
  const deploy = (placed = staging): Thenable<unknown> =>
    vscode.commands.executeCommand('swapdeck.deploy', placed, 'workspace');
  const deployments = async (): Promise<DeploymentNode[]> => {
    await api.applications.past.known(staging);
    return api.deployments
      .getChildren()
      .filter(
        (node): node is DeploymentNode => node.kind === 'deployment' && node.placed.environment === 'staging',
      );
  };
  const item = (node: DeploymentsNode): Promise<vscode.TreeItem> => api.deployments.getTreeItem(node);
  /** Documents that other tests left. */
  let earlier: ReadonlySet<vscode.TextDocument>;
  const plans = (): vscode.TextDocument[] =>
    vscode.workspace.textDocuments.filter(
      (document) => document.uri.scheme === deployScheme && !earlier.has(document),
    );

  /** A document of that name, once it is there. */
  const opened = async (name: RegExp): Promise<vscode.TextDocument> => {
    const find = (): vscode.TextDocument | undefined => plans().find(({ uri }) => name.test(uri.path));
    while (!find()) await nextEvent(vscode.workspace.onDidOpenTextDocument);
    return find()!;
  };

  it('lists what can not be deployed yet, and says so', async () => {
    const { description, contextValue } = await row('staging', 'quotes');
    assert.equal(description, 'not supported yet: Kubernetes');
    assert.equal(contextValue, 'application.unsupported');
  });

  it('says which machine does not answer, with a way to ask again', async () => {
    const [node] = await applicationRows(api, 'lost');
    await api.applications.status.known(node!.placed);
    const [host] = await api.environments.getChildren(node);
    assert.equal(host?.kind, 'target');
    const [problem] = await api.environments.getChildren(host);
    const { label, description } = await api.environments.getTreeItem(problem!);
    assert.match(`${label as string} ${description as string}`, /gone|127\.0\.0\.1/);
    const [again] = await api.environments.getChildren(problem);
    assert.equal((await api.environments.getTreeItem(again!)).command?.command, 'swapdeck.refresh');
  });

  it('shows that nothing is live yet', async () => {
    const { description, contextValue } = await row();
    assert.equal(description, 'nothing is live');
    assert.equal(contextValue, 'application.idle');
  });

  it('shows the plan, and does nothing when it is discarded', async () => {
    answers.press = ['Discard'];
    assert.equal(await deploy(), undefined);
    const [plan] = plans();
    assert.equal(plan?.languageId, 'swapdeck-plan');
    assert.match(plan.getText(), new RegExp(`^# deploy adara ${releases[0]} to staging`));
    answers.last(/^The plan is ready: deploy adara .* to staging, \d+ steps\./);
    assert.equal((await deployments()).length, 0);
  });

  it('brings a first release to users', async () => {
    answers.press = ['Deploy'];
    const receipt = await deploy();
    assert.equal((receipt as { outcome?: string }).outcome, 'done');
    assert.equal(await answering(scene), releases[0]);
    const told = answers.last(/is live in staging/);
    assert.equal(told.kind, 'info');
    assert.deepEqual(told.choices, ['Show Receipt', 'Show Deployments']);
    const { description, contextValue } = await row();
    assert.match(String(description), new RegExp(`^${releases[0]} · just now · by \\S+$`));
    assert.equal(contextValue, 'application.idle');
  });

  it('finds nothing to do for what is live', async () => {
    await deploy();
    answers.last(/is live in staging already/);
  });

  it('replaces a release while users are served, and proves it', async () => {
    releases.push(await commitRelease(scene, 'Answer better'));
    answers.press = ['Deploy', 'Show Receipt'];
    const states = new Set<string>();
    const watching = api.applications.onDidHappen(({ deployment }) => {
      if (deployment.current) states.add(deployment.current.step.state);
    });
    await deploy();
    watching.dispose();
    assert.ok(states.has('running') && states.has('done'));
    const { text } = answers.last(/is live in staging/);
    assert.match(text, / 0 lost; answered by /);
    for (const release of releases) assert.ok(text.includes(`${release} `), text);
    assert.equal(await answering(scene), releases[1]);
    assert.match(String((await row()).contextValue), /^application\.idle\.kept\.standby$/);
    assert.match((await opened(/receipt/)).getText(), /^lost +0$/m);
  });

  it('lists what was deployed, the newest first, with steps that tell what they did', async () => {
    const [newest, first] = await deployments();
    assert.equal((await item(newest!)).label, `adara ${releases[1]}`);
    assert.equal((await item(first!)).label, `adara ${releases[0]}`);
    assert.match(String((await item(newest!)).description), /^staging · done · .* · 0 of \d+ lost · /);
    const steps = api.deployments.getChildren(newest);
    assert.ok(steps.length > 5);
    const { command } = await item(steps.at(-1)!);
    await vscode.commands.executeCommand(command!.command, ...(command!.arguments as unknown[]));
    const log = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(log, /^- .* {2}done after /m);
    assert.match(log, /^## \d+\. /m);
  });

  it('goes back to the release before', async () => {
    answers.press = ['Roll Back'];
    await vscode.commands.executeCommand('swapdeck.rollBack', staging, releases[0]);
    assert.match(answers.last(/is live in staging/).text, / 0 lost; /);
    assert.equal(await answering(scene), releases[0]);
  });

  it('takes everything back when it is cancelled in the middle and a person wants that', async () => {
    const yaml = path.join(workspace().dir, 'swapdeck.yaml');
    const before = await readFile(yaml, 'utf8');
    await change(yaml, before.replace('env: {', 'env: { ADARA_STARTUP: "slow:120000", '));
    releases.push(await commitAll(workspace().dir, 'Start slowly'));
    answers.press = ['Deploy', 'Undo All'];
    const starting = nextEvent(
      api.applications.onDidHappen,
      ({ deployment, event }) =>
        event.kind === 'stepBegan' &&
        deployment.plan.steps.find(({ id }) => id === event.step)?.phase === 'health',
    );
    const over = deploy(await placedIn(api, 'staging'));
    await starting;
    assert.match(String((await row()).contextValue), /^application\.deploying\b/);
    await vscode.commands.executeCommand('swapdeck.cancelDeployment', staging);
    await over;
    await change(yaml, before);
    answers.last(/was stopped\. Take back what was done, or stay here\?/);
    const { text, kind } = answers.last(/taken back/);
    assert.equal(kind, 'warning');
    assert.match(text, /Everything is as it was before\./);
    assert.equal(await answering(scene), releases[0]);
    const [newest] = await deployments();
    assert.match(String((await item(newest!)).description), /^staging · taken back · /);
  });

  it('goes on with what another program began and did not end', async () => {
    releases.push(await commitAll(workspace().dir, 'Start quickly'));
    await killedInTheMiddle();
    api.applications.refresh(staging);
    assert.match(String((await row()).description), new RegExp(`^${releases.at(-1)} was interrupted · `));
    assert.match(String((await row()).contextValue), /^application\.interrupted\b/);
    const [open] = await deployments();
    assert.equal((await item(open!)).contextValue, 'deployment.interrupted');
    await deploy();
    assert.deepEqual(answers.last(/was interrupted/).choices, ['Resume', 'Undo']);
    await vscode.commands.executeCommand('swapdeck.resumeDeployment', open);
    answers.last(/is live in staging/);
    assert.equal(await answering(scene), releases.at(-1));
    assert.match(String((await row()).contextValue), /^application\.idle\b/);
  });

  it('asks by name where the environment is protected, and marks what runs there without its knowledge', async () => {
    const production = await placedIn(api, 'production');
    releases.push(await commitRelease(scene, 'Answer best'));
    answers.press = ['Deploy'];
    await deploy(production);
    const { text } = answers.last(/^Deploy adara/);
    assert.ok(text.startsWith(`Deploy adara ${releases.at(-1)} to production?`), text);
    assert.equal(await answering(scene), releases.at(-1));
    api.applications.refresh(staging);
    assert.match(
      String((await row()).description),
      new RegExp(`^drifted: ${releases.at(-1)} runs on host-a · `),
    );
  });

  /** Saves the configuration as a person does, and waits until it was read. */
  async function change(file: string, text: string): Promise<void> {
    const read = nextEvent(api.applications.onDidChange, (id) => id === undefined);
    await writeFile(file, text);
    await read;
  }

  /** Deploys with the command line, and kills it once the release was transferred. */
  async function killedInTheMiddle(): Promise<void> {
    const cli = path.join(checkout(), 'dist', 'cli.js');
    const argv = [cli, 'deploy', 'staging', 'adara', '--yes'];
    const child = spawn(process.execPath, argv, {
      cwd: workspace().dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stderr }))
      if (/^ok +Start /.test(line)) child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL');
  }
});
