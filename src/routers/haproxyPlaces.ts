import type { Backend } from '../contracts/deploy';
import type { Route } from '../contracts/deployTarget';
import { endpointText, sameAddress, sameHost } from './addresses';
import { RouterError } from './errors';
import type { HaproxyServer } from './haproxyAnswers';
import { wholeWeights } from './weights';

/** The largest weight of a server (configuration manual, `weight`). */
const MOST = 256;
/** What a server's address is that nobody has given one. */
const NOBODY = ['0.0.0.0', '-', '::'];

type Wanted = Route['backends'][number];

/**
 * How the servers of a backend should be, in their order. HAProxy's servers are places with fixed names: a release
 * goes to the one with its address; else to one that is free for its host, which is given the address.
 *
 * Free is, in this order: one in maintenance or draining, not wanted, of the same host or never given an address;
 * one that takes requests for an address of the same host that is no longer wanted, or that should get nobody: its
 * address is changed while it serves, and requests in flight end where they began. Servers of hosts that the route
 * doesn't name may be under repair, or belong to someone else: they stay as they are.
 */
export function placeServers(
  backend: string,
  servers: readonly HaproxyServer[],
  { backends }: Route,
): HaproxyServer[] {
  const places = new Map<Wanted, HaproxyServer>();
  const taken = (server: HaproxyServer): boolean => [...places.values()].includes(server);
  for (const wanted of backends) {
    const [exact] = servers
      .filter((server) => sameAddress(server, wanted.address) && !taken(server))
      .sort(mostOpen);
    if (exact) places.set(wanted, exact);
  }
  for (const wanted of backends.filter((each) => !places.has(each) && each.weight > 0)) {
    const place =
      freePlace(
        servers.filter((server) => !taken(server)),
        wanted,
      ) ?? takeOver(places, wanted);
    if (!place) {
      const details = { name: backend, address: endpointText(wanted.address) };
      throw new RouterError('noPlace', `${backend} has no server for ${details.address}`, details);
    }
    places.set(wanted, place);
  }
  const weights = weightsOf(places);
  const isOurs = ({ host }: HaproxyServer): boolean =>
    backends.some(({ address }) => sameHost(address.host, host));
  return servers.map((server) => {
    const [wanted] = [...places].find(([, place]) => place === server) ?? [];
    if (!wanted) return isOurs(server) ? { ...server, state: 'maint' } : server;
    if (wanted.weight === 0) return { ...server, state: 'drain' };
    const { host, port } = wanted.address;
    const weight = weights.get(wanted) ?? server.weight;
    return {
      ...server,
      host: sameHost(server.host, host) ? server.host : host,
      port,
      state: 'ready',
      weight,
    };
  });
}

/** The one that takes requests, when several have an address. */
function mostOpen(a: HaproxyServer, b: HaproxyServer): number {
  const order = ['ready', 'drain', 'maint'];
  return order.indexOf(a.state) - order.indexOf(b.state);
}

function freePlace(servers: readonly HaproxyServer[], { address }: Wanted): HaproxyServer | undefined {
  const here = servers.filter((server) => sameHost(server.host, address.host));
  return (
    here.find(({ state }) => state === 'maint') ??
    servers.find(({ host, state }) => state === 'maint' && NOBODY.includes(host)) ??
    here.find(({ state }) => state === 'drain') ??
    here.find(({ state }) => state === 'ready')
  );
}

/** The place of a release of the same host that should get nobody. */
function takeOver(places: Map<Wanted, HaproxyServer>, { address }: Wanted): HaproxyServer | undefined {
  for (const [other, server] of places) {
    if (other.weight > 0 || !sameHost(server.host, address.host)) continue;
    places.delete(other);
    return server;
  }
  return undefined;
}

/** Weights of those that get users; when it is only one its own weight will do. */
function weightsOf(places: ReadonlyMap<Wanted, HaproxyServer>): Map<Wanted, number> {
  const open = [...places].filter(([{ weight }]) => weight > 0);
  const [one] = open;
  if (open.length === 1 && one) return new Map([[one[0], one[1].weight || 1]]);
  const asked = open.map(([{ weight }]) => weight);
  // What they have is kept when it is the same share.
  const now = open.map(([, server]) => server.weight);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const same = asked.every((weight, at) => weight * sum(now) === (now[at] ?? 0) * sum(asked));
  const weights = same ? now : wholeWeights(asked, MOST);
  return new Map(open.map(([wanted], at) => [wanted, weights[at] ?? 1]));
}

/** Those that get users or did, as a router's state tells them. */
export function toBackends(servers: readonly HaproxyServer[]): Backend[] {
  return servers
    .filter(({ state }) => state !== 'maint')
    .map(({ name, host, port, state, weight }) => ({
      address: { host, port },
      weight: state === 'ready' ? weight : 0,
      name,
    }));
}
