import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/contracts/clock';
import { THIS_MACHINE, type Call, type CallProgress } from '../../src/contracts/deployCall';
import { commandPerformer, localPerformer } from '../../src/deploy/performers/command';
import { readFilePerformer, writeFilePerformer } from '../../src/deploy/performers/files';
import { httpPerformer } from '../../src/deploy/performers/http';
import { CallRunner } from '../../src/deploy/runner';
import { LocalExec } from '../../src/transport/localExec';
import { TcpDialer } from '../../src/transport/tcp';

const exec = new LocalExec('host');
const megabyte = Buffer.alloc(1 << 20, 'x');

function runnerWith(secret = 'geheim-1'): CallRunner {
  return new CallRunner({
    clock: systemClock,
    secret: () => Promise.resolve(secret),
    sources: {
      blocks: ({ count, missing = 0 }) => {
        // eslint-disable-next-line @typescript-eslint/require-await -- an iterable is what uploads are
        const chunks = (async function* () {
          for (let left = Number(count); left > 0; left--) yield megabyte;
        })();
        return Promise.resolve({ total: Number(count) * megabyte.length + Number(missing), chunks });
      },
    },
    performers: {
      command: commandPerformer(() => exec),
      local: localPerformer(({ directory, env }) => {
        const options = { ...(directory !== undefined && { directory }), ...(env && { env }) };
        return new LocalExec('here', options);
      }),
      readFile: readFilePerformer(() => exec),
      writeFile: writeFilePerformer(() => exec),
      http: httpPerformer(() => new TcpDialer()),
    },
  });
}

