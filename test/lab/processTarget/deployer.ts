import type { Plan } from '../../../src/contracts/deploy';
import { planDigest } from '../../../src/deploy/digest';
import { dieAt, type KillPoint } from './killPoint';
import { ProcessPlace, type PlaceDescription } from './place';

/**
 * A deployer in a process of its own, so that it can be killed. Reads an order from its standard input, writes what came of it
 * to its standard output.
 */
export interface Order {
  readonly place: PlaceDescription;
  readonly what: 'deploy' | 'resume' | 'undo';
  readonly plan?: Plan;
  readonly kill?: KillPoint;
}

async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const order = JSON.parse(Buffer.concat(chunks).toString()) as Order;
  if (order.kill) dieAt(order.kill);
  const deployer = new ProcessPlace(order.place).deployer();
  const { plan } = order;
  const receipt = await (order.what === 'deploy' && plan
    ? deployer.deploy(plan, planDigest(plan))
    : order.what === 'resume'
      ? deployer.resume()
      : deployer.undo());
  process.stdout.write(JSON.stringify(receipt));
}

main().catch((error: unknown) => {
  process.stderr.write(String((error as Error).stack));
  process.exitCode = 1;
});
