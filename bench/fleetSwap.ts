import { randomInt } from 'node:crypto';
import * as path from 'node:path';
import { systemClock } from '../src/contracts/clock';
import { silentLog } from '../src/contracts/log';
import { createHotSwap } from '../src/hotswap/hotSwap';
import { Ledger } from '../src/hotswap/ledger/ledger';
import type { Change, HotSwap, JvmSession, SwapRecord } from '../src/hotswap/model';
import { localEndpointProbe } from '../src/targets/jvm/discover';
import { TcpDialer } from '../src/transport/tcp';
import { Deferred, delay, mapLimit, nextEvent } from '../src/util/async';
import { temporaryFolder } from '../test/integration/support/javaProcess';
import { jdksToTest } from '../test/integration/support/jdks';
import { Random } from '../test/unit/jdwp/support/random';
import { median, quantile, runBench } from './support/bench';
import {
  buildApplication,
  Links,
  numberOption,
  Replica,
  writeVersion,
  type Application,
} from './support/replicas';

// One save for 20 replicas of an application, each behind a link with 20 ms round trip, against the same save for one
// of them. Then the save again and again while one replica is killed or cut at a random moment: every time all
// replicas must run the new classes or all the old ones, those that were cut included once they are back.
// `--seed N` repeats the runs of that seed.

const replicas = 20;
const roundTripMs = 20;
const warmUps = 15;
const saves = 40;
const faults = 50;
/** How long after the save a fault may come, in milliseconds: about as long as a swap takes, and a little. */
const faultWithinMs = 120;

type Say = (line: string) => void;

/** JVMs that are fed by one class root, attached through their links. */
class Fleet {
  readonly replicas: readonly Replica[];
  readonly hotSwap: HotSwap;
  readonly #application: Application;
  readonly #links: Links;
  readonly #ledger: Ledger;

  constructor(application: Application, members: readonly Replica[], links: Links, ledger: Ledger) {
    this.#application = application;
    this.replicas = members;
    this.#links = links;
    this.#ledger = ledger;
    this.hotSwap = createHotSwap({
      clock: systemClock,
      log: silentLog,
      probe: localEndpointProbe(),
      findRoots: () => Promise.resolve([]),
      ledger,
    });
  }

