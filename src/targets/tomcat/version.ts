import type { Release } from '../../contracts/deploy';
import { TomcatError } from './errors';

// The version of a context says which release it is, so that everyone who can list the contexts knows, with nothing
// added to the WAR and nothing kept elsewhere:
//
//   261121183000-1.4.2-3f2c1ab90d12e4f7-c0ffee1234567890
//   stamp        release  artifact      configuration
//
// Tomcat takes the highest text for the newest version; the stamp comes first and is always as long.

const PATTERN = /^(\d{12})-(.+)-([0-9a-f]{8,64})-([0-9a-f]{8,64})$/;
/** What may be in the name of a file everywhere and needs no care in URLs, cookies or JMX names. */
const VERSION = /^[\w.+~-]{1,80}$/;

/** What the artifact of a release for Tomcat begins with: a part of the WAR's SHA-256, 16 digits. */
const ARTIFACT = 'sha256:';
export const ARTIFACT_DIGITS = 16;

export interface StampedRelease {
  /** `yyMMddHHmmss`, UTC. */
  readonly stamp: string;
  readonly release: Release;
}

/** Throws `TomcatError` `versionText`. */
export function contextVersion(stamp: string, { version, artifact, configuration }: Release): string {
  const text = `${stamp}-${version}-${artifact.replace(ARTIFACT, '')}-${configuration}`;
  if (!VERSION.test(version) || !PATTERN.test(text))
    throw new TomcatError('versionText', `${text} can't be the version of a context`, { version });
  return text;
}

/** `undefined` for a version that was not made here. */
export function readVersion(application: string, version: string): StampedRelease | undefined {
  const [, stamp, name, artifact, configuration] = PATTERN.exec(version) ?? [];
  if (stamp === undefined || name === undefined || artifact === undefined || configuration === undefined)
    return undefined;
  return {
    stamp,
    release: { application, version: name, artifact: `${ARTIFACT}${artifact}`, configuration },
  };
}

export function artifactOf(sha256: string): string {
  return `${ARTIFACT}${sha256.slice(0, ARTIFACT_DIGITS)}`;
}

/** `261121183000` for a time in milliseconds since the epoch. */
export function stampOf(at: number): string {
  const text = new Date(at).toISOString();
  return text.slice(2, 19).replace(/\D/g, '');
}

/** The time of a stamp, of one that a version begins with too; `undefined` where it begins otherwise. */
export function stampTime(version: string): number | undefined {
  const [, ...parts] = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)/.exec(version) ?? [];
  if (parts.length === 0) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(2000 + year, month - 1, day, hour, minute, second);
}

/** A stamp for a deployment at a time, later than those of all versions that are there: clocks differ. */
export function nextStamp(at: number, versions: readonly string[]): string {
  const times = versions.flatMap((version) => stampTime(version) ?? []);
  return stampOf(Math.max(at, ...times.map((time) => time + 1000)));
}
