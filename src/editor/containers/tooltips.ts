import * as vscode from 'vscode';
import type { HostContainer, HostImage } from '../../targets/docker/manage/listing';
import { t } from '../text';
import { table } from '../tooltipTable';
import { roleWords, shortId, size } from './words';

export function containerTooltip(container: HostContainer): vscode.MarkdownString {
  const { name, ours, image, status, created, ports, onHostNetwork, id } = container;
  const git = ours?.release.git;
  const published = ports.map(({ inside, outside }) =>
    outside === undefined ? `${inside}` : `${outside} → ${inside}`,
  );
  return table(name, [
    [t('State'), [status, roleWords(container)].filter((words) => words).join(', ')],
    [t('Release'), ours && `${ours.release.application} ${ours.release.version}`],
    [
      t('Commit'),
      git && [git.sha, git.branch, git.dirty ? t('with changes') : ''].filter((word) => word).join(' '),
    ],
    [t('Environment'), ours?.environment],
    [t('Plan'), ours?.plan],
    [t('Image'), image],
    [
      t('Ports'),
      onHostNetwork ? `${t("the host's network")} ${ours?.port ?? ''}`.trim() : published.join(', '),
    ],
    [t('Created'), dateOf(created)],
    [t('Id'), shortId(id)],
    [t('Started by'), ours ? 'Swapdeck' : t('someone else: it is shown, and never touched')],
  ]);
}

export function imageTooltip({
  id,
  tags,
  size: bytes,
  created,
  usedBy,
  releases,
}: HostImage): vscode.MarkdownString {
  return table(tags[0] ?? shortId(id), [
    [t('Tags'), tags.join(', ')],
    [t('Size'), t('{0}, layers that others share included', size(bytes))],
    [t('Created'), dateOf(created)],
    [t('Used by'), usedBy.join(', ')],
    [t('Releases'), releases.map(({ application, version }) => `${application} ${version}`).join(', ')],
    [t('Id'), shortId(id)],
  ]);
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString(vscode.env.language);
}
