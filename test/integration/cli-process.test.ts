import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { lastLine, startCli } from './support/cli';
import { skip } from '../support/skip';

describe('the command line as a process', () => {
  /** Accepts connections and never says a word. */
  let silent: net.Server;
  let address: string;

  before(async () => {
    silent = net.createServer((socket) => socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    address = `127.0.0.1:${(silent.address() as net.AddressInfo).port}`;
  });
  after(() => silent.close());

  it('ends in order at Ctrl-C, without a word about it', async function () {
    if (process.platform === 'win32') skip(this, 'on Windows a signal from another process just ends it');
    const connected = once(silent, 'connection');
    const { child, ended } = startCli(tmpdir(), ['jvm', 'info', address, '--json']);
    await connected;
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 130);
    assert.equal(stderr, '');
    assert.equal(stdout, '');
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const { child, ended } = startCli(tmpdir(), ['schema']);
    child.stdout.destroy();
    const { code, stderr } = await ended;
    assert.equal(code, 0);
    assert.equal(stderr, '');
  });

  it('tells a usage error as JSON too when JSON was asked for', async () => {
    const { code, stdout, stderr } = await startCli(tmpdir(), ['jvm', 'info', '--json']).ended;
    assert.equal(code, 1);
    assert.equal((lastLine(stdout) as { error: { reason: string } }).error.reason, 'usage');
    assert.match(stderr, /missing required argument/);
  });
});
