import assert from 'node:assert/strict';
import type { Call, CallResult } from '../../../src/contracts/deployCall';
import { Rereading, type Reader } from '../../../src/deploy/reread';
import { Deferred } from '../../../src/util/async';

const call = (path: string): Call => ({ via: 'readFile', host: 'web-1', path });

describe('reading again', () => {
  let answers: Map<string, Deferred<CallResult>>;
  let asked: string[];
  const reader: Reader = {
    perform: (each) => {
      const { path } = each as { path: string };
      asked.push(path);
      return answers.get(path)?.promise ?? Promise.resolve({ answer: { content: path }, bound: {} });
    },
  };
  beforeEach(() => {
    asked = [];
    answers = new Map();
  });

  /** One file leads to the next. */
  const read = async (rereading: Rereading, ...paths: string[]): Promise<unknown[]> => {
    const found: unknown[] = [];
    const over = rereading.over(reader);
    for (const path of paths) found.push((await over.perform(call(path), {})).answer.content);
    return found;
  };

  it('asks at once what was asked one after the other, each question once', async () => {
    const rereading = new Rereading();
    assert.deepEqual(await read(rereading, 'a', 'b'), ['a', 'b']);
    assert.deepEqual(asked, ['a', 'b']);
    const first = new Deferred<CallResult>();
    answers.set('a', first);
    const again = read(rereading, 'a', 'b');
    assert.deepEqual(asked.slice(2), ['a', 'b']);
    first.resolve({ answer: { content: 'changed' }, bound: {} });
    assert.deepEqual(await again, ['changed', 'b']);
    assert.equal(asked.length, 4);
  });

  it('asks what is new, and no longer what was not asked the last time', async () => {
    const rereading = new Rereading();
    await read(rereading, 'a', 'b');
    assert.deepEqual(await read(rereading, 'a', 'c'), ['a', 'c']);
    assert.deepEqual(asked, ['a', 'b', 'a', 'b', 'c']);
    asked = [];
    await read(rereading, 'a', 'c');
    assert.deepEqual(asked, ['a', 'c']);
  });

  it('ignores what fails and is not asked for any more', async () => {
    const rereading = new Rereading();
    await read(rereading, 'a', 'b');
    const failing = new Deferred<CallResult>();
    answers.set('b', failing);
    failing.reject(new Error('gone'));
    assert.deepEqual(await read(rereading, 'a'), ['a']);
  });
});
