import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exec } from '../../src/contracts/exec';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import { Deferred } from '../../src/util/async';
import type { LabServer } from '../lab/ssh/lab';
import { Person } from '../lab/ssh/person';
import { ScriptedServer } from '../lab/ssh/scriptedServer';
import { useSshLab } from '../lab/ssh/suite';

describe('commands over SSH', () => {
  const suite = useSshLab();
  let hosts: SshHosts;
  let exec: Exec;
  beforeEach(async () => {
    await suite.signIn();
    use(await suite.lab.server());
  });

  const use = (server: LabServer): void => {
    hosts = suite.hostOf(server);
    exec = hosts.exec('host');
  };
  const script = (text: string, ...args: string[]): string[] => ['sh', '-c', text, 'sh', ...args];
  async function* endless(block = Buffer.alloc(64 * 1024)): AsyncGenerator<Buffer> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      yield block;
    }
  }
  /** Resolves when a process of this machine is gone. */
  const gone = async (pid: number): Promise<void> => {
    const lives = (): boolean => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (lives()) await new Promise((resolve) => setTimeout(resolve, 20));
  };

  it('gives code and both outputs', async () => {
    const result = await exec.run(script('echo out; echo err >&2; exit 7'));
    assert.deepEqual([result.code, result.signal], [7, undefined]);
    assert.deepEqual([result.stdout.toString(), result.stderr.toString()], ['out\n', 'err\n']);
  });

  it('gives the signal that ended a command', async () => {
    const result = await exec.run(script('kill -9 $$'));
    assert.deepEqual([result.code, result.signal], [undefined, 'SIGKILL']);
  });

  it('gives the code of a command that has ended before anybody listens', async () => {
    // The server says all in one go; that of a busy machine may too.
    const key = await suite.lab.key('ed25519');
    const server = await ScriptedServer.start(key, (context) => context.accept());
    try {
      const quick = suite.hosts({ quick: { ssh: { host: '127.0.0.1', port: server.port } } }, new Person());
      for (let times = 0; times < 20; times++)
        assert.equal((await quick.exec('quick').run(['anything'])).code, 0);
    } finally {
      await server.close();
    }
  });

  it('hands over arguments unread by the shell of the host', async () => {
    const args = ['', ' ', '$HOME', "it's", '"', '*', ';id', 'a=b', '~', '\n', '\\', 'ünï ☃', '-n', '!!'];
    const { stdout } = await exec.run(script('for a; do printf "%s\\0" "$a"; done', ...args));
    assert.deepEqual(stdout.toString().split('\0').slice(0, -1), args);
    await assert.rejects(exec.run(['echo', 'a\0b']), { reason: 'unquotable' });
  });

  it('sends text, bytes or a stream to standard input, and nothing unless told', async () => {
    async function* parts(): AsyncGenerator<Buffer> {
      for (let index = 0; index < 200; index++) {
        await Promise.resolve();
        yield Buffer.alloc(50_000, index);
      }
    }
    assert.equal((await exec.run(['cat'], { stdin: 'tëxt' })).stdout.toString(), 'tëxt');
    assert.equal((await exec.run(['cat'], { stdin: Buffer.from([0, 255]) })).stdout.toString('hex'), '00ff');
    assert.equal((await exec.run(['cat'])).stdout.length, 0);
    const expected = createHash('sha256');
    for await (const part of parts()) expected.update(part);
    const { stdout } = await exec.run(['cat'], { stdin: parts() });
    assert.equal(stdout.length, 10_000_000);
    assert.equal(createHash('sha256').update(stdout).digest('hex'), expected.digest('hex'));
  });

  it('ends when the command does, with input still to send', async () => {
    const { stdout, code } = await exec.run(['head', '-c', '3'], { stdin: endless(Buffer.from('abcdef')) });
    assert.deepEqual([stdout.toString(), code], ['abc', 0]);
    assert.equal((await exec.run(['true'], { stdin: Buffer.alloc(20_000_000) })).code, 0);
  });

  it('lets go of the input when the command has ended', async () => {
    const left = new Deferred<void>();
    async function* input(): AsyncGenerator<Buffer> {
      try {
        for (;;) {
          await Promise.resolve();
          yield Buffer.alloc(8_000_000);
        }
      } finally {
        left.resolve();
      }
    }
    await exec.run(['head', '-c', '3'], { stdin: input() });
    await left.promise;
  });

  it('stops the command when its input fails', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield Buffer.from('some');
      await Promise.resolve();
      throw new Error('the archive is damaged');
    }
    await assert.rejects(exec.run(['cat'], { stdin: failing() }), /the archive is damaged/);
  });

  it('gives megabytes of both outputs', async () => {
    const { stdout, stderr } = await exec.run(
      script('head -c 9000000 /dev/zero & head -c 8000000 /dev/zero >&2; wait'),
    );
    assert.deepEqual([stdout.length, stderr.length], [9_000_000, 8_000_000]);
  });

  it('slows a command down to its reader', async () => {
    const file = join(suite.lab.folder, 'count');
    const command = script(
      'i=0; while [ $i -lt 400 ]; do head -c 100000 /dev/zero; i=$((i+1)); echo $i > "$1"; done',
      file,
    );
    const running = await exec.start(command);
    const written = async (): Promise<number> => Number(await readFile(file, 'utf8').catch(() => '0'));
    // Until it makes no progress any more.
    for (let last = -1, now = 0; now === 0 || now !== last; now = await written()) {
      last = now;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.ok((await written()) < 200, `${await written()} of 400 blocks were written with nobody reading`);
    let length = 0;
    for await (const chunk of running.stdout) length += chunk.length;
    assert.equal(length, 40_000_000);
    assert.deepEqual(await running.exit, { code: 0 });
  });

  it('gives output while the command runs, and its code though the reader left', async () => {
    const go = join(suite.lab.folder, 'go');
    const running = await exec.start(
      script('echo first; while [ ! -e "$1" ]; do sleep 0.05; done; head -c 5000000 /dev/zero; exit 4', go),
    );
    for await (const chunk of running.stdout) {
      assert.equal(chunk.toString(), 'first\n');
      break;
    }
    await writeFile(go, '');
    assert.deepEqual(await running.exit, { code: 4 });
  });

  it('ends the command on the host when it is aborted or disposed', async () => {
    const given = new AbortController();
    for (const end of [(): void => given.abort(), undefined]) {
      const running = await exec.start(
        script('echo $$; while :; do sleep 0.05; echo x || exit; done'),
        {},
        end ? given.signal : undefined,
      );
      const failed = assert.rejects(running.exit, { reason: 'aborted' });
      const [pid] = await Promise.all([firstNumber(running.stdout)]);
      if (end) end();
      else running.dispose();
      await failed;
      await gone(pid);
    }
  });

  it('rejects what waits for output when it is aborted', async () => {
    const given = new AbortController();
    const running = exec.run(['sleep', '1000'], {}, given.signal);
    setTimeout(() => given.abort(), 100);
    await assert.rejects(running, { reason: 'aborted' });
    await assert.rejects(exec.run(['true'], {}, AbortSignal.abort()), { reason: 'aborted' });
  });

  it('waits its turn where the server allows few commands at once', async () => {
    use(await suite.lab.server({ settings: ['MaxSessions 2'] }));
    const results = await Promise.all(
      Array.from({ length: 7 }, (_value, index) => exec.run(['echo', `${index}`])),
    );
    assert.deepEqual(
      results.map(({ stdout }) => stdout.toString().trim()),
      ['0', '1', '2', '3', '4', '5', '6'],
    );
  });

  it('says so when the server allows no commands at all', async () => {
    use(await suite.lab.server({ settings: ['MaxSessions 0'] }));
    await assert.rejects(exec.run(['true']), { name: 'TransportError' });
  });

  it('reports a command that is not there as the shell does', async () => {
    const { code, stderr } = await exec.run(['no-such-command-here']);
    assert.equal(code, 127);
    assert.match(stderr.toString(), /not found/);
  });
});

async function firstNumber(output: AsyncIterable<Buffer>): Promise<number> {
  for await (const chunk of output) return Number(chunk.toString());
  throw new Error('no output');
}
