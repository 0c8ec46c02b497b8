import * as vscode from 'vscode';
import { t } from './text';

/** A choice of a step. Separators have no value. */
export interface StepItem<T> extends vscode.QuickPickItem {
  readonly value?: T;
}

export interface QuickStep<T> {
  readonly placeholder: string;
  /** Loaded while the step is in sight. */
  items(signal: AbortSignal): Promise<readonly StepItem<T>[]> | readonly StepItem<T>[];
}

/** A question whose answer fits `S`; undefined when the answer is known already, and nobody is asked. */
export type AskStep<S> = (so: S) => QuickStep<S> | undefined;

/**
 * Asks one question after another by quick picks, with Back and a counter; each answer is the state that the next
 * question starts from. Resolves to the last, or to undefined when the person gave up.
 */
export async function quickSteps<S>(
  title: string,
  begin: S,
  steps: readonly AskStep<S>[],
): Promise<S | undefined> {
  /** The questions asked so far, with the state before each. */
  const asked: { readonly at: number; readonly before: S }[] = [];
  const known = steps.filter((step) => step(begin) !== undefined).length;
  let state = begin;
  let at = 0;
  while (at < steps.length) {
    const step = steps[at]!(state);
    if (!step) {
      at++;
      continue;
    }
    const answer = await ask(title, step, asked.length + 1, Math.max(known, asked.length + 1));
    if (answer === 'back') {
      ({ at, before: state } = asked.pop()!);
      continue;
    }
    if (answer === undefined) return undefined;
    asked.push({ at, before: state });
    state = answer.value;
    at++;
  }
  return state;
}

async function ask<S>(
  title: string,
  step: QuickStep<S>,
  number: number,
  total: number,
): Promise<{ readonly value: S } | 'back' | undefined> {
  const pick = vscode.window.createQuickPick<StepItem<S>>();
  const abort = new AbortController();
  pick.title = title;
  pick.placeholder = step.placeholder;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  if (total > 1) {
    pick.step = number;
    pick.totalSteps = total;
  }
  if (number > 1) pick.buttons = [vscode.QuickInputButtons.Back];
  const listeners: vscode.Disposable[] = [];
  try {
    return await new Promise<{ readonly value: S } | 'back' | undefined>((resolve, reject) => {
      listeners.push(
        pick.onDidTriggerButton(() => resolve('back')),
        pick.onDidHide(() => resolve(undefined)),
        pick.onDidAccept(() => {
          const [item] = pick.selectedItems;
          if (item?.value !== undefined) resolve({ value: item.value });
        }),
      );
      pick.busy = true;
      pick.show();
      Promise.resolve(step.items(abort.signal)).then((items) => {
        if (abort.signal.aborted) return;
        pick.items = items;
        // What Enter takes; the first one unless an item says so.
        const picked = items.filter((item) => item.picked === true);
        if (picked.length > 0) pick.activeItems = picked;
        pick.busy = false;
        if (items.length === 0) pick.placeholder = t('Nothing to choose from.');
      }, reject);
    });
  } finally {
    abort.abort();
    for (const listener of listeners) listener.dispose();
    pick.dispose();
  }
}
