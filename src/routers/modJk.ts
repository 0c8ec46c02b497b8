import type { Address, Backend, RouterState } from '../contracts/deploy';
import { literal, type Call, type Expectation, type HostName, type HttpCall } from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { endpointText, sameAddress, withReleases } from './addresses';
import { asksAgainst, asksFor, served, type Ask } from './asking';
import { RouterError } from './errors';
import { describeJkMember, jkKey, type Activation, type JkBalancer, type JkMember } from './modJkAnswers';
import { wholeWeights } from './weights';

export interface ModJkOptions {
  /** Whose connection leads to `url`. */
  readonly host: HostName;
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
    change: (state, to) => change(name, options, state, to),
    drained: (state, address, deadlineMs) => {
      const member = factsOf(state).members.find((each) => sameAddress(addressOf(options, each), address));
      return member ? [idle(options, member.name, deadlineMs)] : [];
    },
  };
}

/**
 * Sets what a member gets, and reads it back. `stopped` sends users with a session to other nodes, which must be able
 * to find it: they share a store.
 */
export function activate(options: ModJkOptions, member: JkMember): { do: Call[]; verify: Call[] } {
  return { do: [set(options, member)], verify: [readBack(options, [member])] };
}

/** Waits until a member has no request in flight; at the deadline it goes on. */
export function idle(options: ModJkOptions, member: string, deadlineMs: number): HttpCall {
  return {
    ...list(options),
    note: `No request to ${member}`,
    expect: [{ path: `${at(options)}.busy`, is: 'lacks', value: literal(member) }],
    until: { intervalMs: 100, deadlineMs, atDeadline: 'continue' },
  };
}

const at = ({ worker }: ModJkOptions): string => `value.${jkKey(worker)}`;
const factsOf = ({ facts }: RouterState): Facts => facts as unknown as Facts;

function ask({ host, url }: ModJkOptions, query: Readonly<Record<string, string>>): HttpCall {
  const text = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return { via: 'http', from: host, method: 'GET', url: literal(`${url}?${text.join('&')}`) };
}

function list(options: ModJkOptions): HttpCall {
  return { ...ask(options, { cmd: 'list', mime: 'prop', w: options.worker }), parse: 'modjk.balancers' };
}

function readBalancer(name: string, options: ModJkOptions): Reading<RouterState> {
  return {
    calls: [list(options)],
    next: ([answer]) => {
      const balancers = answer!.value as unknown as Readonly<Record<string, JkBalancer | undefined>>;
      const found = balancers[jkKey(options.worker)];
      // Asked for a worker that it has not it lists all.
      if (!found)
        throw new RouterError('noBackend', `no load balancer ${options.worker}`, { name: options.worker });
      return { result: toState(name, options, found) };
    },
  };
}

function toState(router: string, options: ModJkOptions, { members, sticky }: Facts): RouterState {
  return {
    router,
    backends: members.map((member): Backend => ({
      address: addressOf(options, member),
      weight: member.activation === 'active' ? member.weight : 0,
      name: member.name,
    })),
    facts: { sticky, members: members.map((member) => ({ ...member })) },
  };
}

function addressOf({ targets = {} }: ModJkOptions, { name, host, port }: JkMember): Address {
  return targets[name] ?? { host, port };
}

function change(name: string, options: ModJkOptions, state: RouterState, to: Route): RouteChange {
  const facts = factsOf(state);
  const wanted = wantedMembers(options, facts, to);
  const touched = facts.members.filter((now) =>
    wanted.some((each) => each.name === now.name && describeJkMember(each) !== describeJkMember(now)),
  );
  const changed = wanted.filter((each) => touched.some((now) => now.name === each.name));
  const after = facts.members.map((now) => wanted.find((each) => each.name === now.name) ?? now);
  return {
    do: openFirst(changed).map((member) => set(options, member)),
    verify: [readBack(options, wanted), ...asksFor(options.ask, served(to))],
    undo: [
      ...openFirst(touched).map((member) => set(options, member)),
      readBack(options, touched),
      ...asksAgainst(options.ask, state, to),
    ],
    after: withReleases(toState(name, options, { ...facts, members: after }), to.backends),
  };
}

/** There is always someone to serve. */
function openFirst(members: readonly JkMember[]): JkMember[] {
  const isOpen = ({ activation }: JkMember): boolean => activation === 'active';
  return [...members.filter(isOpen), ...members.filter((member) => !isOpen(member))];
}

/** How the members of a route should be. Others, which are nobody's of ours, stay as they are. */
function wantedMembers(options: ModJkOptions, { members }: Facts, { backends }: Route): JkMember[] {
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

function set(options: ModJkOptions, member: JkMember): HttpCall {
  const { name, activation, weight } = member;
  return {
    ...ask(options, {
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
function readBack(options: ModJkOptions, members: readonly JkMember[]): HttpCall {
  return {
    ...list(options),
    note: 'Each member as wanted',
    expect: members.map((member): Expectation => ({
      path: `${at(options)}.lines`,
      is: 'contains',
      value: literal(describeJkMember(member)),
    })),
  };
}
