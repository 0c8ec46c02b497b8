import { latestRelease } from '../../artifacts/version';
import type { SwapdeckConfig } from '../../config/model';
import { branchIn, checkFits } from '../../environments/branches';
import { EnvironmentError } from '../../environments/errors';
import { lookUp } from '../../environments/lookUp';

/** An application in an environment of a configuration. */
export interface Place {
  readonly environment: string;
  readonly application: string;
}

/** A version of a repository, and where it may go. */
export interface VersionRow<P extends Place> {
  readonly version: string;
  readonly branch?: string;
  /** The newest release of those that go anywhere. */
  readonly isLatest: boolean;
  readonly places: readonly P[];
  /** Why the first of the others does not take it; absent where all do. */
  readonly refused?: EnvironmentError;
}

/** Whether the versions of an application are those of a Maven repository. */
export function isFromRepository({ applications }: SwapdeckConfig, { application }: Place): boolean {
  const found = applications[application];
  return found?.kind === 'war' && 'maven' in found.artifact;
}

/** In the order of the versions; those that go nowhere are the last. */
export function versionRows<P extends Place>(
  versions: readonly string[],
  config: SwapdeckConfig,
  candidates: readonly P[],
): VersionRow<P>[] {
  const rows = versions.map((version) => rowOf(version, config, candidates));
  const latest = latestRelease(rows.filter(({ places }) => places.length > 0).map(({ version }) => version));
  const marked = rows.map((row) => ({ ...row, isLatest: row.version === latest }));
  return [
    ...marked.filter(({ places }) => places.length > 0),
    ...marked.filter(({ places }) => places.length === 0),
  ];
}

function rowOf<P extends Place>(
  version: string,
  config: SwapdeckConfig,
  candidates: readonly P[],
): Omit<VersionRow<P>, 'isLatest'> {
  const places: P[] = [];
  let refused: EnvironmentError | undefined;
  let branch: string | undefined;
  for (const candidate of candidates) {
    const placed = lookUp(config, candidate);
    branch ??= branchIn(placed.application, version);
    try {
      const named = { name: candidate.environment, environment: placed.environment };
      checkFits(candidate.application, named, placed, version, config);
      places.push(candidate);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      refused ??= error;
    }
  }
  return { version, places, ...(branch !== undefined && { branch }), ...(refused && { refused }) };
}
