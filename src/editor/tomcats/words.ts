import * as vscode from 'vscode';
import { daysLeft, type Certificate } from '../../targets/tomcat/certificates';
import { emptyInMinutes, type SessionInfo } from '../../targets/tomcat/details';
import type { ContextVersion } from '../../targets/tomcat/fleet/contexts';
import type { TomcatNode } from '../../targets/tomcat/fleet/nodes';
import { t } from '../text';

/** `19:36`, `29 Nov, 19:36` of another day, in this machine's time; the year where it is another one. */
export function momentOf(at: number, now = Date.now()): string {
  const [then, today] = [new Date(at), new Date(now)];
  const isThisYear = then.getFullYear() === today.getFullYear();
  const isToday = then.toDateString() === today.toDateString();
  return then.toLocaleString(vscode.env.language, {
    ...(!isThisYear && { year: 'numeric' }),
    ...(!isToday && { month: 'short', day: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

/** `1 session`, `3 sessions`. */
export function sessionCount(count: number): string {
  return count === 1 ? t('1 session') : t('{0} sessions', count);
}

/** `45 min`, `3 h`, `2 d`. */
export function minutes(count: number): string {
  if (count < 120) return t('{0} min', count);
  return count < 48 * 60 ? t('{0} h', Math.round(count / 60)) : t('{0} d', Math.round(count / (24 * 60)));
}

/** What a version is called: the release it came from, else what its deployer wrote. */
export function versionName({ deployed, version }: ContextVersion): string {
  if (deployed) return deployed.release.version;
  return version === '' ? t('unversioned') : version;
}

/** `gets new users`, `has old users`, `stopped`. */
export function stateWords({ running, isNewest, sessions }: ContextVersion): string {
  if (!running) return t('stopped');
  if (isNewest) return t('gets new users');
  return sessions > 0 ? t('has old users') : t('empty');
}

/** When a version has no session left if nobody comes back; undefined where that says nothing. */
export function emptyWords(version: ContextVersion, info: SessionInfo | undefined): string | undefined {
  // One that gets new users is never empty for long.
  if (!info || version.sessions === 0 || version.isNewest) return undefined;
  const left = emptyInMinutes(info);
  return left === null ? t('its sessions never end') : t('empty within {0}', minutes(left));
}

/** `ends in 12 days`, `ended 3 days ago`. */
export function endWords(certificate: Certificate, now = Date.now()): string {
  const days = daysLeft(certificate, now);
  if (days < 0) return t('ended on {0}', new Date(certificate.until).toLocaleDateString(vscode.env.language));
  if (days === 0) return t('ends today');
  return days === 1 ? t('ends tomorrow') : t('ends in {0} days', days);
}

/** The common name of a certificate's subject, or all of it. */
export function subjectName({ subject }: Certificate): string {
  return /(?:^|, )CN=("[^"]*"|[^,]*)/.exec(subject)?.[1] ?? subject;
}

/** A server's name, a path, a version: how questions call it. */
export function nodeName(node: TomcatNode): string {
  switch (node.kind) {
    case 'path':
      return t('{0} on {1}', node.context.path, node.server.name);
    case 'version': {
      const { path } = node.version;
      return t('{0} {1} on {2}', path, versionName(node.version), node.server.name);
    }
    case 'server':
    case 'problem':
    case 'details':
    case 'fact':
    case 'certificate':
      return node.server.name;
  }
}
