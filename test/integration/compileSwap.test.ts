import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { SourceCompiler } from '../../src/compile/sourceCompiler';
import type { CompilerService } from '../../src/compile/service';
import { silentLog } from '../../src/contracts/log';
import { calibrateAgainst, createSourceCompiler, surroundingsOf } from '../../src/hotswap/compileAround';
import { createHotSwap } from '../../src/hotswap/hotSwap';
import type { HotSwap, JvmSession, SwapRecord } from '../../src/hotswap/model';
import { TcpDialer } from '../../src/transport/tcp';
import { dependencies } from './support/hotswapApp';
import { startJava, temporaryFolder, type JavaProcess } from './support/javaProcess';
import { compilerCache, serverSources } from './support/javaProject';
import { jdksToTest } from './support/jdks';

const main = `package demo;
import java.io.*;
public class Main {
  public static void main(String[] args) throws Exception {
    new Greeting().text("x");
    System.out.println("ready");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = in.readLine()) != null; ) System.out.println(new Greeting().text(line));
  }
}
`;
const greeting = (body: string): string => `package demo;
public class Greeting {
  public String text(String who) {
    java.util.function.Supplier<String> s = () -> ${body};
    return s.get();
  }
}
`;

for (const jdk of jdksToTest()) {
  describe(`compile on save and swap with a JVM ${jdk.feature}`, function () {
    this.timeout(120_000);
    let folder: string;
    let remove: () => Promise<void>;
    let jvm: JavaProcess;
    let hotSwap: HotSwap;
    let session: JvmSession;
    let service: CompilerService;
    let compiler: SourceCompiler;
    const at = (...parts: string[]): string => path.join(folder, ...parts);
    const file = (): string => at('src', 'demo', 'Greeting.java');
    const ask = (line: string): Promise<string> => jvm.ask(line);

    /** The program, run from a pathing jar that leads to its classes and to a library. */
    beforeEach(async () => {
      const temporary = await temporaryFolder('swapdeck swap-');
      folder = await fs.realpath(temporary.folder);
      remove = () => temporary.remove();
      const run = promisify(execFile);
      const put = async (name: string, text: string): Promise<string> => {
        await fs.mkdir(path.dirname(at(name)), { recursive: true });
        await fs.writeFile(at(name), text);
        return at(name);
      };
      const library = await put(
        'lib-src/lib/Lib.java',
        'package lib; public class Lib { public static String up(String s) { return s.toUpperCase(); } }',
      );
      await run(jdk.javac, ['-d', at('lib'), library]);
      const sources = [
        await put('src/demo/Main.java', main),
        await put('src/demo/Greeting.java', greeting('"hello " + who')),
      ];
      await run(jdk.javac, ['-g', '-parameters', '-d', at('classes'), ...sources]);
      const urls = ['classes', 'lib'].map((name) => `${pathToFileURL(at(name)).href}/`);
      await put('manifest', `Class-Path: ${urls.join('\n  ')}\n`);
      await run(jdk.javac.replace(/javac(?=(\.exe)?$)/, 'jar'), [
        '-c',
        '-f',
        at('app.jar'),
        '-m',
        at('manifest'),
      ]);

      jvm = await startJava(jdk, { classPath: [at('app.jar')], mainClass: 'demo.Main', readyLine: 'ready' });
      const root = {
        path: at('classes'),
        kind: 'folder',
        sources: [at('src')],
        build: 'configured',
      } as const;
      hotSwap = createHotSwap({ ...dependencies, findRoots: () => Promise.resolve([root]) });
      session = await hotSwap.attach({
        id: 'app',
        name: 'app',
        endpoint: jvm.endpoint,
        dialer: new TcpDialer(),
        classRoots: [at('classes')],
      });
      const homes = [jdk.home];
      ({ service, compiler } = createSourceCompiler({
        serverSources,
        cacheDirectory: compilerCache,
        homes,
        log: silentLog,
      }));
    });
    afterEach(async () => {
      await service.stop();
      hotSwap.dispose();
      await jvm.stop();
      await remove();
    });

    async function save(text: string): Promise<readonly SwapRecord[] | undefined> {
      await fs.writeFile(file(), text);
      const result = await compiler.save([file()], await surroundingsOf(session));
      if (!result.ok) return undefined;
      return hotSwap.submit({
        origin: 'compile',
        at: Date.now(),
        classes: result.classes,
        ms: { compile: result.ms.total },
      });
    }

    it('makes a saved source live, with a library that only a manifest names', async () => {
      assert.equal(await ask('you'), 'hello you');
      const records = await save(greeting('"HELLO " + lib.Lib.up(who)'));
      assert.deepEqual(
        records?.[0]?.classes.map(({ name, outcome }) => [name, outcome]),
        [['demo.Greeting', 'swapped']],
      );
      assert.equal(await ask('you'), 'HELLO YOU');
      // What was written is what a build makes of it.
      const written = await fs.readFile(at('classes', 'demo', 'Greeting.class'));
      await promisify(execFile)(jdk.javac, [
        '-g',
        '-parameters',
        '-cp',
        at('lib'),
        '-d',
        at('fresh'),
        file(),
      ]);
      assert.ok(written.equals(await fs.readFile(at('fresh', 'demo', 'Greeting.class'))));
    });

    it('swaps nothing when the source has errors', async () => {
      assert.equal(await save(greeting('nope')), undefined);
      assert.equal(await ask('you'), 'hello you');
      assert.notEqual(await save(greeting('"again " + who')), undefined);
      assert.equal(await ask('you'), 'again you');
    });

    it('knows that its compiler makes what runs of the old source', async () => {
      const around = await surroundingsOf(session);
      const fits = (text: string): Promise<boolean> =>
        calibrateAgainst(compiler, { file: file(), text }, session, around);
      assert.equal(await fits(greeting('"hello " + who')), true);
      assert.equal(await fits(greeting('"other " + who')), false);
      assert.equal(await ask('you'), 'hello you');
    });
  });
}
