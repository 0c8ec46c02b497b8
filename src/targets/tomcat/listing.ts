import type { Answer } from '../../contracts/deployCall';
import { readDone, unreadable } from './answers';

/** One version of a web application on a server. */
export interface Context {
  /** `/shop`; `/` of the root application. */
  readonly path: string;
  /** Empty for an application that was deployed without one. */
  readonly version: string;
  readonly running: boolean;
  /** Sessions that are alive, in the server's memory. */
  readonly sessions: number;
  /** Its file or folder, relative to the host's `appBase` when it is in there. */
  readonly docBase: string;
}

/** What a server has, and lists of context names for plans to find things in. */
export interface Contexts {
  readonly contexts: readonly Context[];
  /** Names of all. */
  readonly present: readonly string[];
  readonly running: readonly string[];
  /** Names of those with sessions. */
  readonly occupied: readonly string[];
  /** Of each path the name of the version that users without a session get. */
  readonly newest: readonly string[];
}

/** A row: `path:state:sessions:docBase`. Paths and files may hold colons, the state is never translated. */
const ROW = /^(.*?):(running|stopped):(\d+):(.*)$/;

/** `/shop##261121183000`: as the Manager names a version of an application, and as its files are called. */
export function contextName(path: string, version: string): string {
  return version === '' ? path : `${path}##${version}`;
}

/** Reads the answer to `list`. Throws `TomcatError`. */
export function readContexts(answer: Answer): Contexts {
  const contexts = readDone(answer)
    .rest.filter((line) => line.trim() !== '')
    .map((line): Context => {
      const [, path, state, sessions, docBase = ''] = ROW.exec(line) ?? [];
      if (path === undefined) throw unreadable(answer, line);
      return {
        path,
        // A row has the path alone; the version is known by the file's name.
        version: /##([^/\\]*?)(?:\.war)?$/.exec(docBase)?.[1] ?? '',
        running: state === 'running',
        sessions: Number(sessions),
        docBase,
      };
    })
    .sort((a, b) => compare(a.path, b.path) || compare(b.version, a.version));
  const names = (matching: (context: Context) => boolean): string[] =>
    contexts.filter(matching).map(({ path, version }) => contextName(path, version));
  const newest = new Map<string, string>();
  for (const { path, version, running } of contexts)
    if (running && !newest.has(path)) newest.set(path, contextName(path, version));
  return {
    contexts,
    present: names(() => true),
    running: names(({ running }) => running),
    occupied: names(({ sessions }) => sessions > 0),
    newest: [...newest.values()],
  };
}

/** As Tomcat does: the version that is the highest as a text, by UTF-16 units, is the newest. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
