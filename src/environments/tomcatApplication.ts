import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Application, SwapdeckConfig, Tomcat } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { Address, Release } from '../contracts/deploy';
import type { Target } from '../contracts/deployTarget';
import { addressOf } from '../targets/tomcat/inspect';
import type { TomcatApplication, TomcatManager } from '../targets/tomcat/model';
import { TomcatTarget } from '../targets/tomcat/target';
import { readWar } from '../targets/tomcat/war';
import { canonicalJson } from '../util/json';
import { EnvironmentError } from './errors';
import { buildBefore, versionOf, type ReleaseParts } from './release';
import { withVariables } from './variables';

export type WarApplication = Extract<Application, { kind: 'war' }>;
type War = NonNullable<TomcatApplication['war']>;

/** How long an upload may stand still, and an application may take to start. */
const START_MS = 300_000;

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

/**
 * The release that the workspace makes, and its WAR. One that is given a name of its own is taken as it is, such as
 * what a pipeline built. Rejects with `EnvironmentError` or `TomcatError`.
 */
export async function buildWar(
  name: string,
  application: WarApplication,
  version: string | undefined,
  parts: ReleaseParts,
  signal?: AbortSignal,
): Promise<{ readonly release: Release; readonly war: War }> {
  const { folder, environment } = parts;
  const chosen = await versionOf(version, parts, signal);
  if (chosen.isOwn) await buildBefore(application, chosen, parts, signal);
  const file = fileOf(name, application);
  const { artifact, namespace } = await readWar(resolve(folder, file), signal);
  const release = {
    application: name,
    version: chosen.version,
    artifact,
    configuration: digestOf(contextOf(name, application), environment),
    ...(chosen.git && { git: chosen.git }),
  };
  return { release, war: { file, namespace } };
}

/** As it is written: relative to the folder of `swapdeck.yaml`, as plans have it. */
function fileOf(name: string, { artifact }: WarApplication): string {
  if ('war' in artifact) return artifact.war;
  throw new EnvironmentError('unsupportedTarget', `${name} comes from a Maven repository`, {
    name,
    kind: 'maven',
  });
}

/** The path of a web application. */
export function contextOf(name: string, { context = `/${name}` }: WarApplication): string {
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
function digestOf(context: string, environment: string): string {
  return createHash('sha256').update(canonicalJson({ context, environment })).digest('hex').slice(0, 16);
}
