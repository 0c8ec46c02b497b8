import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClassFile } from '../../src/classfile/classFile';
import { compareClasses } from '../../src/classfile/compare';
import { readRunning } from '../../src/hotswap/running';
import { ClassIndex } from '../../src/jdwp/classIndex';
import { JdwpConnection } from '../../src/jdwp/connection';
import { TcpDialer } from '../../src/transport/tcp';
import { compileJava, startJava, temporaryFolder } from './support/javaProcess';
import { findJdks } from './support/jdks';

/** One of every kind of member whose flags a JVM may tell differently from the class file. */
const source = `
package demo;
import java.util.*;
public class Main {
  private final List<String> generic = new ArrayList<>();
  static volatile int counter; transient long cache; protected static final String CONSTANT = "constant";
  enum Level { LOW, HIGH { @Override int weight() { return 2; } }; int weight() { return 1; } }
  interface Shape<T extends Comparable<T>> extends Comparable<Shape<T>> { T size(); default int compareTo(Shape<T> o) { return size().compareTo(o.size()); } }
  record Square(Integer size) implements Shape<Integer> { }
  @FunctionalInterface private interface Named { String name() throws Exception; }
  static synchronized strictfp double sum(double... all) { double sum = 0; for (double each : all) sum += each; return sum; }
  class Inner { private int x; int y() { return x + counter; } }
  String describe(Level level) throws Exception {
    Named named = () -> level.name() + generic + new Inner().y();
    return switch (level) { case LOW -> named.name(); case HIGH -> named.name() + CONSTANT; };
  }
  public static void main(String[] args) throws Exception {
    for (Level level : Level.values()) new Main().describe(level);
    new Square(1).compareTo(new Square(2));
    System.out.println("READY " + sum(1, 2));
    System.in.read();
  }
}`;

for (const jdk of findJdks().filter(({ feature }) => feature >= 17)) {
  it(`reads every class back as its file has it, once it ran, on Java ${jdk.version}`, async () => {
    const { folder, remove } = await temporaryFolder();
    const classes = await compileJava(jdk, folder, { 'demo/Main.java': source });
    const jvm = await startJava(jdk, { classPath: [classes], mainClass: 'demo.Main' });
    try {
      await jvm.line(/^READY/);
      const connection = await JdwpConnection.open(await new TcpDialer().dial(jvm.endpoint));
      const index = await ClassIndex.open(connection);
      const names = [...index.names()].filter((name) => name.startsWith('demo.'));
      assert.ok(names.length >= 7, names.join());
      for (const name of names) {
        const file = parseClassFile(await readFile(join(classes, `${name.replaceAll('.', '/')}.class`)));
        const running = await readRunning(connection, index.lookup(name)[0]!.id, file);
        assert.deepEqual(compareClasses(running, file).differences, [], name);
      }
      connection.dispose();
    } finally {
      await jvm.stop();
      await remove();
    }
  });
}
