import type { Plan } from '../../../src/contracts/deploy';
import { planDigest } from '../../../src/deploy/digest';
import { LocalJournal } from '../../../src/deploy/journal';
import { Lease } from '../../../src/deploy/lock';
import { ProcessPlace, type PlaceDescription } from './place';

/**
 * A deployer in a process of its own, so that it can be killed. Reads an order from its standard input, writes what came of it
 * to its standard output. `killAfter`: ends itself, as by `kill -9`, once so many records were written; each
 * record counts twice, here and on the journal host.
 */
export interface Order {
  readonly place: PlaceDescription;
  readonly what: 'deploy' | 'resume' | 'undo';
  readonly plan?: Plan;
  readonly killAfter?: number;
}

async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const order = JSON.parse(Buffer.concat(chunks).toString()) as Order;
  if (order.killAfter !== undefined) dieAfter(order.killAfter);
  const deployer = new ProcessPlace(order.place).deployer();
  const { plan } = order;
  const receipt = await (order.what === 'deploy' && plan
    ? deployer.deploy(plan, planDigest(plan))
    : order.what === 'resume'
      ? deployer.resume()
      : deployer.undo());
  process.stdout.write(JSON.stringify(receipt));
}

function dieAfter(records: number): void {
  let written = 0;
  for (const sink of [LocalJournal.prototype, Lease.prototype]) {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
    const append = sink.append as (this: unknown, ...args: unknown[]) => Promise<void>;
    sink.append = async function (this: unknown, ...args: unknown[]) {
      await append.apply(this, args);
      if (++written === records) {
        process.kill(process.pid, 'SIGKILL');
        // It may take a moment; nothing more may be done.
        await new Promise(() => undefined);
      }
    };
  }
}

main().catch((error: unknown) => {
  process.stderr.write(String((error as Error).stack));
  process.exitCode = 1;
});
