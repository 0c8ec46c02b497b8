import type { Address, Backend, RouterState } from '../contracts/deploy';
import { literal, type Expectation, type HostName, type HttpCall } from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { endpointText, hostAddress, sameAddress, sameHost, withReleases } from './addresses';
import { asksAgainst, asksFor, served, type Ask } from './asking';
import {
  balancerKey,
  balancers,
  describeMember,
  persists,
  type BalancerMember,
  type MemberState,
} from './balancerManager';
import { RouterError } from './errors';
import { wholeWeights } from './weights';

export interface ApacheBalancerOptions {
  /** Whose connection leads to `url`. */
  readonly host: HostName;
  /** The balancer-manager as seen from the host. */
  readonly url: string;
  /** `NAME` of `balancer://NAME`. */
  readonly balancer: string;
  readonly ask?: Ask;
}

/** Members that are disabled count as not there: one that was added once can't be taken away again. */
interface Facts {
  readonly members: readonly BalancerMember[];
  /** Of members that aren't there yet. */
  readonly scheme: string;
  /** Whether a graceful restart keeps what is set. */
  readonly persists: boolean;
}

/** The largest `loadfactor`. */
const MOST = 100;

/**
 * Apache's mod_proxy_balancer through its manager page. A release that is no member yet becomes one, where the
 * balancer has room (`growth`). No connection is closed.
 */
export function apacheBalancer(name: string, options: ApacheBalancerOptions): Router {
  return {
    name,
    kind: 'apache-balancer',
    abilities: { backends: 'many', weights: true },
    read: () => readMembers(name, options),
    change: (state, to) => change(name, options, state, to),
    drained: (state, address, deadlineMs) => [
      {
        ...ask(options, '?xml=1'),
        note: `No request to ${endpointText(address)}`,
        parse: 'balancer.manager',
        expect: [
          {
            path: `${at(options)}.busy`,
            is: 'lacks',
            value: urlOf(factsOf(state), { ...address, host: hostAddress(address.host) }),
          },
        ],
        until: { intervalMs: 100, deadlineMs, atDeadline: 'continue' },
      },
    ],
  };
}

/** Where the answer has our balancer. */
const at = ({ balancer }: ApacheBalancerOptions): string => `value.${balancerKey(balancer)}`;
const factsOf = ({ facts }: RouterState): Facts => facts as unknown as Facts;

/** A page of the same host as the referrer, or the manager reads no parameter. */
function ask({ host, url }: ApacheBalancerOptions, query = ''): HttpCall {
  return {
    via: 'http',
    from: host,
    method: 'GET',
    url: literal(url + query),
    headers: { Referer: literal(url) },
  };
}

function readMembers(name: string, options: ApacheBalancerOptions): Reading<RouterState> {
  return {
    calls: [ask(options, '?xml=1'), ask(options)],
    next: ([xml = {}, html]) => {
      const found = balancers(xml)[balancerKey(options.balancer)];
      if (!found)
        throw new RouterError('noBackend', `no balancer ${options.balancer}`, { name: options.balancer });
      const [first] = found.members;
      return {
        result: toState(name, {
          members: found.members.filter(({ state }) => state !== 'disabled'),
          scheme: first ? new URL(first.url).protocol.slice(0, -1) : 'http',
          persists: persists(html) ?? false,
        }),
      };
    },
  };
}

function toState(router: string, { members, ...facts }: Facts): RouterState {
  const there = members.filter(({ state }) => state !== 'disabled').sort(byUrl);
  return {
    router,
    backends: there.filter(({ state }) => state !== 'stopped' && state !== 'standby').map(toBackend),
    facts: { ...facts, members: there.map((member) => ({ ...member })) },
  };
}

const byUrl = (a: BalancerMember, b: BalancerMember): number => (a.url < b.url ? -1 : 1);

function toBackend({ url, state, weight }: BalancerMember): Backend {
  return { address: addressOf(url), weight: state === 'ready' ? weight : 0, name: url };
}

/** Not with `URL`: the port may be a placeholder, or be left out. */
function addressOf(url: string): Address {
  const [, scheme, host = '', port] =
    /^([^:]+):\/\/(\[[^\]]+\]|[^:/]+)(?::(\$\{[^}]+\}|\d+))?/.exec(url) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: port ?? (scheme === 'https' ? '443' : '80') };
}

/** The name of the member with an address, or that it will have. */
function urlOf({ members, scheme }: Facts, address: Address): string {
  const member = members.find(({ url }) => sameAddress(addressOf(url), address));
  return member?.url ?? `${scheme}://${endpointText(address)}`;
}

