import * as assert from 'node:assert/strict';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { CompileError } from '../../src/compile/errors';
import type { CompileProject, CompileResult } from '../../src/compile/model';
import { classTraits } from '../../src/hotswap/classTraits';
import { JavaProject, newCompiler } from './support/javaProject';
import { jdksToTest } from './support/jdks';

const shapes = `package demo;
import java.util.function.Supplier;
public class Shapes {
  enum Kind { ROUND, SQUARE }
  record Size(int width, int height) {}
  private int count;
  public String describe(Kind kind, int times) {
    Supplier<String> text = () -> kind + " " + count;
    switch (kind) { case ROUND: return text.get(); default: return new Object() { public String toString() { return "x" + times; } }.toString(); }
  }
}
`;

for (const jdk of jdksToTest()) {
  describe(`compiler on JDK ${jdk.feature}`, function () {
    this.timeout(120_000);
    const compiler = newCompiler();
    const projects: JavaProject[] = [];
    const create = async (sources: Record<string, string>): Promise<JavaProject> => {
      const created = await JavaProject.create(jdk, sources);
      projects.push(created);
      return created;
    };
    after(async () => {
      await compiler.stop();
      for (const project of projects) await project.remove();
    });
    const compile = (project: CompileProject, ...files: string[]): Promise<CompileResult> =>
      compiler.compile({ project, sources: files.map((path) => ({ path })) });

    for (const [name, settings] of Object.entries({
      'everything on': { parameters: true },
      'its own release': { level: { version: jdk.feature, api: 'release' }, parameters: true },
      'a lower release': { level: { version: 16, api: 'release' }, parameters: true },
      'source and target': { level: { version: 17, api: 'jdk' } },
      'lines only': { debug: { lines: true, variables: false, source: true } },
      'no debug information': { debug: { lines: false, variables: false, source: false } },
    } as const)) {
      it(`writes the same bytes as the javac command: ${name}`, async () => {
        const java = await create({ 'demo/Shapes.java': shapes });
        const project = java.project({}, settings);
        const result = await compile(project, java.source('demo/Shapes.java'));
        assert.deepEqual(
          result.diagnostics.filter(({ kind }) => kind === 'error'),
          [],
        );
        await java.javac(project, [java.source('demo/Shapes.java')]);
        assert.deepEqual(
          result.classes.map(({ name }) => `${name.replace('demo.', '')}.class`).sort(),
          (await fs.readdir(path.join(java.classes, 'demo'))).sort(),
        );
        for (const each of result.classes) {
          assert.ok(each.bytes.equals(await java.classFile(each.name)), `${each.name} differs`);
          assert.equal(each.source, java.source('demo/Shapes.java'));
        }
      });
    }

    it('writes nothing', async () => {
      const java = await create({ 'demo/Shapes.java': shapes });
      await compile(java.project(), java.source('demo/Shapes.java'));
      assert.deepEqual(await fs.readdir(java.classes), []);
    });

    it('tells from a class how it was compiled', async () => {
      const java = await create({ 'demo/Shapes.java': shapes });
      const traits = async (settings: Parameters<JavaProject['project']>[1]) => {
        const { classes } = await compile(java.project({}, settings), java.source('demo/Shapes.java'));
        return new Map(classes.map((each) => [each.name, classTraits(each.bytes)]));
      };
      const all = await traits({ parameters: true, level: { version: 17, api: 'release' } });
      const bare = await traits({ debug: { lines: true, variables: false, source: true } });
      for (const name of ['demo.Shapes', 'demo.Shapes$Kind', 'demo.Shapes$1']) {
        assert.equal(all.get(name)?.majorVersion, 61);
        assert.equal(all.get(name)?.sourceFile, 'Shapes.java');
        assert.equal(bare.get(name)?.lines, true);
        assert.equal(all.get(name)?.variables, true, name);
        assert.equal(bare.get(name)?.variables, false, name);
        assert.notEqual(all.get(name)?.parameters, false, name);
        assert.notEqual(bare.get(name)?.parameters, true, name);
      }
      assert.equal(all.get('demo.Shapes')?.parameters, true);
      assert.equal(bare.get('demo.Shapes')?.parameters, false);
      assert.notEqual(bare.get('demo.Shapes$Size')?.parameters, true);
      assert.ok(all.get('demo.Shapes')?.members.includes('lambda$describe$0'));
    });

    it('gives errors with file, line, column and code, and no classes', async () => {
      const java = await create({
        'demo/Good.java': 'package demo; class Good {}',
        'demo/Bad.java':
          'package demo;\nclass Bad {\n\tint a = "ä" + /* tab before */ nope;\r\n  int b() { return 1 }\n}\n',
        'demo/Worse.java': 'package demo;\nclass Worse {\n\tString s = "ä" + nope;\r\n  Missing m;\n}\n',
      });
      const parse = await compile(
        java.project(),
        java.source('demo/Good.java'),
        java.source('demo/Bad.java'),
      );
      assert.equal(parse.ok, false);
      assert.deepEqual(parse.classes, []);
      assert.deepEqual(parse.diagnostics, [
        {
          kind: 'error',
          file: java.source('demo/Bad.java'),
          start: { line: 4, column: 21 },
          end: { line: 4, column: 21 },
          code: 'compiler.err.expected',
          message: "';' expected",
        },
      ]);
      const attribute = await compile(java.project(), java.source('demo/Worse.java'));
      assert.deepEqual(
        attribute.diagnostics.map(({ start, end, code }) => ({ start, end, code })),
        [
          {
            start: { line: 4, column: 3 },
            end: { line: 4, column: 10 },
            code: 'compiler.err.cant.resolve.location',
          },
          {
            start: { line: 3, column: 19 },
            end: { line: 3, column: 23 },
            code: 'compiler.err.cant.resolve.location',
          },
        ],
      );
    });

    it('gives warnings along with the classes', async () => {
      const java = await create({
        'demo/User.java': 'package demo;\nclass User { void g() { new Thread().stop(); } }',
      });
      const result = await compile(
        java.project({}, { extra: ['-Xlint:all'] }),
        java.source('demo/User.java'),
      );
      assert.equal(result.ok, true);
      assert.equal(result.classes.length, 1);
      const [warning] = result.diagnostics;
      assert.equal(warning?.kind, 'warning');
      assert.equal(warning.start?.line, 2);
      // Remarks about the whole, such as "uses deprecated API", are for the log.
      const { diagnostics } = await compile(
        java.project({}, { level: { version: 8, api: 'jdk' } }),
        java.source('demo/User.java'),
      );
      assert.deepEqual(
        diagnostics.filter(({ start }) => start === undefined),
        [],
      );
    });

    it('compiles text that was not saved, as a baseline', async () => {
      const java = await create({ 'demo/Shapes.java': 'package demo; broken' });
      const path = java.source('demo/Shapes.java');
      const result = await compiler.compile({ project: java.project(), sources: [{ path, text: shapes }] });
      assert.equal(result.ok, true);
      await java.write('demo/Shapes.java', shapes);
      await java.javac(java.project(), [path]);
      for (const each of result.classes) assert.ok(each.bytes.equals(await java.classFile(each.name)));
    });

    it('reads sources in the encoding of the project, and refuses what is not in it', async () => {
      const java = await create({});
      const latin = Buffer.from('package demo; class Umlaut { String text = "h\u00f6flich"; }', 'latin1');
      const file = await java.write('demo/Umlaut.java', latin);
      const right = await compile(java.project({}, { encoding: 'ISO-8859-1' }), file);
      assert.ok(right.classes[0]?.bytes.includes(Buffer.from('höflich', 'utf8')));
      const wrong = await compile(java.project({}, { encoding: 'UTF-8' }), file);
      assert.equal(wrong.ok, false);
      assert.equal(wrong.diagnostics[0]?.code, 'compiler.err.illegal.char.for.encoding');
    });

    it('keeps to the API of the release, or takes that of the JDK', async () => {
      const java = await create({ 'demo/New.java': 'package demo; class New { boolean b = "".isBlank(); }' });
      const file = java.source('demo/New.java');
      const release = await compile(java.project({}, { level: { version: 8, api: 'release' } }), file);
      assert.deepEqual(
        release.diagnostics.filter(({ kind }) => kind === 'error').map(({ code }) => code),
        ['compiler.err.cant.resolve.location.args'],
      );
      const own = await compile(java.project({}, { level: { version: 8, api: 'jdk' } }), file);
      assert.equal(own.ok, true);
      assert.equal(classTraits(own.classes[0]!.bytes).majorVersion, 52);
    });

    it('sees a class that was rebuilt, and compiles one along that never was', async () => {
      const java = await create({
        'demo/A.java': 'package demo; class A { int x = B.value(); int y = C.Z; }',
        'demo/B.java': 'package demo; class B { static int value() { return 1; } }',
        'demo/C.java': 'package demo; class C { static final int Z = 1; }',
      });
      const project = java.project();
      await java.javac(project, [java.source('demo/B.java')]);
      const first = await compile(project, java.source('demo/A.java'));
      assert.deepEqual(first.classes.map(({ name }) => name).sort(), ['demo.A', 'demo.C']);

      await java.write('demo/B.java', 'package demo; class B { static int other() { return 1; } }');
      await java.javac(project, [java.source('demo/B.java')]);
      const second = await compile(project, java.source('demo/A.java'));
      assert.equal(second.ok, false, 'an old listing of the class root was kept');
    });

    it('sees a jar that was replaced', async () => {
      const java = await create({ 'demo/A.java': 'package demo; class A { int x = lib.Lib.value(); }' });
      const lib = await create({
        'lib/Lib.java': 'package lib; public class Lib { public static int value() { return 1; } }',
      });
      const jar = `${lib.folder}/lib.jar`;
      await lib.javac(lib.project(), [lib.source('lib/Lib.java')]);
      await lib.jar(jar);
      const project = java.project({ classPath: [jar] });
      assert.equal((await compile(project, java.source('demo/A.java'))).ok, true);
      await lib.write(
        'lib/Lib.java',
        'package lib; public class Lib { public static String value() { return ""; } }',
      );
      await lib.javac(lib.project(), [lib.source('lib/Lib.java')]);
      await lib.jar(jar);
      assert.equal((await compile(project, java.source('demo/A.java'))).ok, false);
    });

    it('compiles a class of a named module', async () => {
      const java = await create({
        'module-info.java': 'module app { requires java.logging; }',
        'demo/A.java':
          'package demo; public class A { Object l = java.util.logging.Logger.getLogger(B.NAME); }',
        'demo/B.java': 'package demo; class B { static String NAME = "b"; }',
        'demo/Sql.java': 'package demo; class Sql { java.sql.Connection c; }',
      });
      const project = java.project();
      const files = ['module-info.java', 'demo/A.java', 'demo/B.java'].map((name) => java.source(name));
      await java.javac(project, files);
      const result = await compile(project, java.source('demo/A.java'));
      assert.deepEqual(result.diagnostics, []);
      assert.ok(result.classes[0]?.bytes.equals(await java.classFile('demo.A')));
      // Without the module's own declaration java.sql would be readable.
      const sql = await compile(project, java.source('demo/Sql.java'));
      assert.equal(sql.diagnostics[0]?.code, 'compiler.err.package.not.visible');
    });

    it('compiles two projects at once, each with its own settings', async () => {
      const one = await create({ 'demo/A.java': 'package demo; class A { int one; }' });
      const two = await create({ 'demo/A.java': 'package demo; class A { int two; }' });
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          n % 2 === 0
            ? compile(one.project(), one.source('demo/A.java'))
            : compile(two.project({}, { level: { version: 11, api: 'release' } }), two.source('demo/A.java')),
        ),
      );
      results.forEach((result, n) => {
        const { members, majorVersion } = classTraits(result.classes[0]!.bytes);
        assert.ok(members.includes(n % 2 === 0 ? 'one' : 'two'));
        assert.equal(majorVersion, n % 2 === 0 ? jdk.feature + 44 : 55);
      });
    });

    it('refuses options, encodings and requests that cannot be, with a typed error', async () => {
      const java = await create({ 'demo/A.java': 'package demo; class A {}' });
      const file = java.source('demo/A.java');
      const input = (error: unknown): boolean => error instanceof CompileError && error.reason === 'input';
      await assert.rejects(compile(java.project({}, { extra: ['--no-such-option'] }), file), input);
      await assert.rejects(compile(java.project({}, { encoding: 'no-such-encoding' }), file), input);
      await assert.rejects(
        compile(java.project({}, { level: { version: 99, api: 'release' } }), file),
        input,
      );
      await assert.rejects(compile(java.project()), input);
      assert.equal((await compile(java.project(), file)).ok, true);
    });

    it('tells a source that is not there as a diagnostic', async () => {
      const java = await create({});
      const result = await compile(java.project(), java.source('demo/Gone.java'));
      assert.equal(result.ok, false);
      assert.equal(result.diagnostics[0]?.kind, 'error');
    });
  });
}
