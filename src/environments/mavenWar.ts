import { join } from 'node:path';
import { Artifacts, type KnownVersions } from '../artifacts/artifacts';
import { artifactName, readArtifactId } from '../artifacts/coordinates';
import { readMavenSettings } from '../artifacts/settings';
import { latestRelease, refusedBy } from '../artifacts/version';
import type { PlanNote } from '../contracts/deploy';
import type { SourceOpener } from '../contracts/deployCall';
import type { Log } from '../contracts/log';
import type { WarPlace } from '../targets/tomcat/model';
import { mavenWarOpener } from '../targets/tomcat/war';
import { EnvironmentError } from './errors';
import type { Placed } from './lookUp';
import type { WarParts } from './tomcatApplication';

/** A WAR of a repository, on this machine. */
export interface MavenWar {
  readonly version: string;
  readonly file: string;
  readonly place: WarPlace;
  readonly notes: readonly PlanNote[];
}

/** A version that a repository has, and why an environment does not take it. */
export interface OfferedVersion {
  readonly version: string;
  readonly refused?: ReturnType<typeof refusedBy>;
}

export interface OfferedVersions extends Pick<KnownVersions, 'offline'> {
  /** The newest first. */
  readonly versions: readonly OfferedVersion[];
}

/** Undefined of what is not from a repository. Rejects with `ArtifactError`. */
export async function offeredVersions(
  { application, environment }: Pick<Placed, 'application' | 'environment'>,
  stateFolder: string,
  signal?: AbortSignal,
): Promise<OfferedVersions | undefined> {
  if (application.kind !== 'war' || !('maven' in application.artifact)) return undefined;
  const coordinates = application.artifact.maven;
  const channel = environment.channel ?? {};
  const { versions, ...rest } = await (await wars(stateFolder)).versions(readArtifactId(coordinates), signal);
  const offered = versions.map((version): OfferedVersion => {
    const refused = refusedBy(version, channel);
    return { version, ...(refused && { refused }) };
  });
  return { ...rest, versions: offered };
}

/**
 * Fetches a version, or the newest release that the environment takes. Rejects with `ArtifactError`, or with
 * `EnvironmentError` `noLatest`.
 */
export async function fetchWar(
  coordinates: string,
  version: string | undefined,
  { environment, channel = {}, stateFolder, log, accept, onStage }: WarParts,
  signal?: AbortSignal,
): Promise<MavenWar> {
  const artifacts = await wars(stateFolder, log);
  const id = readArtifactId(coordinates);
  const chosen = version ?? (await newest());
  accept?.(chosen);
  onStage?.(`Fetching ${coordinates}:${chosen}`);
  const { file, version: build, offline } = await artifacts.fetch(id, chosen, undefined, signal);
  const maven = `${artifactName(id)}:${build}`;
  return {
    version: build,
    file,
    place: { maven },
    notes: offline ? [{ kind: 'unasked', subject: maven }] : [],
  };

  async function newest(): Promise<string> {
    onStage?.(`Looking for versions of ${coordinates}`);
    const { versions } = await artifacts.versions(id, signal);
    const latest = latestRelease(versions, channel);
    if (latest !== undefined) return latest;
    throw new EnvironmentError('noLatest', `no release of ${coordinates} fits`, {
      environment,
      artifact: coordinates,
      known: versions.slice(0, 8).join(', '),
    });
  }
}

/** Opens the WARs of repositories that plans name; another machine may have planned them. */
export function mavenWars(stateFolder: string, log?: Log): SourceOpener {
  return mavenWarOpener(async (coordinates, signal) => {
    const [, name = '', version = ''] = /^([^:]+:[^:]+):(.*)$/.exec(coordinates) ?? [];
    return (await (await wars(stateFolder, log)).fetch(readArtifactId(name), version, undefined, signal))
      .file;
  });
}

async function wars(stateFolder: string, log?: Log): Promise<Artifacts> {
  const settings = await readMavenSettings();
  return new Artifacts({ settings, cache: join(stateFolder, 'artifacts'), ...(log && { log }) }, 'war');
}
