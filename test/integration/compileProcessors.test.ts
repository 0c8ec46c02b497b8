import * as assert from 'node:assert/strict';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import type { CompileProject, CompileResult } from '../../src/compile/model';
import { classTraits } from '../../src/hotswap/classTraits';
import { JavaProject, newCompiler } from './support/javaProject';
import { jdksToTest } from './support/jdks';
import { mavenArtifact } from './support/mavenArtifact';

/** Makes `demo.Made` beside every class with `@Deprecated`; says how often it was loaded. */
const processor = `package proc;
import java.io.*;
import java.util.*;
import javax.annotation.processing.*;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.*;
@SupportedAnnotationTypes("java.lang.Deprecated")
public class Maker extends AbstractProcessor {
  static int runs = 0;
  public SourceVersion getSupportedSourceVersion() { return SourceVersion.latest(); }
  public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
    if (annotations.isEmpty()) return false;
    System.out.println("a processor that prints");
    try (Writer w = processingEnv.getFiler().createSourceFile("demo.Made").openWriter()) {
      w.write("package demo; public class Made { public int run" + (++runs) + "; }");
    } catch (IOException e) { throw new UncheckedIOException(e); }
    try (Writer w = processingEnv.getFiler().createResource(javax.tools.StandardLocation.CLASS_OUTPUT, "", "made.txt").openWriter()) {
      w.write("made");
    } catch (IOException e) { throw new UncheckedIOException(e); }
    return false;
  }
}
`;

for (const jdk of jdksToTest()) {
  describe(`annotation processors on JDK ${jdk.feature}`, function () {
    this.timeout(180_000);
    const compiler = newCompiler();
    const projects: JavaProject[] = [];
    const create = async (sources: Record<string, string>): Promise<JavaProject> => {
      const created = await JavaProject.create(jdk, sources);
      projects.push(created);
      return created;
    };
    const compile = (project: CompileProject, ...files: string[]): Promise<CompileResult> =>
      compiler.compile({ project, sources: files.map((file) => ({ path: file })) });
    after(async () => {
      await compiler.stop();
      for (const project of projects) await project.remove();
    });

    async function processorJar(): Promise<string> {
      const java = await create({ 'proc/Maker.java': processor });
      await java.javac(java.project(), [java.source('proc/Maker.java')]);
      const services = path.join(java.classes, 'META-INF', 'services');
      await fs.mkdir(services, { recursive: true });
      await fs.writeFile(path.join(services, 'javax.annotation.processing.Processor'), 'proc.Maker\n');
      const jar = path.join(java.folder, 'processor.jar');
      await java.jar(jar);
      return jar;
    }

    it('runs Lombok from the class path as the javac command does, faster once its loader is warm', async () => {
      const lombok = await mavenArtifact('org.projectlombok:lombok:1.18.42');
      const java = await create({
        'demo/Person.java':
          'package demo;\n@lombok.Data @lombok.Builder\npublic class Person { private final String name; private int age; }\n',
      });
      const project = java.project({ classPath: [lombok] });
      const file = java.source('demo/Person.java');
      const first = await compile(project, file);
      assert.deepEqual(
        first.diagnostics.filter(({ kind }) => kind === 'error'),
        [],
      );
      const members = first.classes.flatMap(({ bytes }) => classTraits(bytes).members);
      for (const member of ['getName', 'setAge', 'builder', 'hashCode'])
        assert.ok(members.includes(member), member);
      await java.javac(project, [file]);
      for (const each of first.classes)
        assert.ok(each.bytes.equals(await java.classFile(each.name)), `${each.name} differs`);

      let fastest = Infinity;
      for (let turn = 0; turn < 12; turn++)
        fastest = Math.min(fastest, (await compile(project, file)).ms.total);
      assert.ok(fastest < first.ms.total / 2, `warm ${fastest} ms, first ${first.ms.total} ms`);
    });

    it('takes along what a processor makes, keeps its loader, and leaves resources to the build', async () => {
      const jar = await processorJar();
      const java = await create({ 'demo/A.java': 'package demo; @Deprecated class A { Made made; }' });
      const project = java.project({ classPath: [jar] });
      for (const run of [1, 2, 3]) {
        const result = await compile(project, java.source('demo/A.java'));
        assert.deepEqual(result.classes.map(({ name }) => name).sort(), ['demo.A', 'demo.Made']);
        const made = result.classes.find(({ name }) => name === 'demo.Made');
        assert.equal(made?.source, undefined);
        assert.ok(classTraits(made!.bytes).members.includes(`run${run}`), 'the loader was not kept');
      }
      assert.deepEqual(await fs.readdir(java.classes), []);
    });

    it('runs processors of a processor path only, or none', async () => {
      const jar = await processorJar();
      const java = await create({ 'demo/A.java': 'package demo; @Deprecated class A { }' });
      const names = async (parts: Parameters<JavaProject['project']>): Promise<string[]> => {
        const result = await compile(java.project(...parts), java.source('demo/A.java'));
        return result.classes.map(({ name }) => name).sort();
      };
      const path_ = { kind: 'path', entries: [jar] } as const;
      assert.deepEqual(await names([{}, { processing: path_ }]), ['demo.A', 'demo.Made']);
      const other = { kind: 'path', entries: [java.classes] } as const;
      assert.deepEqual(await names([{ classPath: [jar] }, { processing: other }]), ['demo.A']);
      assert.deepEqual(await names([{ classPath: [jar] }, { processing: { kind: 'none' } }]), ['demo.A']);
    });
  });
}
