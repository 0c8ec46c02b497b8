import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { openRoot, readClasses } from '../../../../src/hotswap/roots/readRoot';
import { JarReader } from '../../../../src/hotswap/watch/jarReader';
import { classBytes } from '../support/classes';

/** A ZIP of these files, compressed (APPNOTE.TXT 4.3). */
function zip(files: Readonly<Record<string, Buffer>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const data = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, Buffer.from(name), data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('504b01020000', 'hex'), common, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const headers = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(headers.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, headers, end]);
}

function crc(content: Buffer): number {
  return typeof crc32 === 'function'
    ? crc32(content)
    : content.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 0);
}

describe('classes of a root', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'swapdeck-root-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const read = async (root: string): Promise<string[]> => {
    const open = await openRoot(root);
    try {
      const classes = await readClasses(open.entries);
      assert.deepEqual(
        classes.map(({ name }) => name),
        open.entries.map(({ name }) => name),
      );
      return classes.map(({ name }) => name).sort();
    } finally {
      await open.close();
    }
  };

  it('are the class files of a folder at any depth, descriptors left out', async () => {
    await mkdir(path.join(folder, 'demo', 'deep'), { recursive: true });
    await mkdir(path.join(folder, 'META-INF', 'versions', '21', 'demo'), { recursive: true });
    await writeFile(path.join(folder, 'demo', 'A.class'), classBytes('demo.A'));
    await writeFile(path.join(folder, 'demo', 'deep', 'B$C.class'), classBytes('demo.deep.B$C'));
    await writeFile(path.join(folder, 'module-info.class'), classBytes('module-info'));
    await writeFile(path.join(folder, 'META-INF', 'versions', '21', 'demo', 'A.class'), classBytes('demo.A'));
    assert.deepEqual(await read(folder), ['demo.A', 'demo.deep.B$C']);
  });

  it('are none in a folder that is not there', async () => {
    assert.deepEqual(await read(path.join(folder, 'no')), []);
  });

  it('leave out what is half written', async () => {
    await writeFile(path.join(folder, 'A.class'), classBytes('A').subarray(0, 30));
    const open = await openRoot(folder);
    assert.deepEqual(await readClasses(open.entries), []);
  });

  it('are those of a plain jar, a fat jar and a WAR', async () => {
    const jar = path.join(folder, 'app.jar');
    await writeFile(
      jar,
      zip({
        'demo/A.class': classBytes('demo.A'),
        'BOOT-INF/classes/demo/B.class': classBytes('demo.B'),
        'WEB-INF/classes/demo/C.class': classBytes('demo.C'),
        'META-INF/versions/21/demo/A.class': classBytes('demo.A'),
        'demo/readme.txt': Buffer.from('x'),
      }),
    );
    assert.deepEqual(await read(jar), ['demo.A', 'demo.B', 'demo.C']);
  });

  it('of a jar written anew are those whose checksum changed', async () => {
    const jar = path.join(folder, 'app.jar');
    const [one, two] = [classBytes('demo.A', { text: 'one' }), classBytes('demo.A', { text: 'two' })];
    const other = classBytes('demo.B');
    await writeFile(jar, zip({ 'demo/A.class': one, 'demo/B.class': other }));
    const reader = new JarReader();
    await reader.remember(jar);
    const whole = zip({ 'demo/A.class': two, 'demo/B.class': other });
    await writeFile(jar, whole.subarray(0, whole.length - 30));
    assert.equal(await reader.read(jar), 'incomplete');
    await writeFile(jar, whole);
    const changed = await reader.read(jar);
    assert.ok(typeof changed === 'object');
    assert.deepEqual(
      changed.map(({ name, bytes }) => [name, bytes.equals(two)]),
      [['demo.A', true]],
    );
    // A writer may touch the jar again before its change is whole: nothing is lost by reading twice.
    assert.equal((await reader.read(jar)).length, 1);
    reader.settle(jar);
    assert.deepEqual(await reader.read(jar), []);
    await rm(jar);
    assert.equal(await reader.read(jar), 'gone');
  });
});
