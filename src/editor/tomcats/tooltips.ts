import * as vscode from 'vscode';
import type { Certificate } from '../../targets/tomcat/certificates';
import type { SessionInfo } from '../../targets/tomcat/details';
import type { ContextVersion } from '../../targets/tomcat/fleet/contexts';
import type { TomcatServer } from '../../targets/tomcat/fleet/server';
import { duration, t } from '../text';
import { table } from '../tooltipTable';
import { emptyWords, endWords, minutes, sessionCount, stateWords, versionName } from './words';

export function serverTooltip({ name, contents, details }: TomcatServer): vscode.MarkdownString {
  const info = contents?.info;
  return table(name, [
    [t('Server'), info?.server],
    [t('System'), info?.os],
    [t('JVM'), info?.jvm],
    [t('Answered in'), contents && duration(contents.tookMs)],
    [t('Debug port'), details?.vm?.debug ? String(details.vm.debug.port) : undefined],
  ]);
}

export function versionTooltip(
  version: ContextVersion,
  info: SessionInfo | undefined,
): vscode.MarkdownString {
  const { name, deployed, deployedAt, docBase, sessions } = version;
  const timeout = info?.timeoutMinutes;
  return table(versionName(version), [
    [t('Context'), name],
    [t('State'), stateWords(version)],
    [t('Deployed'), deployedAt === undefined ? undefined : dateOf(deployedAt)],
    [t('Artifact'), deployed?.release.artifact],
    [t('Configuration'), deployed?.release.configuration],
    [t('Sessions'), sessionCount(sessions)],
    [t('Idle'), info && idleWords(info)],
    [t('They end after'), timeout === undefined || timeout === null ? undefined : minutes(timeout)],
    [t('Last session'), emptyWords(version, info)],
    [t('Files'), docBase],
    [t('Deployed by'), deployed ? 'Swapdeck' : t('someone else')],
  ]);
}

/** `2 for less than 1 min, 1 for 12 min`. */
function idleWords({ idle }: SessionInfo): string {
  return idle
    .filter(({ sessions }) => sessions > 0)
    .map(({ atLeastMinutes, sessions }) =>
      atLeastMinutes === 0
        ? t('{0} less than a minute', sessions)
        : t('{0} at least {1}', sessions, minutes(atLeastMinutes)),
    )
    .join(', ');
}

export function certificateTooltip(certificate: Certificate): vscode.MarkdownString {
  const { subject, issuer, connector, host, until } = certificate;
  return table(subject, [
    [t('Issuer'), issuer],
    [t('Connector'), connector],
    [t('Host name'), host === '_default_' ? t('any other') : host],
    [t('Until'), `${dateOf(until)} (${endWords(certificate)})`],
  ]);
}

function dateOf(at: number): string {
  return new Date(at).toLocaleString(vscode.env.language);
}
