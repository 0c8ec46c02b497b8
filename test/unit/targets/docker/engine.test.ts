import assert from 'node:assert/strict';
import type { Duplex } from 'node:stream';
import { TransportError } from '../../../../src/contracts/transportError';
import { Engine } from '../../../../src/targets/docker/engine/engine';
import { abortable, Deferred } from '../../../../src/util/async';
import { AbortedError } from '../../../../src/util/errors';

describe('the engine of a host', () => {
  it('answers who still waits when the one who asked first gives up', async () => {
    const opening = new Deferred<Duplex>();
    const engine = new Engine({
      place: 'web',
      open: (signal) => abortable(opening.promise, signal, 'a connection'),
    });
    const first = new AbortController();
    const givenUp = assert.rejects(engine.json('/containers/json', {}, first.signal), AbortedError);
    const waiting = assert.rejects(
      engine.json('/containers/json', {}, new AbortController().signal),
      (error) => error instanceof TransportError && error.reason === 'refused',
    );
    first.abort();
    await givenUp;
    opening.reject(new TransportError('refused', 'nothing listens', { host: 'web' }));
    await waiting;
  });
});
