import { createHash } from 'node:crypto';
import { coerce, parse, satisfies } from 'semver';
import { compareVersions } from './order';

/** The parts of a version: https://semver.org, or as near to it as a text of another form comes. */
export interface VersionParts {
  /** `1.2.1`; empty for one that does not begin with a number, such as a git sha. */
  readonly release: string;
  /** `myfeature.1` of `1.2.1-myfeature.1+1`; empty for a release. */
  readonly prerelease: string;
  /** `1` of `1.2.1-myfeature.1+1`. */
  readonly build: string;
}

/** Which releases are accepted somewhere. Absent rules accept all. */
export interface Channel {
  /** A regular expression on the pre-release part, which is empty for a release. */
  readonly prerelease?: string | undefined;
  /** A range of npm's form: `>=1.0.0 <2`. Pre-releases are in it where they are between its ends. */
  readonly versions?: string | undefined;
}

/** Names of the candidates of the release itself; a number may follow. */
const CANDIDATE = /^(?:alpha|beta|milestone|m|rc|cr|pre|preview|snapshot|dirty)?[.-]?\d*$/i;
/** What is written behind the number of a release. */
const FINAL = /^(?:final|ga|release|sp\d*)$/i;
/** What a repository puts in the place of SNAPSHOT: https://maven.apache.org/ref/current/maven-repository-metadata/ */
const TIMESTAMP = /-\d{8}\.\d{6}-\d+$/;
const SNAPSHOT = /[.-]?SNAPSHOT$/i;
const LONGEST_BRANCH = 40;

/** The parts of a version. One that is no semantic version ends with its first hyphen, plus, or dot before a letter. */
export function versionParts(version: string): VersionParts {
  const text = version.replace(TIMESTAMP, '-SNAPSHOT');
  const semver = parse(text);
  if (semver) {
    const { major, minor, patch, prerelease, build } = semver;
    return parts(`${major}.${minor}.${patch}`, prerelease.join('.'), build.join('.'));
  }
  const [before = '', ...builds] = text.split('+');
  const build = builds.join('+');
  const [, release, rest] = /^(\d+(?:\.\d+)*)(?:[.-](.*))?$/.exec(before) ?? [];
  if (release !== undefined) return parts(release, rest ?? '', build);
  const hyphen = before.indexOf('-');
  return parts('', hyphen < 0 ? '' : before.slice(hyphen + 1), build);
}

function parts(release: string, prerelease: string, build: string): VersionParts {
  return { release, prerelease: FINAL.test(prerelease) ? '' : prerelease, build };
}

/** Whether it changes as long as it has this name. */
export function isSnapshot(version: string): boolean {
  return /-SNAPSHOT$/i.test(version);
}

/** Whether it is one build of a snapshot. */
export function isBuild(version: string): boolean {
  return TIMESTAMP.test(version);
}

/** `1.3.0-SNAPSHOT` for one of its builds, else the version itself. */
export function baseVersion(version: string): string {
  return version.replace(TIMESTAMP, '-SNAPSHOT');
}

/**
 * The branch that a version is of, in letters, digits and hyphens, at most 40: the first identifier of its pre-release
 * part. None for releases and their candidates (`alpha`, `beta`, `m`, `rc` and the like, `SNAPSHOT`, a number), and for
 * what does not begin with a number, such as a git sha.
 * `pattern`, a regular expression on that identifier, says otherwise which are branches.
 */
export function branchOf(version: string, pattern?: string): string | undefined {
  const { release, prerelease } = versionParts(version);
  if (release === '') return undefined;
  const [first = ''] = prerelease.replace(SNAPSHOT, '').split(/[.+]/);
  const isBranch = pattern === undefined ? !CANDIDATE.test(first) : new RegExp(pattern).test(first);
  if (first === '' || !isBranch) return undefined;
  const name = first
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (name === '') return undefined;
  if (name.length <= LONGEST_BRANCH) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST_BRANCH - 9)}-${digest}`;
}

/** The rule of a channel that a version does not fit; undefined where it is accepted. */
export function refusedBy(
  version: string,
  { prerelease, versions }: Channel,
): { readonly rule: keyof Channel; readonly wanted: string } | undefined {
  const found = versionParts(version);
  if (prerelease !== undefined && !new RegExp(prerelease).test(found.prerelease))
    return { rule: 'prerelease', wanted: prerelease };
  if (versions !== undefined && !isIn(version, found, versions))
    return { rule: 'versions', wanted: versions };
  return undefined;
}

/** More than three numbers are compared by the first three. */
function isIn(version: string, { release, prerelease }: VersionParts, range: string): boolean {
  const semver = parse(version.replace(TIMESTAMP, '-SNAPSHOT'));
  const numbers = release === '' ? undefined : coerce(release);
  if (!semver && !numbers) return false;
  const identifiers = prerelease.replace(/[^0-9A-Za-z.-]+/g, '-').replace(/(^|\.)0+(?=\d+(\.|$))/g, '$1');
  const near = numbers && `${numbers.version}${identifiers === '' ? '' : `-${identifiers}`}`;
  return satisfies(semver ?? near ?? '', range, { includePrerelease: true });
}

/** The newest first. */
export function newestFirst(versions: readonly string[]): string[] {
  return [...versions].sort((a, b) => compareVersions(b, a));
}

/**
 * The newest release that a channel accepts. One with a pre-release part never is: Maven's order has versions of
 * branches after the release.
 */
export function latestRelease(versions: readonly string[], channel: Channel = {}): string | undefined {
  return newestFirst(versions).find(
    (each) => versionParts(each).prerelease === '' && refusedBy(each, channel) === undefined,
  );
}
