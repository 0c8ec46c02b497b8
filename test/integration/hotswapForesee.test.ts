import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { createHotSwap } from '../../src/hotswap/hotSwap';
import type { Foresee } from '../../src/hotswap/foresee';
import type { BuiltClass, Change, HotSwap } from '../../src/hotswap/model';
import { Deferred, nextEvent } from '../../src/util/async';
import { AbortedError } from '../../src/util/errors';
import { change, dependencies, greeting, HotSwapApp } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

const [jdk] = jdksToTest();

describe('a change that is looked at before it is sent', () => {
  let app: HotSwapApp;
  let hotSwap: HotSwap;
  let foresee: Foresee;
  /** What happened, in order: changes looked at and swaps. */
  const happened: string[] = [];

  beforeEach(async () => {
    app = await HotSwapApp.start(jdk!);
    happened.length = 0;
    foresee = (looked) => {
      happened.push(`looked at ${looked.origin}`);
      return Promise.resolve(undefined);
    };
    const roots = [{ path: app.classes, kind: 'folder', sources: [], build: 'maven' } as const];
    hotSwap = createHotSwap({
      ...dependencies,
      findRoots: () => Promise.resolve(roots),
      foresee: (...args) => foresee(...args),
    });
    hotSwap.onDidSwap(({ swapped }) => happened.push(`swapped ${swapped}`));
    await hotSwap.attach(app.target());
  });
  afterEach(async () => {
    hotSwap.dispose();
    await app.stop();
  });

  async function built(text: string): Promise<Change> {
    const classes = await app.build({ 'demo/Greeting.java': greeting(text) }, 'demo.Greeting');
    const here = classes.map((each): BuiltClass => ({ ...each, root: app.classes }));
    return { ...change(here), origin: 'compile' };
  }

  it('is sent afterwards, with what was predicted in its record', async () => {
    const answer = { verdict: 'accept', reasons: [] } as const;
    const predicted = new Map([['app', new Map([['demo.Greeting', answer]])]]);
    foresee = (_change, parts) => {
      happened.push(
        `looked at ${parts.map(({ session, classes }) => [session.target.id, classes.length].join()).join()}`,
      );
      return Promise.resolve(predicted);
    };
    const [record] = await hotSwap.submit(await built('two'));
    assert.deepEqual(happened, ['looked at app,1', 'swapped 1']);
    assert.deepEqual(
      record?.classes.map(({ prediction }) => prediction),
      [answer],
    );
  });

  it('is looked at too when another build wrote it', async () => {
    const swapped = nextEvent(hotSwap.onDidSwap);
    const { classes } = await built('two');
    await writeFile(path.join(app.classes, 'demo', 'Greeting.class'), classes[0]!.bytes);
    await swapped;
    assert.deepEqual(happened, ['looked at watch', 'swapped 1']);
  });

  it('keeps its place, however long it is looked at', async () => {
    const [first, second] = [await built('two'), await built('three')];
    const looked = new Deferred<undefined>();
    foresee = (each) => (each.classes === first.classes ? looked.promise : Promise.resolve(undefined));
    const swaps = [hotSwap.submit(first), hotSwap.submit(second)];
    looked.resolve(undefined);
    await Promise.all(swaps);
    assert.equal(await app.ask('greet'), 'three4');
  });

  it('is not sent when it was given up meanwhile', async () => {
    const looked = new Deferred<undefined>();
    foresee = () => looked.promise;
    const abort = new AbortController();
    const swap = hotSwap.submit(await built('two'), abort.signal);
    abort.abort();
    await assert.rejects(swap, AbortedError);
    looked.resolve(undefined);
    foresee = () => Promise.resolve(undefined);
    // What comes behind it is not held up, and is the first to arrive.
    await hotSwap.submit(await built('three'));
    assert.deepEqual(happened, ['swapped 1']);
    assert.equal(await app.ask('greet'), 'three4');
  });

  it('is looked at while swapping is paused, and again when it goes on', async () => {
    hotSwap.pause();
    await hotSwap.submit(await built('two'));
    assert.deepEqual(happened, ['looked at compile']);
    assert.equal(await app.ask('greet'), 'one4');
    await hotSwap.unpause();
    assert.deepEqual(happened, ['looked at compile', 'looked at command', 'swapped 1']);
  });
});
