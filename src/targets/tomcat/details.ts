import type { Answer } from '../../contracts/deployCall';
import type { JsonObject } from '../../util/json';
import { readDone, unreadable } from './answers';

/** What `serverinfo` tells; only the version is sure to be there. */
export interface ServerInfo extends JsonObject {
  /** `Apache Tomcat/10.1.59`. */
  readonly server: string;
  readonly major: number;
  readonly os: string;
  readonly jvm: string;
}

/** Reads the answer to `serverinfo`: `Name: [value]` a line, names in the language of the server. */
export function readServerInfo(answer: Answer): ServerInfo {
  const values = readDone(answer).rest.map((line) => /\[(.*)\]\s*$/.exec(line)?.[1] ?? '');
  const [server = '', osName = '', osVersion = '', osArchitecture = '', jvmVersion = '', jvmVendor = ''] =
    values;
  const major = /\/(\d+)\./.exec(server)?.[1];
  // Administrators may hide the version; then nothing can be said about what runs on it.
  return {
    server,
    major: major === undefined ? 0 : Number(major),
    os: [osName, osVersion, osArchitecture].filter((text) => text !== '').join(' '),
    jvm: [jvmVersion, jvmVendor].filter((text) => text !== '').join(' '),
  };
}

/**
 * The process that answers `vminfo`, as one text that no other one has: its id and machine, and when it started. The names
 * of these two lines are never translated.
 */
export function readProcess(answer: Answer): string {
  const values = ['name', 'startTime'].map((name) =>
    readDone(answer)
      .rest.map((line) => new RegExp(`^\\s+${name}: (\\d.*)$`).exec(line)?.[1])
      .find((value) => value !== undefined),
  );
  if (values.includes(undefined)) throw unreadable(answer, 'no process');
  return values.join(' ');
}

/** What `sessions` and `expire` tell. */
export interface SessionInfo extends JsonObject {
  readonly total: number;
  /** Minutes after which an idle session ends by itself; absent where they never do. */
  readonly timeoutMinutes: number | null;
  /** Each at least so many minutes idle. */
  readonly idle: readonly { readonly atLeastMinutes: number; readonly sessions: number }[];
}

/**
 * Reads lines such as `Inactive for [<1] minutes: [3] sessions` and `[1 - <2]`, in any language: the number of sessions
 * is the last in brackets. A row of what was expired repeats sessions that are counted already.
 */
export function readSessions(answer: Answer): SessionInfo {
  const [head = '', ...rows] = readDone(answer).rest;
  const timeout = /\[(-?\d+)\]/.exec(head)?.[1];
  const idle = rows.flatMap((row) => {
    const [, range, count] = /\[([^\]]*)\]\D*\[(\d+)\]/.exec(row) ?? [];
    if (range !== undefined && /^>(?!=)/.test(range)) return [];
    const alone = /\[(\d+)\]/.exec(row)?.[1];
    // Without a range: those that never end.
    if (range === undefined || count === undefined)
      return alone === undefined ? [] : [{ atLeastMinutes: 0, sessions: Number(alone) }];
    return [
      {
        atLeastMinutes: range.startsWith('<') ? 0 : Number(/\d+/.exec(range)?.[0] ?? 0),
        sessions: Number(count),
      },
    ];
  });
  if (timeout === undefined && rows.length === 0 && head !== '') throw unreadable(answer, head);
  return {
    total: idle.reduce((sum, { sessions }) => sum + sessions, 0),
    timeoutMinutes: timeout === undefined || Number(timeout) <= 0 ? null : Number(timeout),
    idle,
  };
}

/**
 * Minutes until the last session has ended, if none of them is used again; at most, for the server tells idle times in
 * ranges. 0 without sessions, null where one never ends by itself.
 */
export function emptyInMinutes({ total, timeoutMinutes, idle }: SessionInfo): number | null {
  if (total === 0) return 0;
  if (timeoutMinutes === null) return null;
  const youngest = Math.min(...idle.flatMap((each) => (each.sessions > 0 ? [each.atLeastMinutes] : [])));
  return Math.max(0, timeoutMinutes - youngest);
}
