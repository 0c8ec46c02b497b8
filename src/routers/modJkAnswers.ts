import type { Answer } from '../contracts/deployCall';
import { textOf } from './answers';
import { RouterError } from './errors';

// What mod_jk's status worker answers with `mime=prop` (Tomcat Connectors, "Status Worker"): `worker.NAME.KEY=VALUE` a
// line. A balancer's own lines come first; a line `worker.BALANCER.balance_workers=MEMBER` before those of each member.

/** `active`; `disabled`: only sessions it has; `stopped`: nobody. */
export type Activation = 'active' | 'disabled' | 'stopped';

export interface JkMember {
  /** Of the worker, which is the node's `jvmRoute` unless it says otherwise. */
  readonly name: string;
  readonly host: string;
  /** Of the AJP connector. */
  readonly port: string;
  /** What session ids of the node end with. */
  readonly route: string;
  readonly activation: Activation;
  /** `lbfactor`. */
  readonly weight: number;
}

/** What changes by itself. */
export interface JkActivity {
  /** Requests in flight. */
  readonly busy: number;
  /** As mod_jk says: `OK`, `OK/IDLE`, `ERR`, `ERR/REC`, ... */
  readonly state: string;
}

export interface JkBalancer {
  readonly sticky: boolean;
  readonly members: readonly JkMember[];
  /** Of each member, in the same order. */
  readonly activity: readonly JkActivity[];
  /** Each member as `describeJkMember` does. */
  readonly lines: readonly string[];
  /** Names of members with requests in flight. */
  readonly busy: readonly string[];
  /** Names of members that mod_jk takes for broken. */
  readonly broken: readonly string[];
}

const ACTIVATIONS: Readonly<Record<string, Activation>> = { ACT: 'active', DIS: 'disabled', STP: 'stopped' };

/** All balancers by `balancerKey` of their names. Throws `RouterError` `unreadable`. */
export function jkBalancers(answer: Answer): Record<string, JkBalancer> {
  const text = textOf(answer, 'body');
  if (!/^worker\./m.test(text))
    throw new RouterError('unreadable', 'no workers', { what: text.slice(0, 200) });
  const own = new Map<string, string>();
  const members = new Map<string, Map<string, string>[]>();
  let current: { readonly name: string; readonly values: Map<string, string> } | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, key = '', value = ''] = /^worker\.([^=]+)=(.*)$/.exec(line) ?? [];
    const dot = key.lastIndexOf('.');
    const [name, property] = [key.slice(0, Math.max(0, dot)), key.slice(dot + 1)];
    if (property === 'balance_workers') {
      current = { name: value, values: new Map([['name', value]]) };
      members.set(name, [...(members.get(name) ?? []), current.values]);
    } else if (name === current?.name) current.values.set(property, value);
    else own.set(key, value);
  }
  return Object.fromEntries(
    [...members].map(([name, list]) => [
      jkKey(name),
      toBalancer(/^true$/i.test(own.get(`${name}.sticky_session`) ?? ''), list),
    ]),
  );
}

function toBalancer(sticky: boolean, list: readonly ReadonlyMap<string, string>[]): JkBalancer {
  const at = (values: ReadonlyMap<string, string>, key: string): string => values.get(key) ?? '';
  const activity = list.map((values): JkActivity => ({
    busy: Number(at(values, 'busy')),
    state: at(values, 'state'),
  }));
  const names = (matches: (activity: JkActivity) => boolean): string[] =>
    list.filter((_, i) => matches(activity[i]!)).map((values) => at(values, 'name'));
  const members = list.map((values): JkMember => ({
    name: at(values, 'name'),
    host: at(values, 'host'),
    port: at(values, 'port'),
    route: at(values, 'route'),
    activation: ACTIVATIONS[at(values, 'activation')] ?? 'active',
    weight: Number(at(values, 'lbfactor')),
  }));
  return {
    sticky,
    members,
    activity,
    lines: members.map(describeJkMember),
    busy: names(({ busy }) => busy > 0),
    broken: names(({ state }) => state.startsWith('ERR')),
  };
}

/** One member as one text, to be found again in what is read back. */
export function describeJkMember({ name, activation, weight }: JkMember): string {
  return `${name} ${activation} ${weight}`;
}

/** A name that a path in an answer can have. */
export function jkKey(name: string): string {
  return name.replaceAll('.', '_');
}

/** The answer to an update. Throws `RouterError` `refused`; one that is none: `unreadable`. */
export function jkDone(answer: Answer): string {
  const { isDone, message } = jkResult(answer);
  if (!isDone) throw new RouterError('refused', message, { answer: message });
  return message;
}

/** The same without a complaint where there was nothing to do. */
export function jkSaid(answer: Answer): string {
  return jkResult(answer).message;
}

function jkResult(answer: Answer): { isDone: boolean; message: string } {
  const text = textOf(answer, 'body');
  const value = (key: string): string | undefined =>
    new RegExp(`^worker\\.result\\.${key}=(.*)$`, 'm').exec(text)?.[1]?.trim();
  const type = value('type');
  if (type === undefined) throw new RouterError('unreadable', 'no result', { what: text.slice(0, 200) });
  return { isDone: type === 'OK', message: value('message') ?? '' };
}
