import assert from 'node:assert/strict';
import http from 'node:http';
import * as vscode from 'vscode';
import type { Endpoint } from '../../src/contracts/channel';
import { JdwpConnection } from '../../src/jdwp/connection';
import { TcpDialer } from '../../src/transport/tcp';
import { activate, attachSample, edit, startSample, swapAfter, workspace } from './support/sample';

type Resource = 'ProcessWrap' | 'FSEventWrap';

/** How many child processes or watchers this process has; the editor's own host has some too. */
function count(resource: Resource): number {
  return process.getActiveResourcesInfo().filter((each) => each === resource).length;
}

/** Asks without the pool of `fetch`, which would keep the socket. */
async function get(url: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.get(url, { agent: false }, (answer) => answer.resume().once('end', resolve)).once('error', reject);
  });
}

/** A JVM that was just left listens again a moment later; there is no event for that. */
async function attachAgain(endpoint: Endpoint, deadline: number): Promise<JdwpConnection> {
  for (;;) {
    try {
      return await JdwpConnection.open(await new TcpDialer().dial(endpoint));
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

// Runs last: afterwards the extension is gone.
describe('disposing the extension', () => {
  it('leaves no socket, watcher or process behind', async () => {
    const api = await activate();
    const service = await startSample(api);
    try {
      await get(service.url);
      const watchers = count('FSEventWrap');
      await attachSample(api);
      const document = await vscode.workspace.openTextDocument(workspace().greeting);
      await swapAfter(api, () => edit(document, 'Hello, world!', 'Goodbye'));

      assert.ok(count('FSEventWrap') > watchers, 'there is something to leave');
      const processes = count('ProcessWrap');
      api.dispose();
      assert.equal(api.jvms.sessions.length, 0);
      const left = (): number[] => [
        count('FSEventWrap') - watchers,
        // The compiler has ended, the service goes on.
        count('ProcessWrap') - (processes - 1),
      ];
      const deadline = Date.now() + 15_000;
      while (left().some((each) => each > 0) && Date.now() < deadline)
        await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(
        left().map((each) => Math.max(each, 0)),
        [0, 0],
      );
      // A JVM serves one debugger at a time: it takes another one because ours is gone.
      const endpoint = { host: '127.0.0.1', port: service.ports.jdwp };
      const other = await attachAgain(endpoint, deadline);
      other.dispose();
    } finally {
      await service.close();
    }
  });
});
