import type { JdwpConnection } from '../jdwp/connection';
import { VmError } from '../jdwp/error';
import type { ClassLoaderId, ObjectId } from '../jdwp/ids';
import type { Attached } from './attach';
import type { LoaderInfo } from './model';
import { NoField, Objects } from './objects';

/** A web application of a Tomcat, as the JVM itself tells it. */
export interface WebApplication {
  /** `/shop`; `/` of the root application. */
  readonly path: string;
  /** Empty without one. */
  readonly version: string;
  /** The folder that it runs from, on the JVM's machine; absent where it runs from its WAR. */
  readonly folder?: string;
  /** Ports of the server's connectors. */
  readonly ports: readonly number[];
  /** What becomes of its sessions when it is reloaded. */
  readonly sessions: 'kept' | 'lost' | 'unknown';
}

const catalina = 'org.apache.catalina';
const context = `${catalina}.core.StandardContext`;
const loaderTypes = [`${catalina}.loader.ParallelWebappClassLoader`, `${catalina}.loader.WebappClassLoader`];

export function isOfWebApplication({ type }: LoaderInfo): boolean {
  return loaderTypes.includes(type);
}

/**
 * The web application of which a class of that name is; the first that runs, where several have one. `undefined` where
 * none is, and of servers that keep these things elsewhere. Reads fields only. Rejects with `JdwpError`.
 */
export async function webApplicationOf(
  { connection, index, loaders }: Pick<Attached, 'connection' | 'index' | 'loaders'>,
  name: string,
  signal?: AbortSignal,
): Promise<WebApplication | undefined> {
  for (const loaded of index.lookup(name)) {
    if (!isOfWebApplication(await loaders.of(loaded, signal))) continue;
    // A loader that was stopped knows its application no more, and may be there for a while.
    const found = await readWebApplication(connection, await index.loaderOf(loaded, signal));
    if (found) return found;
  }
  return undefined;
}

async function readWebApplication(
  connection: JdwpConnection,
  loader: ClassLoaderId,
): Promise<WebApplication | undefined> {
  const objects = new Objects(connection);
  try {
    const root = await objects.field(loader, `${catalina}.loader.WebappClassLoaderBase`, 'resources');
    const application = await objects.field(root, `${catalina}.webresources.StandardRoot`, 'context');
    const [path, version, folder, ports, sessions] = await Promise.all([
      objects.text(application, context, 'path'),
      objects.text(application, context, 'webappVersion'),
      folderOf(objects, root),
      portsOf(objects, application),
      sessionsOf(objects, application),
    ]);
    return {
      path: path === undefined || path === '' ? '/' : path,
      version: version ?? '',
      ...(folder !== undefined && { folder }),
      ports,
      sessions,
    };
  } catch (error) {
    // Another server, another version of it, or an application that is just stopping.
    if (error instanceof VmError || error instanceof NoField) return undefined;
    throw error;
  }
}

async function folderOf(objects: Objects, root: ObjectId): Promise<string | undefined> {
  const resources = `${catalina}.webresources`;
  const main = await objects.field(root, `${resources}.StandardRoot`, 'main');
  if ((await objects.className(main)) !== `${resources}.DirResourceSet`) return undefined;
  return objects.text(main, `${resources}.AbstractResourceSet`, 'base');
}

async function portsOf(objects: Objects, application: ObjectId): Promise<number[]> {
  const container = `${catalina}.core.ContainerBase`;
  const host = await objects.field(application, container, 'parent');
  const engine = await objects.field(host, container, 'parent');
  const service = await objects.field(engine, `${catalina}.core.StandardEngine`, 'service');
  const connectors = await objects.array(service, `${catalina}.core.StandardService`, 'connectors');
  return Promise.all(
    connectors.map(async (connector) => {
      const handler = await objects.field(connector, `${catalina}.connector.Connector`, 'protocolHandler');
      const endpoint = await objects.field(handler, 'org.apache.coyote.AbstractProtocol', 'endpoint');
      return Number(await objects.value(endpoint, 'org.apache.tomcat.util.net.AbstractEndpoint', 'port'));
    }),
  );
}

/** Managers write sessions down when they stop, and read them when they start, where they are told a place for it. */
async function sessionsOf(objects: Objects, application: ObjectId): Promise<WebApplication['sessions']> {
  const session = `${catalina}.session`;
  const manager = await objects.field(application, context, 'manager');
  switch (await objects.className(manager)) {
    case `${session}.StandardManager`: {
      const file = await objects.text(manager, `${session}.StandardManager`, 'pathname');
      return file === undefined || file === '' ? 'lost' : 'kept';
    }
    case `${session}.PersistentManager`: {
      const base = `${session}.PersistentManagerBase`;
      const [store, saves] = await Promise.all([
        objects.field(manager, base, 'store'),
        objects.value(manager, base, 'saveOnRestart'),
      ]);
      return (store as bigint) !== 0n && saves === true ? 'kept' : 'lost';
    }
    default:
      return 'unknown';
  }
}
