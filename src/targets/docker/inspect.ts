import type { Instance, TargetState } from '../../contracts/deploy';
import type { Answer, EngineCall, HostName } from '../../contracts/deployCall';
import type { Reading } from '../../contracts/deployTarget';
import type { Container } from './containers';
import { APPLICATION_LABEL, fromLabels } from './labels';
import { isPendingName, names, type ContainerFacts } from './naming';

/**
 * What a host looks like for one application: two lists of containers, by label and by name. `reachedAt` is the address
 * of the host as the router sees it.
 */
export function inspectHost(host: HostName, application: string, reachedAt: string): Reading<TargetState> {
  return {
    calls: [
      list(host, { label: [`${APPLICATION_LABEL}=${application}`] }),
      list(host, { name: [`^/?${escape(application)}(-pending-.*)?$`] }),
    ],
    next: ([labelled, named]) => ({
      result: stateOf({ host, reachedAt }, application, containersIn(labelled!), containersIn(named!)),
    }),
  };
}

function list(host: HostName, filters: Readonly<Record<string, readonly string[]>>): EngineCall {
  return {
    via: 'engine',
    host,
    method: 'GET',
    path: '/containers/json',
    query: { all: '1', filters: JSON.stringify(filters) },
    parse: 'docker.containers',
  };
}

function containersIn({ value }: Answer): readonly Container[] {
  return value as unknown as readonly Container[];
}

/** Pure. */
export function stateOf(
  { host, reachedAt }: { readonly host: HostName; readonly reachedAt: string },
  application: string,
  labelled: readonly Container[],
  named: readonly Container[],
): TargetState {
  const ours = labelled
    .flatMap((container) => {
      const instance = instanceOf(host, reachedAt, container);
      return instance ? [{ container, instance }] : [];
    })
    .sort((a, b) => b.container.created - a.container.created || (a.container.id < b.container.id ? 1 : -1));
  const known = new Set(ours.map(({ container }) => container.id));
  const foreign = named.find(({ id }) => !known.has(id));
  const live = ours.find(({ container }) => container.name === names.live(application));
  const rest = ours.filter((each) => each !== live);
  const isPending = ({ container }: { container: Container }): boolean =>
    isPendingName(application, container.name);
  return {
    target: host,
    ...(live && { live: live.instance }),
    older: rest.filter((each) => !isPending(each)).map(({ instance }) => instance),
    pending: rest.filter(isPending).map(({ instance }) => instance),
    ...(foreign && { foreign: foreign.name }),
  };
}

function instanceOf(host: HostName, reachedAt: string, container: Container): Instance | undefined {
  const read = fromLabels(container.labels);
  if (!read) return undefined;
  const facts: ContainerFacts = {
    container: container.id,
    name: container.name,
    imageId: container.imageId,
  };
  return {
    id: read.marks.instance,
    target: host,
    release: read.release,
    address: { host: reachedAt, port: read.marks.port ?? '0' },
    state: container.state === 'running' ? 'running' : 'stopped',
    facts,
  };
}

/** For a regular expression of Go, which the engine takes. */
function escape(text: string): string {
  return text.replace(/[.\\+*?()|[\]{}^$]/g, String.raw`\$&`);
}
