import * as vscode from 'vscode';
import { describe } from '../../messages/describe';
import type { StepItem } from '../quickSteps';
import { t } from '../text';
import type { Applications } from './applications';
import type { PlacedApplication } from './placed';
import { versionRows, type VersionRow } from './versionRows';

/** What choosing a version leaves: where it may go. */
export interface ChosenVersion {
  readonly version: string;
  readonly candidates: readonly PlacedApplication[];
}

/** The versions of the application's Maven repository, the newest first, and apart those that no environment takes. */
export async function versionItems<T>(
  applications: Applications,
  candidates: readonly PlacedApplication[],
  live: string | undefined,
  valueOf: (chosen: ChosenVersion) => T,
  signal: AbortSignal,
): Promise<StepItem<T>[]> {
  const [first] = candidates;
  if (!first) return [];
  const application = await applications.openApplication(first, signal);
  const { versions = [], offline } = (await application.versions(signal)) ?? {};
  const rows = versionRows(
    versions.map(({ version }) => version),
    first.configuration.config!,
    candidates,
  );
  const taken = rows.filter(({ places }) => places.length > 0);
  const others = rows.filter(({ places }) => places.length === 0);
  const separator = (label: string): StepItem<T> => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...(offline ? [separator(t('{0} These are on this machine:', describe(offline, { t }).title))] : []),
    ...taken.map((row): StepItem<T> => ({
      label: `$(${row.branch === undefined ? 'package' : 'git-branch'}) ${row.version}`,
      description: words(row, candidates.length, live).join(' · '),
      picked: row.isLatest,
      value: valueOf({ version: row.version, candidates: row.places }),
    })),
    ...(others.length > 0 ? [separator(t('Not taken'))] : []),
    ...others.map(({ version, refused }): StepItem<T> => {
      const { title, detail } = describe(refused, { t });
      return {
        label: `$(circle-slash) ${version}`,
        description: title,
        ...(detail !== undefined && { detail }),
      };
    }),
  ];
}

function words(
  { version, branch, isLatest, places }: VersionRow<PlacedApplication>,
  count: number,
  live: string | undefined,
): string[] {
  return [
    ...(isLatest ? [t('the newest release')] : []),
    ...(branch === undefined ? [] : [t('branch {0}', branch)]),
    ...(version === live ? [t('is live')] : []),
    ...(places.length < count
      ? [t('only to {0}', places.map(({ environment }) => environment).join(', '))]
      : []),
  ];
}
