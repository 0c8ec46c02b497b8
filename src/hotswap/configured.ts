import { resolve } from 'node:path';
import { ConfigError } from '../config/errors';
import type { Jvm, JvmRoute, SwapdeckConfig } from '../config/model';
import { jvmEndpoint, resolveText, type ValueProviders } from '../config/resolve';
import { readSshAddress } from '../config/values';
import type { Dialer, Endpoint } from '../contracts/channel';
import { TransportError } from '../contracts/transportError';
import type { HostSpec } from '../transport/ssh/hostSpec';
import type { JvmTarget } from './model';

/** A JVM of `swapdeck.yaml`; `id` is `ENVIRONMENT/NAME`. */
export interface ConfiguredJvm {
  readonly id: string;
  readonly environment: string;
  readonly name: string;
  readonly jvm: Jvm;
}

/** Every JVM of every environment, in the order of the file. */
export function configuredJvms({ environments }: Pick<SwapdeckConfig, 'environments'>): ConfiguredJvm[] {
  return Object.entries(environments).flatMap(([environment, { jvms }]) =>
    Object.entries(jvms).map(([name, jvm]) => ({ id: `${environment}/${name}`, environment, name, jvm })),
  );
}

/**
 * The JVM that a person calls `ENVIRONMENT/NAME`, or `NAME` where only one environment has it. Throws `ConfigError`
 * (`unknownJvm`, `ambiguousJvm`) with the names to choose from.
 */
export function findConfiguredJvm(name: string, jvms: readonly ConfiguredJvm[]): ConfiguredJvm {
  const found = jvms.filter((each) => each.id === name || each.name === name);
  const exact = found.find(({ id }) => id === name);
  if (exact) return exact;
  const ids = (found.length > 0 ? found : jvms).map(({ id }) => id).join(', ');
  if (found.length > 1) throw new ConfigError('ambiguousJvm', `${name} may be ${ids}`, { name, known: ids });
  if (found[0]) return found[0];
  throw new ConfigError('unknownJvm', `no JVM is called ${name}`, { name, known: ids });
}

/** The ways to a configured JVM: directly, or through a host of the configuration. */
export interface ConfiguredDialers {
  direct(): Dialer;
  through(host: string): Dialer;
  /** Into containers of a host: the host of an endpoint is a container's name, its port the one inside. */
  inContainer(host: string): Dialer;
}

/**
 * What to attach to for a configured JVM; `folder` is where the configuration lies. Rejects with `ConfigError` when a
 * placeholder has no value, or the JVM is in a pod (`unsupportedRoute`).
 */
export async function configuredTarget(
  { id, environment, name, jvm }: ConfiguredJvm,
  { applications }: Pick<SwapdeckConfig, 'applications'>,
  folder: string,
  dialers: ConfiguredDialers,
  providers: ValueProviders,
  signal?: AbortSignal,
): Promise<JvmTarget> {
  const { route, application } = jvm;
  if (route.kind === 'pod')
    throw new ConfigError('unsupportedRoute', `${id} is in a ${route.kind}`, { name: id, kind: route.kind });
  const address = await jvmEndpoint(jvm, providers, signal);
  const named = application === undefined ? undefined : applications[application];
  const absolute = (path: string): string => resolve(folder, path);
  return {
    id,
    name,
    environment,
    ...wayTo(route, address, dialers),
    classRoots: named?.classes.map(absolute) ?? [],
    sourceRoots: named?.sources.map(absolute) ?? [],
    ...(application !== undefined && { application }),
  };
}

function wayTo(
  route: Exclude<JvmRoute, { kind: 'pod' }>,
  endpoint: Endpoint,
  dialers: ConfiguredDialers,
): Pick<JvmTarget, 'endpoint' | 'dialer' | 'through'> {
  switch (route.kind) {
    case 'direct':
      return { endpoint, dialer: dialers.direct() };
    case 'through':
      return { endpoint, dialer: dialers.through(route.host), through: route.host };
    case 'container':
      return {
        endpoint: { host: route.container, port: endpoint.port },
        dialer: dialers.inContainer(route.host),
        // Also on this machine: the JVM's processes and ports are the container's own.
        through: route.host,
      };
  }
}

/** The hosts of a configuration that are reached over SSH. Rejects with `ConfigError` and `TransportError`. */
export async function sshHostSpecs(
  { hosts }: Pick<SwapdeckConfig, 'hosts'>,
  providers: ValueProviders,
  signal?: AbortSignal,
): Promise<Record<string, HostSpec>> {
  const specs: Record<string, HostSpec> = {};
  for (const [name, host] of Object.entries(hosts)) {
    if (host.kind === 'local') continue;
    const destination = await resolveText(host.address, providers, signal);
    const ssh = readSshAddress(destination);
    if (!ssh)
      throw new TransportError('configuration', `not an SSH address: ${destination}`, {
        problem: 'destination',
        destination,
      });
    specs[name] = { ssh, ...(host.jump !== undefined && { jump: host.jump }) };
  }
  return specs;
}
