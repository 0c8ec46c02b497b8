import assert from 'node:assert/strict';
import { decodeAttribute, encodeAttribute } from '../../src/classfile/attributes';
import type { AttributeInfo } from '../../src/classfile/attributeInfo';
import { parseClassFile, type ClassFile } from '../../src/classfile/classFile';
import { compareClasses } from '../../src/classfile/compare';
import { disassembleClass } from '../../src/classfile/disassemble';
import { writeClassFile } from '../../src/classfile/writer';
import { jarClasses, jdkClasses } from './support/classFiles';
import { jdksToTest } from './support/jdks';
import { mavenJars } from './support/maven';

/** At most this long for reading and writing one class, on average over many. */
const LIMIT_MS = 0.3;

class Tally {
  classes = 0;
  ms = 0;
  readonly unknown = new Set<string>();

  /** Reads and writes a class, as it stands and with every attribute decoded and encoded again. */
  check(bytes: Buffer): void {
    const start = performance.now();
    const file = parseClassFile(bytes);
    const written = writeClassFile(file);
    this.ms += performance.now() - start;
    this.classes++;
    assert.ok(written.equals(bytes), file.name);
    for (const { attributes } of [file, ...file.fields, ...file.methods]) this.#attributes(file, attributes);
  }

  #attributes(file: ClassFile, attributes: readonly AttributeInfo[]): void {
    for (const info of attributes) {
      const value = decodeAttribute(info, file.pool);
      if (!value) {
        this.unknown.add(info.name);
        continue;
      }
      assert.ok(
        encodeAttribute(value, info.nameIndex).info.equals(info.info),
        `${info.name} of ${file.name}`,
      );
      if (value.kind === 'Code') this.#attributes(file, value.attributes);
      if (value.kind === 'Record')
        for (const component of value.components) this.#attributes(file, component.attributes);
    }
  }

  get average(): number {
    return this.ms / this.classes;
  }
}

describe('class files of real code', () => {
  for (const jdk of jdksToTest())
    it(`every class of JDK ${jdk.feature} is read and written identically`, async () => {
      const tally = new Tally();
      for await (const bytes of jdkClasses(jdk)) tally.check(bytes);
      assert.ok(tally.classes > 20_000, `${tally.classes} classes`);
      assert.ok(tally.average <= LIMIT_MS, `${tally.average} ms a class`);
      // The JDK's own additions to module descriptors; everything else is in the specification.
      for (const name of tally.unknown) assert.match(name, /^Module/);
    });

  for (const library of [
    'com.google.guava:guava:33.4.0-jre',
    'org.jetbrains.kotlin:kotlin-stdlib:2.1.0',
    'org.scala-lang:scala-library:2.13.16',
  ])
    it(`every class of ${library} is read, written, shown and compared`, async () => {
      const [jar] = await mavenJars([library]);
      const classes = await jarClasses(jar!);
      const tally = new Tally();
      for (const bytes of classes.values()) {
        tally.check(bytes);
        const file = parseClassFile(bytes);
        assert.equal(compareClasses(file, parseClassFile(bytes)).outcome, 'same');
        assert.ok(disassembleClass(file).includes(file.methods[0]?.name ?? 'class'));
      }
      assert.ok(tally.classes > 900, `${tally.classes} classes`);
      const start = performance.now();
      for (const bytes of classes.values()) writeClassFile(parseClassFile(bytes));
      const average = (performance.now() - start) / classes.size;
      assert.ok(average <= LIMIT_MS, `${average} ms a class`);
    });
});
