import type { PlacedApplication } from '../deploy/placed';

/** The application of the row that a command was called on, or that another command names. */
export function placedOf(node: unknown): PlacedApplication | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if ('placed' in node) return node.placed as PlacedApplication;
  return 'configuration' in node && 'environment' in node ? (node as PlacedApplication) : undefined;
}

/** The release that a command was called with: a version, or `workspace`. Menus hand in other things. */
export function releaseOf(value: unknown): { release?: 'workspace' | { version: string } } {
  if (typeof value !== 'string') return {};
  return { release: value === 'workspace' ? value : { version: value } };
}
