import * as vscode from 'vscode';
import type { App } from '../app';
import { t } from '../text';

/** Where the task that a person chose is remembered, in the workspace's state. */
const memory = 'restartTask';

/** Restarts the JVM with the task of the setting, the one chosen before, or one that a person chooses now. */
export async function restartJvm({ context }: App): Promise<void> {
  const setting = vscode.workspace.getConfiguration('swapdeck').get<string>('restartTask', '');
  const wanted = setting !== '' ? setting : context.workspaceState.get<string>(memory, '');
  const tasks = await vscode.tasks.fetchTasks();
  const task = tasks.find((each) => isNamed(each, wanted)) ?? (await choose(context, tasks));
  if (task) await run(task);
}

/** Chooses another task to restart the JVM with, and runs nothing. */
export async function chooseRestartTask({ context }: App): Promise<void> {
  await choose(context, await vscode.tasks.fetchTasks());
}

/** `name` is the label of tasks.json, with or without where the task comes from: `serve`, `npm: serve`. */
function isNamed(task: vscode.Task, name: string): boolean {
  return name !== '' && (task.name === name || labelOf(task) === name);
}

function labelOf({ name, source }: vscode.Task): string {
  return source === 'Workspace' ? name : `${source}: ${name}`;
}

async function choose(
  { workspaceState }: vscode.ExtensionContext,
  tasks: readonly vscode.Task[],
): Promise<vscode.Task | undefined> {
  const items = tasks.map((task) => ({ label: labelOf(task), description: task.detail ?? '', task }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: t('Restart the JVM'),
    placeHolder:
      items.length === 0
        ? t('This workspace has no tasks: write one in tasks.json')
        : t('The task that starts the JVM; it is remembered'),
  });
  if (chosen) await workspaceState.update(memory, chosen.label);
  return chosen?.task;
}

/** A task that still runs is ended first: it is the JVM that is to go. */
async function run(task: vscode.Task): Promise<void> {
  const running = vscode.tasks.taskExecutions.find((execution) => isNamed(execution.task, labelOf(task)));
  if (running) {
    const ended = new Promise<void>((resolve) => {
      const listening = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution !== running) return;
        listening.dispose();
        resolve();
      });
    });
    running.terminate();
    await ended;
  }
  await vscode.tasks.executeTask(task);
}
