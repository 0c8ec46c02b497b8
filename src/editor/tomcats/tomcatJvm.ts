import { resolve } from 'node:path';
import type { Endpoint } from '../../contracts/channel';
import { readEndpoint } from '../../config/values';
import type { TomcatServer } from '../../targets/tomcat/fleet/server';
import { isLoopbackHost } from '../../targets/jvm/jdwpOptions';
import { addressOf } from '../../targets/tomcat/inspect';
import { formatAddress, type Dialers, type JvmEntry } from '../entries';
import type { Jvms } from '../jvms';
import { t } from '../text';
import { applicationsAt, environmentsAt, type TomcatPlace } from './place';

/**
 * The JVM of a server that was asked, for hot swap: the one of `swapdeck.yaml` where it names its debug port, else one
 * made from what the server tells. Undefined where it has no debug port, or none that can be reached.
 */
export function tomcatJvm(
  { jvms, dialers }: { readonly jvms: Jvms; readonly dialers: Dialers },
  server: TomcatServer,
  place: TomcatPlace,
): JvmEntry | undefined {
  const { configuration, name } = place;
  const { config, folder, uri } = configuration;
  const endpoint = endpointOf(server);
  if (!endpoint || !config) return undefined;
  const { through } = server.calls.manager;
  for (const [environment, { jvms: named }] of Object.entries(config.environments))
    for (const [jvm, { jdwp, route }] of Object.entries(named)) {
      const host = route.kind === 'through' ? route.host : undefined;
      if ((route.kind !== 'direct' && route.kind !== 'through') || host !== through) continue;
      if (!isSame(readEndpoint(jdwp), endpoint)) continue;
      return jvms.environments
        .find((each) => each.name === environment && each.uri.toString() === uri.toString())
        ?.jvms.find((each) => each.name === jvm);
    }
  const id = `tomcat/${name}`;
  const applications = applicationsAt(place).flatMap(({ application }) => {
    const written = config.applications[application];
    return written ? [{ application, ...written }] : [];
  });
  const absolute = (paths: readonly string[]): string[] =>
    paths.map((path) => resolve(folder.uri.fsPath, path));
  const [environment] = environmentsAt(place);
  return {
    id,
    name,
    description: t('Tomcat at {0}', formatAddress(endpoint)),
    origin: 'tomcat',
    target: () =>
      Promise.resolve({
        id,
        name,
        ...(environment && { environment: environment[0] }),
        endpoint,
        dialer: through === undefined ? dialers.direct() : dialers.through(through, configuration),
        classRoots: absolute(applications.flatMap(({ classes }) => classes)),
        sourceRoots: absolute(applications.flatMap(({ sources }) => sources)),
        ...(applications.length === 1 && { application: applications[0]!.application }),
        ...(through !== undefined && { through }),
      }),
  };
}

/** Where the debug port is reached, from the end of the way there. */
function endpointOf(server: TomcatServer): Endpoint | undefined {
  const debug = server.details?.vm?.debug;
  if (!debug) return undefined;
  const { url, through } = server.calls.manager;
  const { host: asked } = addressOf(url);
  const { host, port } = debug;
  const isAnywhere = host === null || ['*', '0.0.0.0', '::'].includes(host);
  // Through SSH, and on this machine, its own loopback is where it listens in any case.
  if (through !== undefined || isLoopbackHost(asked)) return { host: isAnywhere ? '127.0.0.1' : host, port };
  // A port without a host is open to its own machine alone.
  if (host === null || isLoopbackHost(host)) return undefined;
  return { host: isAnywhere ? asked : host, port };
}

function isSame(a: Endpoint | undefined, b: Endpoint): boolean {
  if (a?.port !== b.port) return false;
  return a.host === b.host || (isLoopbackHost(a.host) && isLoopbackHost(b.host));
}
