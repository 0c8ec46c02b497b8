import { resolve } from 'node:path';
import type { Dialers, JvmEntry } from '../entries';
import type { Jvms } from '../jvms';
import { t } from '../text';
import type { ContainerNode } from './nodes';

/**
 * The JVM in a running container, for hot swap: the one of `swapdeck.yaml` where it names the container, else one made
 * from what was deployed, whose debug port is looked up whenever it is dialled. Undefined where there can be none, and
 * for containers of others that the configuration does not name.
 */
export function containerJvm(
  { jvms, dialers }: { readonly jvms: Jvms; readonly dialers: Dialers },
  { host, container }: ContainerNode,
): JvmEntry | undefined {
  const configuration = host.configuration();
  const { config, folder, uri } = configuration;
  const { name, ours, state } = container;
  for (const [environment, { jvms: named }] of Object.entries(config?.environments ?? {}))
    for (const [jvm, { route }] of Object.entries(named)) {
      if (route.kind !== 'container' || route.host !== host.name || route.container !== name) continue;
      const entries = jvms.environments.find(
        (each) => each.name === environment && each.uri.toString() === uri.toString(),
      );
      return entries?.jvms.find((each) => each.name === jvm);
    }
  if (!ours || state !== 'running') return undefined;
  const { application } = ours.release;
  const written = config?.applications[application];
  const absolute = (path: string): string => resolve(folder.uri.fsPath, path);
  const id = `${host.name}/${name}`;
  return {
    id,
    name: id,
    description: t('container on {0}', host.name),
    origin: 'container',
    target: () =>
      Promise.resolve({
        id,
        name: id,
        environment: ours.environment,
        endpoint: { host: name, port: 0 },
        dialer: dialers.inContainer(host.name, configuration),
        classRoots: written?.classes.map(absolute) ?? [],
        sourceRoots: written?.sources.map(absolute) ?? [],
        ...(written && { application }),
        through: host.name,
      }),
  };
}
