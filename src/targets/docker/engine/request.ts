import type * as http from 'node:http';
import { Readable, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TransportError } from '../../../contracts/transportError';
import { transportError } from '../../../transport/socket';
import { Deferred, throwIfAborted } from '../../../util/async';
import { directRequest } from '../../../util/directRequest';
import { AbortedError, SwapdeckError, toError } from '../../../util/errors';
import type { EngineLink } from './link';

export interface EngineRequest {
  readonly method: string;
  /** With the API version where one is wanted. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export interface EngineResponse {
  readonly status: number;
  /** Lower case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** To be read to its end or destroyed: the connection goes with it. */
  readonly body: Readable;
}

/**
 * One request over a connection of its own. Resolves at the response's head, whatever its status; an engine may
 * answer and refuse before it has read the whole body. Rejects with `TransportError`, `EngineError` or `AbortedError`.
 */
export async function request(
  link: EngineLink,
  asked: EngineRequest,
  signal?: AbortSignal,
): Promise<EngineResponse> {
  const what = `${asked.method} ${asked.path} of ${link.place}`;
  throwIfAborted(signal, what);
  const connection = await link.open(signal);
  const query = new URLSearchParams(asked.query).toString();
  const sent = directRequest(new URL('http://engine'), {
    method: asked.method,
    path: query === '' ? asked.path : `${asked.path}?${query}`,
    headers: { host: 'engine', connection: 'close', ...asked.headers },
    // Without an agent (also not `false`, which is one): it would connect by itself. Node.js takes any stream for a connection; only its types insist on a socket.
    createConnection: () => connection,
  });
  const answered = new Deferred<http.IncomingMessage>();
  sent.on('response', (response) => answered.resolve(response));
  sent.on('error', (error) => answered.reject(typed(error, link.place)));
  const onAbort = (): void => {
    const error = new AbortedError(what, signal?.reason);
    answered.reject(error);
    connection.destroy(error);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  connection.once('close', () => {
    signal?.removeEventListener('abort', onAbort);
    answered.reject(new TransportError('reset', `${what}: hung up`, { host: link.place }));
  });
  try {
    send(sent, asked.body, (error) => {
      answered.reject(typed(error, link.place));
      connection.destroy();
    });
    const response = await answered.promise;
    return {
      status: response.statusCode ?? 0,
      headers: flat(response.headers),
      body: owning(response, connection),
    };
  } catch (error) {
    sent.destroy();
    connection.destroy();
    throw error;
  }
}

/** The whole body of a response. */
export async function readBody(
  { body }: EngineResponse,
  place: string,
  signal?: AbortSignal,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk as Buffer);
  } catch (error) {
    throw signal?.aborted ? new AbortedError(`an answer of ${place}`, signal.reason) : typed(error, place);
  }
  return Buffer.concat(chunks);
}

/** The same as text. */
export async function readText(
  response: EngineResponse,
  place: string,
  signal?: AbortSignal,
): Promise<string> {
  return (await readBody(response, place, signal)).toString('utf8');
}

function send(sent: http.ClientRequest, body: EngineRequest['body'], failed: (error: unknown) => void): void {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    sent.end(body);
    return;
  }
  // What was answered before all was sent is told by the answer; a source that fails, by its error.
  let sourceFailed = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      sourceFailed = true;
      throw error;
    }
  };
  pipeline(Readable.from(source(), { objectMode: false }), sent).catch((error: unknown) => {
    if (sourceFailed) failed(error);
  });
}

function owning(response: http.IncomingMessage, connection: Duplex): Readable {
  response.once('close', () => connection.destroy());
  return response;
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function typed(thrown: unknown, place: string): Error {
  return thrown instanceof SwapdeckError ? thrown : transportError(toError(thrown), place);
}
