import type { Ladder, Rung } from '../environments/ladder';
import { readVersion } from '../targets/tomcat/version';
import type { Translate } from './translate';

/** What a rung does, as an imperative. */
export function rungTitle({ kind }: Rung, { tomcat, web }: Ladder, t: Translate): string {
  const { path, version } = web;
  const release = readVersion('', version)?.release.version ?? version;
  const name = release === '' ? path : `${path} ${release}`;
  return {
    reload: t('Reload {0} on {1}', name, tomcat),
    parallel: t('Deploy the freshly built WAR beside it'),
    recreate: t('Deploy the freshly built WAR in its place'),
  }[kind];
}

/** What becomes of its users. */
export function rungSessions({ sessions }: Rung, t: Translate): string {
  return {
    kept: t('sessions are kept, as far as what they hold can be written down'),
    lost: t('sessions are lost'),
    unknown: t('whether sessions are kept is up to its session manager'),
    stay: t('users with a session stay on the old version'),
  }[sessions];
}

/** What it costs on this server. */
export function rungCost({ lastMs }: Rung, t: Translate): string {
  return lastMs === undefined
    ? t('not measured yet')
    : t('{0} s the last time', String(Math.round(lastMs / 100) / 10));
}
