import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemClock } from '../../src/contracts/clock';
import { DeployError } from '../../src/contracts/deployError';
import { TransportError } from '../../src/contracts/transportError';
import type { AuditRecord, JournalRecord } from '../../src/contracts/deployRecord';
import { DeployLock, type HeldLock, type Lease } from '../../src/deploy/lock';
import { LockCalls } from '../../src/deploy/lockCalls';
import { commandPerformer } from '../../src/deploy/performers/command';
import { CallRunner } from '../../src/deploy/runner';
import { LocalExec } from '../../src/transport/localExec';

const actor = (name: string) => ({ name, machine: 'm', processId: 1 });
const record = (text: string): JournalRecord => ({
  at: 1,
  fence: 1,
  kind: 'begin',
  step: text,
  direction: 'do',
});

describe('lock on the journal host', function () {
  this.timeout(120_000);
  let directory: string;
  /** The way to the host is lost. */
  let cut = false;
  const leases: Lease[] = [];
  beforeEach(async () => {
    cut = false;
    directory = await mkdtemp(join(tmpdir(), 'swapdeck-lock-'));
  });
  afterEach(async () => {
    for (const lease of leases.splice(0)) lease.dispose();
    await rm(directory, { recursive: true });
  });

  const lockOf = (leaseMs = 30_000, env: Record<string, string> = {}): DeployLock =>
    new DeployLock({
      clock: systemClock,
      calls: new LockCalls('host', join(directory, 'an environment', 'adara')),
      leaseMs,
      runner: new CallRunner({
        clock: systemClock,
        secret: () => Promise.reject(new Error('none')),
        performers: {
          command: (call, context) =>
            cut
              ? Promise.reject(new TransportError('reset', 'cut'))
              : commandPerformer(() => new LocalExec('host', { env }))(call, context),
        },
      }),
    });
  const take = async (lock: DeployLock, name = 'ann'): Promise<Lease> => {
    const lease = await lock.acquire(actor(name), `deploy by ${name}`);
    leases.push(lease);
    return lease;
  };

  it('is free, then held with its owner, then free again; tokens only rise', async () => {
    const lock = lockOf();
    assert.equal(await lock.look(), undefined);
    const lease = await take(lock);
    const held = await lock.look();
    assert.equal(held?.owner?.actor.name, 'ann');
    assert.equal(held.token, 1);
    await lease.release();
    assert.equal(await lock.look(), undefined);
    assert.equal((await take(lock)).token, 2);
  });

  it('lets one of many at it', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => take(lockOf(), `p${index}`)),
    );
    const won = results.filter(({ status }) => status === 'fulfilled');
    assert.equal(won.length, 1);
    const held = await lockOf().look();
    for (const result of results)
      if (result.status === 'rejected') {
        assert.ok(result.reason instanceof DeployError);
        assert.equal(result.reason.reason, 'locked');
      }
    assert.equal(held?.token, (won[0] as PromiseFulfilledResult<Lease>).value.token);
  });

  it('is handed from one to the next under a crowd, never to two at once', async () => {
    let inside = 0;
    let most = 0;
    const tokens: number[] = [];
    const worker = async (name: string): Promise<void> => {
      for (let turns = 0; turns < 2;) {
        try {
          const lease = await take(lockOf(), name);
          most = Math.max(most, ++inside);
          tokens.push(lease.token);
          await lease.append([record(name)]);
          inside--;
          await lease.release();
          turns++;
        } catch (error) {
          assert.ok(error instanceof DeployError && error.reason === 'locked', String(error));
        }
      }
    };
    await Promise.all(['a', 'b', 'c', 'd'].map(worker));
    assert.equal(most, 1);
    assert.deepEqual(
      tokens,
      [...tokens].sort((a, b) => a - b),
    );
    assert.equal(new Set(tokens).size, 8);
  });

  it('finds the journal of any deployment that is kept by its plan, of several attempts the last', async () => {
    const lock = lockOf();
    const planned = (id: string): JournalRecord =>
      ({ at: 1, fence: 1, kind: 'plan', plan: { id }, digest: '', actor: actor('ann') }) as JournalRecord;
    for (const [id, ...steps] of [
      ['1a2b', 'one'],
      ['3c4d', 'two'],
      // Gone on with: what was written before comes first.
      ['1a2b', 'one', 'three'],
    ] as const) {
      const lease = await take(lock);
      await lease.beginWith([planned(id)]);
      for (const step of steps) await lease.append([record(step)]);
      await lease.release();
    }
    // One that was refused wrote nothing.
    await (await take(lock)).release();
    const stepsOf = async (id: string): Promise<unknown[]> =>
      (await lock.readJournalOf(id)).slice(1).map((each) => each.kind === 'begin' && each.step);
    assert.deepEqual(await stepsOf('1a2b'), ['one', 'three']);
    assert.deepEqual(await stepsOf('3c4d'), ['two']);
    assert.deepEqual(await lock.readJournalOf('5e6f'), []);
  });

  it('keeps the last 50 holders, and the last journal however many were refused after it', async () => {
    const lock = lockOf();
    const there = async (): Promise<number[]> =>
      (await readdir(join(directory, 'an environment', 'adara')))
        .map((name) => parseInt(name))
        .sort((a, b) => a - b);
    const first = await take(lock);
    await first.append([record('done long ago')]);
    await first.release();
    const second = await take(lock);
    await second.append([record('interrupted')]);
    await second.release();
    for (let refused = 0; refused < 52; refused++) await (await take(lock)).release();
    const kept = await there();
    assert.deepEqual([kept.length, ...kept.slice(0, 2), kept.at(-1)], [51, 2, 5, 54]);
    const [last] = await lock.readJournal();
    assert.equal(last?.kind === 'begin' && last.step, 'interrupted');
    const next = await take(lock);
    await next.append([record('another')]);
    await next.release();
    await (await take(lock)).release();
    assert.deepEqual((await there()).slice(0, 2), [7, 8]);
  });

  it('refuses every write of a holder whose lock was broken, who learns of it', async () => {
    const lock = lockOf();
    const first = await take(lock);
    await first.append([record('one')]);
    assert.equal(await lock.break(first.token), true);
    assert.equal(await lock.break(first.token), false);
    const second = await take(lock, 'bob');
    await second.beginWith(await lock.readJournal());
    assert.equal(first.lost.aborted, false);
    await assert.rejects(first.append([record('late')]), { reason: 'leaseLost' });
    await assert.rejects(first.appendAudit({ plan: 'late' } as AuditRecord), { reason: 'leaseLost' });
    assert.equal(first.lost.aborted, true);
    await second.append([record('two')]);
    const steps = (await lock.readJournal()).map((each) => each.kind === 'begin' && each.step);
    assert.deepEqual(steps, ['one', 'two']);
    assert.deepEqual(await lock.history(10), []);
    // Giving up what is another's by now must not take it from them.
    await first.release();
    assert.equal((await lock.look())?.token, second.token);
  });

  it('learns of a broken lock by renewing, without writing', async () => {
    const lock = lockOf(600);
    const lease = await take(lock);
    await lock.break(lease.token);
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));
    assert.equal((lease.lost.reason as DeployError).reason, 'leaseLost');
  });

  it('gives itself up when it can not renew in time', async () => {
    const lease = await take(lockOf(900));
    const begun = performance.now();
    cut = true;
    await new Promise((resolve) => lease.lost.addEventListener('abort', resolve, { once: true }));
    const afterMs = performance.now() - begun;
    assert.ok(afterMs > 300 && afterMs < 3000, `after ${afterMs} ms`);
    assert.equal((lease.lost.reason as DeployError).reason, 'leaseLost');
  });

  it('outlives a way that is cut for less than the lease', async () => {
    const lease = await take(lockOf(1500));
    cut = true;
    await new Promise((resolve) => setTimeout(resolve, 700));
    cut = false;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(lease.lost.aborted, false);
    await lease.append([record('still there')]);
  });

  describe("a host's clock that is wrong by an hour", () => {
    /** A `date` before the real one that adds to it. */
    const shifted = async (seconds: number): Promise<Record<string, string>> => {
      const bin = join(directory, `bin${seconds}`);
      await mkdir(bin);
      const date = join(bin, 'date');
      await writeFile(date, `#!/bin/sh\necho $(( $(PATH=/usr/bin:/bin date +%s) + ${seconds} ))\n`);
      await chmod(date, 0o755);
      return { PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
    };
    const heldBy = async (lock: DeployLock): Promise<HeldLock> => {
      const held = await lock.look();
      assert.ok(held);
      return held;
    };

    it('changes nothing while it stays wrong', async () => {
      const lock = lockOf(1500, await shifted(3600));
      await take(lock);
      const held = await heldBy(lock);
      assert.ok(held.sinceRenewalMs < 60_000);
      assert.equal(await lock.isAlive(held), true);
    });

    it('does not make a live holder look dead when it jumps, nor a dead one alive', async () => {
      const lease = await take(lockOf(1500));
      for (const seconds of [3600, -3600]) {
        const jumped = lockOf(1500, await shifted(seconds));
        const held = await heldBy(jumped);
        if (seconds > 0) assert.ok(held.sinceRenewalMs > 3_000_000);
        assert.equal(await jumped.isAlive(held), true);
      }
      lease.dispose();
      const dead = await heldBy(lockOf(1500));
      assert.equal(await lockOf(1500).isAlive(dead), false);
    });
  });

  it('keeps records whole when a connection was cut in the middle of one', async () => {
    const lock = lockOf();
    const lease = await take(lock);
    await lease.append([record('one')]);
    const file = join(directory, 'an environment', 'adara', '1.live', 'journal');
    await writeFile(file, `${await readFile(file, 'utf8')}{"kind":"beg`);
    await lease.append([record('${two} $${x}')]);
    const steps = (await lock.readJournal()).map((each) => each.kind === 'begin' && each.step);
    assert.deepEqual(steps, ['one', '${two} $${x}']);
  });

  it('keeps the audit log, newest first', async () => {
    const lock = lockOf();
    const lease = await take(lock);
    for (const plan of ['a', 'b', 'c']) await lease.appendAudit({ plan } as AuditRecord);
    await lease.release();
    assert.deepEqual(
      (await lock.history(2)).map(({ plan }) => plan),
      ['c', 'b'],
    );
  });

  it('gives the lock up with the last line of the audit log, and only its holder does', async () => {
    const lock = lockOf();
    const first = await take(lock);
    await first.appendAuditAndRelease({ plan: 'a' } as AuditRecord);
    assert.equal(await lock.look(), undefined);
    const second = await take(lock, 'bob');
    // Nothing is left for it to give up.
    await first.release();
    assert.equal((await lock.look())?.token, second.token);
    await lock.break(second.token);
    await assert.rejects(second.appendAuditAndRelease({ plan: 'late' } as AuditRecord), {
      reason: 'leaseLost',
    });
    assert.deepEqual(
      (await lock.history(9)).map(({ plan }) => plan),
      ['a'],
    );
  });
});
