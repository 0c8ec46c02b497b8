import * as vscode from 'vscode';
import type { App } from '../app';
import { t } from '../text';

/** Compares all class roots with what runs and swaps what differs. */
export async function swapNow({ jvms, notifier }: App): Promise<void> {
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: t('Comparing classes with what runs'),
      cancellable: true,
    },
    async (_progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const records = await (await jvms.hotSwap()).swapChanged(abort.signal);
      const nothing = records.every(
        ({ classes, error }) => !error && classes.every(({ state }) => state === 'same'),
      );
      if (nothing) notifier.tell('info', { title: t('Every class runs as it was built.'), next: [] });
    },
  );
}

/** Gives up whatever waits: a swap without an answer, a compilation. */
export function cancel({ jvms, compiler }: App): void {
  compiler.cancel();
  for (const session of jvms.sessions) if (session.waitingFor) session.cancel();
}

/** Holds swaps on save back; the changes are kept. */
export async function pause({ jvms }: App): Promise<void> {
  (await jvms.hotSwap()).pause();
  jvms.touch();
}

export async function unpause({ jvms }: App): Promise<void> {
  const swapping = (await jvms.hotSwap()).unpause();
  jvms.touch();
  await swapping;
}
