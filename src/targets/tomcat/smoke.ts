import { literal, type Call } from '../../contracts/deployCall';
import type { ManagerCalls } from './manager';
import type { TomcatApplication } from './model';

/** A page that the server has not, or fails at, is no proof that the application serves. */
const LOWEST_FAILURE = 400;

/** Asks a server itself for the pages that prove that an application serves there. */
export function smokeCalls(
  calls: ManagerCalls,
  { context, smoke }: Pick<TomcatApplication, 'context' | 'smoke'>,
): Call[] {
  const below = context === '/' ? '' : encodePath(context);
  if (smoke.length === 0)
    return [
      {
        ...calls.page(`${below}/`),
        expect: [{ path: 'status', is: 'atMost', value: LOWEST_FAILURE - 1 }],
      },
    ];
  return smoke.map(({ get, status, contains }) => ({
    ...calls.page(`${below}${literal(get)}`),
    expect: [
      { path: 'status', is: 'equals', value: status },
      ...(contains === undefined
        ? []
        : [{ path: 'body', is: 'contains' as const, value: literal(contains) }]),
    ],
  }));
}

/** A path of a context as URLs have it. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
