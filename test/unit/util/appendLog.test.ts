import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppendLog } from '../../../src/util/appendLog';

interface Row {
  readonly n: number;
  readonly text: string;
}

describe('AppendLog', () => {
  let dir: string;
  beforeEach(async () => (dir = await mkdtemp(join(tmpdir(), 'swapdeck-log-'))));
  afterEach(() => rm(dir, { recursive: true }));

  it('reads nothing from a file that is not there', async () => {
    assert.deepEqual(await new AppendLog<Row>(join(dir, 'none')).read(), { records: [], damaged: 0 });
  });

  it('gives back what was appended, in order, also to another reader', async () => {
    const log = new AppendLog<Row>(join(dir, 'log'));
    for (let n = 0; n < 5; n++) await log.append({ n, text: 'line\nbreak “quoted”' }, n === 4);
    await log.close();
    const { records, damaged } = await new AppendLog<Row>(log.file).read();
    assert.deepEqual(
      records.map((row) => row.n),
      [0, 1, 2, 3, 4],
    );
    assert.equal(records[0]?.text, 'line\nbreak “quoted”');
    assert.equal(damaged, 0);
  });

  it('keeps what is appended at the same time, in order, and what follows while that is written', async () => {
    const log = new AppendLog<Row>(join(dir, 'log'));
    const first = Array.from({ length: 20 }, (_, n) => log.append({ n, text: 'x' }, n % 2 === 0));
    await first[0];
    await Promise.all([...first, log.append({ n: 20, text: 'y' })]);
    const closing = log.append({ n: 21, text: 'z' });
    await Promise.all([closing, log.close()]);
    const { records } = await new AppendLog<Row>(log.file).read();
    assert.deepEqual(
      records.map((row) => row.n),
      Array.from({ length: 22 }, (_, n) => n),
    );
  });

  it('rejects what could not be written, and writes what comes later', async () => {
    const log = new AppendLog<Row>(join(dir, 'later', 'log'));
    await assert.rejects(log.append({ n: 1, text: '' }));
    await mkdir(join(dir, 'later'));
    await log.append({ n: 2, text: '' });
    assert.equal((await log.read()).records.length, 1);
    await log.close();
  });

  it('reads on where it was, also what another process appends, and starts over with another file', async () => {
    const log = new AppendLog<Row>(join(dir, 'log'));
    const reader = new AppendLog<Row>(log.file);
    const read = async (): Promise<number[]> => (await reader.read()).records.map(({ n }) => n);
    await log.append({ n: 1, text: 'é' });
    assert.deepEqual(await read(), [1]);
    await writeFile(log.file, '{"n":2,"text":"unfin', { flag: 'a' });
    assert.deepEqual(await read(), [1]);
    await writeFile(log.file, 'ished"}\n{"n":3,"text":""}\n', { flag: 'a' });
    assert.deepEqual(await read(), [1, 2, 3]);
    await log.close();
    await writeFile(log.file, '{"n":9,"text":""}\n');
    assert.deepEqual(await read(), [9]);
  });

  it('loses nothing but the unfinished record when the writer is killed at any byte', async () => {
    const log = new AppendLog<Row>(join(dir, 'log'));
    for (let n = 0; n < 3; n++) await log.append({ n, text: 'é'.repeat(n + 1) });
    await log.close();
    const whole = await readFile(log.file);
    const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1);
    for (let cut = 0; cut <= whole.length; cut++) {
      const file = join(dir, `cut-${cut}`);
      await writeFile(file, whole.subarray(0, cut));
      const after = new AppendLog<Row>(file);
      await after.append({ n: 99, text: 'after the kill' });
      await after.close();
      const finished = ends.filter((end) => end <= cut).length;
      // Cut exactly before a newline the record is whole, and the next writer's newline finishes it.
      const rescued = ends.includes(cut + 1) ? 1 : 0;
      const { records } = await after.read();
      assert.deepEqual(
        records.map((row) => row.n),
        [...[0, 1, 2].slice(0, finished + rescued), 99],
        `cut at byte ${cut}`,
      );
    }
  });
});