function change(name: string, options: ApacheBalancerOptions, state: RouterState, to: Route): RouteChange {
  const facts = factsOf(state);
  const wanted = wantedMembers(facts, to);
  const touched = wanted.filter((member) => {
    const now = facts.members.find(({ url }) => url === member.url);
    return !now || describeMember(now) !== describeMember(member);
  });
  // Opens before it closes, so that there is always someone to serve.
  const ordered = [...touched.filter(isOpen), ...touched.filter((member) => !isOpen(member))];
  const added = ordered.filter(({ url }) => !facts.members.some((member) => member.url === url));
  const before = touched.map(
    ({ url, weight }) =>
      facts.members.find((member) => member.url === url) ?? { url, weight, state: 'disabled' as const },
  );
  const back = [...before.filter(isOpen), ...before.filter((member) => !isOpen(member))];
  const rest = facts.members.filter(({ url }) => !wanted.some((member) => member.url === url));
  return {
    do: [
      findNonce(name, options),
      ...added.map(({ url }) => add(name, options, url)),
      ...ordered.map((member) => set(name, options, member)),
    ],
    verify: [readBack(options, wanted), ...asksFor(options.ask, served(to))],
    undo: [
      findNonce(`${name}.undo`, options),
      ...back.map((member) => set(`${name}.undo`, options, member)),
      ...asksAgainst(options.ask, state, to),
    ],
    after: withReleases(toState(name, { ...facts, members: [...rest, ...wanted] }), to.backends),
  };
}

const isOpen = ({ state }: BalancerMember): boolean => state === 'ready';

/** How members should be: those of the route, and other ones of its hosts, which get nobody. */
function wantedMembers(facts: Facts, { backends }: Route): BalancerMember[] {
  const open = backends.filter(({ weight }) => weight > 0);
  const asked = wholeWeights(
    open.map(({ weight }) => weight),
    MOST,
  );
  const listed = backends.flatMap((backend): BalancerMember[] => {
    const url = urlOf(facts, { ...backend.address, host: hostAddress(backend.address.host) });
    const now = facts.members.find((member) => member.url === url);
    if (backend.weight === 0) return now ? [{ ...now, state: 'drain' }] : [];
    // A share of all is any share.
    const weight = open.length === 1 ? (now?.weight ?? 1) : (asked[open.indexOf(backend)] ?? 1);
    return [{ url, state: 'ready', weight }];
  });
  const others = facts.members.filter(
    ({ url, state }) =>
      state !== 'standby' &&
      !listed.some((member) => member.url === url) &&
      backends.some(({ address }) => sameHost(address.host, addressOf(url).host)),
  );
  return [...listed, ...others.map((member): BalancerMember => ({ ...member, state: 'disabled' }))];
}

/** It is another one after each restart. */
function findNonce(name: string, options: ApacheBalancerOptions): HttpCall {
  return {
    ...ask(options, '?xml=1'),
    parse: 'balancer.manager',
    binds: { [`${name}.nonce`]: `${at(options)}.nonce` },
  };
}

function post(
  name: string,
  options: ApacheBalancerOptions,
  fields: Readonly<Record<string, string>>,
): HttpCall {
  const form = { xml: '1', b: literal(options.balancer), nonce: `\${${name}.nonce}`, ...fields };
  return {
    ...ask(options),
    method: 'POST',
    headers: { Referer: literal(options.url), 'Content-Type': 'application/x-www-form-urlencoded' },
    body: Object.entries(form)
      .map(([key, value]) => `${key}=${encodeForm(value)}`)
      .join('&'),
  };
}

/** Leaves placeholders as they are: what they stand for needs no encoding. */
function encodeForm(text: string): string {
  return text
    .split(/(\$\{[^}]*\})/)
    .map((piece, index) => (index % 2 === 0 ? encodeURIComponent(piece) : piece))
    .join('');
}

/** Answered with 400 when it is a member already, and when there is no room: which of them, setting it shows. */
function add(name: string, options: ApacheBalancerOptions, url: string): HttpCall {
  return {
    ...post(name, options, { b_wyes: '1', b_nwrkr: url }),
    note: `Make ${url} a member`,
    expect: [{ path: 'status', is: 'oneOf', value: [200, 400] }],
  };
}

/** All flags at once, whatever they were. */
function set(name: string, options: ApacheBalancerOptions, member: BalancerMember): HttpCall {
  const flag = (state: MemberState): string => (member.state === state ? '1' : '0');
  const fields = {
    w: member.url,
    w_lf: member.weight.toFixed(2),
    w_status_N: flag('drain'),
    w_status_S: flag('stopped'),
    w_status_H: flag('standby'),
    w_status_D: flag('disabled'),
  };
  return {
    ...post(name, options, fields),
    note: describeMember(member),
    parse: 'balancer.manager',
    expect: [member.state === 'disabled' ? noLonger(options, member) : hasMember(options, member)],
  };
}

function readBack(options: ApacheBalancerOptions, members: readonly BalancerMember[]): HttpCall {
  return {
    ...ask(options, '?xml=1'),
    note: 'Each member as wanted',
    parse: 'balancer.manager',
    expect: members.map((member) => hasMember(options, member)),
  };
}

function hasMember(options: ApacheBalancerOptions, member: BalancerMember): Expectation {
  return { path: `${at(options)}.lines`, is: 'contains', value: describeMember(member) };
}

/** One that was never made a member can't be read back either. */
function noLonger(options: ApacheBalancerOptions, member: BalancerMember): Expectation {
  return { path: `${at(options)}.lines`, is: 'lacks', value: describeMember({ ...member, state: 'ready' }) };
}
