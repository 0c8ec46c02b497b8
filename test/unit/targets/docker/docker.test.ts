import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../../../scripts/support/tempDir';
import { membersOf } from '../../../../src/targets/docker/build/context';
import { callText } from '../../../../src/targets/docker/callText';
import { FrameReader, joinFrames } from '../../../../src/targets/docker/engine/frames';
import { chainIds, dispensable } from '../../../../src/targets/docker/image/chains';
import { fromLabels, toLabels } from '../../../../src/targets/docker/labels';
import { readWork } from '../../../../src/targets/docker/messages';
import { readConnections, readFreePort } from '../../../../src/targets/docker/ports';

const release = {
  application: 'adara',
  version: '3f2c1ab',
  artifact: 'sha256:aa',
  configuration: 'c1',
  git: { sha: '3f2c1ab', branch: 'main', dirty: false },
};

describe('layers of images', () => {
  it('are known by chains, as the image specification has it', () => {
    const chains = chainIds(['sha256:a', 'sha256:b']);
    assert.equal(chains[0], 'sha256:a');
    // printf 'sha256:a sha256:b' | sha256sum
    assert.equal(chains[1], 'sha256:970a948bffa8de94d6e22d747ba8c95030e6e546909f98f54e99a13005e173a8');
    assert.notEqual(chains[1], chainIds(['sha256:c', 'sha256:b'])[1]);
  });

  it('are left out where the host has them on top of the same ones, everywhere in the image', () => {
    const [, upper] = chainIds(['a', 'b']);
    assert.deepEqual([...dispensable(['a', 'b', 'c'], new Set(['a', upper!]))], ['a', 'b']);
    assert.deepEqual([...dispensable(['b', 'a'], new Set(['a', upper!]))], []);
    assert.deepEqual([...dispensable(['a', 'b', 'a'], new Set(['a', upper!]))], ['b']);
  });
});

describe('what a container prints', () => {
  const frame = (stream: number, text: string): Buffer => {
    const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };

  it('is put together from frames, however they are cut', () => {
    const long = 'é'.repeat(200);
    const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, long), frame(1, '')]);
    assert.equal(joinFrames(bytes).toString(), `one\n${long}`);
    const reader = new FrameReader();
    const frames = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
    assert.deepEqual(
      frames.map(({ stream, content }) => `${stream} ${content.toString()}`),
      ['output one\n', `errors ${long}`, 'output '],
    );
  });

  it('is taken as it is from a terminal', () => {
    assert.equal(joinFrames(Buffer.from('plain text')).toString(), 'plain text');
    assert.equal(joinFrames(Buffer.from('hi')).toString(), 'hi');
  });
});

describe('ports of a host', () => {
  const tables = (first: string): { stdout: string } => ({
    stdout: [
      first,
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1',
      '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 2 1',
      '   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 3 1',
      '   3: 00000000000000000000000000000000:1F91 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 4 1',
      '   4: 0100007F:1F92 0100007F:C351 06 00000000:00000000 00:00000000 00000000     0        0 5 1',
    ].join('\n'),
  });

  it('are free when nobody listens, in either family, and they are not reserved', () => {
    assert.deepEqual(readFreePort(tables('8080')), { port: 8082 });
    assert.deepEqual(readFreePort(tables('8080 8082 8083')), { port: 8084 });
    assert.throws(() => readFreePort({ stdout: 'sh: not found' }));
  });

  it('have connections from one side only', () => {
    assert.deepEqual(readConnections(tables('8080')), { connections: 1 });
    assert.deepEqual(readConnections(tables('8082')), { connections: 0 });
  });
});

describe('work of an engine', () => {
  it('has failed when a line says so, whatever the status was', () => {
    const lines = [
      { stream: 'Step 1/2\n' },
      { errorDetail: { message: 'no space left on device' }, error: 'x' },
    ];
    const report = readWork({ body: lines.map((line) => JSON.stringify(line)).join('\r\n') });
    assert.deepEqual([report.ok, report.error, report.said], [false, 'no space left on device', 'Step 1/2']);
    const built = readWork({ body: '{"aux":{"ID":"sha256:1"}}\n{"stream":"Successfully built\\n"}\n' });
    assert.deepEqual([built.ok, built.image], [true, 'sha256:1']);
  });
});

describe('texts of the configuration in calls', () => {
  it('keep secrets as placeholders and mean nothing else by ${', () => {
    const text = callText(
      '${environment}/${version}/${sha}/${secret:db}/$${port}/${what}',
      'staging',
      release,
    );
    assert.equal(text, 'staging/3f2c1ab/3f2c1ab/${secret:db}/$${port}/$${what}');
  });
});

describe('labels of a container', () => {
  it('say everything about a release, and nothing about containers of others', () => {
    const marks = { environment: 'staging', plan: 'p1', instance: 'adara-p1' };
    assert.deepEqual(fromLabels(toLabels(release, marks)), { release, marks });
    assert.equal(fromLabels({ 'swapdeck.application': 'adara' }), undefined);
  });
});

describe('the context of a build', () => {
  it('is what .dockerignore leaves, with what the engine reads in any case', async () => {
    const folder = await makeTempDir('context');
    try {
      await mkdir(path.join(folder, 'target', 'classes'), { recursive: true });
      for (const name of ['Dockerfile', 'secret.txt', 'target/classes/A.class', 'target/b.jar'])
        await writeFile(path.join(folder, name), name);
      await writeFile(path.join(folder, '.dockerignore'), '*\n!target/classes\n');
      const names = (await membersOf(folder, 'Dockerfile')).map(({ name }) => name);
      assert.deepEqual(names, ['.dockerignore', 'Dockerfile', 'target/classes', 'target/classes/A.class']);
      await assert.rejects(membersOf(folder, 'Other'), { reason: 'context' });
      await assert.rejects(membersOf(path.join(folder, 'nowhere'), 'Dockerfile'), { reason: 'context' });
    } finally {
      await removeDir(folder);
    }
  });
});
