import type { Address, Backend, RouterState } from '../contracts/deploy';
import { literal, type Expectation, type HostName, type HttpCall } from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { endpointText, hostAddress, sameAddress, sameHost, withReleases } from './addresses';
import { asks, asksAgainst, asksFor, served, type Ask } from './asking';
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

interface Facts {
  readonly members: readonly BalancerMember[];
  /** Whether a graceful restart keeps what is set. */
  readonly persists: boolean;
}

/** The largest `loadfactor`. */
const MOST = 100;
/** Longer than a member is left alone after an error, unless configured. */
const RECOVERED_MS = 75_000;

/**
 * Apache's mod_proxy_balancer through its manager page. No connection is closed. Only members that the configuration
 * has are switched, closed ones included: the page can also add some, but a child of Apache that looks for a member
 * at that moment may crash, with all its requests (seen with 2.4).
 *
 * A member that is opened may be in error from earlier, and would get nobody until that is over, with nobody else
 * there: it ignores errors until a request has found that out.
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
            value: urlOf(factsOf(state), address) ?? endpointText(address),
          },
        ],
        until: { intervalMs: 100, deadlineMs, atDeadline: 'continue' },
      },
    ],
    readmit: (state, address) => readmit(`${name}.readmit`, options, factsOf(state), address),
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
      return {
        result: toState(name, {
          members: found.members,
          persists: persists(html) ?? false,
        }),
      };
    },
  };
}

function toState(router: string, { members, ...facts }: Facts): RouterState {
  return {
    router,
    backends: members.filter(({ state }) => state === 'ready' || state === 'drain').map(toBackend),
    facts: { ...facts, members: members.map((member) => ({ ...member })) },
  };
}

function toBackend({ url, state, weight }: BalancerMember): Backend {
  return { address: addressOf(url), weight: state === 'ready' ? weight : 0, name: url };
}

/** Not with `URL`: the port may be a placeholder, or be left out. */
function addressOf(url: string): Address {
  const [, scheme, host = '', port] =
    /^([^:]+):\/\/(\[[^\]]+\]|[^:/]+)(?::(\$\{[^}]+\}|\d+))?/.exec(url) ?? [];
  return { host: host.replace(/^\[|\]$/g, ''), port: port ?? (scheme === 'https' ? '443' : '80') };
}

/** The name of the member with an address, or that it must have when the address is known. */
function urlOf(facts: Facts, { host, port }: Address): string | undefined {
  const address = { host: hostAddress(host), port };
  const member = facts.members.find(({ url }) => sameAddress(addressOf(url), address));
  if (member) return member.url;
  // Of a port that is only known later at least the host must be there.
  const alike = alikeOf(facts, { host });
  if (!alike || !port.includes('${')) return undefined;
  return `${alike.url.slice(0, alike.url.indexOf(':'))}://${endpointText(address)}`;
}

function alikeOf({ members }: Facts, { host }: Pick<Address, 'host'>): BalancerMember | undefined {
  return members.find(({ url }) => sameHost(addressOf(url).host, host));
}

function change(name: string, options: ApacheBalancerOptions, state: RouterState, to: Route): RouteChange {
  const facts = factsOf(state);
  const listed = listedMembers(options.balancer, facts, to);
  const others = otherMembers(facts, to, listed);
  const late = listed.filter(isLate);
  // What a port is that comes out later can't be read back together with those it may be one of.
  const seen = late.length > 0 ? listed : [...listed, ...others];
  const wanted = [...others, ...listed];
  return {
    do: [findNonce(name, options), ...settings(name, options, state, { listed, others })],
    verify: [readBack(options, seen), ...asksFor(options.ask, served(to))],
    undo: [
      findNonce(`${name}.undo`, options),
      ...restoring(`${name}.undo`, options, facts, { wanted, late }),
      ...asksAgainst(options.ask, state, to),
    ],
    after: withReleases(toState(name, { ...facts, members: merge(facts.members, wanted) }), to.backends),
  };
}

const isOpen = ({ state }: BalancerMember): boolean => state === 'ready';
const isClosed = (member: BalancerMember): boolean => !isOpen(member);
/** Whether its port comes out only when the plan is performed. */
const isLate = ({ url }: BalancerMember): boolean => url.includes('${');

/**
 * What is set, in an order in which there is always someone to serve: opens before it closes. A member that nobody of
 * ours is known at may turn out to be the late one (its port was free), so that one is opened again after it.
 */
function settings(
  name: string,
  options: ApacheBalancerOptions,
  { backends, facts }: RouterState,
  { listed, others }: Readonly<Record<'listed' | 'others', readonly BalancerMember[]>>,
): HttpCall[] {
  const { members } = facts as unknown as Facts;
  const differs = (member: BalancerMember): boolean =>
    !members.some((now) => describeMember(now) === describeMember(member));
  const isOurs = ({ url }: BalancerMember): boolean =>
    backends.some((backend) => backend.name === url && backend.target !== undefined);
  const strangers = others.filter((member) => !isOurs(member));
  const opened = listed.filter(isOpen).filter(differs);
  const each = (list: readonly BalancerMember[]): HttpCall[] =>
    list.map((member) => set(name, options, member));
  return [
    ...each(opened.map(eager)),
    ...each(strangers),
    ...(strangers.length > 0 ? each(listed.filter(isLate).map(eager)) : []),
    // Before the others are closed: what stays in error must not be all that there is.
    ...recovered(options, opened, 'fail'),
    ...each(opened.filter(({ ignoresErrors }) => !ignoresErrors)),
    ...each(listed.filter(isClosed).filter(differs)),
    ...each(others.filter(isOurs)),
  ];
}

