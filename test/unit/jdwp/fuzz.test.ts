import assert from 'node:assert/strict';
import { fuzz } from './support/fuzz';

describe('JDWP connection under malformed packets', () => {
  it('ends or answers with typed errors, settles every request, and allocates no more than it received', async function () {
    this.timeout(60_000);
    const report = await fuzz(20_260_101, 20_000);
    assert.ok(report.packets >= 20_000);
    // The damage reaches every layer: the greeting, the frame, ids, bodies, events.
    for (const outcome of [
      'notJdwp',
      'malformed',
      'vmError',
      'fulfilled',
      'connection packetLength',
      'connection unknownReply',
      'connection malformed',
      'connection closed',
    ])
      assert.ok((report.outcomes[outcome] ?? 0) > 20, `${outcome}: ${JSON.stringify(report.outcomes)}`);
  });
});
