import type { SwapdeckConfig } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { PlanNote } from '../contracts/deploy';
import { THIS_MACHINE, type Answer, type Call, type Runner } from '../contracts/deployCall';
import type { FleetLack } from '../routers/fleetLines';
import type { JkMember } from '../routers/modJkAnswers';
import { ManagerCalls } from '../targets/tomcat/manager';
import {
  readSessionConfiguration,
  routeOfCookie,
  type SessionConfiguration,
} from '../targets/tomcat/sessions';
import { encodePath } from '../targets/tomcat/smoke';
import { managerOf } from './tomcatApplication';
import { withVariables } from './variables';

export interface FleetPlace {
  readonly config: SwapdeckConfig;
  readonly providers: ValueProviders;
  readonly runner: Runner;
}

/** What is known of how a node of a fleet keeps its sessions. */
export interface NodeSessions {
  /** The name of the server, which is the one of its worker. */
  readonly node: string;
  /** Absent where its files could not be read. */
  readonly configuration?: SessionConfiguration;
  /** What ids of its sessions end with; `null` for nothing, `undefined` where that is not known. */
  readonly route?: string | null;
}

/** Defaults of all contexts, the more important ones last (Apache Tomcat, "The Context Container"). */
const CONTEXT_FILES = ['context.xml', 'Catalina/localhost/context.xml.default'];

/**
 * Looks how nodes keep their sessions: in their files where `base` says where they are, and, for the route, at the
 * cookie of a session where they don't say it. `context`: the path of an application that makes sessions. Only reads.
 */
export function lookAtSessions(
  place: FleetPlace,
  nodes: readonly string[],
  context: string | undefined,
  signal?: AbortSignal,
): Promise<NodeSessions[]> {
  return Promise.all(
    nodes.map(async (node): Promise<NodeSessions> => {
      const configuration = await readFiles(place, node, signal);
      const route = configuration?.route ?? (await askRoute(place, node, context, signal));
      return { node, ...(configuration && { configuration }), ...(route !== undefined && { route }) };
    }),
  );
}

/** What nodes lack, and of which it could not be told. `members` as mod_jk has them. */
export function fleetNotes(found: readonly NodeSessions[], members: readonly JkMember[]): PlanNote[] {
  const wanted = (node: string): string => {
    const route = members.find(({ name }) => name === node)?.route ?? '';
    return route === '' ? node : route;
  };
  const differs = ({ node, route }: NodeSessions): boolean =>
    typeof route === 'string' && route !== wanted(node);
  const lacks: Readonly<Record<FleetLack | 'fleetUnchecked', (each: NodeSessions) => boolean>> = {
    routeMissing: ({ route }) => route === null,
    routeDiffers: differs,
    routeBinderMissing: ({ configuration }) => configuration?.routeBinder === false,
    storeMissing: ({ configuration }) => configuration?.keeping === 'own',
    storeValveMissing: ({ configuration }) => configuration?.keeping === 'idle',
    fleetUnchecked: ({ configuration }) => !configuration,
  };
  return Object.entries(lacks).flatMap(([kind, lacking]): PlanNote[] => {
    const nodes = found.filter(lacking);
    const name = (each: NodeSessions): string =>
      kind === 'routeDiffers' ? `${each.node} (${each.route})` : each.node;
    return nodes.length > 0 ? [{ kind: kind as PlanNote['kind'], subject: nodes.map(name).join(', ') }] : [];
  });
}

/** Old versions are not put aside where nobody can tell that they have no session. */
export function uncountedNotes(
  found: readonly NodeSessions[],
  sessions: 'keep' | 'expire' | undefined,
): PlanNote[] {
  const nodes = found.filter(({ configuration }) => configuration?.uncounted).map(({ node }) => node);
  if (nodes.length === 0 || sessions === 'expire') return [];
  return [{ kind: 'sessionsUncounted', subject: nodes.join(', ') }];
}

/** Why sessions would not survive their node; those where nobody can tell, too. */
export function sessionRisks(notes: readonly PlanNote[]): PlanNote[] {
  // A session that keeps the name of its old node is found all the same.
  return notes.filter(({ kind }) => kind !== 'routeBinderMissing');
}

async function readFiles(
  { config, providers, runner }: FleetPlace,
  node: string,
  signal: AbortSignal | undefined,
): Promise<SessionConfiguration | undefined> {
  const { base, through = THIS_MACHINE } = withVariables(config.tomcats[node]!, providers);
  if (base === undefined) return undefined;
  const read = async (file: string): Promise<string | undefined> => {
    const call: Call = { via: 'readFile', host: through, path: `${base}/conf/${file}` };
    const { content } = await perform(runner, call, signal);
    return typeof content === 'string' ? content : undefined;
  };
  const [server, ...contexts] = await Promise.all(['server.xml', ...CONTEXT_FILES].map(read));
  if (server === undefined) return undefined;
  return readSessionConfiguration(
    server,
    contexts.filter((each) => each !== undefined),
  );
}

async function askRoute(
  { config, providers, runner }: FleetPlace,
  node: string,
  context: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string | null | undefined> {
  if (context === undefined) return undefined;
  const calls = new ManagerCalls(managerOf(node, config.tomcats[node]!, providers));
  const page = calls.page(`${context === '/' ? '' : encodePath(context)}/`);
  const expect = [{ path: 'status', is: 'atLeast', value: 100 } as const];
  const { headers } = await perform(runner, { ...page, expect }, signal);
  const cookies = (headers as Readonly<Record<string, unknown>> | undefined)?.['set-cookie'];
  return typeof cookies === 'string' ? routeOfCookie(cookies) : undefined;
}

/** What can't be asked is not known; nothing hangs on it alone. */
async function perform(runner: Runner, call: Call, signal: AbortSignal | undefined): Promise<Answer> {
  try {
    return (await runner.perform(call, {}, signal)).answer;
  } catch {
    signal?.throwIfAborted();
    return {};
  }
}
