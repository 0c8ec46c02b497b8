import type { Engine } from '../engine/engine';
import { TransportError } from '../../../contracts/transportError';
import { documentsOf, open } from './ask';

/** What changes a listing; health checks alone make many other events. */
const EVENTS = {
  type: ['container', 'image'],
  event: [
    ...['create', 'start', 'die', 'stop', 'destroy', 'rename', 'pause', 'unpause', 'health_status', 'update'],
    ...['tag', 'untag', 'delete', 'load', 'import', 'pull', 'commit'],
  ],
};

/**
 * Yields once as soon as nothing can be missed any more, then whenever something about the containers or images of a
 * host changed; it says nothing about what. Never ends by itself: rejects with `TransportError` (`reset` when the
 * connection or the engine ends), `EngineError` or `AbortedError`.
 */
export async function* hostChanges(engine: Engine, signal?: AbortSignal): AsyncGenerator<void, never> {
  const query = { filters: JSON.stringify(EVENTS) };
  const response = await open(engine, '', { method: 'GET', path: '/events', query }, signal);
  try {
    yield;
    for await (const event of documentsOf(response, engine.place, signal)) if (event !== null) yield;
  } finally {
    response.body.destroy();
  }
  throw new TransportError('reset', `${engine.place}: the engine ends`, { host: engine.place });
}
