import assert from 'node:assert/strict';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CodeCache } from '../../../src/cli/codeCache';
import { CodeLoader } from '../../../src/cli/codeLoader';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';

describe('compiled code of the command line', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await makeTempDir('code');
    file = path.join(folder, 'state', 'code', 'deploy');
    await mkdir(path.join(folder, 'vendor'));
    await writeFile(
      path.join(folder, 'main.js'),
      `exports.name = 'main'; const a = require('./vendor/a.js'); const os = require('node:os');
       exports.text = () => [a.text(), typeof os.tmpdir, require('./vendor/a.js') === a, __dirname].join(' ');`,
    );
    await writeFile(
      path.join(folder, 'vendor', 'a.js'),
      `const main = require('../main.js'); module.exports = { text: () => main.name };`,
    );
  });
  afterEach(() => removeDir(folder));

  const main = (loader: CodeLoader): { text(): string } =>
    loader.load(path.join(folder, 'main.js')) as { text(): string };

  it('loads files as Node.js does, and the second time without compiling', () => {
    for (const isFirst of [true, false]) {
      const cache = new CodeCache(file, 'build 1');
      const loader = new CodeLoader(folder, cache.read());
      assert.equal(main(loader).text(), `main function true ${folder}`);
      assert.equal(loader.hasNew, isFirst);
      cache.write(loader.compiled());
    }
  });

  it('tells where an error was thrown', async () => {
    const thrower = path.join(folder, 'thrower.js');
    const code = "exports.fail = () => { throw new Error('here'); };";
    await writeFile(thrower, code);
    const thrown = new CodeLoader(folder, new Map()).load(thrower) as { fail: () => void };
    const place = `${thrower}:1:${code.indexOf('new Error') + 1}`;
    assert.throws(thrown.fail, ({ stack = '' }: Error) => stack.includes(place));
  });

  it('finds nothing in what was made for another build, was damaged, or is not there', async () => {
    const cache = new CodeCache(file, 'build 1');
    const code = new Map([
      ['main.js', Buffer.from('one')],
      ['vendor/a.js', Buffer.from('three')],
    ]);
    assert.equal(cache.read().size, 0);
    cache.write(code);
    assert.deepEqual(cache.read(), code);
    assert.equal(new CodeCache(file, 'build 2').read().size, 0);
    const bytes = await readFile(file);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(file, bytes);
    assert.equal(cache.read().size, 0);
    await truncate(file, 5);
    assert.equal(cache.read().size, 0);
    cache.write(code);
    assert.deepEqual(cache.read(), code);
  });

  it('does without a place to write to', async () => {
    await rm(path.join(folder, 'state'), { recursive: true, force: true });
    await writeFile(path.join(folder, 'state'), 'a file');
    const cache = new CodeCache(file, 'build 1');
    cache.write(new Map([['main.js', Buffer.from('one')]]));
    assert.equal(cache.read().size, 0);
  });
});
