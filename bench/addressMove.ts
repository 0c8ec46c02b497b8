import { addressPackages, ensureLabPackages, labUnsupported } from '../scripts/support/labPackages';
import { delay } from '../src/util/async';
import { AddressScene, BALANCERS, type Balancer } from '../test/lab/address/scene';
import type { UsersSaw } from '../test/lab/address/users';
import { Lab } from '../test/lab/machines/lab';
import { median, runBench, timed } from './support/bench';

// An address moves between two load balancers ten times, under users who open a connection every 5 ms and use it 20 ms
// later, and others who keep theirs: first by plans, then as people do it, by ending keepalived on the one that has the
// address and starting it again. Same machines, same configuration (an advertisement a second), same users.

const moves = 10;
const everyMs = 5;
const kept = 8;

interface Measured extends UsersSaw {
  readonly moveMs: readonly number[];
}

async function measure(scene: AddressScene, move: (to: Balancer) => Promise<void>): Promise<Measured> {
  const users = await scene.users(everyMs, kept);
  const moveMs: number[] = [];
  for (let n = 0; n < moves; n++) {
    const [from] = await scene.holders();
    const to = BALANCERS.find((each) => each !== from)!;
    moveMs.push(await timed(() => move(to)));
    const holders = await scene.holders();
    if (holders.join() !== to) throw new Error(`${holders.join()} instead of ${to}`);
    await delay(500);
  }
  return { ...(await users.go()), moveMs };
}

/** By a plan, as a person approves it. */
function planned(scene: AddressScene): (to: Balancer) => Promise<void> {
  return async (to) => {
    const move = scene.move();
    const receipt = await move.execute(await move.plan(to));
    if (receipt.outcome !== 'done') throw new Error(JSON.stringify(receipt.failure));
  };
}

/** `systemctl stop keepalived` for the way there, `start` for the way back. */
function byStopping(scene: AddressScene): (to: Balancer) => Promise<void> {
  const daemon = scene.keepaliveds['lb-1'];
  return async (to) => {
    if (to === 'lb-2') await daemon.stop();
    else await daemon.start();
    for (;;) {
      const holders = await scene.holders();
      if (holders.join() === to) return;
      // keepalived tells nobody.
      await delay(50);
    }
  };
}

runBench('addressMove', async (say) => {
  const unsupported = labUnsupported(addressPackages);
  if (unsupported !== undefined) throw new Error(unsupported);
  await ensureLabPackages(addressPackages);
  const lab = await Lab.up({ machines: { 'lb-1': {}, 'lb-2': {} } });
  try {
    const scene = await AddressScene.start(lab);
    try {
      const tell = (
        name: string,
        { fresh, failedFresh, keptRequests, brokenKept, ...rest }: Measured,
      ): void =>
        say(
          `${name}: ${failedFresh} of ${fresh} new connections failed, ${brokenKept} kept ones broke in ${keptRequests} ` +
            `requests ${JSON.stringify(rest.why)}, longest gap ${rest.gapMs.toFixed(0)} ms, a move ${median(rest.moveMs).toFixed(0)} ms`,
        );
      const own = await measure(scene, planned(scene));
      tell('planned', own);
      const usual = await measure(scene, byStopping(scene));
      tell('keepalived stopped and started', usual);
      return {
        claims: [
          { name: 'failedNewConnections', value: own.failedFresh, atMost: 0 },
          { name: 'brokenKeptConnections', value: own.brokenKept, atMost: 0 },
        ],
        figures: {
          moves,
          newConnections: own.fresh,
          keptRequests: own.keptRequests,
          longestGapMs: own.gapMs,
          moveMs: median(own.moveMs),
          stoppedNewConnections: usual.fresh,
          stoppedFailedNewConnections: usual.failedFresh,
          stoppedBrokenKeptConnections: usual.brokenKept,
          stoppedLongestGapMs: usual.gapMs,
        },
      };
    } finally {
      scene.dispose();
    }
  } finally {
    await lab.down();
  }
});
