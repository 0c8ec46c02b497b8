import * as assert from 'node:assert/strict';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import type { Log } from '../../src/contracts/log';
import { silentLog } from '../../src/contracts/log';
import { CompileError, type CompileErrorReason } from '../../src/compile/errors';
import type { CompileRequest } from '../../src/compile/model';
import type { CompilerService } from '../../src/compile/service';
import { Deferred } from '../../src/util/async';
import { AbortedError } from '../../src/util/errors';
import { JavaProject, newCompiler } from './support/javaProject';
import { temporaryFolder } from './support/javaProcess';
import { jdksToTest } from './support/jdks';

const jdk = jdksToTest().at(-1)!;

/** Announces itself, then never comes back; or fills the heap. */
const processor = (body: string): string => `package proc;
import java.util.*;
import javax.annotation.processing.*;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.*;
@SupportedAnnotationTypes("*")
public class Slow extends AbstractProcessor {
  public SourceVersion getSupportedSourceVersion() { return SourceVersion.latest(); }
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) { ${body} }
}
`;
const ENDLESS =
  'System.out.println("here for good"); for (;;) { try { Thread.sleep(1000); } catch (InterruptedException e) { } }';
const GREEDY = 'List<long[]> all = new ArrayList<>(); for (;;) all.add(new long[1 << 20]);';
const NO_THROW = 'return false;';

