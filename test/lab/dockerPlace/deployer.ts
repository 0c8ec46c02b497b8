import type { Plan } from '../../../src/contracts/deploy';
import { openDeployable } from '../../../src/environments/operations';
import { dieAt, type KillPoint } from '../processTarget/killPoint';
import { DockerPlace, type DockerPlaceDescription } from './place';

/**
 * A deployer of containers, or of an operation, in a process of its own, so that it can be killed. Reads an order from its standard input,
 * writes what came of it to its standard output.
 */
export interface DockerOrder {
  readonly place: DockerPlaceDescription;
  readonly environment: string;
  /** Of an operation; the application unless given. */
  readonly subject?: string;
  readonly what: 'deploy' | 'resume' | 'undo';
  readonly plan?: Plan;
  readonly kill?: KillPoint;
}

async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const order = JSON.parse(Buffer.concat(chunks).toString()) as DockerOrder;
  if (order.kill) dieAt(order.kill);
  const place = await DockerPlace.open(order.place);
  const { environment, subject } = order;
  const application =
    subject === undefined
      ? place.application(environment)
      : await openDeployable(subject, place.options(environment));
  const { plan } = order;
  const receipt = await (order.what === 'deploy' && plan
    ? application.execute(plan)
    : order.what === 'resume'
      ? application.resume()
      : application.undo());
  process.stdout.write(JSON.stringify(receipt));
  place.dispose();
}

main().catch((error: unknown) => {
  process.stderr.write(String((error as Error).stack));
  process.exitCode = 1;
});