describe('performers', function () {
  this.timeout(30_000);
  let directory: string;
  let runner: CallRunner;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'swapdeck-performers-'));
    runner = runnerWith();
  });
  afterEach(() => rm(directory, { recursive: true }));
  const perform = async (call: Call) => (await runner.perform(call, {})).answer;

  it('runs an argv as it is, with an input, and tells how it ended', async () => {
    const argv = ['sh', '-c', 'cat; printf "<%s>" "$@"; echo no >&2; exit 3', 'sh', "it's", '$HOME', ''];
    const expect = [{ path: 'code', is: 'equals', value: 3 }] as const;
    const call: Call = { via: 'command', host: 'host', argv, stdin: 'in;', expect };
    assert.deepEqual(await perform(call), { code: 3, stdout: "in;<it's><$HOME><>", stderr: 'no\n' });
  });

  it('runs programs here in a folder and with variables of their own', async () => {
    const answer = await perform({
      via: 'local',
      argv: ['sh', '-c', 'pwd; echo "$A"'],
      directory,
      env: { A: 'b' },
    });
    assert.equal(answer.stdout, `${directory}\nb\n`);
  });

  it('says that a program is not there', async () => {
    const call: Call = { via: 'local', argv: ['swapdeck-no-such-program'] };
    await assert.rejects(perform(call), (error: { reason?: string; details?: { code?: string } }) => {
      assert.deepEqual([error.reason, error.details?.code], ['failed', 'ENOENT']);
      return true;
    });
  });

  it('reads files, text or not, and those that are not there', async () => {
    const path = join(directory, '-a "file"');
    const bytes = Buffer.from([0, 255, 10, 195, 40]);
    await writeFile(path, bytes);
    const read = { via: 'readFile', host: 'host' } as const;
    const answer = await perform({ ...read, path, encoding: 'base64' });
    assert.deepEqual(answer, { exists: true, content: bytes.toString('base64') });
    assert.deepEqual(await perform({ ...read, path: join(directory, 'none') }), { exists: false });
  });

  it('replaces a file at once, keeps its mode, follows its link and leaves nothing beside it', async () => {
    const path = join(directory, 'site.conf');
    const link = join(directory, 'enabled.conf');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    await symlink('site.conf', link);
    const { ino } = await stat(path);
    await perform({ via: 'writeFile', host: 'host', path: link, content: 'new ü\n' });
    assert.equal(await readFile(path, 'utf8'), 'new ü\n');
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.notEqual((await stat(path)).ino, ino);
    assert.ok((await lstat(link)).isSymbolicLink());
    assert.deepEqual((await readdir(directory)).sort(), ['enabled.conf', 'site.conf']);
  });

  it('gives a new file the mode it asks for, and says why one can not be written', async () => {
    const path = join(directory, 'secret');
    const write = { via: 'writeFile', host: 'host', content: 'AP8=', encoding: 'base64' } as const;
    await perform({ ...write, path, mode: '0600' });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual([...(await readFile(path))], [0, 255]);
    await assert.rejects(perform({ ...write, path: join(directory, 'no', 'such') }), {
      reason: 'configuration',
    });
  });

  it('lets nobody read a secret who could read the file before, and removes what was left beside it', async () => {
    const path = join(directory, 'www.key');
    await writeFile(path, 'old');
    await chmod(path, 0o644);
    await writeFile(`${path}.swapdeck-1`, 'of one that was killed');
    await perform({ via: 'writeFile', host: 'host', path, content: 'new', mode: '0600', exactMode: true });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal(await readFile(path, 'utf8'), 'new');
    assert.deepEqual(await readdir(directory), ['www.key']);
  });

  it('does not put half a file in the place of a whole one', async () => {
    const path = join(directory, 'www.key');
    await writeFile(path, 'old');
    for (const exactMode of [{}, { exactMode: true }] as const)
      await assert.rejects(
        perform({
          via: 'upload',
          source: { kind: 'blocks', count: 1, missing: 1 },
          to: { via: 'writeFile', host: 'host', path, ...exactMode },
        }),
        { reason: 'configuration' },
      );
    assert.equal(await readFile(path, 'utf8'), 'old');
    assert.deepEqual(await readdir(directory), ['www.key']);
  });

  it('uploads into files and commands, with progress', async () => {
    const progress: CallProgress[] = [];
    runner.onProgress(({ bytes, total }) => progress.push({ bytes, ...(total && { total }) }));
    const path = join(directory, 'big');
    const source = { kind: 'blocks', count: 3 };
    await perform({ via: 'upload', source, to: { via: 'writeFile', host: 'host', path } });
    assert.equal((await stat(path)).size, 3 * megabyte.length);
    assert.deepEqual(progress.at(-1), { bytes: 3 * megabyte.length, total: 3 * megabyte.length });
    const counted = await perform({
      via: 'upload',
      source,
      to: { via: 'command', host: 'host', argv: ['wc', '-c'] },
    });
    assert.equal(Number(counted.stdout), 3 * megabyte.length);
  });

  describe('http', () => {
    let server: http.Server;
    let url: string;
    let listener: http.RequestListener;
    beforeEach(async () => {
      server = http.createServer((request, response) => listener(request, response));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`;
    });
    afterEach(() => {
      server.close();
      server.closeAllConnections();
    });
    const echo: http.RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('X-Release', 'v1');
        const { method, headers } = request;
        const length = Buffer.concat(chunks).length;
        const host = headers.host ?? '';
        response.end(
          JSON.stringify({ method, url: request.url, authorization: headers.authorization, host, length }),
        );
      });
    };

    for (const from of [THIS_MACHINE, 'web-1'])
      it(`asks from ${from === THIS_MACHINE ? 'here' : 'a host'}, with credentials that stay unseen`, async () => {
        const seen: (string | undefined)[] = [];
        listener = (request, response) => {
          seen.push(request.headers.authorization);
          echo(request, response);
        };
        const answer = await perform({
          via: 'http',
          from,
          method: 'POST',
          url,
          body: 'größe',
          basicAuth: { user: 'me', password: '${secret:x}' },
          parse: 'json',
        });
        assert.equal(answer.status, 200);
        assert.equal((answer.headers as Record<string, string>)['x-release'], 'v1');
        assert.deepEqual(seen, [`Basic ${Buffer.from('me:geheim-1').toString('base64')}`]);
        assert.deepEqual(answer.value, {
          method: 'POST',
          url: '/a?b=c',
          authorization: 'Basic ***',
          host: new URL(url).host,
          length: 7,
        });
      });

    it('uploads a body', async () => {
      listener = echo;
      const answer = await perform({
        via: 'upload',
        source: { kind: 'blocks', count: 2 },
        to: { via: 'http', from: 'web-1', method: 'PUT', url },
        parse: 'json',
      });
      assert.equal((answer.value as { length: number }).length, 2 * megabyte.length);
    });

    it('tells a server that refuses, stays silent, or cuts the answer', async () => {
      const get: Call = { via: 'http', from: 'web-1', method: 'GET', url, timeoutMs: 200 };
      listener = () => undefined;
      await assert.rejects(perform(get), { reason: 'timeout' });
      listener = (_request, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half');
        setTimeout(() => response.socket?.destroy(), 5);
      };
      await assert.rejects(perform(get), { reason: 'reset' });
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await assert.rejects(perform(get), { reason: 'refused' });
    });
  });
});