const isCompileError =
  (reason: CompileErrorReason) =>
  (error: unknown): boolean =>
    error instanceof CompileError && error.reason === reason;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('compiler process', function () {
  this.timeout(120_000);
  const disposables: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const dispose of disposables.splice(0).reverse()) await dispose();
  });

  function start(options: Parameters<typeof newCompiler>[0] = {}): CompilerService {
    const compiler = newCompiler(options);
    disposables.push(() => compiler.stop());
    return compiler;
  }
  async function create(sources: Record<string, string>): Promise<JavaProject> {
    const java = await JavaProject.create(jdk, sources);
    disposables.push(() => java.remove());
    return java;
  }
  async function temporary(): Promise<{ folder: string }> {
    const created = await temporaryFolder();
    disposables.push(() => created.remove());
    return created;
  }
  async function simple(): Promise<CompileRequest> {
    const java = await create({ 'demo/A.java': 'package demo; class A {}' });
    return { project: java.project(), sources: [{ path: java.source('demo/A.java') }] };
  }
  /** A request whose annotation processor does `body`. */
  async function processed(body: string): Promise<CompileRequest> {
    const java = await create({
      'proc/Slow.java': processor(body),
      'demo/A.java': 'package demo; class A {}',
    });
    await java.javac(java.project({}, { processing: { kind: 'none' } }), [java.source('proc/Slow.java')]);
    const services = path.join(java.classes, 'META-INF', 'services');
    await fs.mkdir(services, { recursive: true });
    await fs.writeFile(path.join(services, 'javax.annotation.processing.Processor'), 'proc.Slow\n');
    const processing = { kind: 'path', entries: [java.classes] } as const;
    return { project: java.project({}, { processing }), sources: [{ path: java.source('demo/A.java') }] };
  }
  /** Resolves when the process logs the text. */
  function logging(text: string): { log: Log; seen: Promise<void> } {
    const seen = new Deferred<void>();
    const debug = (message: string): void => {
      if (message.includes(text)) seen.resolve();
    };
    return { log: { ...silentLog, debug }, seen: seen.promise };
  }

  it('stays one process from one compilation to the next, and ends with stop', async () => {
    const compiler = start();
    const request = await simple();
    await compiler.compile(request);
    const pids = [...compiler.pids];
    await compiler.compile(request);
    assert.deepEqual(compiler.pids, pids);
    assert.equal(pids.length, 1);
    await compiler.stop();
    assert.equal(isRunning(pids[0]!), false);
    assert.deepEqual(compiler.pids, []);
    await assert.rejects(compiler.compile(request), isCompileError('disposed'));
  });

  it('settles what waits when it is disposed', async () => {
    const { log, seen } = logging('here for good');
    const compiler = start({ log });
    const waiting = compiler.compile(await processed(ENDLESS));
    await seen;
    compiler.dispose();
    await assert.rejects(waiting, isCompileError('disposed'));
    // While the process is being started, too.
    const starting = start();
    const early = starting.compile(await simple());
    starting.dispose();
    await assert.rejects(early, isCompileError('disposed'));
    await starting.stop();
    assert.deepEqual(starting.pids, []);
  });

  it('is started again after it was killed, and a request it took along succeeds', async () => {
    const { log, seen } = logging('here for good');
    const compiler = start({ log });
    const request = await simple();
    await compiler.compile(request);
    const [killed] = compiler.pids;
    process.kill(killed!, 'SIGKILL');
    const result = await compiler.compile(request);
    assert.equal(result.ok, true);
    assert.notDeepEqual(compiler.pids, [killed]);

    // In the middle of a compilation: tried once more, then given up.
    const endless = assert.rejects(compiler.compile(await processed(ENDLESS)), isCompileError('crashed'));
    await seen;
    const kills = setInterval(() => compiler.pids.forEach((pid) => process.kill(pid, 'SIGKILL')), 100);
    try {
      await endless;
    } finally {
      clearInterval(kills);
    }
  });

  it('rejects at once when cancelled, and goes on with the same process when the compiler stops', async () => {
    const compiler = start();
    const java = await create({});
    const many = Array.from({ length: 300 }, (_, n) => ({
      path: java.source(`demo/C${n}.java`),
      text: `package demo; class C${n} { ${'java.util.List<String> l() { return java.util.stream.Stream.of("a").map(x -> x + 1).toList(); }'.replaceAll('l()', `l${n}()`)} Object o = C${(n + 1) % 300}.class; }`,
    }));
    const request = { project: java.project(), sources: many };
    await compiler.compile({
      ...request,
      sources: [{ path: java.source('demo/X.java'), text: 'package demo; class X {}' }],
    });
    const [pid] = compiler.pids;
    const cancel = new AbortController();
    const waiting = compiler.compile(request, cancel.signal);
    setImmediate(() => cancel.abort());
    const since = performance.now();
    await assert.rejects(waiting, AbortedError);
    assert.ok(performance.now() - since < 500);
    assert.equal((await compiler.compile(request)).ok, true);
    assert.deepEqual(compiler.pids, [pid]);
    await assert.rejects(compiler.compile(request, AbortSignal.abort()), AbortedError);
  });

  it('ends the process when a cancelled compilation does not stop, without harm to another project', async () => {
    const { log, seen } = logging('here for good');
    const compiler = start({ log });
    const cancel = new AbortController();
    const endless = compiler.compile(await processed(ENDLESS), cancel.signal);
    await seen;
    const [pid] = compiler.pids;
    cancel.abort();
    await assert.rejects(endless, AbortedError);
    const other = await processed(NO_THROW + '/* another project */');
    while (isRunning(pid!)) assert.equal((await compiler.compile(other)).ok, true);
    assert.equal((await compiler.compile(other)).ok, true);
  });

  it('does not let one project wait for another', async () => {
    const { log, seen } = logging('here for good');
    const compiler = start({ log });
    const cancel = new AbortController();
    const endless = assert.rejects(compiler.compile(await processed(ENDLESS), cancel.signal), AbortedError);
    await seen;
    assert.equal((await compiler.compile(await simple())).ok, true);
    cancel.abort();
    await endless;
  });

  it('tells when the heap is too small, and gives more the next time', async () => {
    const compiler = start({ heapMb: 64 });
    await assert.rejects(compiler.compile(await processed(GREEDY)), isCompileError('outOfMemory'));
    const request = await processed('long[] some = new long[10 << 20]; return false;');
    assert.equal((await compiler.compile(request)).ok, true);
  });

  it('tells a processor that throws, with its words', async () => {
    const compiler = start();
    const request = await processed('throw new IllegalStateException("no way");');
    const outcome = await compiler.compile(request).then(
      (result) => result.diagnostics.map(({ message }) => message).join('\n'),
      (error: unknown) => (isCompileError('failed')(error) ? (error as CompileError).message : 'other'),
    );
    assert.match(outcome, /no way/);
  });

  it('builds its own program once, whoever comes first', async () => {
    const { folder } = await temporary();
    const request = await simple();
    const compilers = [1, 2].map(() => start({ cacheDirectory: folder }));
    await Promise.all(compilers.map((compiler) => compiler.compile(request)));
    const [name, ...others] = await fs.readdir(folder);
    assert.deepEqual(others, []);
    const { ino } = await fs.stat(path.join(folder, name!));
    // One of an earlier version that is not used any more, and one that is.
    for (const [other, days] of [
      ['compile-server-17-old', 91],
      ['compile-server-17-used', 89],
    ] as const) {
      await fs.mkdir(path.join(folder, other));
      await fs.writeFile(path.join(folder, other, 'Main.class'), '');
      const time = new Date(Date.now() - days * 24 * 60 * 60_000);
      await fs.utimes(path.join(folder, other), time, time);
    }
    await start({ cacheDirectory: folder }).compile(request);
    assert.equal((await fs.stat(path.join(folder, name!))).ino, ino);
    assert.ok((await fs.readdir(folder)).includes('compile-server-17-old'));
    await fs.rm(path.join(folder, name!), { recursive: true });
    await start({ cacheDirectory: folder }).compile(request);
    assert.deepEqual((await fs.readdir(folder)).sort(), [name, 'compile-server-17-used'].sort());
  });

  it('tells when there is no Java, or no compiler', async () => {
    const { folder } = await temporary();
    const request = await simple();
    const at = (jdkHome: string): CompileRequest => ({
      ...request,
      project: { ...request.project, jdkHome },
    });
    await assert.rejects(start().compile(at(folder)), isCompileError('noJdk'));
    await fs.mkdir(path.join(folder, 'bin'));
    await fs.writeFile(path.join(folder, 'release'), 'JAVA_VERSION="17.0.1"\n');
    await fs.writeFile(path.join(folder, 'bin', path.basename(jdk.java)), '');
    await assert.rejects(start().compile(at(folder)), isCompileError('noCompiler'));
  });

  it('is not disturbed by options meant for other Java programs', async () => {
    process.env.JAVA_TOOL_OPTIONS =
      '-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0';
    try {
      assert.equal((await start().compile(await simple())).ok, true);
    } finally {
      delete process.env.JAVA_TOOL_OPTIONS;
    }
  });
});
