import type { JvmSession } from '../../hotswap/model';
import type { Ladder } from '../../environments/ladder';
import type { WebApplication } from '../../hotswap/webApplication';
import type { App } from '../app';
import type { PlacedApplication } from './placed';

/** A way up, and what performs each rung. */
export interface FoundLadder {
  readonly ladder: Ladder;
  readonly placedOf: (subject: string) => PlacedApplication | undefined;
}

/** The web application of the first of these classes that has one; `undefined` where none is of any, or the JVM is gone. */
export async function webApplicationOfAny(
  session: JvmSession | undefined,
  classNames: readonly string[],
): Promise<WebApplication | undefined> {
  const attached = session?.attached;
  if (!attached) return undefined;
  const { webApplicationOf } = await import('../../hotswap/webApplication');
  for (const name of classNames) {
    const found = await webApplicationOf(attached, name);
    if (found) return found;
  }
  return undefined;
}

/** What the configurations know of the server of a web application. Rejects with `ConfigError`. */
export async function findLadderOf(
  { applications, configurations }: App,
  { target }: JvmSession,
  web: WebApplication,
): Promise<FoundLadder | undefined> {
  const { findLadder } = await import('../../environments/ladder');
  for (const { uri, config } of configurations.folders) {
    if (!config) continue;
    const placedIn = (environment: string, subject: string): PlacedApplication | undefined =>
      applications.deployable.find(
        (each) =>
          each.configuration.uri.toString() === uri.toString() &&
          each.environment === environment &&
          each.application === subject,
      );
    const historyOf: Parameters<typeof findLadder>[4] = async (environment, subject) => {
      const placed = placedIn(environment, subject);
      return placed ? ((await applications.past.known(placed)).value?.records ?? []) : [];
    };
    const ladder = await findLadder(config, applications.providers, target, web, historyOf);
    if (ladder) return { ladder, placedOf: (subject) => placedIn(ladder.environment, subject) };
  }
  return undefined;
}
