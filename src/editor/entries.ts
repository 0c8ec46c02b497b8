import * as vscode from 'vscode';
import { environmentProviders } from '../config/resolve';
import { readEndpoint } from '../config/values';
import type { Jvm } from '../config/model';
import type { Dialer, Endpoint } from '../contracts/channel';
import { configuredTarget } from '../hotswap/configured';
import type { JvmTarget } from '../hotswap/model';
import type { LocalJvm } from '../targets/jvm/discover';
import { isLoopbackHost } from '../targets/jvm/jdwpOptions';
import type { FolderConfiguration } from './configuration';
import type { Secrets } from './secrets';
import { t } from './text';

/** A JVM that can be attached to, before anyone has tried. `id` is the target's: stable, and free of state. */
export interface JvmEntry {
  readonly id: string;
  readonly name: string;
  /** What tells it from others of the name: an address, an environment, a process id. */
  readonly description: string;
  readonly origin: 'configuration' | 'launch' | 'local' | 'address' | 'container' | 'tomcat';
  /** The port on this machine, of a configured JVM that is reached directly. */
  readonly port?: number;
  /** Why it can't be attached to, for kinds that are not reachable yet. */
  readonly unsupported?: string;
  /** Of `local`: another debugger has it, or the port is not open yet. */
  readonly local?: LocalJvm;
  /** Rejects with `ConfigError` when a placeholder has no value. */
  readonly target: (signal?: AbortSignal) => Promise<JvmTarget>;
}

/** Opens the way to a JVM: directly, or through a host of `swapdeck.yaml`. */
export interface Dialers {
  direct(): Dialer;
  through(host: string, configuration: FolderConfiguration): Dialer;
  /** The host of an endpoint is a container's name. */
  inContainer(host: string, configuration: FolderConfiguration): Dialer;
}

export interface EntrySources {
  readonly secrets: Secrets;
  readonly dialers: Dialers;
}

/** The JVMs of the environments of one configuration, by environment. */
export function configuredEntries(
  configuration: FolderConfiguration,
  sources: EntrySources,
): Map<string, JvmEntry[]> {
  const environments = configuration.config?.environments ?? {};
  return new Map(
    Object.entries(environments).map(([environment, { jvms }]) => [
      environment,
      Object.entries(jvms).map(([name, jvm]) =>
        configuredEntry(configuration, environment, name, jvm, sources),
      ),
    ]),
  );
}

function configuredEntry(
  configuration: FolderConfiguration,
  environment: string,
  name: string,
  jvm: Jvm,
  { secrets, dialers }: EntrySources,
): JvmEntry {
  const id = `${environment}/${name}`;
  const { route } = jvm;
  const address = route.kind === 'direct' ? readEndpoint(jvm.jdwp) : undefined;
  const port = address && isLoopbackHost(address.host) ? address.port : undefined;
  const unsupported = route.kind === 'pod' ? t('JVMs in pods can not be attached to yet.') : undefined;
  return {
    id,
    name,
    description: placeOf(jvm),
    origin: 'configuration',
    ...(port !== undefined && { port }),
    ...(unsupported !== undefined && { unsupported }),
    target: async (signal) => {
      const { config = { applications: {} }, folder } = configuration;
      const values = environmentProviders(process.env, { environment });
      const providers = { ...values, secret: (secret: string) => secrets.get(secret) };
      const ways = {
        direct: () => dialers.direct(),
        through: (host: string) => dialers.through(host, configuration),
        inContainer: (host: string) => dialers.inContainer(host, configuration),
      };
      const configured = { id, environment, name, jvm };
      return configuredTarget(configured, config, folder.uri.fsPath, ways, providers, signal);
    },
  };
}

function placeOf({ jdwp, route }: Jvm): string {
  switch (route.kind) {
    case 'direct':
      return jdwp;
    case 'through':
      return t('{0} through {1}', jdwp, route.host);
    case 'container':
      return t('{0} in {1} on {2}', jdwp, route.container, route.host);
    case 'pod':
      return t('{0} in {1}', jdwp, route.selector);
  }
}

/** A JVM at an address that is known already. */
function plainEntry(
  entry: Pick<JvmEntry, 'id' | 'name' | 'description' | 'origin'> & { readonly local?: LocalJvm },
  endpoint: Endpoint,
  dialers: Dialers,
): JvmEntry {
  const { id, name } = entry;
  const target: JvmTarget = { id, name, endpoint, dialer: dialers.direct(), classRoots: [] };
  return { ...entry, target: () => Promise.resolve(target) };
}

export function addressEntry(endpoint: Endpoint, dialers: Dialers): JvmEntry {
  const address = formatAddress(endpoint);
  return plainEntry({ id: address, name: address, description: '', origin: 'address' }, endpoint, dialers);
}

/** Local JVMs that listen, or did before a debugger took them; those whose port can't be told are left out. */
export function localEntries(jvms: readonly LocalJvm[], dialers: Dialers): JvmEntry[] {
  return jvms.flatMap((jvm) => {
    if (!jvm.endpoint) return [];
    const address = formatAddress(jvm.endpoint);
    const name = jvm.main.split('/').pop() ?? jvm.main;
    const description = t('{0}, process {1}', address, jvm.pid);
    return plainEntry({ id: address, name, description, origin: 'local', local: jvm }, jvm.endpoint, dialers);
  });
}

/** Attach configurations of `launch.json` for Java. */
export function launchEntries(dialers: Dialers): JvmEntry[] {
  return (vscode.workspace.workspaceFolders ?? []).flatMap((folder) => {
    const launch = vscode.workspace.getConfiguration('launch', folder.uri);
    const rows = launch.get<unknown>('configurations');
    return (Array.isArray(rows) ? rows : []).flatMap((row: Record<string, unknown>) => {
      const port = Number(row.port);
      if (
        row.type !== 'java' ||
        row.request !== 'attach' ||
        !Number.isInteger(port) ||
        port < 1 ||
        port > 65535
      )
        return [];
      const host = typeof row.hostName === 'string' ? row.hostName : 'localhost';
      const name = typeof row.name === 'string' ? row.name : formatAddress({ host, port });
      const description = t('{0}, launch.json', formatAddress({ host, port }));
      return plainEntry(
        { id: `launch/${name}`, name, description, origin: 'launch' },
        { host, port },
        dialers,
      );
    });
  });
}

export function formatAddress({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
