import type { Address, Instance, TargetState } from '../../contracts/deploy';
import type { Reading } from '../../contracts/deployTarget';
import type { JsonObject } from '../../util/json';
import type { ServerInfo } from './details';
import { compare, contextName, type Context, type Contexts } from './listing';
import type { ManagerCalls } from './manager';
import { readVersion, stampTime } from './version';

/** What the target needs to know about a version that exists. */
export interface ContextFacts extends JsonObject {
  readonly path: string;
  readonly version: string;
  /** Deployed by someone else: looked at, and never touched. */
  readonly foreign: boolean;
}

export interface ServerFacts extends JsonObject {
  readonly server: string;
  /** 0 where the server hides its version. */
  readonly major: number;
}

/** What a server looks like for one web application. Sessions are left out: their number changes by itself. */
export function inspectServer(calls: ManagerCalls, application: string, path: string): Reading<TargetState> {
  return {
    calls: [calls.list(), calls.serverInfo()],
    next: ([list, info]) => {
      const { contexts } = list!.value as unknown as Contexts;
      const { server, major } = info!.value as unknown as ServerInfo;
      const at = { name: calls.manager.name, address: addressOf(calls.manager.url) };
      return { result: stateOf(at, application, path, contexts, { server, major }) };
    },
  };
}

/** Pure. `contexts` are those of the server, the newest version of each path first. */
export function stateOf(
  { name, address }: { readonly name: string; readonly address: Address },
  application: string,
  path: string,
  contexts: readonly Context[],
  facts: ServerFacts,
): TargetState {
  const instances = contexts
    .filter((context) => context.path === path)
    .map((context) => instanceOf(name, address, application, context));
  // Users without a session get the highest version that runs, whoever put it there.
  const live = instances.find(({ state }) => state === 'running');
  const isAbove = (each: Instance): boolean =>
    live !== undefined && compare(factsOf(each).version, factsOf(live).version) > 0;
  const older = instances.filter((each) => each !== live);
  return {
    target: name,
    ...(live && { live }),
    // What was pulled, or gone back from, comes last: it is not what one goes back to.
    older: [...older.filter((each) => !isAbove(each)), ...older.filter(isAbove)],
    pending: [],
    facts,
  };
}

function instanceOf(target: string, address: Address, application: string, context: Context): Instance {
  const { path, version, running } = context;
  const read = readVersion(application, version);
  const facts: ContextFacts = { path, version, foreign: read === undefined };
  return {
    id: contextName(path, version),
    target,
    // Of what someone else deployed only the name is known.
    release: read?.release ?? {
      application,
      version: version === '' ? 'unversioned' : version,
      artifact: 'unknown',
      configuration: 'unknown',
    },
    address,
    state: running ? 'running' : 'stopped',
    facts,
  };
}

export function factsOf({ facts }: Instance): ContextFacts {
  return facts as unknown as ContextFacts;
}

/** When a version was deployed, as its stamp says. Milliseconds since the epoch. */
export function deployedAt(instance: Instance): number | undefined {
  return stampTime(factsOf(instance).version);
}

/** Where the server is asked for its pages: at the place of its Manager. */
export function addressOf(url: string): Address {
  const { hostname, port, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (protocol === 'https:' ? '443' : '80') : port,
  };
}
