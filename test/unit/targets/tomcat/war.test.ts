import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { TomcatError } from '../../../../src/targets/tomcat/errors';
import { readWar, WAR_SOURCE, warOpener } from '../../../../src/targets/tomcat/war';

/** A ZIP of these files (APPNOTE.TXT 4.3), each deflated. */
function zip(files: Readonly<Record<string, Buffer | string>>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    const data = deflateRawSync(bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, Buffer.from(name), data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const head = Buffer.from('504b01021400', 'hex');
    central.push(Buffer.concat([head, common, tail, Buffer.from(name)]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('504b0506', 'hex');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

describe('WAR files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'swapdeck-war-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = async (files: Parameters<typeof zip>[0] | string): Promise<string> => {
    const file = join(folder, 'shop.war');
    await writeFile(file, typeof files === 'string' ? files : zip(files));
    return file;
  };
  const service = (namespace: string): Buffer =>
    zip({ [`META-INF/services/${namespace}.servlet.ServletContainerInitializer`]: 'a.B' });

  it('say for which servers they are: by their own classes, else by their libraries', async () => {
    const cases = [
      [{ 'WEB-INF/classes/A.class': 'Ljavax/servlet/http/HttpServlet;' }, 'javax'],
      [
        { 'WEB-INF/classes/a/B.class': 'Ljakarta/servlet/Servlet;', 'WEB-INF/lib/x.jar': service('javax') },
        'jakarta',
      ],
      [{ 'WEB-INF/classes/A.class': 'x', 'WEB-INF/lib/spring-web.jar': service('javax') }, 'javax'],
      [{ 'WEB-INF/lib/spring-web.jar': service('jakarta') }, 'jakarta'],
      [{ 'WEB-INF/web.xml': '<web-app/>', 'index.html': 'javax/servlet/' }, 'none'],
      [
        {
          'WEB-INF/web.xml': '<servlet-class> a.b.Agent </servlet-class>',
          'WEB-INF/lib/b.jar': zip({
            'a/Log.class': 'jakarta/servlet/',
            'a/b/Agent.class': 'javax/servlet/',
          }),
        },
        'javax',
      ],
      [{ 'WEB-INF/lib/log.jar': zip({ 'a/Log.class': 'javax/servlet/' }) }, 'none'],
    ] as const;
    for (const [files, namespace] of cases)
      assert.equal((await readWar(await write(files))).namespace, namespace);
  });

  it('are not any file', async () => {
    const problem = async (file: string): Promise<string> => {
      try {
        return (await readWar(file)).namespace;
      } catch (error) {
        assert.ok(error instanceof TomcatError);
        return `${error.reason} ${String(error.details.problem)}`;
      }
    };
    assert.equal(await problem(await write('no zip')), 'notWar incomplete');
    assert.equal(await problem(await write({ 'META-INF/MANIFEST.MF': '' })), 'notWar noWebInf');
    assert.equal(await problem(join(folder, 'none.war')), 'notWar ENOENT');
    assert.equal(await problem(folder), 'notWar EISDIR');
  });

  it('are sent as they were planned with, or never to their end', async () => {
    const file = await write({ 'WEB-INF/big': Buffer.from(createHash('sha256').update('x').digest()) });
    await appendFile(file, Buffer.alloc(300_000, 'pad'));
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const read = async (artifact: string): Promise<[number | undefined, number, string]> => {
      const { total, chunks } = await warOpener()({ kind: WAR_SOURCE, file, artifact });
      let bytes = 0;
      try {
        for await (const chunk of chunks) bytes += chunk.length;
        return [total, bytes, 'all'];
      } catch (error) {
        return [total, bytes, (error as { reason: string }).reason];
      }
    };
    const [total, sent, how] = await read(`sha256:${sha256.slice(0, 16)}`);
    assert.deepEqual([total, how], [sent, 'all']);
    const [, part, reason] = await read('sha256:0000000000000000');
    assert.equal(reason, 'warChanged');
    assert.ok(part < sent);
  });
});
