import type { Address, Backend, RouterState } from '../contracts/deploy';

/** `10.0.0.11:8080`, `[::1]:8080`; placeholders stay as they are. */
export function endpointText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** `localhost` is the same place as `127.0.0.1` to every router. */
export function sameHost(a: string, b: string): boolean {
  const canonical = (host: string): string =>
    host.toLowerCase() === 'localhost' ? '127.0.0.1' : host.toLowerCase();
  return canonical(a) === canonical(b);
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && sameHost(a.host, b.host);
}

/** The host as routers want to have it. */
export function hostAddress(host: string): string {
  return host.toLowerCase() === 'localhost' ? '127.0.0.1' : host;
}

/** A router's state in which backends say whose they are, and which release answers there, as far as `known` tells. */
export function withReleases(state: RouterState, known: readonly Omit<Backend, 'weight'>[]): RouterState {
  const backends = state.backends.map((backend): Backend => {
    const { target, release } = known.find((each) => sameAddress(each.address, backend.address)) ?? {};
    return { ...backend, ...(target !== undefined && { target }), ...(release !== undefined && { release }) };
  });
  return { ...state, backends };
}