  async attach(): Promise<void> {
    const dialer = new TcpDialer();
    const classRoots = [this.#application.root];
    await mapLimit(this.replicas, 4, ({ id }, i) => {
      const endpoint = { host: '127.0.0.1', port: this.#links.ports[i]! };
      const target = { id, name: id, endpoint, dialer, classRoots, application: 'shop', through: 'link' };
      return this.hotSwap.attach(target);
    });
    // Compared once, so that it is known what runs.
    await this.hotSwap.swapChanged();
  }

  cut(replica: Replica): Promise<void> {
    return this.#links.cut(this.replicas.indexOf(replica));
  }

  restore(replica: Replica): Promise<void> {
    return this.#links.restore(this.replicas.indexOf(replica));
  }

  session(replica: Replica): JvmSession {
    return this.hotSwap.sessions.find(({ target }) => target.id === replica.id)!;
  }

  /** `only`: the class of that name, as of a save of one file. */
  save(version: number, only?: string): Promise<readonly SwapRecord[]> {
    const all = this.#application.versions[version]!;
    const classes = only === undefined ? all : all.filter(({ name }) => name === only);
    const change: Change = { origin: 'compile', at: Date.now(), classes, ms: {} };
    return this.hotSwap.submit(change);
  }

  /** What all replicas run; undefined when they differ. */
  async agreed(): Promise<string | undefined> {
    const all = new Set(await Promise.all(this.replicas.map((replica) => replica.runs())));
    return all.size === 1 ? [...all][0] : undefined;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.hotSwap.sessions.map(({ target }) => this.hotSwap.detach(target.id)));
    this.hotSwap.dispose();
    await this.#ledger.close();
    this.#links.stop();
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }
}

/** Milliseconds until every JVM has the save, verified. */
async function timedSave(fleet: Fleet, version: number): Promise<number> {
  const started = performance.now();
  const records = await fleet.save(version, 'shop.Desk');
  const ms = performance.now() - started;
  const bad = records.find(({ classes }) => classes.some(({ outcome }) => outcome !== 'swapped'));
  if (bad || records.length !== fleet.replicas.length)
    throw new Error(`unexpected: ${JSON.stringify(bad?.classes ?? records.length)}`);
  return ms;
}

async function measure(one: Fleet, all: Fleet): Promise<{ one: number[]; all: number[] }> {
  const times = { one: [] as number[], all: [] as number[] };
  for (let i = 0; i < warmUps + saves; i++) {
    const [single, together] = [await timedSave(one, (i + 1) % 2), await timedSave(all, (i + 1) % 2)];
    if (i < warmUps) continue;
    times.one.push(single);
    times.all.push(together);
  }
  return times;
}

interface Fault {
  readonly kind: 'kill' | 'cut';
  readonly replica: Replica;
  readonly afterMs: number;
}

function faultOf(seed: number, fleet: Fleet): Fault {
  const random = new Random(seed);
  const kind = random.once(2) ? 'kill' : 'cut';
  return { kind, replica: random.pick(fleet.replicas), afterMs: random.int(faultWithinMs) };
}

/** Saves with a fault in the middle; resolves when every replica is back and nothing is under way. */
async function faultySave(
  fleet: Fleet,
  application: Application,
  version: number,
  { kind, replica, afterMs }: Fault,
): Promise<readonly SwapRecord[]> {
  await writeVersion(application, version);
  const session = fleet.session(replica);
  const saving = fleet.save(version);
  await delay(afterMs);
  const lost = nextEvent(session.onDidChange, () => session.state.kind !== 'attached');
  if (kind === 'kill') await replica.kill();
  else await fleet.cut(replica);
  const records = await saving;
  await lost;
  if (kind === 'kill') await replica.restart();
  else await fleet.restore(replica);
  await settled(session);
  return records;
}

/** Until a session is attached and has done what waited for it. */
async function settled(session: JvmSession): Promise<void> {
  const isSettled = (): boolean => session.state.kind === 'attached' && session.waitingFor === undefined;
  const done = new Deferred<void>();
  const check = (): void => {
    if (isSettled()) done.resolve();
  };
  const subscription = session.onDidChange(check);
  check();
  await done.promise;
  subscription.dispose();
}

/** How many runs ended all new or all old. */
async function injectFaults(
  fleet: Fleet,
  application: Application,
  seed: number,
  say: Say,
): Promise<{ consistent: number; taken: number; cuts: number }> {
  const count = { consistent: 0, taken: 0, cuts: 0 };
  for (let run = 0; run < faults; run++) {
    const before = await fleet.agreed();
    const next = before === '111' ? 0 : 1;
    const fault = faultOf(seed + run, fleet);
    const records = await faultySave(fleet, application, next, fault);
    const after = await fleet.agreed();
    const decision = records.find(({ group }) => group)?.group?.decision;
    const expected = decision === 'none' ? before : String(next).repeat(3);
    if (fault.kind === 'cut') count.cuts++;
    if (decision === 'none') count.taken++;
    if (after !== undefined && after === expected) count.consistent++;
    else {
      const each = await Promise.all(fleet.replicas.map((replica) => replica.runs()));
      say(`NOT all new or all old, seed ${seed}, run ${run}: ${fault.kind} ${fault.replica.id}`);
      say(`  after ${fault.afterMs} ms; ${before} -> ${next}, ${decision}; ${each.join(' ')}`);
      // The next run begins with replicas that agree.
      await fleet.hotSwap.swapChanged();
    }
    if (run % 10 === 9) say(`${run + 1} faults, ${count.taken} saves taken back`);
  }
  return count;
}

runBench('fleetSwap', async (say) => {
  const seed = numberOption('seed') ?? randomInt(2 ** 31);
  const { folder, remove } = await temporaryFolder('swapdeck-bench-');
  const fleets: Fleet[] = [];
  try {
    const jdk = jdksToTest()[0]!;
    say(`JDK ${jdk.version}, ${replicas} JVMs, round trip ${roundTripMs} ms, seed ${seed}`);
    const application = await buildApplication(jdk, folder);
    const names = Array.from({ length: replicas + 1 }, (_, i) => `replica-${i}`);
    const [first, ...others] = await mapLimit(names, 4, (id) => Replica.start(id, jdk, application));
    const fleetOf = async (name: string, members: readonly Replica[]): Promise<Fleet> => {
      const ports = members.map(({ jvm }) => jvm.endpoint.port);
      const links = await Links.to(ports, roundTripMs / 2, folder);
      return new Fleet(application, members, links, new Ledger(path.join(folder, name)));
    };
    const [one, all] = [await fleetOf('one', [first!]), await fleetOf('all', others)];
    fleets.push(one, all);
    await Promise.all([one.attach(), all.attach()]);
    say('attached');
    const times = await measure(one, all);
    say(`one JVM ${median(times.one).toFixed(1)} ms, ${replicas} JVMs ${median(times.all).toFixed(1)} ms`);
    await all.save(0);
    const { consistent, taken, cuts } = await injectFaults(all, application, seed, say);
    return {
      claims: [
        { name: 'ratio', value: median(times.all) / median(times.one), atMost: 2 },
        { name: 'consistent', value: consistent, atLeast: faults },
      ],
      figures: {
        replicas,
        roundTripMs,
        oneMedianMs: median(times.one),
        allMedianMs: median(times.all),
        allP90Ms: quantile(times.all, 0.9),
        faults,
        cuts,
        takenBack: taken,
        seed,
      },
    };
  } finally {
    await Promise.all(fleets.map((fleet) => fleet.dispose()));
    await remove();
  }
});
