import assert from 'node:assert/strict';
import { companions } from '../../../src/deploy/company';
import { AbortedError } from '../../../src/util/errors';

describe('those who do the same at once', () => {
  it('wait for who is too far behind, and no longer for who has left', async () => {
    const [one, two, three] = companions(3);
    const said: string[] = [];
    const tell = (name: string, position: number, lead: number): Promise<void> =>
      ({ one, two, three })[name]!.keepPace(position, lead).then(() => void said.push(`${name} ${position}`));
    await tell('one', 0, Infinity);
    const first = tell('one', 10, 4);
    await tell('two', 7, 8);
    assert.deepEqual(said, ['one 0', 'two 7'], 'three is nowhere yet');
    await tell('three', 6, 8);
    await first;
    const end = tell('one', 12, 0);
    await tell('two', 12, 20);
    three!.leave();
    await end;
    assert.deepEqual(said.slice(-2), ['two 12', 'one 12']);
  });

  it('wait for nobody alone, and not longer than they may', async () => {
    const [alone] = companions(1);
    await alone!.keepPace(5, 0);
    const [one] = companions(2);
    const over = new AbortController();
    const waiting = one!.keepPace(5, 0, over.signal);
    over.abort();
    await assert.rejects(waiting, AbortedError);
  });
});
