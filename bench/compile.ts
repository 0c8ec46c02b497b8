import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { createSourceCompiler, surroundingsOf } from '../src/hotswap/compileAround';
import { createHotSwap } from '../src/hotswap/hotSwap';
import type { SwapRecord } from '../src/hotswap/model';
import { silentLog } from '../src/contracts/log';
import { TcpDialer } from '../src/transport/tcp';
import { dependencies } from '../test/integration/support/hotswapApp';
import { startJava, temporaryFolder } from '../test/integration/support/javaProcess';
import { serverSources } from '../test/integration/support/javaProject';
import { jdksToTest, type Jdk } from '../test/integration/support/jdks';

/**
 * One source of a project of 10,000 classes, from saved to swapped in a JVM that runs them all, with the warm
 * compiler; the peer is the `javac` command started for it. Usage: bench/compile.ts [JDK feature version ...]
 */
const NAME = 'compile';
const CLASSES = 10_000;
const WARM_UP = 20;
const ROUNDS = 60;
const PEER_ROUNDS = 5;
const MAX_MEDIAN_MS = 120;
const MAX_MEMORY_MB = 512;

const run = promisify(execFile);
const progress = (text: string): void => void process.stdout.write(`${text}\n`);

const packageOf = (n: number): string => `app.p${n % 100}`;

/** A class that is like others: collections, streams, lambdas, a nested class, calls of two other classes. */
function source(n: number, edit: number): string {
  const [a, b] = [(n * 7 + 1) % CLASSES, (n * 13 + 5) % CLASSES];
  return `package ${packageOf(n)};
import java.util.*;
import java.util.function.*;
import java.util.stream.*;

public class C${n} {
  private final Map<String, List<Integer>> values = new HashMap<>();
  private int count;

  public int next(int x) {
    count++;
    return x + ${n} + ${edit};
  }

  public List<String> names(Collection<?> items) {
    return items.stream().map(Object::toString).filter(s -> s.length() > count).sorted().collect(Collectors.toList());
  }

  public int call(int x) {
    return new ${packageOf(a)}.C${a}().next(x) + new ${packageOf(b)}.C${b}().next(x);
  }

  public Supplier<Integer> later(int x) {
    return () -> call(x) + values.size();
  }

  static class Part {
    int size;

    String text() {
      return "part " + size;
    }
  }
}
`;
}

const main = `public class Main {
  public static void main(String[] args) throws Exception {
    for (int n = 0; n < ${CLASSES}; n++) Class.forName("app.p" + n % 100 + ".C" + n);
    System.out.println("ready");
    System.in.read();
  }
}
`;

interface Project {
  readonly sources: string;
  readonly classes: string;
}

const sourceFile = (project: Project, n: number): string =>
  path.join(project.sources, ...packageOf(n).split('.'), `C${n}.java`);

async function generate(folder: string): Promise<Project> {
  const project = { sources: path.join(folder, 'src'), classes: path.join(folder, 'classes') };
  for (let n = 0; n < CLASSES; n++) {
    const file = sourceFile(project, n);
    if (n < 100) await fs.mkdir(path.dirname(file), { recursive: true });
    await fs.writeFile(file, source(n, 0));
  }
  await fs.writeFile(path.join(project.sources, 'Main.java'), main);
  return project;
}

const options = (jdk: Jdk): string[] => [
  '-g',
  '-parameters',
  '--release',
  String(jdk.feature),
  '-encoding',
  'UTF-8',
];

async function build(jdk: Jdk, project: Project): Promise<void> {
  await fs.rm(project.classes, { recursive: true, force: true });
  await fs.mkdir(project.classes);
  const files = [
    'Main.java',
    ...Array.from({ length: CLASSES }, (_, n) => path.relative(project.sources, sourceFile(project, n))),
  ];
  const list = path.join(project.classes, '..', 'files.txt');
  await fs.writeFile(list, files.map((file) => `"${file.replaceAll('\\', '/')}"`).join('\n'));
  await run(jdk.javac, ['-J-Xmx2g', ...options(jdk), '-d', project.classes, `@${list}`], {
    cwd: project.sources,
  });
}

/** Of all JDKs, so that no class is ever saved as it is. */
let edit = 0;

interface Round {
  readonly total: number;
  readonly compile: number;
  readonly swap: number;
}

interface Figures {
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly compileMedianMs: number;
  readonly swapMedianMs: number;
  readonly firstMs: number;
  readonly javacMedianMs: number;
  readonly timesFaster: number;
  readonly memoryMb: number;
  readonly peakMemoryMb: number;
}

