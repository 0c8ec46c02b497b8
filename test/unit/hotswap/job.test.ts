import assert from 'node:assert/strict';
import { Job } from '../../../src/hotswap/job';
import type { BuiltClass, Change, SwapRecord } from '../../../src/hotswap/model';
import { AbortedError } from '../../../src/util/errors';
import { built } from './support/classes';

const change = (at: number, ...classes: BuiltClass[]): Change => ({ origin: 'watch', at, classes, ms: {} });
const record = { id: 'x' } as SwapRecord;

describe('a swap that waits for its turn', () => {
  const one = built('A', { text: 'one' });
  const two = built('A', { text: 'two' });
  const b = built('B');

  it('takes the newest bytes of each class, and the oldest time', () => {
    const job = new Job(change(20, one));
    job.merge(change(30, b, two), true);
    job.merge(change(10, one), false);
    assert.deepEqual(new Set(job.change.classes), new Set([two, b]));
    assert.equal(job.change.at, 10);
  });

  it('gives everyone who waits the same record', async () => {
    const job = new Job(change(1, one));
    const waits = [job.wait(undefined), job.wait(new AbortController().signal)];
    job.settle(record);
    assert.deepEqual(await Promise.all(waits), [record, record]);
  });

  it('is given up when the last one who waits has given up', async () => {
    const job = new Job(change(1, one));
    const aborts = [new AbortController(), new AbortController()];
    const ends = Promise.allSettled(aborts.map(({ signal }) => job.wait(signal)));
    aborts[0]!.abort();
    await new Promise(setImmediate);
    assert.equal(job.isGivenUp, false);
    aborts[1]!.abort();
    for (const end of await ends) assert.ok(end.status === 'rejected' && end.reason instanceof AbortedError);
    assert.equal(job.isGivenUp, true);
  });

  it('is done all the same when it is to be done without anyone waiting', async () => {
    const job = new Job(change(1, one));
    job.keep();
    const abort = new AbortController();
    const wait = job.wait(abort.signal);
    abort.abort();
    await assert.rejects(wait, AbortedError);
    assert.equal(job.isGivenUp, false);
  });

  it('rejects at once for a signal that was aborted before', async () => {
    await assert.rejects(new Job(change(1, one)).wait(AbortSignal.abort()), AbortedError);
  });

  it('redefines all when one of the merged commands asks for it', () => {
    const job = new Job(change(1, one));
    job.use({ all: true });
    job.use({ pend: () => Promise.resolve([]) });
    assert.deepEqual(job.command, { all: true });
  });
});
