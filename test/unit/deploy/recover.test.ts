import assert from 'node:assert/strict';
import { DeployError } from '../../../src/contracts/deployError';
import type { JournalRecord } from '../../../src/contracts/deployRecord';
import { planDigest } from '../../../src/deploy/digest';
import { makePlan } from '../../../src/deploy/makePlan';
import { isOver, remainingSteps, standingOf, undoList } from '../../../src/deploy/recover';
import { inputOf, instance } from './paperTarget';

const older = [instance('web-1', 'older', '8079', 'stopped'), instance('web-1', 'oldest', '8078', 'stopped')];
const plan = makePlan(
  'blue-green',
  inputOf({ states: { 'web-1': { live: instance('web-1', 'old', '8080'), older } }, version: 'new' }),
);
const ids = plan.steps.map(({ id }) => id);
const actor = { name: 'a@b', machine: 'b', processId: 1 };
const stamp = { at: 0, fence: 1 };
const first: JournalRecord = { ...stamp, kind: 'plan', plan, digest: planDigest(plan), actor };
const begin = (step: string, direction: 'do' | 'undo' = 'do'): JournalRecord => ({
  ...stamp,
  kind: 'begin',
  step,
  direction,
});
const end = (step: string, ok = true, direction: 'do' | 'undo' = 'do'): JournalRecord => ({
  ...stamp,
  kind: 'end',
  step,
  direction,
  ok,
  durationMs: 1,
  ...(step.endsWith('/start') && ok && direction === 'do' && { bound: { 'web-1.port': '8081' } }),
});
const done = (...steps: string[]): JournalRecord[] => steps.flatMap((step) => [begin(step), end(step)]);
const work = (list: ReturnType<typeof remainingSteps>): string[] =>
  list.map(({ step, undoFirst }) => (undoFirst ? `undo and ${step.id}` : step.id));

describe('recover', () => {
  it('has all before it when nothing was begun', () => {
    const standing = standingOf([first]);
    assert.deepEqual(work(remainingSteps(standing)), ids);
    assert.deepEqual(undoList(standing), []);
    assert.equal(isOver(standing), false);
  });

  it('takes a step that was begun for one that may have happened: again, or undone before', () => {
    const [transfer = '', start = '', ...rest] = ids;
    const standing = standingOf([first, ...done(transfer), begin(start)]);
    assert.deepEqual(work(remainingSteps(standing)), [`undo and ${start}`, ...rest]);
    assert.deepEqual(work(undoList(standing)), [start, transfer]);
    const earlier = standingOf([first, begin(transfer)]);
    assert.equal(work(remainingSteps(earlier))[0], transfer);
  });

  it('keeps what was bound, and takes a record that was written twice once', () => {
    const [transfer = '', start = ''] = ids;
    const records = [first, ...done(transfer, start)];
    const standing = standingOf([...records, ...records.slice(-1)]);
    assert.deepEqual(standing.bindings, { 'web-1.port': '8081' });
    assert.deepEqual(work(remainingSteps(standing)), ids.slice(2));
  });

  it('goes on with an undo that was interrupted, or turns round again', () => {
    const [transfer = '', start = ''] = ids;
    const standing = standingOf([
      first,
      ...done(transfer, start),
      { ...stamp, kind: 'turn', to: 'undo', why: 'undoChosen', actor },
      begin(start, 'undo'),
    ]);
    assert.equal(standing.direction, 'undo');
    assert.deepEqual(work(undoList(standing)), [start, transfer]);
    assert.deepEqual(work(remainingSteps(standing)).slice(0, 2), [`undo and ${start}`, ids[2]]);
    const undone = standingOf([
      first,
      ...done(transfer),
      begin(transfer, 'undo'),
      end(transfer, true, 'undo'),
    ]);
    assert.deepEqual(undoList(undone), []);
    assert.equal(work(remainingSteps(undone))[0], transfer);
  });

  it('lets nobody back once something was begun that leads nowhere back', () => {
    const final = plan.steps.find((step) => step.final);
    assert.ok(final);
    const before = ids.slice(0, ids.indexOf(final.id));
    const standing = standingOf([first, ...done(...before), begin(final.id)]);
    assert.throws(
      () => undoList(standing),
      (error: unknown) => error instanceof DeployError && error.reason === 'committed',
    );
    assert.equal(work(remainingSteps(standing))[0], final.id);
    undoList(standingOf([first, ...done(...before)]));
  });

  it('knows a journal that is none, and a plan that was altered afterwards', () => {
    const problem = (records: JournalRecord[]): unknown => {
      try {
        standingOf(records);
      } catch (error) {
        return error instanceof DeployError && error.details.problem;
      }
      return undefined;
    };
    assert.equal(problem([]), 'empty');
    assert.equal(problem([begin('x')]), 'noPlan');
    assert.equal(problem([first, begin('x')]), 'unknownStep');
    const altered = { ...plan, release: { ...plan.release, version: 'evil' } };
    assert.equal(problem([{ ...first, plan: altered }]), 'altered');
  });
});
