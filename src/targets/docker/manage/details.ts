import type { InspectedContainer } from './ask';

/** Stands for a value that is not shown. */
export const HIDDEN = '(not shown)';

/**
 * Everything the engine says of a container, as indented JSON without the values of its environment: only variables
 * of `shown` keep theirs, since any other may be a secret.
 */
export function describeContainer(container: InspectedContainer, shown: ReadonlySet<string>): string {
  const { Config } = container;
  const Env = (Config.Env ?? []).map((variable) => {
    const name = variable.split('=', 1)[0]!;
    return shown.has(name) ? variable : `${name}=${HIDDEN}`;
  });
  return `${JSON.stringify({ ...container, Config: { ...Config, Env } }, undefined, 2)}\n`;
}

/**
 * The variables of an application's environment whose values are no secret: those that its configuration writes out
 * without `${secret:NAME}`.
 */
export function plainVariables(env: Readonly<Record<string, string>>, port?: string): Set<string> {
  const plain = Object.entries(env).filter(([, value]) => !value.includes('${secret:'));
  return new Set([...plain.map(([name]) => name), ...(port === undefined ? [] : [port])]);
}
