import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../util/disposables';
import { Emitter } from '../../util/emitter';
import type { Applications } from '../deploy/applications';
import type { PlacedApplication } from '../deploy/placed';
import {
  stepsOf,
  type DeploymentEnvironmentNode,
  type DeploymentNode,
  type DeploymentsNode,
} from './deploymentNodes';

/** Deployments that run, that wait to be resumed or undone, and that are over: the newest first. */
export class DeploymentsView implements vscode.TreeDataProvider<DeploymentsNode>, Disposable {
  readonly #applications: Applications;
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new vscode.EventEmitter<DeploymentsNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #grouped = this.#store.add(new Emitter<boolean>());
  readonly onDidGroup = this.#grouped.event;
  readonly #running = new Map<string, DeploymentNode>();
  #isGrouped = false;
  #view: vscode.TreeView<DeploymentsNode> | undefined;

  constructor(applications: Applications) {
    this.#applications = applications;
    this.#store.add(
      applications.onDidChange((id) => {
        const node = id === undefined ? undefined : this.#running.get(id);
        // A step of one that runs changes nothing but its own row and those below.
        const goesOn = id !== undefined && node?.running === applications.runningOf(id);
        this.#changed.fire(goesOn ? node : undefined);
      }),
    );
  }

  register(): void {
    this.#view = this.#store.add(
      vscode.window.createTreeView('swapdeck.deployments', { treeDataProvider: this }),
    );
  }

  get isGrouped(): boolean {
    return this.#isGrouped;
  }

  /** By environment, or all in one list. */
  group(by: boolean): void {
    this.#isGrouped = by;
    this.#grouped.fire(by);
    this.#changed.fire(undefined);
  }

  /** Brings the view into sight, at a deployment of an application where there is one. */
  async reveal(placed?: PlacedApplication): Promise<void> {
    await vscode.commands.executeCommand('swapdeck.deployments.focus');
    const node = placed && (await this.newest(placed));
    if (node) await this.#view?.reveal(node, { select: true, focus: true, expand: true });
  }

  /** The newest deployment of an application. */
  async newest(placed: PlacedApplication): Promise<DeploymentNode | undefined> {
    await this.#applications.past.known(placed);
    return this.#of(placed).sort(newestFirst)[0];
  }

  getChildren(node?: DeploymentsNode): DeploymentsNode[] {
    if (!vscode.workspace.isTrusted) return [];
    if (!node) return this.#roots();
    if (node.kind === 'environment') return [...node.deployments];
    if (node.kind === 'deployment')
      return stepsOf(node).map((step) => ({ kind: 'step', deployment: node, step }));
    return [];
  }

  getParent(node: DeploymentsNode): DeploymentsNode | undefined {
    if (node.kind === 'step') return node.deployment;
    if (node.kind !== 'deployment' || !this.#isGrouped) return undefined;
    return this.#roots().find((root) => root.kind === 'environment' && root.name === node.placed.environment);
  }

  async getTreeItem(node: DeploymentsNode): Promise<vscode.TreeItem> {
    const { deploymentItem } = await import('./deploymentItems');
    return deploymentItem(node);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #roots(): DeploymentsNode[] {
    const placed = this.#applications.deployable;
    const known = placed.map((each) => ({ placed: each, ...this.#applications.past.look(each) }));
    const all = placed.flatMap((each) => this.#of(each)).sort(newestFirst);
    const isLoading = known.some(({ loading, value }) => loading && !value);
    return [
      ...(this.#isGrouped ? byEnvironment(all) : all),
      ...(isLoading ? [{ kind: 'loading' as const }] : []),
      ...known.flatMap(({ placed: each, error }) =>
        error === undefined ? [] : [{ kind: 'problem' as const, placed: each, error }],
      ),
    ];
  }

  #of(placed: PlacedApplication): DeploymentNode[] {
    const { records = [], open: unfinished, holder } = this.#applications.past.look(placed).value ?? {};
    const running = this.#applications.runningOf(placed.id);
    const nodes: DeploymentNode[] = [];
    if (running) {
      const known = this.#running.get(placed.id);
      const node: DeploymentNode =
        known?.running === running
          ? known
          : { kind: 'deployment', placed, plan: running.plan.id, at: Infinity, running };
      this.#running.set(placed.id, node);
      nodes.push(node);
    }
    // One that stayed in the middle is in the audit log too, and one that was undone later stands there twice.
    const open = unfinished?.plan.id === running?.plan.id ? undefined : unfinished;
    const last = records.find(({ plan }) => plan === open?.plan.id);
    if (open)
      nodes.push({
        kind: 'deployment',
        placed,
        plan: open.plan.id,
        at: last?.at ?? Infinity,
        standing: open,
        ...(holder && { holder }),
        ...(last && { record: last }),
      });
    for (const record of records)
      if (record !== last)
        nodes.push({ kind: 'deployment', placed, plan: record.plan, at: record.at, record });
    return nodes;
  }
}

function newestFirst(a: DeploymentNode, b: DeploymentNode): number {
  if (a.at === b.at) return Number(b.running !== undefined) - Number(a.running !== undefined);
  return b.at > a.at ? 1 : -1;
}

function byEnvironment(all: readonly DeploymentNode[]): DeploymentEnvironmentNode[] {
  const groups = new Map<string, DeploymentNode[]>();
  for (const node of all) {
    const { environment } = node.placed;
    groups.set(environment, [...(groups.get(environment) ?? []), node]);
  }
  return [...groups].map(([name, deployments]) => ({ kind: 'environment', name, deployments }));
}
