import * as assert from 'node:assert/strict';
import { promises as fs, watch } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CompileError } from '../../../src/compile/errors';
import type { CompiledClass } from '../../../src/compile/model';
import { classFile, writeClasses, type Written } from '../../../src/compile/output';
import type { ClassTraits } from '../../../src/compile/traits';
import { skip } from '../../support/skip';

/** Stands in for class files: `SourceFile` or nothing, then anything. */
function readTraits(bytes: Uint8Array): ClassTraits {
  const [sourceFile] = Buffer.from(bytes).toString().split('\n');
  if (sourceFile === 'broken') throw new Error('no class file');
  return { name: '', majorVersion: 61, members: [], ...(sourceFile && { sourceFile }) };
}

describe('writing classes', () => {
  let folder: string;
  let sources: string;
  let classes: string;
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'swapdeck-output-'));
    sources = path.join(folder, 'src', 'demo');
    classes = path.join(folder, 'classes');
    await fs.mkdir(sources, { recursive: true });
    await fs.mkdir(path.join(classes, 'demo'), { recursive: true });
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  const source = (name: string): string => path.join(sources, name);
  const compiled = (name: string, from: string, text = 'new'): CompiledClass => ({
    name: `demo.${name}`,
    bytes: Buffer.from(`${from}\n${text}`),
    source: source(from),
  });
  const put = (name: string, content: string): Promise<void> =>
    fs.writeFile(path.join(classes, 'demo', `${name}.class`), content);
  const names = async (): Promise<string[]> => (await fs.readdir(path.join(classes, 'demo'))).sort();
  const write = (each: readonly CompiledClass[], from: readonly string[]): Promise<Written> =>
    writeClasses({ classRoot: classes, classes: each, sources: from.map(source), readTraits });

  it('puts each class where its name says, new folders included', async () => {
    const deep = { name: 'a.b.C$D', bytes: Buffer.from('deep') };
    const plain = { name: 'Plain', bytes: Buffer.from('plain') };
    const written = await writeClasses({
      classRoot: classes,
      classes: [deep, plain],
      sources: [],
      readTraits,
    });
    assert.deepEqual(written, {
      files: [path.join(classes, 'a', 'b', 'C$D.class'), path.join(classes, 'Plain.class')],
      removed: [],
    });
    assert.equal(await fs.readFile(classFile(classes, 'a.b.C$D'), 'utf8'), 'deep');
    assert.equal(await fs.readFile(classFile(classes, 'Plain'), 'utf8'), 'plain');
  });

  it('never shows half a file, nor a class file by another name', async function () {
    const large = 'x'.repeat(4 << 20);
    await put('A', 'A.java\nold');
    const file = classFile(classes, 'demo.A');
    const seen = new Set<string>();
    const watcher = watch(path.join(classes, 'demo'), (_, name) => seen.add(name ?? ''));
    try {
      const writing = write([compiled('A', 'A.java', large)], ['A.java']);
      const sizes = new Set<number>();
      const state = { done: false };
      void writing.finally(() => (state.done = true)).catch(() => undefined);
      while (!state.done) sizes.add((await fs.readFile(file)).length);
      await writing;
      sizes.add((await fs.readFile(file)).length);
      assert.deepEqual([...sizes].sort((a, b) => a - b).at(-1), large.length + 'A.java\n'.length);
      assert.ok(
        [...sizes].every((size) => size === 'A.java\nold'.length || size === large.length + 7),
        [...sizes].join(),
      );
      assert.ok([...seen].every((name) => name === 'A.class' || !name.endsWith('.class')));
      assert.deepEqual(await names(), ['A.class']);
    } finally {
      watcher.close();
    }
  });

  it('writes a class that stays the same too: build tools go by its time', async () => {
    await put('A', 'A.java\nnew');
    await fs.utimes(classFile(classes, 'demo.A'), 1000, 1000);
    await write([compiled('A', 'A.java')], ['A.java']);
    assert.ok((await fs.stat(classFile(classes, 'demo.A'))).mtimeMs > 1_000_000);
  });

  it('keeps the rights of a file that was there', async function () {
    if (process.platform === 'win32') skip(this, 'files have no such rights on Windows');
    await put('A', 'A.java\nold');
    await fs.chmod(classFile(classes, 'demo.A'), 0o664);
    await write([compiled('A', 'A.java')], ['A.java']);
    assert.equal((await fs.stat(classFile(classes, 'demo.A'))).mode & 0o777, 0o664);
  });

  it('removes classes of the source that no longer come out', async () => {
    await fs.writeFile(source('A.java'), '');
    await fs.writeFile(source('B.java'), '');
    for (const name of ['A', 'A$1', 'A$Inner', 'A$Inner$2', 'Helper', 'A$Stays'])
      await put(name, 'A.java\nold');
    for (const name of ['B', 'B$1']) await put(name, 'B.java\nold');
    // Of another source in the same package, by its SourceFile only.
    await put('Elsewhere', 'C.java\nold');
    const { removed } = await write([compiled('A', 'A.java'), compiled('A$Stays', 'A.java')], ['A.java']);
    assert.deepEqual(removed.map((file) => path.basename(file)).sort(), [
      'A$1.class',
      'A$Inner$2.class',
      'A$Inner.class',
      'Helper.class',
    ]);
    assert.deepEqual(await names(), ['A$Stays.class', 'A.class', 'B$1.class', 'B.class', 'Elsewhere.class']);
  });

  it('leaves alone a class whose own name has a dollar, and files that are no classes', async () => {
    await fs.writeFile(source('A.java'), '');
    await fs.writeFile(source('A$B.java'), '');
    await put('A$B', 'A$B.java\nold');
    await put('A$B$1', 'A$B.java\nold');
    await put('A$Broken', 'broken');
    const { removed } = await write([compiled('A', 'A.java')], ['A.java']);
    assert.deepEqual(removed, []);
  });

  it('goes by the name where there is no SourceFile', async () => {
    for (const name of ['A', 'A$1', 'Other']) await put(name, '\nold');
    const { removed } = await write([compiled('A', 'A.java')], ['A.java']);
    assert.deepEqual(removed, [classFile(classes, 'demo.A$1')]);
  });

  it('fails with a typed error and leaves nothing behind', async () => {
    await put('A', 'A.java\nold');
    // A folder stands where the second class has to go.
    await fs.mkdir(classFile(classes, 'demo.B'));
    await assert.rejects(
      write([compiled('B', 'A.java')], ['A.java']),
      (error) => error instanceof CompileError && error.reason === 'output',
    );
    assert.deepEqual(await names(), ['A.class', 'B.class']);
    await fs.writeFile(path.join(folder, 'file'), '');
    await assert.rejects(
      writeClasses({
        classRoot: path.join(folder, 'file'),
        classes: [compiled('A', 'A.java')],
        sources: [],
        readTraits,
      }),
      (error) => error instanceof CompileError && error.reason === 'output',
    );
  });

  it('stops before anything appears when it is cancelled', async () => {
    const cancel = new AbortController();
    const writing = writeClasses(
      { classRoot: classes, classes: [compiled('A', 'A.java')], sources: [], readTraits },
      cancel.signal,
    );
    cancel.abort();
    await assert.rejects(writing, { reason: 'aborted' });
    assert.deepEqual(await names(), []);
  });
});
