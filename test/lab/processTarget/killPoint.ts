import { LocalJournal } from '../../../src/deploy/journal';
import { Lease } from '../../../src/deploy/lock';

/**
 * Where a deployer ends itself, as by `kill -9`: at the record of that number, 1 the first.
 * - `before`: what it tells has happened, and nobody knows.
 * - `between`: this machine knows, the journal host does not.
 * - `after`: both know.
 */
export interface KillPoint {
  readonly record: number;
  readonly when: 'before' | 'between' | 'after';
}

type Append = (this: unknown, ...args: unknown[]) => Promise<void>;

/** Has this process end at a point of its next deployment. */
export function dieAt({ record, when }: KillPoint): void {
  let written = 0;
  const dieIf = async (at: KillPoint['when']): Promise<void> => {
    if (written !== record || when !== at) return;
    process.kill(process.pid, 'SIGKILL');
    // It may take a moment; nothing more may be done.
    await new Promise(() => undefined);
  };
  wrap(LocalJournal.prototype, async (append) => {
    written++;
    await dieIf('before');
    await append();
    await dieIf('between');
  });
  wrap(Lease.prototype, async (append) => {
    await append();
    await dieIf('after');
  });
}

function wrap(sink: { append: unknown }, around: (append: () => Promise<void>) => Promise<void>): void {
  const append = sink.append as Append;
  sink.append = function (this: unknown, ...args: unknown[]) {
    return around(() => append.apply(this, args));
  };
}