async function measure(jdk: Jdk, project: Project, cacheDirectory: string): Promise<Figures> {
  progress(`JDK ${jdk.version}: building ${CLASSES} classes`);
  await build(jdk, project);
  progress('starting a JVM that loads them all');
  const jvm = await startJava(jdk, { classPath: [project.classes], mainClass: 'Main', readyLine: 'ready' });
  const root = {
    path: project.classes,
    kind: 'folder',
    sources: [project.sources],
    build: 'configured',
  } as const;
  const hotSwap = createHotSwap({ ...dependencies, findRoots: () => Promise.resolve([root]) });
  const { service, compiler } = createSourceCompiler({
    serverSources,
    cacheDirectory,
    homes: [jdk.home],
    log: silentLog,
  });
  try {
    const session = await hotSwap.attach({
      id: 'bench',
      name: 'bench',
      endpoint: jvm.endpoint,
      dialer: new TcpDialer(),
      classRoots: [project.classes],
    });
    const save = async (): Promise<string> => {
      const n = (edit * 37) % CLASSES;
      const file = sourceFile(project, n);
      await fs.writeFile(file, source(n, ++edit));
      return file;
    };
    const round = async (): Promise<Round> => {
      const file = await save();
      const since = performance.now();
      const around = await surroundingsOf(session);
      const result = await compiler.save([file], around);
      const compiled = performance.now();
      if (!result.ok) throw new Error(result.diagnostics[0]?.message);
      const ms = { compile: compiled - since };
      expectSwapped(await hotSwap.submit({ origin: 'compile', at: Date.now(), classes: result.classes, ms }));
      const end = performance.now();
      return { total: end - since, compile: compiled - since, swap: end - compiled };
    };
    const first = await round();
    progress(`first save to swapped: ${first.total.toFixed(0)} ms`);
    for (let n = 0; n < WARM_UP; n++) await round();
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      rounds.push(await round());
      if (n % 20 === 19)
        progress(`${n + 1} saves, median ${median(rounds.map(({ total }) => total)).toFixed(1)} ms`);
    }
    const memory = await memoryOf(service.pids);

    progress('the same with the javac command');
    const peer: number[] = [];
    for (let n = 0; n < PEER_ROUNDS; n++) {
      const file = await save();
      const since = performance.now();
      await run(jdk.javac, [...options(jdk), '-cp', project.classes, '-d', project.classes, file]);
      peer.push(performance.now() - since);
    }
    const totals = rounds.map(({ total }) => total);
    const medianMs = median(totals);
    return {
      medianMs,
      p95Ms: [...totals].sort((a, b) => a - b)[Math.ceil(totals.length * 0.95) - 1]!,
      compileMedianMs: median(rounds.map(({ compile }) => compile)),
      swapMedianMs: median(rounds.map(({ swap }) => swap)),
      firstMs: first.total,
      // Without the swap: the command's share alone.
      javacMedianMs: median(peer),
      timesFaster: median(peer) / medianMs,
      ...memory,
    };
  } finally {
    await service.stop();
    hotSwap.dispose();
    await jvm.stop();
  }
}

function expectSwapped(records: readonly SwapRecord[]): void {
  const [record] = records;
  if (record?.swapped !== 1 || record.error) throw new Error(`not swapped: ${JSON.stringify(record)}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Resident memory of the compiler processes now and, where the system tells (Linux), at its highest. */
async function memoryOf(pids: readonly number[]): Promise<{ memoryMb: number; peakMemoryMb: number }> {
  let [now, peak] = [0, 0];
  for (const pid of pids) {
    const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => undefined);
    const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status ?? '')?.[1]);
    const resident = status === undefined ? await residentByPs(pid) : field('VmRSS');
    now += resident / 1024;
    peak += (status === undefined ? resident : field('VmHWM')) / 1024;
  }
  return { memoryMb: now, peakMemoryMb: peak };
}

async function residentByPs(pid: number): Promise<number> {
  if (process.platform === 'win32') {
    const { stdout } = await run('tasklist', ['/fi', `pid eq ${pid}`, '/fo', 'csv', '/nh']);
    return Number(/"([\d.,\u00a0 ]+) K"/.exec(stdout)?.[1]?.replace(/\D/g, ''));
  }
  return Number((await run('ps', ['-o', 'rss=', '-p', String(pid)])).stdout.trim());
}

async function bench(): Promise<boolean> {
  const wanted = process.argv.slice(2).map(Number);
  const jdks = jdksToTest().filter(({ feature }) => wanted.length === 0 || wanted.includes(feature));
  const { folder, remove } = await temporaryFolder('swapdeck-bench-');
  const figures: Record<string, Figures> = {};
  try {
    progress(`generating ${CLASSES} classes`);
    const project = await generate(folder);
    for (const jdk of jdks)
      figures[`jdk${jdk.feature}`] = await measure(jdk, project, path.join(folder, 'cache'));
  } finally {
    await remove();
  }
  const holds =
    jdks.length > 0 &&
    Object.values(figures).every(
      ({ medianMs, peakMemoryMb }) => medianMs <= MAX_MEDIAN_MS && peakMemoryMb <= MAX_MEMORY_MB,
    );
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Math.round(value * 10) / 10 : value;
  progress(JSON.stringify({ bench: NAME, holds, figures }, rounded));
  return holds;
}

bench().then(
  (holds) => (process.exitCode = holds ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  },
);
