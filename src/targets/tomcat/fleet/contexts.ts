import { contextName, type Context } from '../listing';
import { readVersion, stampTime, type StampedRelease } from '../version';

/** A version of a web application, with what its name tells. */
export interface ContextVersion extends Context {
  /** As the Manager names it: `/shop##261121183000`. */
  readonly name: string;
  /** What was deployed by Swapdeck; absent for what others deployed. */
  readonly deployed?: StampedRelease;
  /** Milliseconds since the epoch, where the version begins with a stamp. */
  readonly deployedAt?: number;
  /** Users without a session get this one. */
  readonly isNewest: boolean;
}

/** The versions of one context path, the newest first. */
export interface ContextPath {
  readonly path: string;
  readonly versions: readonly ContextVersion[];
}

/** Groups what a server has, in the order of its listing. `newest`: as in `Contexts`. */
export function contextPaths(contexts: readonly Context[], newest: readonly string[]): ContextPath[] {
  const paths = new Map<string, ContextVersion[]>();
  for (const context of contexts) {
    const { path, version } = context;
    const name = contextName(path, version);
    const deployed = readVersion(path.replace(/^\//, '') || 'ROOT', version);
    const deployedAt = stampTime(version);
    const versions = paths.get(path) ?? [];
    versions.push({
      ...context,
      name,
      ...(deployed && { deployed }),
      ...(deployedAt !== undefined && { deployedAt }),
      isNewest: newest.includes(name),
    });
    paths.set(path, versions);
  }
  return [...paths].map(([path, versions]) => ({ path, versions }));
}