/** What was before. Where a late port may be any member's all of them are set, after it was closed. */
function restoring(
  name: string,
  options: ApacheBalancerOptions,
  { members }: Facts,
  { wanted, late }: Readonly<Record<'wanted' | 'late', readonly BalancerMember[]>>,
): HttpCall[] {
  const touched = members.filter((member) =>
    wanted.some((each) => each.url === member.url && describeMember(each) !== describeMember(member)),
  );
  const opened = touched.filter(isOpen);
  const each = (list: readonly BalancerMember[]): HttpCall[] =>
    list.map((member) => set(name, options, member));
  return [
    ...each(opened.map(eager)),
    ...each(late.map((member) => ({ ...member, state: 'disabled' }))),
    // The late one may have been one of them.
    ...(late.length > 0 ? each(opened.map(eager)) : []),
    ...recovered(options, opened, 'continue'),
    ...each(late.length > 0 ? members : touched),
  ];
}

function readmit(
  name: string,
  options: ApacheBalancerOptions,
  facts: Facts,
  address: Address,
): readonly HttpCall[] {
  const url = urlOf(facts, address);
  const members = facts.members.filter((member) => member.url === url && isOpen(member));
  return members.flatMap((member) => [
    findNonce(name, options),
    set(name, options, eager(member)),
    ...recovered(options, [member], 'continue'),
    set(name, options, member),
  ]);
}

/** Open, and out of the error that it may be in as soon as a request looks for a member (mod_proxy: `Ign`). */
function eager(member: BalancerMember): BalancerMember {
  return { ...member, ignoresErrors: true };
}

/** Waits until members that are eager are in no error. Only a request takes them out of it: ours, or anybody's. */
function recovered(
  options: ApacheBalancerOptions,
  members: readonly BalancerMember[],
  atDeadline: 'fail' | 'continue',
): HttpCall[] {
  if (members.length === 0) return [];
  const until = { intervalMs: 50, deadlineMs: RECOVERED_MS };
  return [
    {
      ...ask(options, '?xml=1'),
      note: 'Opened members in no error',
      parse: 'balancer.manager',
      expect: members.map(({ url }) => ({ path: `${at(options)}.failed`, is: 'lacks', value: url })),
      until: options.ask
        ? { ...until, atDeadline, meanwhile: asks(options.ask, 'Have the balancer look for a member') }
        : { ...until, atDeadline: 'continue' },
    },
  ];
}

function merge(members: readonly BalancerMember[], changed: readonly BalancerMember[]): BalancerMember[] {
  const find = (list: readonly BalancerMember[], url: string) => list.find((member) => member.url === url);
  const added = changed.filter(({ url }) => !find(members, url));
  return [...members.map((member) => find(changed, member.url) ?? member), ...added];
}

/** How the members of a route should be. */
function listedMembers(balancer: string, facts: Facts, { backends }: Route): BalancerMember[] {
  const open = backends.filter(({ weight }) => weight > 0);
  const asked = wholeWeights(
    open.map(({ weight }) => weight),
    MOST,
  );
  return backends.flatMap((backend): BalancerMember[] => {
    const url = urlOf(facts, backend.address);
    const now = facts.members.find((member) => member.url === url);
    if (backend.weight === 0) return now ? [{ ...now, state: 'drain' }] : [];
    if (url === undefined) {
      const details = { name: balancer, address: endpointText(backend.address) };
      throw new RouterError('noPlace', `${balancer} has no member ${details.address}`, details);
    }
    // A share of all is any share.
    const weight = open.length === 1 ? (now?.weight ?? 1) : (asked[open.indexOf(backend)] ?? 1);
    const { ignoresErrors } = now ?? alikeOf(facts, backend.address) ?? {};
    return [{ url, state: 'ready', weight, ...(ignoresErrors && { ignoresErrors }) }];
  });
}

/** Members of the same hosts that aren't in the route, and get nobody. */
function otherMembers(
  facts: Facts,
  { backends }: Route,
  listed: readonly BalancerMember[],
): BalancerMember[] {
  return facts.members
    .filter(
      ({ url, state }) =>
        (state === 'ready' || state === 'drain') &&
        !listed.some((member) => member.url === url) &&
        backends.some(({ address }) => sameHost(address.host, addressOf(url).host)),
    )
    .map((member) => ({ ...member, state: 'disabled' }));
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
    w_status_I: member.ignoresErrors ? '1' : '0',
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

/** Enough for one that is closed: the weight that it had before need not be known. */
function noLonger(options: ApacheBalancerOptions, member: BalancerMember): Expectation {
  return { path: `${at(options)}.lines`, is: 'lacks', value: describeMember({ ...member, state: 'ready' }) };
}
