import { readFile } from 'node:fs/promises';
import type * as http from 'node:http';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import * as tls from 'node:tls';
import type { Dialer } from '../../contracts/channel';
import {
  THIS_MACHINE,
  type Answer,
  type CallOf,
  type HostName,
  type Performer,
  type UploadStream,
  type PerformContext,
} from '../../contracts/deployCall';
import { TransportError } from '../../contracts/transportError';
import { ChannelStream } from '../../transport/channelStream';
import { transportError } from '../../transport/socket';
import { Deferred, throwIfAborted } from '../../util/async';
import { directRequest } from '../../util/directRequest';
import { AbortedError, SwapdeckError, systemCode } from '../../util/errors';
import { counted } from './counted';

/** More of a body than this is cut off: answers are read by parsers, not stored. */
const MOST = 8 * 1024 * 1024;

/**
 * Performs `http` calls, each over a connection of its own, through the host that the call comes from. Files of
 * authorities are looked for in `folder`.
 */
export function httpPerformer(dialerOf: (host: HostName) => Dialer, folder = ''): Performer<'http'> {
  return async (call, context, upload) => {
    const url = new URL(call.url);
    throwIfAborted(context.signal, call.url);
    const ca = call.ca === undefined ? undefined : await readAuthority(resolve(folder, call.ca));
    const isDirect = call.from === THIS_MACHINE && call.at === undefined;
    const connection = isDirect ? undefined : await connect(dialerOf(call.from), url, call.at, ca, context);
    const request = directRequest(url, {
      method: call.method,
      headers: headersOf(call, upload),
      ...(ca && { ca }),
      // An agent, which `false` is too, would connect by itself.
      ...(connection ? { createConnection: () => connection } : { agent: false }),
    });
    try {
      return await exchange(request, call, context, upload);
    } finally {
      request.destroy();
      connection?.destroy();
    }
  };
}

async function readAuthority(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const details = { problem: 'unreadable', file, said: systemCode(error) ?? '' };
    throw new TransportError('configuration', `${file} can't be read`, details, error);
  }
}

async function connect(
  dialer: Dialer,
  url: URL,
  at: string | undefined,
  ca: Buffer | undefined,
  { signal }: PerformContext,
): Promise<tls.TLSSocket> {
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const stream = new ChannelStream(await dialer.dial({ host: at ?? host, port }, signal));
  // Node.js takes any stream for a connection; only its types insist on a socket.
  if (!isTls) return stream as unknown as tls.TLSSocket;
  // An address is no name to ask for (RFC 6066 section 3), but the certificate must be for it all the same.
  const name = isIP(host) === 0 ? { servername: host } : { host };
  return tls.connect({ socket: stream, ...name, ...(ca && { ca }) });
}

function headersOf(call: CallOf<'http'>, upload: UploadStream | undefined): http.OutgoingHttpHeaders {
  const body = call.body === undefined ? undefined : Buffer.byteLength(call.body);
  const length = body ?? upload?.total;
  const { user, password } = call.basicAuth ?? {};
  return {
    ...(length !== undefined && { 'content-length': length }),
    ...(user !== undefined && {
      authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`,
    }),
    ...call.headers,
  };
}

async function exchange(
  request: http.ClientRequest,
  call: CallOf<'http'>,
  context: PerformContext,
  upload: UploadStream | undefined,
): Promise<Answer> {
  const answered = new Deferred<http.IncomingMessage>();
  const given = new Deferred<never>();
  const peer = new URL(call.url).host;
  request.on('response', (response) => answered.resolve(response));
  // What an upload's source has to say stays as it is.
  const fail = (error: unknown): void =>
    given.reject(error instanceof SwapdeckError ? error : transportError(error, peer));
  request.on('error', fail);
  const timeoutMs = call.timeoutMs ?? 10_000;
  const timer = setTimeout(() => {
    given.reject(new TransportError('timeout', `${peer} did not answer in ${timeoutMs} ms`, { peer }));
  }, timeoutMs);
  const onAbort = (): void => given.reject(new AbortedError(peer, context.signal?.reason));
  context.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (upload) {
      // A server may answer, and refuse, before it has read everything.
      const progress: PerformContext['progress'] = (so) => {
        timer.refresh();
        context.progress(so);
      };
      sendBody(request, upload, { ...context, progress }).catch(fail);
    } else request.end(call.body);
    const response = await Promise.race([answered.promise, given.promise]);
    return { ...(await Promise.race([read(response, peer), given.promise])), url: call.url };
  } finally {
    clearTimeout(timer);
    context.signal?.removeEventListener('abort', onAbort);
  }
}

/** How many bytes one may have sent more than another, besides what is on its way. */
const MOST_AHEAD = 4 * 1024 * 1024;

/**
 * In company all send at the pace of the slowest, because a server gives up a body that stands still for long; the last
 * byte waits until all the others are sent, everywhere.
 */
async function sendBody(
  request: http.ClientRequest,
  upload: UploadStream,
  context: PerformContext,
): Promise<void> {
  const { company, signal } = context;
  let writing: Deferred<void> | undefined;
  request.once('close', () => writing?.reject(new AbortedError('an upload')));
  let sent = 0;
  const write = async (bytes: Uint8Array, lead: number): Promise<void> => {
    if (bytes.length > 0) {
      const written = (writing = new Deferred());
      request.write(bytes, (error) => (error ? written.reject(error) : written.resolve()));
      await written.promise;
    }
    sent += bytes.length;
    await company?.keepPace(sent, lead, signal);
  };
  await company?.keepPace(0, Infinity, signal);
  let held: Uint8Array | undefined;
  for await (const chunk of counted(upload, context)) {
    if (held) {
      await write(held, MOST_AHEAD);
      upload.giveBack?.(held);
    }
    held = chunk;
  }
  await write(held?.subarray(0, -1) ?? new Uint8Array(), 0);
  request.end(held?.subarray(-1));
}

async function read(response: http.IncomingMessage, peer: string): Promise<Answer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      length += (chunk as Buffer).length;
      if (length > MOST) break;
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw transportError(error, peer);
  }
  const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
