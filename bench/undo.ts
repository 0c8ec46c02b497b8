import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { systemClock } from '../src/contracts/clock';
import { silentLog } from '../src/contracts/log';
import { createHotSwap } from '../src/hotswap/hotSwap';
import { Ledger } from '../src/hotswap/ledger/ledger';
import type { BuiltClass, HotSwap, SwapRecord } from '../src/hotswap/model';
import { VirtualMachine } from '../src/jdwp/commands';
import { redefine } from '../src/hotswap/redefine';
import { openRoot, readClasses } from '../src/hotswap/roots/readRoot';
import { localEndpointProbe } from '../src/targets/jvm/discover';
import { TcpDialer } from '../src/transport/tcp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
} from '../test/integration/support/javaProcess';
import { jdksToTest } from '../test/integration/support/jdks';
import { median, quantile, runBench, timed } from './support/bench';
import { compileGenerated } from './support/generatedClasses';

// A swap of 100 classes taken back as a person does it (`HotSwap.undo`), with 20,000 classes loaded: look-up in the
// ledger, check of what runs, class files read from where they are kept, written down and flushed, one packet,
// verified, written down. Every undo is followed by the undo of it. Our own share is what is left without the JVM's:
// the time of the bare packet with the same class files, measured in between on the same connection.

const loaded = 20_000;
const swapped = 100;
const warmUps = 6;
const undos = 40;

interface Bench {
  readonly jvm: JavaProcess;
  readonly hotSwap: HotSwap;
  readonly ledger: Ledger;
  readonly root: string;
  /** Both versions of the classes. */
  readonly versions: readonly (readonly BuiltClass[])[];
}

async function prepare(folder: string, say: (line: string) => void): Promise<Bench> {
  const jdk = jdksToTest()[0]!;
  say(`JDK ${jdk.version}: compiling ${loaded} classes`);
  const program = await readFile(path.join(__dirname, 'support', 'java', 'LoadGenerated.java'), 'utf8');
  const programs = await compileJava(jdk, folder, { 'LoadGenerated.java': program }, { classes: 'programs' });
  const root = await compileGenerated(jdk, folder, { count: loaded, full: swapped, version: 1 });
  const other = await compileGenerated(jdk, folder, { count: swapped, full: swapped, version: 2 });
  const after = await readAll(other);
  const names = new Set(after.map(({ name }) => name));
  const before = (await readAll(root)).filter(({ name }) => names.has(name));
  const jvm = await startJava(jdk, {
    classPath: [programs, root],
    mainClass: 'LoadGenerated',
    args: [String(loaded)],
    readyLine: 'READY',
  });
  const ledger = new Ledger(path.join(folder, 'ledger'));
  const hotSwap = createHotSwap({
    clock: systemClock,
    log: silentLog,
    probe: localEndpointProbe(),
    ledger,
    findRoots: () => Promise.resolve([{ path: root, kind: 'folder', sources: [], build: 'maven' }]),
  });
  return { jvm, hotSwap, ledger, root, versions: [before, after] };
}

async function readAll(root: string): Promise<BuiltClass[]> {
  const open = await openRoot(root);
  try {
    return await readClasses(open.entries);
  } finally {
    await open.close();
  }
}

/** Attaches; resolves to the milliseconds until attached, and until the class files are kept in the background. */
async function attach({ hotSwap, jvm }: Bench): Promise<{ attached: number; kept: number }> {
  const dialer = new TcpDialer();
  const target = { id: 'bench', name: 'bench', endpoint: jvm.endpoint, dialer, classRoots: [] };
  const attached = await timed(() => hotSwap.attach(target));
  const kept = await timed(() => hotSwap.sessions[0]!.kept());
  return { attached, kept };
}

function check({ classes, error }: SwapRecord): void {
  const wrong = classes.filter(({ outcome, verified }) => outcome !== 'swapped' || verified === false);
  if (error || classes.length !== swapped || wrong.length > 0)
    throw new Error(`unexpected: ${classes.length} classes, ${JSON.stringify(wrong[0])}`, { cause: error });
}

/** Redefines the classes with what they run already, in a packet of its own, when the JVM has nothing else to do. */
async function bare({ hotSwap }: Bench, classes: readonly BuiltClass[]): Promise<number> {
  const { connection, index } = hotSwap.sessions[0]!.attached!;
  // What was swapped is read once more in the background; a JVM answers in order.
  await connection.request(VirtualMachine.Version, {});
  await new Promise((resolve) => setImmediate(resolve));
  const items = classes.flatMap((built) => index.lookup(built.name).map((each) => ({ loaded: each, built })));
  return timed(async () => {
    const answer = await redefine(connection, items);
    if (!answer.accepted) throw new Error(`refused: ${answer.error}`);
  });
}

runBench('undo', async (say) => {
  const { folder, remove } = await temporaryFolder('swapdeck-bench-');
  let bench: Bench | undefined;
  try {
    bench = await prepare(folder, say);
    const { hotSwap, ledger, versions, root } = bench;
    const first = await attach(bench);
    say(`attached in ${first.attached.toFixed(0)} ms, class files kept ${first.kept.toFixed(0)} ms later`);
    const classes = versions[1]!.map((built) => ({ ...built, root }));
    const [record] = await hotSwap.submit({ origin: 'command', at: Date.now(), classes, ms: {} });
    check(record!);
    let last = record!;
    const measured: { total: number; jvm: number; record: SwapRecord }[] = [];
    for (let i = 0; i < warmUps + undos; i++) {
      const started = performance.now();
      last = await hotSwap.undo(last.id);
      const total = performance.now() - started;
      check(last);
      const one = { total, jvm: await bare(bench, versions[i % 2]!), record: last };
      if (i >= warmUps) measured.push(one);
    }
    say(`${undos} undos measured`);
    await hotSwap.detach('bench');
    const again = await attach(bench);
    say(`attached again in ${again.attached.toFixed(0)} ms`);
    const reattached = await timed(async () => check((last = await hotSwap.undo(last.id))));
    const own = measured.map(({ total, jvm }) => total - jvm);
    const of = (part: (one: (typeof measured)[number]) => number): number => median(measured.map(part));
    await ledger.close();
    return {
      claims: [{ name: 'ownMedianMs', value: median(own), atMost: 100 }],
      figures: {
        loadedClasses: loaded,
        classes: swapped,
        ownP95Ms: quantile(own, 0.95),
        totalMedianMs: of(({ total }) => total),
        jvmMedianMs: of(({ jvm }) => jvm),
        compareMs: of(({ record: { ms } }) => ms.compare ?? 0),
        sendMs: of(({ record: { ms } }) => ms.send ?? 0),
        verifyMs: of(({ record: { ms } }) => ms.verify ?? 0),
        firstAfterAttachMs: reattached,
        keepClassFilesMs: first.kept,
        keepClassFilesAgainMs: again.kept,
      },
    };
  } finally {
    bench?.hotSwap.dispose();
    await bench?.jvm.stop();
    await remove();
  }
});
