/** A JSON-like bag of facts about a failure; never class bytes, never secrets. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The base of every error this project throws on purpose. Each room subclasses it with a closed union of
 * reasons; the text a person reads is made from the reason in `src/messages`, so `message` is only for logs.
 */
export class SwapdeckError<R extends string = string> extends Error {
  readonly reason: R;
  readonly details: ErrorDetails;

  constructor(reason: R, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.reason = reason;
    this.details = details;
  }
}

/** Thrown where an `AbortSignal` ended the work; `reason` is always `aborted`. */
export class AbortedError extends SwapdeckError<'aborted'> {
  constructor(what: string, cause?: unknown) {
    super('aborted', `${what} was cancelled`, { what }, cause);
  }
}

/** Whatever was thrown, as an `Error`. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The `code` of a Node.js system error (`ENOENT`, `ECONNREFUSED`, ...), if it has one. */
export function systemCode(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
