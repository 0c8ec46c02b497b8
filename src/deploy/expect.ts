import type { Answer, Call, Expectation } from '../contracts/deployCall';
import { jsonAt, type Json } from '../util/json';

/** An expectation that does not hold, in words of the plan. */
export interface Unmet {
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** The first expectation of a call, its kind's own included, that the answer does not meet. */
export function firstUnmet(call: Call, answer: Answer): Unmet | undefined {
  for (const expectation of expectationsOf(call)) {
    const found = jsonAt(answer, expectation.path);
    if (!holds(expectation, found))
      return { path: expectation.path, expected: describeExpectation(expectation), found: brief(found) };
  }
  return undefined;
}

/** What a call expects: what its kind expects by itself, unless the call speaks of that, and what it says. */
export function expectationsOf(call: Call): readonly Expectation[] {
  const own = call.expect ?? [];
  const kind = call.via === 'upload' ? call.to.via : call.via;
  const speaksOf = (path: string): boolean => own.some((expectation) => expectation.path === path);
  if (kind === 'command' || kind === 'local')
    return speaksOf('code') ? own : [{ path: 'code', is: 'equals', value: 0 }, ...own];
  if (kind === 'engine' || kind === 'http')
    return speaksOf('status')
      ? own
      : [{ path: 'status', is: 'atLeast', value: 200 }, { path: 'status', is: 'atMost', value: 299 }, ...own];
  return own;
}

function holds(expectation: Expectation, found: Json | undefined): boolean {
  switch (expectation.is) {
    case 'present':
      return found !== undefined;
    case 'absent':
      return found === undefined;
    case 'equals':
      return found === expectation.value || asText(found) === String(expectation.value);
    case 'differs':
      return !(found === expectation.value || asText(found) === String(expectation.value));
    case 'oneOf':
      return found !== undefined && expectation.value.some((value) => asText(found) === String(value));
    case 'contains':
      return includes(found, expectation.value);
    case 'lacks':
      return !includes(found, expectation.value);
    case 'matches':
      return found !== undefined && new RegExp(expectation.value).test(asText(found) ?? '');
    case 'atLeast':
      return asNumber(found) >= Number(expectation.value);
    case 'atMost':
      return asNumber(found) <= Number(expectation.value);
  }
}

/** A scalar as text; lists and objects have none, so that nothing compares equal to them by accident. */
function asText(value: Json | undefined): string | undefined {
  return value === undefined || (typeof value === 'object' && value !== null) ? undefined : String(value);
}

function asNumber(value: Json | undefined): number {
  return typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN;
}

function includes(found: Json | undefined, part: string): boolean {
  if (Array.isArray(found)) return found.some((item: Json) => asText(item) === part);
  return asText(found)?.includes(part) ?? false;
}

/** `at least 200`, `contains Adara`: as previews and failures say it. */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.is) {
    case 'present':
    case 'absent':
      return expectation.is;
    case 'equals':
      return `is ${expectation.value}`;
    case 'differs':
      return `is not ${expectation.value}`;
    case 'oneOf':
      return `is one of ${expectation.value.join(', ')}`;
    case 'contains':
    case 'lacks':
    case 'matches':
      return `${expectation.is} ${expectation.value}`;
    case 'atLeast':
      return `at least ${expectation.value}`;
    case 'atMost':
      return `at most ${expectation.value}`;
  }
}

/** A value in at most 200 characters. */
export function brief(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
