import { gitState } from '../../environments/release';
import { LocalExec } from '../../transport/localExec';
import type { PlacedApplication } from './placed';

export interface Commits {
  readonly count: number;
  /** The newest first; not all of many. */
  readonly subjects: readonly string[];
}

/** Most subjects that are read. */
const mostSubjects = 20;

/** What the workspace would be released as: the short sha, and whether something is not committed. */
export async function workspaceVersion(
  { configuration }: PlacedApplication,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const state = await gitState(git(configuration.folder.uri.fsPath), signal);
  return state && `${state.sha}${state.dirty ? '-dirty' : ''}`;
}

/** The commits since a release; undefined where git does not know it, or where there is no git. */
export async function commitsSince(
  { configuration }: PlacedApplication,
  sha: string,
  signal?: AbortSignal,
): Promise<Commits | undefined> {
  // Never an option of git's.
  if (!/^[0-9a-f]{4,64}$/.test(sha)) return undefined;
  const exec = git(configuration.folder.uri.fsPath);
  const range = `${sha}..HEAD`;
  try {
    const [counted, listed] = await Promise.all([
      exec.run(['git', 'rev-list', '--count', range], {}, signal),
      exec.run(['git', 'log', `--max-count=${mostSubjects}`, '--format=%s', range], {}, signal),
    ]);
    if (counted.code !== 0 || listed.code !== 0) return undefined;
    const subjects = listed.stdout.toString('utf8').split('\n').filter(Boolean);
    return { count: Number(counted.stdout.toString('utf8')), subjects };
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

function git(directory: string): LocalExec {
  return new LocalExec('git', { directory });
}
