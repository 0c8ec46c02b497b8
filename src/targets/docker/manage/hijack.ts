import type { Duplex } from 'node:stream';
import { TransportError } from '../../../contracts/transportError';
import { transportError } from '../../../transport/socket';
import { Deferred } from '../../../util/async';
import { directRequest } from '../../../util/directRequest';
import { AbortedError, SwapdeckError } from '../../../util/errors';
import { refusal, type Engine } from '../engine/engine';

/**
 * Sends a request after whose answer the connection is a plain stream in both directions (Engine API, "Attach to a
 * container", Hijacking). The stream is the caller's to destroy. Rejects with `EngineError` `refused`,
 * `TransportError` or `AbortedError`.
 *
 * Not by dockerode: an editor puts its own agent into each request for which it does not see a way of its own, and
 * dockerode's way is an agent.
 */
export async function hijack(
  engine: Engine,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<Duplex> {
  const version = await engine.version(signal);
  const connection = await engine.link.open(signal);
  const opened = new Deferred<Duplex>();
  const text = JSON.stringify(body);
  const sent = directRequest(new URL('http://engine'), {
    method: 'POST',
    path: `/v${version}${path}`,
    headers: {
      host: 'engine',
      connection: 'Upgrade',
      upgrade: 'tcp',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    },
    createConnection: () => connection,
  });
  sent.on('upgrade', (_response, stream, head) => {
    // What came with the answer is the beginning of the stream.
    if (head.length > 0) stream.unshift(head);
    opened.resolve(stream);
  });
  sent.on('response', (response) => {
    let said = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    response.on('close', () => opened.reject(refusal(engine.place, response.statusCode ?? 0, said)));
  });
  sent.on('error', (error) =>
    opened.reject(error instanceof SwapdeckError ? error : transportError(error, engine.place)),
  );
  const onAbort = (): void => {
    opened.reject(new AbortedError(`POST ${path} of ${engine.place}`, signal?.reason));
    connection.destroy();
  };
  const onClose = (): void =>
    opened.reject(new TransportError('reset', `${engine.place} hung up`, { host: engine.place }));
  signal?.addEventListener('abort', onAbort, { once: true });
  connection.once('close', onClose);
  sent.end(text);
  try {
    return await opened.promise;
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    connection.removeListener('close', onClose);
  }
}
