import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, promises as fs } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { CompileError } from '../../src/compile/errors';
import type { CompileResult } from '../../src/compile/model';
import { Planner, type PlannerOptions, type RunningJvm } from '../../src/compile/planner';
import { CompilerService } from '../../src/compile/service';
import { SourceCompiler, type Surroundings } from '../../src/compile/sourceCompiler';
import { silentLog } from '../../src/contracts/log';
import { classTraits } from '../../src/hotswap/classTraits';
import { Deferred, delay } from '../../src/util/async';
import { temporaryFolder } from './support/javaProcess';
import { compilerCache, newCompiler, serverSources } from './support/javaProject';
import { jdksToTest, type Jdk } from './support/jdks';
import { mavenArtifact } from './support/mavenArtifact';

const jdks = jdksToTest();
const [oldest, newest] = [jdks[0]!, jdks.at(-1)!];
const greeting = (body: string): string => `package demo;\npublic class Greeting {\n${body}\n}\n`;

describe('compile on save', function () {
  this.timeout(300_000);
  const service = newCompiler();
  after(() => service.stop());
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    const temporary = await temporaryFolder('swapdeck save-');
    folder = await fs.realpath(temporary.folder);
    remove = () => temporary.remove();
  });
  afterEach(() => remove());

  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const exists = (...parts: string[]): boolean => existsSync(at(...parts));
  async function put(file: string, text: string | Buffer): Promise<string> {
    await fs.mkdir(path.dirname(at(file)), { recursive: true });
    await fs.writeFile(at(file), text);
    return at(file);
  }
  async function build(jdk: Jdk, files: string[], args: string[], root = at('classes')): Promise<void> {
    await fs.mkdir(root, { recursive: true });
    await promisify(execFile)(jdk.javac, ['-cp', root, '-d', root, ...args, ...files]);
  }
  const compilerWith = (options: Partial<PlannerOptions> = {}, of = service): SourceCompiler =>
    new SourceCompiler({
      service: of,
      readTraits: classTraits,
      planner: new Planner({
        cacheDirectory: at('cache'),
        readTraits: classTraits,
        log: silentLog,
        ...options,
      }),
    });
  const running = (jdk: Jdk, ...entries: string[]): RunningJvm => ({
    javaHome: jdk.home,
    javaVersion: jdk.version,
    classPath: { entries, baseDir: folder },
  });
  const around = (jvm: RunningJvm = running(newest, 'classes')): Surroundings => ({
    groups: [{ path: at('classes'), sources: [at('src')] }],
    jvm,
  });

  for (const jdk of jdks) {
    it(`writes what a full build would, on JDK ${jdk.feature}`, async () => {
      const file = await put(
        'src/demo/Greeting.java',
        greeting(
          '  Runnable r = () -> { int a = 1; }; public String hi(String who) { return who; } class Old {}',
        ),
      );
      const args = ['-g', '-parameters', '--release', String(jdk.feature)];
      await build(jdk, [file], args);
      await put(
        'src/demo/Greeting.java',
        greeting('  public String hi(String who) { return new Object() { }.toString(); }'),
      );
      const result = await compilerWith().save([file], around(running(jdk, 'classes')));
      assert.equal(result.ok, true);
      assert.deepEqual(result.removed, [at('classes', 'demo', 'Greeting$Old.class')]);
      const { plan, compile, write, total } = result.ms;
      assert.ok(plan > 0 && total >= plan + compile + write, JSON.stringify(result.ms));
      assert.deepEqual(result.classes.map(({ name }) => name).sort(), ['demo.Greeting', 'demo.Greeting$1']);
      assert.ok(result.classes.every(({ root }) => root === at('classes')));
      await build(jdk, [file], args, at('fresh'));
      assert.deepEqual(
        (await fs.readdir(at('classes', 'demo'))).sort(),
        (await fs.readdir(at('fresh', 'demo'))).sort(),
      );
      for (const { file: written, bytes } of result.classes) {
        const expected = await fs.readFile(path.join(at('fresh', 'demo'), path.basename(written)));
        assert.ok(expected.equals(bytes), written);
        assert.ok(expected.equals(await fs.readFile(written)), written);
      }
    });
  }

  it('writes nothing when the source has errors', async () => {
    const file = await put('src/demo/Greeting.java', greeting(''));
    await build(newest, [file], ['-g']);
    const before = await fs.readFile(at('classes', 'demo', 'Greeting.class'));
    await put('src/demo/Greeting.java', greeting('  int broken = "text";'));
    const result = await compilerWith().save([file], around());
    assert.equal(result.ok, false);
    assert.deepEqual(result.classes, []);
    assert.deepEqual(
      result.diagnostics.map(({ start, code }) => [start?.line, code]),
      [[3, 'compiler.err.prob.found.req']],
    );
    assert.ok(before.equals(await fs.readFile(at('classes', 'demo', 'Greeting.class'))));
  });

  it('writes the last of several saves last', async () => {
    const file = await put('src/demo/Greeting.java', greeting('  int first;'));
    // The first compilation is held back after it is done, long enough for the second to overtake it.
    const [compiled, release] = [new Deferred<void>(), new Deferred<void>()];
    let compilations = 0;
    class HeldBack extends CompilerService {
      override async compile(...args: Parameters<CompilerService['compile']>): Promise<CompileResult> {
        const result = await super.compile(...args);
        if (++compilations === 1) {
          compiled.resolve();
          await release.promise;
        }
        return result;
      }
    }
    const held = new HeldBack({ serverSources, cacheDirectory: compilerCache, log: silentLog });
    try {
      const compiler = compilerWith({}, held);
      const first = compiler.save([file], around());
      await compiled.promise;
      await put('src/demo/Greeting.java', greeting('  int last;'));
      const second = compiler.save([file], around());
      await Promise.race([second, delay(200)]);
      release.resolve();
      await Promise.all([first, second]);
    } finally {
      await held.stop();
    }
    const { members } = classTraits(await fs.readFile(at('classes', 'demo', 'Greeting.class')));
    assert.ok(members.includes('last'));
  });

  it('refuses a file that belongs to no class root', async () => {
    const file = await put('elsewhere/A.java', 'class A {}');
    await assert.rejects(
      compilerWith().save([file], around()),
      (error) => error instanceof CompileError && error.reason === 'layout',
    );
  });

  it('compiles a module before the one that needs it', async () => {
    const core = await put('core/src/demo/Core.java', 'package demo; public class Core { }');
    const app = await put('app/src/demo/App.java', 'package demo; class App { Core core; }');
    await build(newest, [core], ['-g'], at('core', 'classes'));
    const groups = ['app', 'core'].map((name) => ({ path: at(name, 'classes'), sources: [at(name, 'src')] }));
    const jvm = running(newest, path.join('app', 'classes'), path.join('core', 'classes'));
    await put('core/src/demo/Core.java', 'package demo; public class Core { public static int fresh; }');
    await put('app/src/demo/App.java', 'package demo; class App { int x = Core.fresh; }');
    const result = await compilerWith().save([app, core], { groups, jvm });
    assert.deepEqual(result.diagnostics, []);
    assert.deepEqual(
      result.classes.map(({ name }) => name),
      ['demo.Core', 'demo.App'],
    );
  });

  // With one JDK there is nothing to find.
  const withTwoJdks = oldest === newest ? (): void => undefined : it;
  withTwoJdks('finds the JDK whose compiler makes the classes that run', async () => {
    // javac 17 keeps the ordinals of an enum in a class of its own, a newer one need not.
    const text = greeting(
      '  enum Kind { A, B } int f(Kind k) { switch (k) { case A: return 1; default: return 2; } }',
    );
    const file = await put('src/demo/Greeting.java', text);
    for (const [builder, runner] of [
      [oldest, newest],
      [newest, oldest],
    ] as const) {
      await fs.rm(at('classes'), { recursive: true, force: true });
      await build(builder, [file], ['-g', '--release', '17']);
      const compiler = compilerWith();
      const jvm = running(runner, 'classes');
      assert.equal(
        (await compiler.planOf(file, around(jvm))).project.jdkHome,
        await fs.realpath(runner.home),
      );
      let tried = 0;
      const found = await compiler.calibrate(file, text, around(jvm), async (classes) => {
        tried++;
        const same = await Promise.all(
          classes.map(async ({ name, bytes }) => {
            const built = await fs
              .readFile(`${at('classes', ...name.split('.'))}.class`)
              .catch(() => undefined);
            return built?.equals(bytes);
          }),
        );
        return same.every(Boolean) && classes.length === (await fs.readdir(at('classes', 'demo'))).length;
      });
      assert.equal(found.same, true);
      assert.equal(tried, 2);
      assert.equal(found.project.jdkHome, await fs.realpath(builder.home));
      assert.equal((await compiler.planOf(file, around(jvm))).project.jdkHome, found.project.jdkHome);
    }
    const compiler = compilerWith();
    const jvm = running(newest, 'classes');
    const none = await compiler.calibrate(file, text, around(jvm), () => Promise.resolve(false));
    assert.equal(none.same, false);
  });

  it('uses the Eclipse compiler for what it built, or says that it differs', async () => {
    const ecj = await mavenArtifact('org.eclipse.jdt:ecj:3.38.0');
    const text = greeting(
      '  Runnable r = () -> System.out.println(this); enum Kind { A } int f(Kind k) { switch (k) { case A: return 1; default: return 2; } }',
    );
    const file = await put('src/demo/Greeting.java', text);
    const args = ['-jar', ecj, '-g', '--release', '17', '-d', at('classes'), file];
    await promisify(execFile)(newest.java, args);
    const result = await compilerWith({ ecj }).save([file], around());
    assert.deepEqual(result.notes, []);
    assert.deepEqual(
      result.diagnostics.filter(({ kind }) => kind === 'error'),
      [],
    );
    await promisify(execFile)(newest.java, args);
    for (const { name, bytes, file: written } of result.classes)
      assert.ok(bytes.equals(await fs.readFile(written)), `${name} differs`);
    assert.equal(result.classes.length, (await fs.readdir(at('classes', 'demo'))).length);

    await put('src/demo/Greeting.java', text.replace('return 1', 'return nope'));
    const [error] = (await compilerWith({ ecj }).save([file], around())).diagnostics;
    assert.equal(error?.file, file);
    assert.deepEqual(error.start, { line: 3, column: text.split('\n')[2]!.indexOf('1;') + 1 });

    await put('src/demo/Greeting.java', text);
    const without = await compilerWith({ findEcj: () => Promise.resolve(undefined) }).save([file], around());
    assert.deepEqual(without.notes, [{ kind: 'compilerDiffers' }]);
    assert.equal(without.ok, true);
  });

  it('takes libraries from the files of an IDE where the JVM tells nothing, and says when nobody does', async () => {
    const library = await put('lib-src/lib/Lib.java', 'package lib; public class Lib { }');
    await build(newest, [library], ['-g'], at('lib'));
    const file = await put('src/demo/Greeting.java', greeting('  lib.Lib lib;'));
    const silent = { groups: around().groups, jvm: { javaHome: newest.home } };
    const unable = await compilerWith().save([file], silent);
    assert.equal(unable.ok, false);
    assert.deepEqual(unable.notes, [{ kind: 'classPathGap', gap: 'empty' }]);
    await put('.classpath', '<classpath><classpathentry kind="lib" path="lib"/></classpath>');
    const result = await compilerWith().save([file], silent);
    assert.deepEqual([result.ok, result.notes], [true, []]);
  });

  describe('in a Maven project', () => {
    const pom = (scope: string, encoding = 'UTF-8'): string =>
      `<project><modelVersion>4.0.0</modelVersion><groupId>demo</groupId><artifactId>app</artifactId><version>1</version>` +
      `<properties><maven.compiler.release>17</maven.compiler.release><maven.compiler.parameters>true</maven.compiler.parameters><project.build.sourceEncoding>${encoding}</project.build.sourceEncoding></properties>` +
      `<dependencies><dependency><groupId>org.projectlombok</groupId><artifactId>lombok</artifactId><version>1.18.42</version><scope>${scope}</scope></dependency></dependencies></project>`;
    const classRoot = (): string => at('target', 'classes');
    const maven = (): Surroundings => ({
      groups: [{ path: classRoot(), sources: [at('src', 'main', 'java')] }],
      jvm: running(newest, path.join('target', 'classes')),
    });
    const person = 'package demo;\n@lombok.Data public class Person { String name = "ä"; }\n';

    it('takes settings from the pom where no class tells them, and provided libraries', async () => {
      await mavenArtifact('org.projectlombok:lombok:1.18.42');
      await put('pom.xml', pom('provided'));
      const file = await put('src/main/java/demo/Person.java', person);
      await fs.mkdir(classRoot(), { recursive: true });
      const result = await compilerWith().save([file], maven());
      assert.deepEqual(
        result.diagnostics.filter(({ kind }) => kind === 'error'),
        [],
      );
      const traits = classTraits(result.classes[0]!.bytes);
      assert.equal(traits.majorVersion, 61);
      assert.equal(traits.parameters, true);
      assert.equal(traits.variables, true);
      assert.ok(traits.members.includes('getName'));
    });

    it('asks Maven when the JVM does not have a library that a source needs', async () => {
      await mavenArtifact('org.projectlombok:lombok:1.18.42');
      await put('pom.xml', pom('compile'));
      const file = await put('src/main/java/demo/Person.java', person);
      await fs.mkdir(classRoot(), { recursive: true });
      const asked: string[] = [];
      const compiler = compilerWith({ onProgress: ({ tool }) => asked.push(tool) });
      const result = await compiler.save([file], maven());
      assert.deepEqual(
        result.diagnostics.filter(({ kind }) => kind === 'error'),
        [],
      );
      assert.notEqual(asked.length, 0);
      // Known from then on, and not asked again for a misspelt name.
      asked.length = 0;
      await put('src/main/java/demo/Person.java', person.replace('lombok.Data', 'lombock.Data'));
      assert.equal((await compiler.save([file], maven())).ok, false);
      assert.deepEqual(asked, []);
    });

    it('notices when the pom changes', async () => {
      await put('pom.xml', pom('provided'));
      const latin = Buffer.from(person.replace('@lombok.Data ', ''), 'latin1');
      const file = await put('src/main/java/demo/Person.java', latin);
      await fs.mkdir(classRoot(), { recursive: true });
      const compiler = compilerWith();
      assert.equal((await compiler.save([file], maven())).ok, false);
      await put('pom.xml', pom('provided', 'ISO-8859-1'));
      assert.equal((await compiler.save([file], maven())).ok, true);
      assert.ok(exists('target', 'classes', 'demo', 'Person.class'));
    });
  });
});
