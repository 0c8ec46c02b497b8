import type { Address, Backend, RouterState } from '../contracts/deploy';
import {
  literal,
  type Answer,
  type Expectation,
  type HostName,
  type HttpCall,
} from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { endpointText, sameAddress, withReleases } from './addresses';
import { asksAgainst, asksFor, served, type Ask } from './asking';
import { RouterError } from './errors';
import {
  describeJkMember,
  jkKey,
  type Activation,
  type JkActivity,
  type JkBalancer,
  type JkMember,
} from './modJkAnswers';
import { wholeWeights } from './weights';

export interface ModJkOptions {
  /** Whose connection leads to `url`. */
  readonly host: HostName;
  /** Others with the same load balancer, each behind a `url` of its own: the standby of a pair. They are told the same. */
  readonly also?: readonly HostName[];
  /** The status worker as seen from the host: `http://127.0.0.1/jk-status`. */
  readonly url: string;
  /** The worker of type `lb`. */
  readonly worker: string;
  /**
   * Where targets are asked for their pages, by their names. mod_jk knows other ports (AJP): a member is the target
   * that its worker has the name of.
   */
  readonly targets?: Readonly<Record<string, Address>>;
  readonly ask?: Ask;
}

interface Facts {
  readonly members: readonly JkMember[];
  readonly sticky: boolean;
  /** Of the hosts besides, where there are any. */
  readonly others?: Readonly<Record<HostName, readonly JkMember[]>>;
}

/** One member to be set on one host. */
interface Setting {
  readonly host: HostName;
  readonly member: JkMember;
}

const MOST = 100;
const LETTERS: Readonly<Record<Activation, string>> = { active: 'a', disabled: 'd', stopped: 's' };

/**
 * A load balancer of Apache's mod_jk, through its status worker. A member that is to get nobody new is disabled: users
 * with a session stay. What is set is lost when Apache starts again.
 */
export function modJk(name: string, options: ModJkOptions): Router {
  return {
    name,
    kind: 'mod-jk',
    abilities: { backends: 'many', weights: true },
    read: () => readBalancer(name, options),
    change: (state, to) => change(options, state, to),
    drained: (state, address, deadlineMs) => {
      const member = jkMembers(state).find((each) => sameAddress(addressOf(options, each), address));
      return member ? idle(options, member.name, deadlineMs, 'continue') : [];
    },
  };
}

/** What each member does at the moment, as the first host sees it. */
export function readMembers(options: ModJkOptions): Reading<readonly (JkMember & JkActivity)[]> {
  return {
    calls: [list(options, options.host)],
    next: ([answer]) => {
      const { members, activity } = balancerIn(answer!, options);
      return { result: members.map((member, i) => ({ ...member, ...activity[i]! })) };
    },
  };
}

/** The members of a balancer as it was read. */
export function jkMembers(state: RouterState): readonly JkMember[] {
  return factsOf(state).members;
}

/**
 * Sets what one member gets, everywhere, and reads it back. `stopped` sends users with a session to other nodes, which
 * must be able to find it: they share a store.
 */
export function activate(
  options: ModJkOptions,
  state: RouterState,
  name: string,
  activation: Activation,
): RouteChange {
  return changeTo(options, state, (member) => (member.name === name ? { ...member, activation } : member));
}

/** Waits until a member has no request in flight, wherever from. */
export function idle(
  options: ModJkOptions,
  member: string,
  deadlineMs: number,
  atDeadline: 'fail' | 'continue',
): HttpCall[] {
  return hostsOf(options).map((host) => ({
    ...list(options, host),
    note: `No request to ${member}`,
    expect: [{ path: `${at(options)}.busy`, is: 'lacks', value: literal(member) }],
    until: { intervalMs: 100, deadlineMs, atDeadline },
  }));
}

/** Has members that mod_jk takes for broken tried again at once, and not after its pause of a minute. */
export function recover(options: ModJkOptions, member: string): HttpCall[] {
  return hostsOf(options).map((host) => ({
    ...ask(options, host, { cmd: 'recover', mime: 'prop', w: options.worker, sw: member }),
    note: `${member} is tried at once`,
    parse: 'modjk.said',
  }));
}

/** Reads that a member is not taken for broken. */
export function sound(options: ModJkOptions, member: string): HttpCall[] {
  return hostsOf(options).map((host) => ({
    ...list(options, host),
    note: `${member} is not taken for broken`,
    expect: [{ path: `${at(options)}.broken`, is: 'lacks', value: literal(member) }],
  }));
}

const at = ({ worker }: ModJkOptions): string => `value.${jkKey(worker)}`;
const factsOf = ({ facts }: RouterState): Facts => facts as unknown as Facts;
const hostsOf = ({ host, also = [] }: ModJkOptions): readonly HostName[] => [host, ...also];

function ask({ url }: ModJkOptions, from: HostName, query: Readonly<Record<string, string>>): HttpCall {
  const text = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return { via: 'http', from, method: 'GET', url: literal(`${url}?${text.join('&')}`) };
}

function list(options: ModJkOptions, host: HostName): HttpCall {
  return {
    ...ask(options, host, { cmd: 'list', mime: 'prop', w: options.worker }),
    parse: 'modjk.balancers',
  };
}

