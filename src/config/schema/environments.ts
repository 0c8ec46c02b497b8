import * as z from 'zod';
import { readDays, WEEKDAYS } from '../values';
import * as s from './scalars';

/** How a JVM's debug port is reached. */
export type JvmRoute =
  | { kind: 'direct' }
  /** Through the SSH connection of a host. */
  | { kind: 'through'; host: string }
  /** Inside a container on a host. */
  | { kind: 'container'; host: string; container: string }
  /** Inside the pods of a cluster that a label selector finds. */
  | { kind: 'pod'; cluster: string; selector: string };

/** `jdwp` is `HOST:PORT` as seen from the end of the route; read it with `readEndpoint` or `jvmEndpoint`. */
export interface Jvm {
  jdwp: string;
  application?: string;
  route: JvmRoute;
}

export const jvm = z
  .strictObject({
    jdwp: s.endpoint.describe('`HOST:PORT` of the JDWP agent, or the port alone for `localhost`.'),
    application: s
      .reference('applications')
      .optional()
      .describe('Whose classes the JVM runs. Without this key the class roots of the workspace are used.'),
    through: s.reference('hosts').optional().describe('The host whose SSH connection leads to the address.'),
    host: s.reference('hosts').optional().describe('The host that runs `container`.'),
    container: s.machineText.optional().describe('Name of the container the JVM runs in.'),
    cluster: s.reference('clusters').optional().describe('The cluster that runs the pods of `selector`.'),
    selector: s.machineText
      .optional()
      .describe('Label selector of the pods the JVMs run in, such as `app=shop`.'),
  })
  .transform(({ jdwp, application, ...rest }): Jvm => ({
    jdwp,
    ...(application !== undefined && { application }),
    route: toRoute(rest),
  }))
  .describe('A JVM that hot swap attaches to.');

type RouteKeys = Partial<
  Record<'through' | 'host' | 'container' | 'cluster' | 'selector', string | undefined>
>;

function toRoute(keys: RouteKeys): JvmRoute {
  const { through, host, container = '', cluster, selector = '' } = keys;
  let route: JvmRoute = { kind: 'direct' };
  if (through !== undefined) route = { kind: 'through', host: through };
  if (host !== undefined) route = { kind: 'container', host, container };
  if (cluster !== undefined) route = { kind: 'pod', cluster, selector };
  return route;
}

export type Gate = { kind: 'approval'; count: number } | { kind: 'smoke'; environment: string };

const gate = z
  .strictObject({
    approval: s.count(1, 100).optional().describe('How many other people must approve.'),
    smoke: s
      .reference('environments')
      .optional()
      .describe('The environment whose smoke tests must have passed with the same release.'),
  })
  .transform(({ approval, smoke }): Gate =>
    approval === undefined
      ? { kind: 'smoke', environment: smoke ?? '' }
      : { kind: 'approval', count: approval },
  )
  .describe('What must hold before a release goes here.');

const window = z.strictObject({
  days: z
    .union([
      s.days,
      z
        .array(z.enum(WEEKDAYS))
        .min(1)
        .transform((list) => readDays(list.join(',')) ?? []),
    ])
    .meta({ 'x-expects': 'days' })
    .describe('Days on which releases are allowed, such as `mon-thu`.'),
  from: s.timeOfDay.describe('Start of the window, as `"09:00"`.'),
  to: s.timeOfDay.describe('End of the window; earlier than the start means on the next day.'),
  zone: s.timeZone.default('UTC').describe('Time zone of the window, such as `Europe/Amsterdam`.'),
});

const probe = z.strictObject({
  url: s.url.describe('An address that users reach the application at.'),
  every: s.duration.prefault('50ms').describe('Time between two requests.'),
});

const channel = z
  .strictObject({
    prerelease: s
      .regularExpression('^$', '^(rc|$)')
      .optional()
      .describe(
        'A regular expression on what stands behind the hyphen of a version, which is nothing for a release: `^$` takes releases only.',
      ),
    versions: s.versionRange
      .optional()
      .describe('A range that the version must be in, such as `>=1.0.0 <2`.'),
  })
  .describe('Which releases this environment takes, by their versions.');

const placement = z
  .strictObject({
    targets: z
      .array(s.reference('hosts', 'tomcats', 'clusters'))
      .min(1)
      .describe('Hosts, Tomcats or clusters the application is put on.'),
    strategy: z
      .enum(['recreate', 'rolling', 'blue-green', 'canary', 'parallel', 'branch'])
      .meta({ 'x-expects': 'name' })
      .describe('How the new release takes the place of the old one.'),
    router: s.reference('routers').optional().describe('What sends users to one release or another.'),
    drain: s.duration
      .prefault('30s')
      .describe('How long the old release may finish its requests before it is stopped.'),
    standby: s.count(0, 10).default(0).describe('How many old releases keep running for a roll back.'),
    keep: s.count(0, 100).default(1).describe('How many old releases are kept, stopped.'),
    tag: s.releaseText
      .optional()
      .describe('A git tag for the commit of a release that went live, such as `${environment}/${version}`.'),
    sessions: z
      .enum(['keep', 'expire'])
      .meta({ 'x-expects': 'name' })
      .optional()
      .describe('What becomes of the sessions of the old version (strategy `parallel`).'),
    steps: z
      .array(s.percentage)
      .min(1)
      .optional()
      .describe('Shares of the users that get the new release, rising (strategy `canary`).'),
    hold: s.duration.optional().describe('How long each step is watched (strategy `canary`).'),
    abort: z
      .strictObject({
        errors: s.percentage.optional().describe('More failed requests than this ends the release.'),
        p99: s.duration.optional().describe('A slower 99th percentile than this ends the release.'),
      })
      .optional()
      .describe('When the new release is taken back (strategy `canary`).'),
  })
  .describe('How the application is put into this environment.');

export const environment = z
  .strictObject({
    after: s
      .reference('environments')
      .optional()
      .describe('The environment a release must have passed before.'),
    protection: z
      .enum(['none', 'confirm', 'type-name'])
      .meta({ 'x-expects': 'name' })
      .default('none')
      .describe('What a person must do before a change: nothing, confirm, or type the name.'),
    jvms: z.record(s.name, jvm).default({}).describe('The JVMs that hot swap attaches to.'),
    applications: z
      .record(s.reference('applications'), placement)
      .default({})
      .describe('How each application is put into this environment.'),
    certificates: z
      .array(s.reference('certificates'))
      .default([])
      .describe('The certificates that are renewed here.'),
    addresses: z
      .array(s.reference('routers'))
      .default([])
      .describe('Routers of kind `floating-ip` whose address is moved between hosts here.'),
    gates: z.array(gate).default([]).describe('What must hold before a release goes here.'),
    channel: channel.optional(),
    window: window.optional().describe('When releases are allowed.'),
    probe: probe.optional().describe('Requests made during every switch, as proof that none is lost.'),
    journal: z
      .strictObject({ host: s.reference('hosts').describe('The host that keeps lock and audit log.') })
      .optional()
      .describe('Where the lock and the audit log that everyone shares live.'),
  })
  .describe('A named place for releases and JVMs.');
