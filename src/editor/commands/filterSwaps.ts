import * as vscode from 'vscode';
import type { App } from '../app';
import { t } from '../text';
import type { SwapFilter } from '../views/swaps';

interface FilterItem extends vscode.QuickPickItem {
  readonly filter?: SwapFilter;
}

/** Asks for a JVM or a class, and shows only its swaps; what is chosen adds to what was chosen before. */
export async function filterSwaps(app: App, chosen?: SwapFilter): Promise<void> {
  const filter = chosen ?? (await askFilter(app));
  if (filter) app.swaps.show({ ...app.swaps.filter, ...filter });
}

export function clearSwapFilter({ swaps }: App): void {
  swaps.show({});
}

async function askFilter({ ledger }: App): Promise<SwapFilter | undefined> {
  const items = ledger.entries().then((entries): FilterItem[] => {
    const newest = [...entries].reverse();
    const jvms = new Set(newest.map(({ begin }) => begin.jvm));
    const classes = new Set(
      newest.flatMap(({ begin, end }) => [
        ...begin.classes.map(({ name }) => name),
        ...(end?.results ?? []).filter(({ state }) => state !== 'same').map(({ name }) => name),
      ]),
    );
    return [
      separator(t('JVMs')),
      ...[...jvms].map((jvm) => ({ label: `$(vm) ${jvm}`, filter: { jvm } })),
      separator(t('Classes')),
      ...[...classes].map((className) => ({ label: `$(symbol-class) ${className}`, filter: { className } })),
    ];
  });
  const title = t('Filter Swaps');
  const placeHolder = t('A JVM or a class whose swaps are shown');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.filter;
}

function separator(label: string): FilterItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
