import type { Answer, CallOf, Performer, PerformContext, UploadStream } from '../../contracts/deployCall';
import type { Engine } from './engine/engine';
import type { Engines } from './engine/engines';
import { joinFrames } from './engine/frames';
import { readBody, type EngineRequest } from './engine/request';
import type { ImageUpload } from './image/transfer';
import { readWork } from './messages';
import { encodeLogin, type FindLogin } from './registry/logins';

export interface EnginePerformerOptions {
  readonly engines: Engines;
  /** Logins of registries for calls that bring none; without it, or where there are none, requests are made without. */
  readonly login?: FindLogin;
}

/**
 * Performs `engine` calls. An upload of an image that was thinned out and is then refused is made again with the
 * whole image: the engine lacks a layer that it had a moment ago, or does not take layers from itself.
 */
export function enginePerformer({ engines, login }: EnginePerformerOptions): Performer<'engine'> {
  return async (call: CallOf<'engine'>, context: PerformContext, upload?: ImageUpload): Promise<Answer> => {
    const engine = engines.of(call.host);
    const headers = { ...call.headers, ...(await registryHeaders(call, login, context)) };
    if (!upload) return send(engine, { ...withJson(call, headers) }, context);
    if (upload.instead) return send(engine, upload.instead, context);
    try {
      const answer = await send(engine, withUpload(call, headers, upload, context), context);
      if (!upload.whole || isDone(answer)) return answer;
      return await send(engine, withUpload(call, headers, await upload.whole(), context), context);
    } finally {
      await upload.settled?.();
    }
  };
}

/** Engines want the header for a push even where nobody logged in. */
async function registryHeaders(
  { registry, login }: CallOf<'engine'>,
  find: FindLogin | undefined,
  { signal }: PerformContext,
): Promise<Readonly<Record<string, string>>> {
  if (registry === undefined) return {};
  const found = login ? { username: login.user, password: login.password } : await find?.(registry, signal);
  return { 'x-registry-auth': encodeLogin(found, registry) };
}

function isDone(answer: Answer): boolean {
  return Number(answer.status) < 300 && readWork(answer).ok;
}

async function send(engine: Engine, request: EngineRequest, { signal }: PerformContext): Promise<Answer> {
  const response = await engine.request(request, signal);
  const bytes = await readBody(response, engine.place, signal);
  const body = (request.path.endsWith('/logs') ? joinFrames(bytes) : bytes).toString('utf8');
  return { status: response.status, headers: { ...response.headers }, body };
}

function withJson(call: CallOf<'engine'>, headers: Readonly<Record<string, string>>): EngineRequest {
  const { method, path, query, body } = call;
  return {
    method,
    path,
    ...(query && { query }),
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function withUpload(
  call: CallOf<'engine'>,
  headers: Readonly<Record<string, string>>,
  { chunks, total }: UploadStream,
  context: PerformContext,
): EngineRequest {
  const length = total === undefined ? {} : { 'content-length': String(total) };
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const chunk of chunks) {
      yield chunk;
      bytes += chunk.length;
      context.progress({ bytes, ...(total !== undefined && { total }) });
    }
  };
  return {
    method: call.method,
    path: call.path,
    ...(call.query && { query: call.query }),
    headers: { 'content-type': 'application/x-tar', ...length, ...headers },
    body: counted(),
  };
}
