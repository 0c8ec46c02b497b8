import { resolve } from 'node:path';
import type { ClassRoot } from './classRoot';

/** A path as a key: Windows does not tell case. */
export function pathKey(path: string): string {
  const whole = resolve(path);
  return process.platform === 'win32' ? whole.toLowerCase() : whole;
}

/** A folder or jar that was named, not found, and the source folders named with it. */
export function configuredRoot(path: string, sources: readonly string[] = []): ClassRoot {
  const kind = /\.(?:jar|war)$/.test(path) ? 'jar' : 'folder';
  return { path: resolve(path), kind, sources, build: 'configured' };
}

/**
 * The class roots of a workspace that feed one JVM of this machine: those on its class path. When none is there
 * (a fat jar, a servlet container) any may be inside, so all are.
 */
export function relevantRoots(roots: readonly ClassRoot[], classPath: readonly string[]): ClassRoot[] {
  const entries = new Set(classPath.map(pathKey));
  const onPath = roots.filter(({ path }) => entries.has(pathKey(path)));
  return onPath.length > 0 ? onPath : [...roots];
}
