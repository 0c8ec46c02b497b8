import { XMLParser } from 'fast-xml-parser';
import type { Answer } from '../contracts/deployCall';
import { textOf } from './answers';
import { RouterError } from './errors';

// What Apache's balancer-manager shows (mod_proxy_balancer). As XML with `xml=1`, but only when the request names a
// page of the same host as its `Referer`; else all parameters are ignored and it answers with HTML and status 200.

/** `ready`; `drain`: only sessions it has; `disabled`, `stopped`: nobody; `standby`: when no other can. */
export type MemberState = 'ready' | 'drain' | 'disabled' | 'stopped' | 'standby';

export interface BalancerMember {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly state: MemberState;
  /** `loadfactor`, 1 to 100. */
  readonly weight: number;
  /** Always asked, whatever requests to it met. */
  readonly ignoresErrors?: true;
}

export interface Balancer {
  readonly nonce: string;
  readonly members: readonly BalancerMember[];
  /** Each member as `describeMember` does. */
  readonly lines: readonly string[];
  /** URLs of members with requests in flight. */
  readonly busy: readonly string[];
  /**
   * URLs of members in error: for `retry` seconds, 60 unless configured, they get nobody, whatever their state. Not only
   * those at which nobody listens: a request that was on its way to a member when that was disabled leaves it so too.
   */
  readonly failed: readonly string[];
}

// `status`, in the words of mod_proxy's `wstat` table.
const IGNORES_ERRORS = 'Ign';
const FAILED = 'Err';
const states: readonly (readonly [string, MemberState])[] = [
  ['Stop', 'stopped'],
  ['Dis', 'disabled'],
  ['Drn', 'drain'],
  ['Stby', 'standby'],
];

const parser = new XMLParser({
  removeNSPrefix: true,
  parseTagValue: false,
  isArray: (name) => ['balancer', 'worker', 'loadfactor'].includes(name),
});

interface Manager {
  readonly manager?: { readonly balancers?: { readonly balancer?: readonly BalancerXml[] } };
}
interface BalancerXml {
  readonly name: string;
  readonly nonce: string;
  readonly workers?: { readonly worker?: readonly WorkerXml[] };
}
interface WorkerXml {
  readonly name: string;
  readonly status: string;
  readonly busy: string;
  readonly loadfactor: readonly string[];
}

/** All balancers by `balancerKey`. */
export function balancers(answer: Answer): Record<string, Balancer> {
  const text = textOf(answer, 'body');
  if (!text.startsWith('<?xml')) throw new RouterError('unreadable', 'no XML', { what: text.slice(0, 200) });
  const { manager } = parser.parse(text) as Manager;
  const found = manager?.balancers?.balancer ?? [];
  return Object.fromEntries(
    found.map((each) => [balancerKey(each.name.replace(/^balancer:\/\//, '')), toBalancer(each)]),
  );
}

/** A name that a path in an answer can have. */
export function balancerKey(name: string): string {
  return name.replaceAll('.', '_');
}

function toBalancer({ nonce, workers }: BalancerXml): Balancer {
  const found = workers?.worker ?? [];
  const members = found.map(({ name, status, loadfactor }): BalancerMember => {
    const words = wordsOf(status);
    return {
      url: name,
      state: states.find(([word]) => words.includes(word))?.[1] ?? 'ready',
      weight: Number(loadfactor[0]),
      ...(words.includes(IGNORES_ERRORS) && { ignoresErrors: true }),
    };
  });
  return {
    nonce,
    members,
    lines: members.map(describeMember),
    busy: found.filter(({ busy }) => Number(busy) > 0).map(({ name }) => name),
    failed: found.filter(({ status }) => wordsOf(status).includes(FAILED)).map(({ name }) => name),
  };
}

const wordsOf = (status: string): string[] => status.split(/\s+/);

/** One member as one text, to be found again in what is read back. */
export function describeMember({ url, state, weight, ignoresErrors }: BalancerMember): string {
  return `${url} ${state} ${weight.toFixed(2)}${ignoresErrors ? ' whatever it meets' : ''}`;
}

/** Whether changes outlive a restart, which only the HTML tells; `undefined` when it does not. */
export function persists(answer: Answer | undefined): boolean | undefined {
  const [said, not] = /Balancer changes will (NOT )?be persisted/.exec(textOf(answer, 'body')) ?? [];
  return said === undefined ? undefined : not === undefined;
}
