import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { TreeWatcher, type WatchMode } from '../../../../src/hotswap/watch/treeWatcher';
import { Deferred, delay } from '../../../../src/util/async';

/** Collects what is reported, and lets a test wait for a file. */
class Reports {
  readonly touched: string[] = [];
  readonly failures: Error[] = [];
  readonly #waiting = new Map<string, Deferred<void>>();
  readonly listener = {
    touched: (file: string) => {
      this.touched.push(file);
      this.#waiting.get(file)?.resolve();
    },
    failed: (error: Error) => void this.failures.push(error),
  };

  /** Resolves when the file is reported after this call. */
  next(file: string): Promise<void> {
    const deferred = new Deferred<void>();
    this.#waiting.set(file, deferred);
    return deferred.promise;
  }
}

// macOS and Windows have only the one, Linux both.
const modes: WatchMode[] = process.platform === 'linux' ? ['folders', 'recursive'] : ['recursive'];

for (const mode of modes) {
  describe(`watching a class root (${mode})`, () => {
    let base: string;
    let root: string;
    let reports: Reports;
    let watcher: TreeWatcher;
    const file = (...names: string[]): string => path.join(root, ...names);
    const start = async (): Promise<void> => {
      watcher = new TreeWatcher(root, (name) => name.endsWith('.class'), reports.listener, mode);
      await watcher.ready;
    };
    const written = async (name: string, text = 'x'): Promise<void> => {
      const next = reports.next(name);
      await writeFile(name, text);
      await next;
    };

    beforeEach(async () => {
      base = await mkdtemp(path.join(tmpdir(), 'swapdeck-watch-'));
      root = path.join(base, 'target', 'classes');
      await mkdir(path.join(root, 'demo', 'deep'), { recursive: true });
      await writeFile(file('demo', 'Old.class'), 'old');
      reports = new Reports();
    });
    afterEach(async () => {
      watcher.dispose();
      assert.equal(watcher.watchCount, 0);
      await rm(base, { recursive: true, force: true });
    });

    it('reports a file written at any depth, and nothing that was there before', async () => {
      await start();
      await written(file('demo', 'A.class'));
      await written(file('demo', 'deep', 'B.class'));
      await written(file('demo', 'Old.class'));
      assert.equal(reports.touched.includes(file('demo', 'Old.class')), true);
      assert.deepEqual([...new Set(reports.touched)].length, 3);
    });

    it('reports every write to a file', async () => {
      await start();
      await written(file('demo', 'A.class'), 'half');
      const next = reports.next(file('demo', 'A.class'));
      await appendFile(file('demo', 'A.class'), ' whole');
      await next;
    });

    it('passes over other files', async () => {
      await start();
      await writeFile(file('demo', 'notes.txt'), 'x');
      await written(file('demo', 'A.class'));
      assert.deepEqual([...new Set(reports.touched)], [file('demo', 'A.class')]);
    });

    it('reports a file moved into place, and one removed', async () => {
      await start();
      await writeFile(path.join(base, 'new'), 'x');
      let next = reports.next(file('demo', 'A.class'));
      await rename(path.join(base, 'new'), file('demo', 'A.class'));
      await next;
      next = reports.next(file('demo', 'A.class'));
      await rm(file('demo', 'A.class'));
      await next;
    });

    it('follows folders that appear, with the files they bring', async () => {
      await start();
      await mkdir(path.join(base, 'elsewhere', 'inner'), { recursive: true });
      await writeFile(path.join(base, 'elsewhere', 'inner', 'A.class'), 'x');
      const next = reports.next(file('moved', 'inner', 'A.class'));
      await rename(path.join(base, 'elsewhere'), file('moved'));
      await next;
      await written(file('moved', 'inner', 'B.class'));
    });

    it('follows a folder that is deleted and made again', async () => {
      await start();
      for (let round = 0; round < 3; round++) {
        await rm(file('demo'), { recursive: true });
        await mkdir(file('demo'));
        await written(file('demo', 'A.class'), String(round));
      }
      // And the new folder is watched, not only looked through.
      await delay(50);
      await written(file('demo', 'B.class'));
    });

    it('follows a root that is deleted and made again, or replaced by another folder', async () => {
      await start();
      await rm(path.join(base, 'target'), { recursive: true });
      await delay(20);
      await mkdir(file('demo'), { recursive: true });
      await written(file('demo', 'A.class'));
      await mkdir(path.join(base, 'other', 'demo'), { recursive: true });
      await writeFile(path.join(base, 'other', 'demo', 'C.class'), 'x');
      const next = reports.next(file('demo', 'C.class'));
      await rename(root, path.join(base, 'away'));
      await rename(path.join(base, 'other'), root);
      await next;
      await delay(50);
      await written(file('demo', 'D.class'));
    });

    it('waits for a root that is not there yet', async () => {
      await rm(path.join(base, 'target'), { recursive: true });
      await start();
      assert.equal(watcher.watchCount, 1);
      const next = reports.next(file('demo', 'A.class'));
      await mkdir(file('demo'), { recursive: true });
      await writeFile(file('demo', 'A.class'), 'x');
      await next;
      await delay(50);
      await written(file('demo', 'B.class'));
    });

    it('watches a single file (a jar), replaced and written in place', async () => {
      const jar = path.join(base, 'app.jar');
      watcher = new TreeWatcher(jar, (name) => name === jar, reports.listener, mode);
      await watcher.ready;
      await written(jar);
      await writeFile(path.join(base, 'app.jar.part'), 'y');
      const next = reports.next(jar);
      await rename(path.join(base, 'app.jar.part'), jar);
      await next;
      await written(jar, 'z');
    });

    it('loses nothing of a burst of thousands of files', async () => {
      await start();
      const folders = Array.from({ length: 10 }, (_, i) => file(`p${i}`));
      const files = folders.flatMap((folder) =>
        Array.from({ length: 100 }, (_, i) => path.join(folder, `C${i}.class`)),
      );
      await Promise.all(folders.map((folder) => mkdir(folder)));
      await Promise.all(files.map((name) => writeFile(name, 'x')));
      const missing = (): string[] => files.filter((name) => !reports.touched.includes(name));
      for (let tries = 0; tries < 500 && missing().length > 0; tries++) await delay(20);
      assert.deepEqual(missing(), []);
    });

    if (mode === 'folders') {
      it("finds what the kernel's full queue dropped", async function () {
        this.timeout(60_000);
        await start();
        // Two events a file, more than its 16,384 places while nobody takes any out.
        const files = Array.from({ length: 10_000 }, (_, i) => file('demo', `C${i}.class`));
        for (const name of files) writeFileSync(name, 'x');
        const missing = (): number => {
          const touched = new Set(reports.touched);
          return files.filter((name) => !touched.has(name)).length;
        };
        for (let tries = 0; tries < 2000 && missing() > 0; tries++) await delay(20);
        assert.equal(missing(), 0);
      });
    }

    it('reports nothing after it was disposed', async () => {
      await start();
      watcher.dispose();
      await writeFile(file('demo', 'A.class'), 'x');
      await delay(50);
      assert.deepEqual(reports.touched, []);
    });
  });
}
