import { childrenOf, elementAt, parseXml, type XmlElement } from '../../util/xml';

/**
 * Where sessions are. `shared`: other nodes find them, also those of a node that has ended. `idle`: in a store that they
 * reach only when nobody has used them for a while. `own`: in the memory of their node.
 */
export type SessionKeeping = 'shared' | 'idle' | 'own';

/** What the files in `conf` of a server say about its sessions. */
export interface SessionConfiguration {
  /** `jvmRoute`, where it is written there. */
  readonly route?: string;
  /** Whether the id of a session names the node that has it now, after it moved. */
  readonly routeBinder: boolean;
  readonly keeping: SessionKeeping;
  /** Sessions are in memory only while a request uses them, and the server does not count the others. */
  readonly uncounted: boolean;
}

const ROUTE_BINDER = 'org.apache.catalina.ha.session.JvmRouteBinderValve';
const STORE_VALVE = 'org.apache.catalina.valves.PersistentValve';
const OWN_MANAGERS = ['', 'org.apache.catalina.session.StandardManager'];
const PERSISTENT_MANAGER = 'org.apache.catalina.session.PersistentManager';
/** On the disk of the node, unless someone shares its folder, which can't be seen. */
const FILE_STORE = 'org.apache.catalina.session.FileStore';

/**
 * Reads `server.xml` and the files with defaults for all contexts, the most important one last. `undefined` where
 * `server.xml` is no such file. What an application has of its own (`META-INF/context.xml`) is not known here.
 */
export async function readSessionConfiguration(
  server: string,
  contexts: readonly string[],
): Promise<SessionConfiguration | undefined> {
  const engine = elementAt(await parseXml(server), 'Service', 'Engine');
  if (engine.name === '') return undefined;
  const hosts = childrenOf(engine, 'Host');
  const defaults = (await Promise.all(contexts.map(parseXml))).filter(({ name }) => name === 'Context');
  const own = hosts.flatMap((host) => childrenOf(host, 'Context'));
  const containers = [engine, ...hosts, ...defaults, ...own];
  const valves = containers.flatMap((each) => childrenOf(each, 'Valve')).map(classOf);
  const manager = [...defaults, ...own].flatMap((each) => childrenOf(each, 'Manager')).at(-1);
  const isCluster = containers.some((each) => childrenOf(each, 'Cluster').length > 0);
  const { jvmRoute } = engine.attributes;
  const keeping = keepingOf(manager, valves.includes(STORE_VALVE), isCluster);
  return {
    // What a system property says is not written here.
    ...(jvmRoute !== undefined && !jvmRoute.includes('${') && { route: jvmRoute }),
    routeBinder: valves.includes(ROUTE_BINDER) || isCluster,
    keeping,
    uncounted: keeping === 'shared' && manager !== undefined && classOf(manager) === PERSISTENT_MANAGER,
  };
}

function keepingOf(manager: XmlElement | undefined, hasValve: boolean, isCluster: boolean): SessionKeeping {
  const kind = manager ? classOf(manager) : '';
  if (OWN_MANAGERS.includes(kind)) return isCluster ? 'shared' : 'own';
  // Managers of others exist to keep sessions elsewhere.
  if (kind !== PERSISTENT_MANAGER) return 'shared';
  const store = classOf(elementAt(manager!, 'Store'));
  if (store === '' || store === FILE_STORE) return 'own';
  return hasValve ? 'shared' : 'idle';
}

function classOf({ attributes }: XmlElement): string {
  return attributes.className ?? '';
}

/** The route that a session's cookie ends with; `null` for one without, `undefined` where there is no session. */
export function routeOfCookie(cookies: string): string | null | undefined {
  const [, id] = /=([0-9A-F]{20,}(?:\.[^;,\s]+)?)(?:[;,]|$)/i.exec(cookies) ?? [];
  if (id === undefined) return undefined;
  const dot = id.indexOf('.');
  return dot < 0 ? null : id.slice(dot + 1);
}
