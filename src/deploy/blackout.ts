import { SwapdeckError, toError } from '../util/errors';
import type { Json, JsonObject } from '../util/json';
import { mapTexts } from './fill';

/** Shorter secrets can't be told apart from other text: everything would turn black. */
const LEAST = 4;
const BLACK = '***';

/**
 * Takes secrets out of what other machines answer: a far end may print its environment, its arguments, or the
 * header it was sent. Knows a secret also as base64, in a URL and inside JSON.
 */
export class Blackout {
  readonly #forms = new Set<string>();

  add(secret: string): void {
    if (secret.length < LEAST) return;
    for (const form of [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ])
      this.#forms.add(form);
  }

  text(text: string): string {
    let result = text;
    // The longest first: a part of a secret may be another's whole.
    for (const form of [...this.#forms].sort((a, b) => b.length - a.length))
      result = result.replaceAll(form, BLACK);
    return result;
  }

  json<T extends Json>(value: T): T {
    return this.#forms.size === 0 ? value : (mapTexts(value, (text) => this.text(text)) as T);
  }

  /** The same error, or one without secrets when it has some. */
  error(thrown: unknown): Error {
    const error = toError(thrown);
    const details = error instanceof SwapdeckError ? error.details : {};
    const texts = [error.message, error.stack ?? '', ...causes(error)];
    const cleanDetails = this.json(details as JsonObject);
    const isClean = texts.every((text) => this.text(text) === text);
    if (isClean && JSON.stringify(cleanDetails) === JSON.stringify(details)) return error;
    const clean =
      error instanceof SwapdeckError
        ? (Object.assign(Object.create(Object.getPrototypeOf(error) as object) as object, error) as Error)
        : new Error();
    define(clean, 'message', this.text(error.message));
    define(clean, 'stack', this.text(error.stack ?? ''));
    define(clean, 'details', cleanDetails);
    // A cause is for logs only, and logs may not have it.
    define(clean, 'cause', undefined);
    return clean;
  }
}

function causes(error: Error): string[] {
  const texts: string[] = [];
  for (let at: unknown = error.cause; at instanceof Error && texts.length < 10; at = at.cause)
    texts.push(at.message, at.stack ?? '');
  return texts;
}

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}
