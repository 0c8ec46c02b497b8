import type { SwapdeckConfig } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { AuditRecord } from '../contracts/deployRecord';
import type { JvmTarget } from '../hotswap/model';
import type { WebApplication } from '../hotswap/webApplication';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';
import { subjectOf } from './operations';
import { contextOf } from './tomcatApplication';
import { withVariables } from './variables';

/**
 * Ways to bring a class live that the JVM does not take, from the least to the most: its web application starts again
 * in its place with the changed classes; the freshly built WAR is deployed beside it; it is deployed in its place.
 */
export const RUNGS = ['reload', 'parallel', 'recreate'] as const;

export interface Rung {
  readonly kind: (typeof RUNGS)[number];
  /** `stay`: users keep the old version until their sessions end. */
  readonly sessions: WebApplication['sessions'] | 'stay';
  /** What performs it: an operation, or a deployment of the application. */
  readonly subject: string;
  /** How long it took on this server the last time; absent where nobody has done it yet. */
  readonly lastMs?: number;
}

export interface Ladder {
  readonly environment: string;
  readonly tomcat: string;
  readonly web: WebApplication;
  /** In their order; those that are possible. */
  readonly rungs: readonly Rung[];
}

/** The last deployments of a subject, the newest first. */
export type HistoryOf = (environment: string, subject: string) => Promise<readonly AuditRecord[]>;

/**
 * What is possible for a web application of a JVM: its Tomcat is one of the configuration's, on the same machine and with
 * the port of one of the JVM's connectors; the application is the one that is placed there with its context path.
 * `undefined` where the configuration has no such Tomcat. Rejects with `ConfigError` where a variable has no value.
 */
export async function findLadder(
  config: SwapdeckConfig,
  providers: ValueProviders,
  jvm: Pick<JvmTarget, 'environment' | 'endpoint' | 'through'>,
  web: WebApplication,
  historyOf: HistoryOf,
): Promise<Ladder | undefined> {
  for (const [environment, { applications }] of Object.entries(config.environments)) {
    if (jvm.environment !== undefined && jvm.environment !== environment) continue;
    const placed = Object.entries(applications).filter(([name]) => config.applications[name]?.kind === 'war');
    const tomcats = [...new Set(placed.flatMap(([, { targets }]) => targets))];
    const tomcat = tomcats.find((name) => {
      const { manager, through } = withVariables(config.tomcats[name]!, providers);
      const { hostname, port, protocol } = new URL(manager);
      const isThere = through === jvm.through && isSameHost(hostname, jvm.endpoint.host);
      return isThere && web.ports.includes(Number(port || (protocol === 'https:' ? 443 : 80)));
    });
    if (tomcat === undefined) continue;
    const application = placed.find(([name, { targets }]) => {
      const kept = config.applications[name]!;
      return kept.kind === 'war' && targets.includes(tomcat) && contextOf(name, kept) === web.path;
    })?.[0];
    const rungs = await measured(rungsOf(tomcat, application, web), environment, web, historyOf);
    return { environment, tomcat, web, rungs };
  }
  return undefined;
}

function rungsOf(tomcat: string, application: string | undefined, web: WebApplication): Rung[] {
  const { folder, sessions } = web;
  return [
    ...(folder === undefined
      ? []
      : [{ kind: 'reload' as const, sessions, subject: subjectOf(tomcat, 'context') }]),
    ...(application === undefined
      ? []
      : [
          { kind: 'parallel' as const, sessions: 'stay' as const, subject: application },
          { kind: 'recreate' as const, sessions: 'lost' as const, subject: application },
        ]),
  ];
}

/** The audit logs know how long it took, whoever did it. */
function measured(
  rungs: readonly Rung[],
  environment: string,
  { path }: WebApplication,
  historyOf: HistoryOf,
): Promise<Rung[]> {
  return Promise.all(
    rungs.map(async (rung) => {
      const records = await historyOf(environment, rung.subject);
      const last = records.find(({ outcome, intent, strategy, release }) =>
        outcome !== 'done'
          ? false
          : rung.kind === 'reload'
            ? intent === 'reload' && isOf(release.version, path)
            : intent === 'deploy' && strategy === rung.kind,
      );
      return { ...rung, ...(last && { lastMs: last.receipt.durationMs }) };
    }),
  );
}

/** Of another version too: they start alike. */
function isOf(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}##`);
}

function isSameHost(a: string, b: string): boolean {
  const [one, other] = [a, b].map((host) => host.replace(/^\[|\]$/g, ''));
  return one === other || (isLoopbackHost(one!) && isLoopbackHost(other!));
}
