import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exec } from '../../src/contracts/exec';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import type { LabServer } from '../lab/ssh/lab';
import { useSshLab } from '../lab/ssh/suite';

describe('commands in kept shells over SSH', () => {
  const suite = useSshLab();
  let hosts: SshHosts;
  let exec: Exec;
  beforeEach(async () => {
    await suite.signIn();
    use(await suite.lab.server());
  });

  const use = (server: LabServer): void => {
    hosts = suite.hostOf(server);
    exec = hosts.shell('host');
  };
  const script = (text: string, ...args: string[]): string[] => ['sh', '-c', text, 'sh', ...args];
  const shellOf = async (): Promise<string> =>
    (await exec.run(script('ps -o ppid= -p $PPID'))).stdout.toString();
  const isGone = async (pid: number): Promise<void> => {
    while (await readFile(`/proc/${pid}/stat`).catch(() => undefined)) await new Promise(setImmediate);
  };

  it('gives code and both outputs, byte for byte', async () => {
    for (let times = 0; times < 3; times++) {
      const result = await exec.run(script('printf out; printf "err\\0\\377" >&2; exit 7'));
      assert.deepEqual(
        [result.code, result.stdout.toString(), result.stderr.toString('latin1')],
        [7, 'out', 'err\0\xff'],
      );
    }
    assert.deepEqual((await exec.run(['true'])).stdout, Buffer.alloc(0));
    assert.equal((await exec.run(script('kill -9 $$'))).code, 137);
    const { code, stderr } = await exec.run(['no-such-command-here']);
    assert.equal(code, 127);
    assert.match(stderr.toString(), /not found/);
  });

  it('hands over arguments and lines unread', async () => {
    const args = [
      '',
      ' ',
      '$HOME',
      "it's",
      '"',
      '*',
      ';id',
      'a=b',
      '~',
      '\n',
      '\\',
      'ünï ☃ ā中',
      '-n',
      '!!',
      ')',
    ];
    const { stdout } = await exec.run(script('for a; do printf "%s\\0" "$a"; done', ...args));
    assert.deepEqual(stdout.toString().split('\0').slice(0, -1), args);
    for (const input of [
      `${args.join('\n')}\n`,
      'no line',
      'EOF\n',
      '\n',
      '',
      'with a NUL \0\n',
      '\ttab\r\n$(id) `id` \\\n',
      `${'ā'.repeat(20_000)}\n`,
      `${'long '.repeat(40_000)}\n`,
    ]) {
      assert.equal((await exec.run(['cat'], { stdin: input })).stdout.toString(), input);
      assert.equal((await exec.run(['cat'], { stdin: Buffer.from(input) })).stdout.toString(), input);
    }
    const bytes = Buffer.from([0xff, 0xfe, 0x0a]);
    assert.deepEqual((await exec.run(['cat'], { stdin: bytes })).stdout, bytes);
    // One that does not read its input leaves none of it to the next.
    assert.equal((await exec.run(['true'], { stdin: 'echo no\n'.repeat(5000) })).code, 0);
    assert.equal((await exec.run(['echo', 'yes'])).stdout.toString(), 'yes\n');
    await assert.rejects(exec.run(['echo', 'a\0b']), { reason: 'unquotable' });
  });

  it('gives megabytes of both outputs', async () => {
    const { stdout, stderr } = await exec.run(
      script('head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2'),
    );
    assert.deepEqual([stdout.length, stderr.length], [3_000_000, 2_000_000]);
  });

  it('uses one shell for commands one after another, and leaves nothing behind in it', async () => {
    const first = await shellOf();
    await exec.run(['cd', '/']);
    await exec.run(['exit', '3']);
    await exec.run(['export', 'LEFT=over']);
    assert.equal(await shellOf(), first);
    assert.equal((await exec.run(script('echo "$LEFT"'))).stdout.toString(), '\n');
    assert.notEqual((await exec.run(['pwd'])).stdout.toString(), '/\n');
  });

  it('runs commands at the same time', async () => {
    const fifo = join(suite.lab.folder, 'fifo');
    await exec.run(['mkfifo', fifo]);
    const [read] = await Promise.all([exec.run(['cat', fifo]), exec.run(script('echo met >"$1"', fifo))]);
    assert.equal(read.stdout.toString(), 'met\n');
  });

  it('ends a command that is aborted, and goes on with the next', async () => {
    for (let times = 0; times < 3; times++) {
      const given = new AbortController();
      const file = join(suite.lab.folder, `pid${times}`);
      const running = exec.run(
        script('echo $$ >"$1.new"; mv "$1.new" "$1"; exec sleep 1000', file),
        {},
        given.signal,
      );
      let pid = '';
      while (pid === '') pid = await readFile(file, 'utf8').catch(() => '');
      given.abort();
      await assert.rejects(running, { reason: 'aborted' });
      // OpenSSH ends no command of root's; what is not to be seen from here can't be waited for.
      if (process.getuid?.() !== 0) await isGone(Number(pid));
      else process.kill(Number(pid));
      assert.equal((await exec.run(['echo', 'next'])).stdout.toString(), 'next\n');
    }
    await assert.rejects(exec.run(['true'], {}, AbortSignal.abort()), { reason: 'aborted' });
  });

  it('gives shells up where the server allows few sessions', async () => {
    use(await suite.lab.server({ settings: ['MaxSessions 2'] }));
    for (let times = 0; times < 3; times++) {
      const results = await Promise.all(
        Array.from({ length: 7 }, (_, index) => exec.run(['echo', `${index}`])),
      );
      assert.deepEqual(
        results.map(({ stdout }) => stdout.toString().trim()),
        ['0', '1', '2', '3', '4', '5', '6'],
      );
      const own = await Promise.all([1, 2, 3].map((index) => hosts.exec('host').run(['echo', `${index}`])));
      assert.equal(own.map(({ stdout }) => stdout.toString()).join(''), '1\n2\n3\n');
    }
  });

  it('waits a moment where the server has not yet noticed that a session was closed', async () => {
    use(await suite.lab.server({ settings: ['MaxSessions 1'] }));
    // The end of one session and the beginning of the next arrive together.
    const numbers = Array.from({ length: 60 }, (_, index) => `${index}\n`);
    const results = await Promise.all(numbers.map((text) => hosts.exec('host').run(['printf', text])));
    assert.deepEqual(
      results.map(({ stdout }) => stdout.toString()),
      numbers,
    );
  });

  it('does without where another program is forced upon it', async () => {
    use(
      await suite.lab.server({
        settings: [
          `ForceCommand case "$SSH_ORIGINAL_COMMAND" in sh) exit 1;; *) eval "$SSH_ORIGINAL_COMMAND";; esac`,
        ],
      }),
    );
    for (let times = 0; times < 2; times++)
      assert.equal((await exec.run(['cat'], { stdin: 'text\n' })).stdout.toString(), 'text\n');
  });

  it('rejects when the shell is ended under a command, and takes another one for the next', async () => {
    await assert.rejects(exec.run(script('kill -9 "$(ps -o ppid= -p $PPID)" $PPID')), {
      name: 'TransportError',
      reason: 'reset',
    });
    assert.equal((await exec.run(['echo', 'next'])).stdout.toString(), 'next\n');
    const pid = Number(await shellOf());
    process.kill(pid, 'SIGKILL');
    await isGone(pid);
    for (;;) {
      const result = await exec.run(['echo', 'next']).catch(() => undefined);
      if (result?.stdout.toString() === 'next\n') break;
    }
  });
});
