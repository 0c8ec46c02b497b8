import { branchOf } from '../artifacts/version';
import type { SwapdeckConfig } from '../config/model';
import type { PlanNote } from '../contracts/deploy';
import type { HostName, Runner } from '../contracts/deployCall';
import type { Reading } from '../contracts/deployTarget';
import { perform } from '../deploy/inspect';
import type { Contexts } from '../targets/tomcat/listing';
import { ManagerCalls } from '../targets/tomcat/manager';
import { readVersion, stampTime } from '../targets/tomcat/version';
import { EnvironmentError } from './errors';
import type { Surroundings } from './look';
import { checkChannel, type NamedEnvironment } from './gates';
import type { Placed } from './lookUp';
import { contextOf, managerOf, type WarApplication } from './tomcatApplication';

type Application = Placed['application'];

/** One release of a branch on a server. */
export interface BranchVersion {
  readonly branch: string;
  readonly context: string;
  readonly version: string;
  readonly running: boolean;
  /** Those that are alive, in the server's memory. */
  readonly sessions: number;
  /** When it was deployed, in milliseconds since the epoch. */
  readonly since: number;
}

/** What a server has of branches, the newest of each first. */
export interface TargetBranches {
  readonly target: HostName;
  readonly versions: readonly BranchVersion[];
  /** Why it could not be asked. */
  readonly error?: unknown;
}

/** The branch that a version of a web application is of. Images have none: there is no other place for them. */
export function branchIn(application: Application, version: string): string | undefined {
  return application.kind === 'war' ? branchOf(version, application.branches) : undefined;
}

/**
 * The application as a version of it is put there: a branch has a context of its own. Throws `EnvironmentError`
 * `contextTaken` where that is another application's.
 */
export function atVersion<A extends Application>(
  name: string,
  application: A,
  version: string | undefined,
  { applications }: SwapdeckConfig,
): A {
  const branch = version === undefined ? undefined : branchIn(application, version);
  if (application.kind !== 'war' || branch === undefined) return application;
  const context = branchContext(contextOf(name, application), branch);
  const other = Object.entries(applications).find(
    ([each, of]) => each !== name && of.kind === 'war' && contextOf(each, of) === context,
  );
  if (other)
    throw new EnvironmentError('contextTaken', `${context} is that of ${other[0]}`, {
      name,
      version,
      context,
      other: other[0],
    });
  return { ...application, context };
}

/** Where a version is put. */
export function placedAt(
  name: string,
  placed: Placed,
  version: string | undefined,
  config: SwapdeckConfig,
): Placed {
  const application = atVersion(name, placed.application, version, config);
  if (application.kind !== 'war' || application === placed.application) return placed;
  return besideOthers(placed, application);
}

/** Refuses a version that is not to go there before anything is done for it. Throws `EnvironmentError`. */
export function checkFits(
  name: string,
  named: NamedEnvironment,
  { application, placement }: Placed,
  version: string,
  config: SwapdeckConfig,
): void {
  checkChannel(named, version);
  if (placement.strategy === 'branch' && branchIn(application, version) === undefined)
    throw new EnvironmentError('notBranch', `${version} is of no branch`, {
      environment: named.name,
      version,
    });
  atVersion(name, application, version, config);
}

/** At another context: router and probe are for what all users get. */
export function besideOthers(
  { application, environment, placement, strategy }: Placed,
  { context }: Pick<WarApplication, 'context'>,
): Placed {
  return {
    ...{ placement, strategy },
    environment: { ...environment, probe: undefined },
    application: application.kind === 'war' ? { ...application, context } : application,
  };
}

/** What is to be known of a release of a branch. */
export function branchNotes({ application }: Placed, version: string): PlanNote[] {
  const branch = branchIn(application, version);
  if (branch === undefined || application.kind !== 'war') return [];
  return [noteOf(branch, contextOf('', application))];
}

function noteOf(branch: string, context: string): PlanNote {
  return { kind: 'branch', subject: `${branch}, ${context}` };
}

/** `/shop-myfeature`; beside the root application `/myfeature`. */
export function branchContext(context: string, branch: string): string {
  return context === '/' ? `/${branch}` : `${context}-${branch}`;
}

/** Each server by itself: one that is down hides nothing of the others. Nothing of what is no web application. */
export async function listBranches(
  { application: name, config, providers }: Surroundings,
  { application, placement }: Pick<Placed, 'application' | 'placement'>,
  runner: Runner,
  signal?: AbortSignal,
): Promise<TargetBranches[]> {
  if (application.kind !== 'war') return [];
  return Promise.all(
    placement.targets.map(async (target) => {
      const calls = new ManagerCalls(managerOf(target, config.tomcats[target]!, providers));
      const reading: Reading<Contexts> = {
        calls: [calls.list()],
        next: ([list]) => ({ result: list!.value as unknown as Contexts }),
      };
      try {
        return { target, versions: branchesIn(name, application, await perform(reading, runner, signal)) };
      } catch (error) {
        signal?.throwIfAborted();
        return { target, versions: [], error };
      }
    }),
  );
}

/** Those that are at the context of their branch and were put there by us. Pure. */
export function branchesIn(
  name: string,
  application: WarApplication,
  { contexts }: Pick<Contexts, 'contexts'>,
): BranchVersion[] {
  return contexts.flatMap(({ path, version: text, running, sessions }) => {
    const read = readVersion(name, text);
    const version = read?.release.version ?? '';
    const branch = branchIn(application, version);
    if (branch === undefined || branchContext(contextOf(name, application), branch) !== path) return [];
    return [{ branch, context: path, version, running, sessions, since: stampTime(text) ?? 0 }];
  });
}

/**
 * What there is of one branch; its newest version first. Rejects with what kept a server from being asked, or with
 * `EnvironmentError` `noBranch`.
 */
export function branchAmong(
  branch: string,
  found: readonly TargetBranches[],
  { environment, application }: { readonly environment: string; readonly application: string },
): { readonly context: string; readonly versions: readonly BranchVersion[]; readonly notes: PlanNote[] } {
  const failed = found.find(({ error }) => error !== undefined);
  if (failed) throw failed.error;
  const ofBranch = found.map(({ target, versions }) => ({
    target,
    versions: versions.filter((each) => each.branch === branch),
  }));
  const versions = ofBranch.flatMap((each) => each.versions).sort((a, b) => b.since - a.since);
  const [newest] = versions;
  if (!newest) {
    const known = [...new Set(found.flatMap((each) => each.versions.map((of) => of.branch)))].join(', ');
    throw new EnvironmentError('noBranch', `no branch ${branch}`, {
      environment,
      name: application,
      branch,
      known,
    });
  }
  const notes = ofBranch.flatMap(({ target, versions: there }): PlanNote[] => {
    const sessions = there.reduce((sum, each) => sum + each.sessions, 0);
    return sessions > 0 ? [{ kind: 'endsSessions', subject: `${sessions} on ${target}` }] : [];
  });
  const { context } = newest;
  return { context, versions, notes: [noteOf(branch, context), ...notes] };
}
