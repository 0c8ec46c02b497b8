import { readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { systemClock } from '../src/contracts/clock';
import { silentLog } from '../src/contracts/log';
import { createHotSwap } from '../src/hotswap/hotSwap';
import { Ledger } from '../src/hotswap/ledger/ledger';
import type { HotSwap, SwapRecord } from '../src/hotswap/model';
import { redefine } from '../src/hotswap/redefine';
import { readClasses, openRoot } from '../src/hotswap/roots/readRoot';
import { localEndpointProbe } from '../src/targets/jvm/discover';
import { TcpDialer } from '../src/transport/tcp';
import { nextEvent } from '../src/util/async';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
} from '../test/integration/support/javaProcess';
import { jdksToTest } from '../test/integration/support/jdks';
import { median, quantile, runBench, timed } from './support/bench';
import { compileGenerated, generatedFile, generatedName } from './support/generatedClasses';

// A class file written to the verified swap, as a person's save goes: watched, read, waited for to be whole,
// compared, written down, one packet, verified; 20,000 classes loaded and watched. Our own share is what is left without the
// JVM's: the time of the bare packet for the same class, measured between the saves on the same connection.

const loaded = 20_000;
const full = 200;
const warmUps = 10;
const saves = 120;

interface Bench {
  readonly jvm: JavaProcess;
  readonly hotSwap: HotSwap;
  readonly root: string;
  /** The class files of two versions of the first classes. */
  readonly versions: readonly (readonly Buffer[])[];
}

async function prepare(folder: string, say: (line: string) => void): Promise<Bench> {
  const jdk = jdksToTest()[0]!;
  say(`JDK ${jdk.version}: compiling ${loaded} classes`);
  const program = await readFile(path.join(__dirname, 'support', 'java', 'LoadGenerated.java'), 'utf8');
  const programs = await compileJava(jdk, folder, { 'LoadGenerated.java': program }, { classes: 'programs' });
  const root = await compileGenerated(jdk, folder, { count: loaded, full, version: 1 });
  const other = await compileGenerated(jdk, folder, { count: full, full, version: 2 });
  const versions = await Promise.all([root, other].map((each) => filesOf(each)));
  const jvm = await startJava(jdk, {
    classPath: [programs, root],
    mainClass: 'LoadGenerated',
    args: [String(loaded)],
    readyLine: 'READY',
  });
  const hotSwap = createHotSwap({
    clock: systemClock,
    log: silentLog,
    probe: localEndpointProbe(),
    ledger: new Ledger(path.join(folder, 'ledger')),
    findRoots: () => Promise.resolve([{ path: root, kind: 'folder', sources: [], build: 'maven' }]),
  });
  const target = {
    id: 'bench',
    name: 'bench',
    endpoint: jvm.endpoint,
    dialer: new TcpDialer(),
    classRoots: [],
  };
  const ms = await timed(() => hotSwap.attach(target));
  say(`attached in ${ms.toFixed(0)} ms`);
  say(`class files kept ${(await timed(() => hotSwap.sessions[0]!.kept())).toFixed(0)} ms later`);
  return { jvm, hotSwap, root, versions };
}

function filesOf(folder: string): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: full }, (_, at) => readFile(generatedFile(folder, at))));
}

/** Milliseconds of one save, and of the bare packet that redefines the class back and forth. */
async function save({ hotSwap, root, versions }: Bench, at: number, version: number): Promise<Save> {
  const file = generatedFile(root, at);
  const name = generatedName(at);
  const swapped = nextEvent(hotSwap.onDidSwap);
  const started = performance.now();
  await writeFile(file, versions[version]![at]!);
  const record = await swapped;
  const total = performance.now() - started;
  const [result, ...others] = record.classes;
  if (others.length > 0 || result?.name !== name || result.outcome !== 'swapped' || result.verified === false)
    throw new Error(`unexpected: ${JSON.stringify(record.classes)}`);
  return { total, record, jvm: await bare(hotSwap, name, root) };
}

interface Save {
  readonly total: number;
  readonly record: SwapRecord;
  readonly jvm: number;
}

/** The same class file once more, in a packet of its own. */
async function bare(hotSwap: HotSwap, name: string, root: string): Promise<number> {
  const { connection, index } = hotSwap.sessions[0]!.attached!;
  const open = await openRoot(path.join(root, ...name.split('.').slice(0, -1)));
  const [built] = await readClasses(
    open.entries.filter(({ file }) => file.endsWith(`${path.sep}${name.split('.').pop()}.class`)),
  );
  const items = index.lookup(name).map((each) => ({ loaded: each, built: built! }));
  return timed(() => redefine(connection, items));
}

runBench('save', async (say) => {
  const { folder, remove } = await temporaryFolder('swapdeck-bench-');
  let bench: Bench | undefined;
  try {
    bench = await prepare(folder, say);
    const measured: Save[] = [];
    for (let i = 0; i < warmUps + saves; i++) {
      // Every class is saved first with the version that does not run.
      const one = await save(bench, i % full, i < full ? 1 : 0);
      if (i >= warmUps) measured.push(one);
      if (i > 0 && i % 40 === 0) say(`${i} saves`);
    }
    const of = (part: (save: Save) => number): number => median(measured.map(part));
    const own = measured.map(({ total, jvm }) => total - jvm);
    return {
      claims: [
        { name: 'ownMedianMs', value: median(own), atMost: 30 },
        { name: 'ownP95Ms', value: quantile(own, 0.95), atMost: 60 },
      ],
      figures: {
        loadedClasses: loaded,
        totalMedianMs: of(({ total }) => total),
        jvmMedianMs: of(({ jvm }) => jvm),
        detectMs: of(({ record }) => record.ms.detect ?? 0),
        compareMs: of(({ record }) => record.ms.compare ?? 0),
        sendMs: of(({ record }) => record.ms.send ?? 0),
        verifyMs: of(({ record }) => record.ms.verify ?? 0),
      },
    };
  } finally {
    bench?.hotSwap.dispose();
    await bench?.jvm.stop();
    await remove();
  }
});
