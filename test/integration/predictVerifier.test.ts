import assert from 'node:assert/strict';
import { parseClassFile, type ClassFile } from '../../src/classfile/classFile';
import { ClassVerifier } from '../../src/classfile/verify/verifyMethod';
import { predict } from '../../src/hotswap/predict';
import { jarClasses } from './support/classFiles';
import { compileEdits, javac, readEdits } from './support/edits';
import { temporaryFolder } from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { mavenJars } from './support/maven';
import { finder, jdkHierarchy } from './support/predictions';
import { RedefineHost } from './support/redefineHost';

/** Repeatable random numbers in [0, below). */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Changes one byte behind magic and version. */
function corrupt(original: Buffer, next: (below: number) => number): Buffer {
  const bytes = Buffer.from(original);
  const at = 8 + next(bytes.length - 8);
  const values = [bytes[at]! ^ (1 << next(8)), next(256), bytes[at]! + 1];
  bytes[at] = values[next(values.length)]! & 0xff;
  return bytes;
}

const jdk = jdksToTest()[0]!;

describe('the verifier', () => {
  const faults = (files: readonly ClassFile[], find: (name: string) => ClassFile | 'absent'): string[] =>
    files.flatMap((file) => {
      const verifier = new ClassVerifier(file, find);
      return file.methods.flatMap((method) => {
        const fault = verifier.verify(method);
        return fault ? [`${file.name}.${method.name}${method.descriptor}: ${fault.what}`] : [];
      });
    });

  it('passes what the JVM runs: java.lang, java.util, java.io, by stack maps', async () => {
    const hierarchy = await jdkHierarchy(jdk);
    const files = [...hierarchy.values()].filter(({ name }) => /^java\/(lang|util|io)\//.test(name));
    assert.ok(files.length > 1500, `${files.length} classes`);
    assert.deepEqual(
      faults(files, (name) => hierarchy.get(name) ?? 'absent'),
      [],
    );
  });

  for (const library of ['org.scala-lang:scala-library:2.13.16', 'org.jetbrains.kotlin:kotlin-stdlib:2.1.0'])
    it(`passes ${library}, by stack maps and by inference`, async () => {
      const [jar] = await mavenJars([library]);
      const hierarchy = new Map(await jdkHierarchy(jdk));
      const files = [...(await jarClasses(jar!)).values()].map((bytes) => parseClassFile(bytes));
      for (const file of files) hierarchy.set(file.name, file);
      const find = (name: string): ClassFile | 'absent' => hierarchy.get(name) ?? 'absent';
      assert.deepEqual(faults(files, find), []);
      // Before Java 6 there were no stack maps, no dynamic calls, and no static calls of interfaces.
      const old = files.map((file) => file.with({ majorVersion: 49 }));
      const unexpected = faults(old, find).filter(
        (text) => !/dynamic call|of that kind|invokespecial/.test(text),
      );
      assert.deepEqual(unexpected, []);
    });
});

describe('prediction for corrupted class files', () => {
  it('agrees with the JVM, but for a handful in a thousand', async () => {
    const temporary = await temporaryFolder();
    const edits = readEdits('java').filter(({ since }) => since <= 17);
    const compiled = await compileEdits(edits, javac(jdk), temporary.folder);
    const find = await finder(jdk, compiled.before);
    const host = await RedefineHost.start(jdk);
    try {
      await host.open(compiled.classes);
      const files = [...compiled.before.keys()].filter((file) => file.endsWith('/A.class'));
      for (const file of files) await host.load(file.replace('.class', '').replaceAll('/', '.'));
      const ids = await host.ids();
      const next = random(11);
      const wrong: string[] = [];
      const answers = new Set<number>();
      const TRIES = 2000;
      for (let count = 0; count < TRIES; count++) {
        const file = files[next(files.length)]!;
        const before = compiled.before.get(file)!;
        const bytes = corrupt(before, next);
        const id = ids.get(`L${file.replace('.class', '')};`)!;
        const { possibleErrors } = predict(parseClassFile(before), bytes, { feature: jdk.feature, find });
        const answer = await host.redefine(id, bytes);
        if (answer === 0) assert.equal(await host.redefine(id, before), 0);
        answers.add(answer);
        if (answer === 0 ? possibleErrors.length > 0 : !possibleErrors.includes(answer))
          wrong.push(`${file}: predicted ${possibleErrors.join()}, JVM ${answer}`);
      }
      assert.ok(wrong.length <= TRIES / 200, wrong.join('\n'));
      for (const error of [0, 60, 62, 69]) assert.ok(answers.has(error), `${error} was among the answers`);
    } finally {
      await host.stop();
      await temporary.remove();
    }
  });
});