function readBalancer(name: string, options: ModJkOptions): Reading<RouterState> {
  const hosts = hostsOf(options);
  return {
    calls: hosts.map((host) => list(options, host)),
    next: (answers) => {
      const [first, ...others] = answers.map((answer) => balancerIn(answer, options));
      const { sticky, members } = first!;
      const more = others.map((balancer, i) => [hosts[i + 1]!, balancer.members] as const);
      const facts: Facts = {
        sticky,
        members,
        ...(more.length > 0 && { others: Object.fromEntries(more) }),
      };
      return { result: toState(name, options, facts) };
    },
  };
}

/** Throws `RouterError` `noBackend`. */
function balancerIn(answer: Answer, { worker }: ModJkOptions): JkBalancer {
  const balancers = answer.value as unknown as Readonly<Record<string, JkBalancer | undefined>>;
  const found = balancers[jkKey(worker)];
  if (found) return found;
  // Asked for a worker that it has not it lists all.
  throw new RouterError('noBackend', `no load balancer ${worker}`, { name: worker });
}

function toState(router: string, options: ModJkOptions, { members, sticky, others }: Facts): RouterState {
  const copy = (list: readonly JkMember[]) => list.map((member) => ({ ...member }));
  return {
    router,
    backends: members.map((member): Backend => ({
      address: addressOf(options, member),
      weight: member.activation === 'active' ? member.weight : 0,
      name: member.name,
    })),
    facts: {
      sticky,
      members: copy(members),
      ...(others && {
        others: Object.fromEntries(Object.entries(others).map(([host, list]) => [host, copy(list)])),
      }),
    },
  };
}

function addressOf({ targets = {} }: ModJkOptions, { name, host, port }: JkMember): Address {
  return targets[name] ?? { host, port };
}

function change(options: ModJkOptions, state: RouterState, to: Route): RouteChange {
  const wanted = wantedMembers(options, jkMembers(state), to);
  const changed = changeTo(options, state, (now) => {
    const found = wanted.find((each) => each.name === now.name);
    return found ? { ...now, activation: found.activation, weight: found.weight } : now;
  });
  return {
    do: changed.do,
    verify: [...changed.verify, ...asksFor(options.ask, served(to))],
    undo: [...changed.undo, ...asksAgainst(options.ask, state, to)],
    after: withReleases(changed.after, to.backends),
  };
}

/** Sets on each host what has to change there. */
function changeTo(
  options: ModJkOptions,
  state: RouterState,
  wanted: (member: JkMember) => JkMember,
): RouteChange {
  const facts = factsOf(state);
  const on = (host: HostName): readonly JkMember[] =>
    host === options.host ? facts.members : (facts.others?.[host] ?? []);
  const touched = hostsOf(options).flatMap((host) =>
    on(host)
      .filter((member) => describeJkMember(wanted(member)) !== describeJkMember(member))
      .map((member): Setting => ({ host, member })),
  );
  const changed = touched.map(({ host, member }): Setting => ({ host, member: wanted(member) }));
  const others =
    facts.others &&
    Object.fromEntries(Object.entries(facts.others).map(([host, list]) => [host, list.map(wanted)]));
  const after = { ...facts, members: facts.members.map(wanted), ...(others && { others }) };
  return {
    do: openFirst(changed).map((each) => set(options, each)),
    verify: hostsOf(options).map((host) => readBack(options, host, on(host).map(wanted))),
    undo: [
      ...openFirst(touched).map((each) => set(options, each)),
      ...hostsOf(options).flatMap((host) => {
        const before = touched.filter((each) => each.host === host).map(({ member }) => member);
        return before.length > 0 ? [readBack(options, host, before)] : [];
      }),
    ],
    after: toState(state.router, options, after),
  };
}

/** There is always someone to serve. */
function openFirst(settings: readonly Setting[]): Setting[] {
  const isOpen = ({ member }: Setting): boolean => member.activation === 'active';
  return [...settings.filter(isOpen), ...settings.filter((each) => !isOpen(each))];
}

/** How the members of a route should be. Others, which are nobody's of ours, stay as they are. */
function wantedMembers(options: ModJkOptions, members: readonly JkMember[], { backends }: Route): JkMember[] {
  const open = backends.filter(({ weight }) => weight > 0);
  const weights = wholeWeights(
    open.map(({ weight }) => weight),
    MOST,
  );
  return backends.map((backend): JkMember => {
    const member = members.find(
      (each) => each.name === backend.target || sameAddress(addressOf(options, each), backend.address),
    );
    if (!member) {
      const details = {
        name: options.worker,
        address: `${backend.target} (${endpointText(backend.address)})`,
      };
      throw new RouterError('noPlace', `${options.worker} has no member ${details.address}`, details);
    }
    if (backend.weight === 0) return { ...member, activation: 'disabled' };
    // Equal shares are whatever they were.
    const isEqual = new Set(weights).size === 1;
    const weight = isEqual ? member.weight : weights[open.indexOf(backend)]!;
    return { ...member, activation: 'active', weight };
  });
}

function set(options: ModJkOptions, { host, member }: Setting): HttpCall {
  const { name, activation, weight } = member;
  return {
    ...ask(options, host, {
      cmd: 'update',
      mime: 'prop',
      w: options.worker,
      sw: name,
      vwa: LETTERS[activation],
      vwf: String(weight),
    }),
    note: describeJkMember(member),
    parse: 'modjk.done',
  };
}

/** It reports success for values that it does not know, too. */
function readBack(options: ModJkOptions, host: HostName, members: readonly JkMember[]): HttpCall {
  return {
    ...list(options, host),
    note: 'Each member as wanted',
    expect: members.map((member): Expectation => ({
      path: `${at(options)}.lines`,
      is: 'contains',
      value: literal(describeJkMember(member)),
    })),
  };
}
