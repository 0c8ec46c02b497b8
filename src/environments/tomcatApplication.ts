import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Channel } from '../artifacts/version';
import type { Application, SwapdeckConfig, Tomcat } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { Address, PlanNote, Release } from '../contracts/deploy';
import type { Target } from '../contracts/deployTarget';
import type { Log } from '../contracts/log';
import { addressOf } from '../targets/tomcat/inspect';
import type { TomcatApplication, TomcatManager, WarPlace } from '../targets/tomcat/model';
import { TomcatTarget } from '../targets/tomcat/target';
import { readWar } from '../targets/tomcat/war';
import { canonicalJson } from '../util/json';
import { fetchWar } from './mavenWar';
import { buildBefore, versionOf, type ReleaseParts } from './release';
import { withVariables } from './variables';

export type WarApplication = Extract<Application, { kind: 'war' }>;
type War = NonNullable<TomcatApplication['war']>;

/** How long an upload may stand still, and an application may take to start. */
export const START_MS = 300_000;

/** What is needed to know where an application's servers are. */
export interface TomcatPlace {
  readonly config: SwapdeckConfig;
  readonly providers: ValueProviders;
  readonly targets: readonly string[];
}

/** The servers that an application is put on. `war` where one is to be deployed. Throws `ConfigError`. */
export function tomcatTargets(
  name: string,
  application: WarApplication,
  { config, providers, targets }: TomcatPlace,
  sessions: 'keep' | 'expire',
  { war, uncounted }: Pick<TomcatApplication, 'war' | 'uncounted'>,
): Target[] {
  const made: TomcatApplication = {
    context: contextOf(name, application),
    ...(war && { war }),
    smoke: smokeOf(application),
    sessions,
    ...(uncounted && { uncounted }),
    startMs: START_MS,
  };
  return targets.map(
    (target) => new TomcatTarget(managerOf(target, config.tomcats[target]!, providers), made),
  );
}

export function smokeOf({ smoke }: WarApplication): TomcatApplication['smoke'] {
  return smoke.map(({ get, status, contains }) => ({
    get,
    status,
    ...(contains !== undefined && { contains }),
  }));
}

/** Where each server is asked for its pages, by its name. */
export function tomcatAddresses({ config, providers, targets }: TomcatPlace): Record<string, Address> {
  return Object.fromEntries(
    targets.map((target) => [target, addressOf(managerOf(target, config.tomcats[target]!, providers).url)]),
  );
}

export interface WarParts extends ReleaseParts {
  readonly stateFolder: string;
  readonly log?: Log;
  /** Which versions the environment takes. */
  readonly channel?: Channel | undefined;
  /** The application as a version of it is put there. */
  readonly atVersion: (application: WarApplication, version: string) => WarApplication;
}

/** A release for Tomcats, and its WAR. */
export interface BuiltWar {
  readonly release: Release;
  readonly war: War;
  readonly notes: readonly PlanNote[];
}

/**
 * The release that the workspace makes, or that a Maven repository has, and its WAR. One that is given a name of its
 * own is taken as it is, such as what a pipeline built. Rejects with `EnvironmentError`, `ArtifactError` or `TomcatError`.
 */
export async function buildWar(
  name: string,
  application: WarApplication,
  version: string | undefined,
  parts: WarParts,
  signal?: AbortSignal,
): Promise<BuiltWar> {
  const { file, place, notes, ...rest } =
    'maven' in application.artifact
      ? await fetchWar(application.artifact.maven, version, parts, signal)
      : await workspaceWar(application, application.artifact.war, version, parts, signal);
  const { artifact, namespace } = await readWar(file, signal);
  const { context } = parts.atVersion(application, rest.version);
  const configuration = configurationOf(contextOf(name, { context }), parts.environment);
  return {
    release: { application: name, ...rest, artifact, configuration },
    war: { ...place, namespace },
    notes,
  };
}

async function workspaceWar(
  application: WarApplication,
  war: string,
  named: string | undefined,
  parts: ReleaseParts,
  signal: AbortSignal | undefined,
): Promise<Pick<Release, 'version' | 'git'> & { file: string; place: WarPlace; notes: PlanNote[] }> {
  const chosen = await versionOf(named, parts, signal);
  const { version, git } = chosen;
  if (chosen.isOwn) await buildBefore(application, chosen, parts, signal);
  // As it is written: relative to the folder of `swapdeck.yaml`, as plans have it.
  const place = { file: war };
  return { version, ...(git && { git }), file: resolve(parts.folder, war), place, notes: [] };
}

/** The path of a web application; branches have paths of their own. */
export function contextOf(name: string, { context = `/${name}` }: Pick<WarApplication, 'context'>): string {
  return context;
}

/** How the Manager of a server of the configuration is reached. Throws `ConfigError`. */
export function managerOf(name: string, tomcat: Tomcat, providers: ValueProviders): TomcatManager {
  const { manager: url, user, password, ca, through } = withVariables(tomcat, providers);
  return {
    name,
    url,
    user,
    password,
    ...(ca !== undefined && { ca }),
    ...(through !== undefined && { through }),
  };
}

/** Digest of what the configuration says about running it. */
export function configurationOf(context: string, environment: string): string {
  return createHash('sha256').update(canonicalJson({ context, environment })).digest('hex').slice(0, 16);
}
