import type * as vscode from 'vscode';
import type { AuditRecord } from '../../contracts/deployRecord';
import type { Disposable } from '../../util/disposables';
import type { RunningDeployment } from '../deploy/running';
import type { OpenBoard } from './openBoard';

/** Panels with the traffic of deployments: live while they run, from the receipt afterwards. One a plan. */
export class TrafficBoards implements Disposable {
  readonly #extension: vscode.Uri;
  readonly #open = new Map<string, OpenBoard>();

  constructor(extension: vscode.Uri) {
    this.#extension = extension;
  }

  /** Opens the board of a deployment, or brings it to the front. */
  async show(deployment: RunningDeployment | AuditRecord): Promise<void> {
    const [{ OpenBoard }, { watchedRunning, watchedRecord }] = await Promise.all([
      import('./openBoard'),
      import('./watched'),
    ]);
    const isRecord = 'receipt' in deployment && 'digest' in deployment;
    const plan = isRecord ? deployment.plan : deployment.plan.id;
    const look = (): ReturnType<typeof watchedRecord> =>
      isRecord ? watchedRecord(deployment) : watchedRunning(deployment);
    const known = this.#open.get(plan);
    if (known) {
      known.reveal();
      return;
    }
    const board = new OpenBoard(this.#extension, look, () => this.#open.delete(plan));
    this.#open.set(plan, board);
    if (isRecord) return;
    board.add(deployment.onDidProbe(() => board.refresh()));
    board.add(deployment.onDidChange(() => board.refresh()));
  }

  dispose(): void {
    for (const board of [...this.#open.values()]) board.dispose();
  }
}
