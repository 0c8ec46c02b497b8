import { literal, THIS_MACHINE, type Expectation, type HttpCall } from '../contracts/deployCall';
import type { ProbePlan, RouterState } from '../contracts/deploy';
import type { Route } from '../contracts/deployTarget';
import { sameAddress } from './addresses';

/** How to find out who serves: where users reach the router, and how an answer says which release gave it. */
export type Ask = Pick<ProbePlan, 'url' | 'recognise'>;

/** Once the first answer is right the next ones must be: each may come from another worker of the router. */
const CONFIRMATIONS = 2;
const DEADLINE_MS = 10_000;

/**
 * Asks the router, each time on a connection of its own, until one of the releases answers, and then some times more.
 * Catches a router that reports success and serves another release.
 */
export function asksFor(ask: Ask | undefined, releases: readonly string[]): HttpCall[] {
  if (!ask || releases.length === 0) return [];
  return confirmed(ask, `Answered by ${releases.join(' or ')}`, [answeredBy(ask.recognise, releases)]);
}

/**
 * After taking a change back: nobody is answered by a release that only the change brought. Which one does answer is
 * left open, since what ran before may not run again yet. Nothing where that can't be told.
 */
export function asksAgainst(ask: Ask | undefined, state: RouterState, to: Route): HttpCall[] {
  const before = servedBefore(state, to);
  const brought = served(to).filter((release) => !before?.includes(release));
  if (!ask || !before || brought.length === 0 || to.sameAddress) return [];
  const { recognise } = ask;
  if (recognise.by === 'body' && before.some((release) => brought.some((each) => release.includes(each))))
    return [];
  const expect = brought.map((release): Expectation =>
    recognise.by === 'header'
      ? { path: header(recognise.name), is: 'differs', value: literal(release) }
      : { path: 'body', is: 'lacks', value: literal(release) },
  );
  return confirmed(ask, `Not answered by ${brought.join(' or ')}`, expect);
}

/** Asks as a user would, whoever answers. */
export function asks({ url }: Ask, note: string, expect: readonly Expectation[] = []): HttpCall {
  return {
    via: 'http',
    note,
    from: THIS_MACHINE,
    method: 'GET',
    url: literal(url),
    headers: { Connection: 'close', 'Cache-Control': 'no-cache' },
    // Whether the release is well is asked elsewhere: its error page names it too.
    expect: [{ path: 'status', is: 'atLeast', value: 100 }, ...expect],
  };
}

function confirmed(ask: Ask, note: string, expect: readonly Expectation[]): HttpCall[] {
  const call = asks(ask, note, expect);
  const first: HttpCall = { ...call, until: { intervalMs: 50, deadlineMs: DEADLINE_MS } };
  return [first, ...Array.from({ length: CONFIRMATIONS }, () => call)];
}

const header = (name: string): string => `headers.${name.toLowerCase()}`;

/** What an answer of one of the releases looks like. */
export function answeredBy(recognise: ProbePlan['recognise'], releases: readonly string[]): Expectation {
  if (recognise.by === 'header')
    return { path: header(recognise.name), is: 'oneOf', value: releases.map(literal) };
  const wanted = `(?:${releases.map(escapeRegExp).join('|')})`;
  return { path: 'body', is: 'matches', value: literal(withFirstGroup(recognise.pattern, wanted)) };
}

/** Releases that are to get users. */
export function served(route: Route): string[] {
  return [...new Set(route.backends.filter(({ weight }) => weight > 0).map(({ release }) => release))];
}

/** Releases that the router sent users to before; `undefined` when one of them isn't known. */
function servedBefore(state: RouterState, route: Route): string[] | undefined {
  const releases = state.backends
    .filter(({ weight }) => weight > 0)
    .map(
      ({ address, release }) =>
        release ?? route.backends.find((each) => sameAddress(each.address, address))?.release,
    );
  return releases.every((release) => release !== undefined) ? [...new Set(releases)] : undefined;
}

/** The pattern with its first group, or all of it, replaced by what it must have found. */
function withFirstGroup(pattern: string, wanted: string): string {
  const open = /(?<!\\)(?:\\\\)*\((?!\?[:=!<])/.exec(pattern);
  if (!open) return wanted;
  const from = open.index + open[0].length - 1;
  const to = closing(pattern, from);
  return to < 0 ? wanted : pattern.slice(0, from) + wanted + pattern.slice(to + 1);
}

/** Where the group that opens at `from` is closed; a parenthesis that is escaped or in a class does not count. */
function closing(pattern: string, from: number): number {
  let depth = 0;
  let inClass = false;
  for (let at = from; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at++;
    else if (inClass) inClass = character !== ']';
    else if (character === '[') inClass = true;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  return -1;
}

export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
