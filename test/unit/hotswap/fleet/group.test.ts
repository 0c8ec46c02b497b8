import assert from 'node:assert/strict';
import { Group } from '../../../../src/hotswap/fleet/group';

const ready = { kind: 'ready', isRevertible: true } as const;
const final = { kind: 'ready', isRevertible: false } as const;

describe('a group of JVMs that are swapped together', () => {
  it('sends to none before all are ready, and keeps what all accepted', async () => {
    const group = new Group(['a', 'b', 'c']);
    let gone = 0;
    const votes = [group.vote('a', ready), group.vote('b', { kind: 'nothing' })];
    for (const vote of votes) void vote.then(() => gone++);
    await Promise.resolve();
    assert.equal(gone, 0);
    assert.equal(await group.vote('c', ready), true);
    assert.deepEqual(await Promise.all(votes), [true, true]);
    const first = group.answer('a', 'accepted');
    assert.equal(group.decided, undefined);
    assert.deepEqual(await group.answer('c', 'accepted'), { keep: true });
    assert.deepEqual(await first, { keep: true });
    assert.deepEqual(group.outcome, { id: group.id, jvms: ['a', 'b', 'c'], decision: 'all' });
  });

  it('sends to none when one would refuse', async () => {
    const group = new Group(['a', 'b']);
    const vote = group.vote('a', ready);
    assert.equal(await group.vote('b', { kind: 'refuses' }), false);
    assert.equal(await vote, false);
    assert.deepEqual(await group.decision, { keep: false, cause: 'b' });
  });

  it('sends to none when one is lost before all are ready', async () => {
    const group = new Group(['a', 'b']);
    const vote = group.vote('a', ready);
    assert.deepEqual(await group.lost('b'), { keep: false, cause: 'b' });
    assert.equal(await vote, false);
  });

  for (const bad of ['refused', 'lost'] as const)
    it(`takes back what others accepted when one ${bad}, once all have answered`, async () => {
      const group = new Group(['a', 'b', 'c']);
      await Promise.all(['a', 'b', 'c'].map((jvm) => group.vote(jvm, ready)));
      const answers = [group.answer('a', 'accepted'), group.answer('b', bad)];
      assert.equal(group.decided, undefined);
      assert.deepEqual(await group.answer('c', 'accepted'), { keep: false, cause: 'b' });
      for (const answer of answers) assert.deepEqual(await answer, { keep: false, cause: 'b' });
    });

  it('goes on with what can not be taken back', async () => {
    const group = new Group(['a', 'b']);
    await Promise.all([group.vote('a', final), group.vote('b', ready)]);
    const answer = group.answer('a', 'accepted');
    assert.deepEqual(await group.lost('b'), { keep: true, cause: 'b' });
    assert.deepEqual(await answer, { keep: true, cause: 'b' });
  });

  it('waits for an answer only so long; a late one gets what was decided', async () => {
    const group = new Group(['a', 'b'], 5);
    await Promise.all([group.vote('a', ready), group.vote('b', ready)]);
    assert.deepEqual(await group.answer('a', 'accepted'), { keep: false, cause: 'b' });
    assert.deepEqual(await group.answer('b', 'accepted'), { keep: false, cause: 'b' });
  });
});
