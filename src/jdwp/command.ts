import { struct, type Fields, type Layout, type StructOf } from './layout';

/** One command of the protocol: its numbers, and the layouts from which its types follow. */
export interface Command<Request, Reply> {
  readonly set: number;
  readonly id: number;
  /** `VirtualMachine.Version`. */
  readonly name: string;
  readonly request: Layout<Request>;
  readonly reply: Layout<Reply>;
}

interface Row<Request, Reply> {
  readonly id: number;
  readonly request: Layout<Request>;
  readonly reply: Layout<Reply>;
}

/** A row of a command set: id, fields of the request, fields of the reply, both in the order of the wire. */
export function row<Q extends Fields, R extends Fields>(
  id: number,
  request: Q,
  reply: R,
): Row<StructOf<Q>, StructOf<R>> {
  return { id, request: struct(request), reply: struct(reply) };
}

type CommandOf<R> = R extends Row<infer Q, infer A> ? Command<Q, A> : never;

/** Names the rows of one command set. */
export function commandSet<T extends Readonly<Record<string, Row<unknown, unknown>>>>(
  set: number,
  setName: string,
  rows: T,
): { readonly [K in keyof T]: CommandOf<T[K]> } {
  return Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [name, { set, name: `${setName}.${name}`, ...row }]),
  ) as { readonly [K in keyof T]: CommandOf<T[K]> };
}
