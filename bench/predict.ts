import { readdir, readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { parseClassFile, type ClassFile } from '../src/classfile/classFile';
import { predict } from '../src/hotswap/predict';
import { compileJava, temporaryFolder, type JavaSources } from '../test/integration/support/javaProcess';
import { jdksToTest } from '../test/integration/support/jdks';
import { runBench } from './support/bench';

/**
 * How long it takes to predict the JVM's answer to 1,000 changed classes: from the bytes a compiler wrote, against
 * the class files known to run, with the class hierarchy of the project at hand. Every class has a changed method
 * and constants in other places; one in four is refused.
 */
const CLASSES = 1000;
const LIMIT_MS = 150;
const WARM_UP = 3;
const RUNS = 9;

function source(number: number, isChanged: boolean): string {
  const next = `C${(number + 1) % CLASSES}`;
  const greeting = isChanged ? '"changed " + limit + " of " + name' : '"at most " + limit';
  const added = isChanged && number % 4 === 0 ? '  private int added() { return count; }\n' : '';
  return `package demo;
import java.util.*;
import java.util.function.*;
public class C${number} implements Comparable<C${number}> {
  private static final Map<String, Integer> CACHE = new HashMap<>();
  public static final int SIZE = ${number};
  private final String name;
  private int count;
  private ${next} other;
  public C${number}(String name) { this.name = name; this.count = ${number}; }
  public String describe(int limit) { return ${greeting}; }
  public int compareTo(C${number} that) { return Integer.compare(count, that.count); }
  public List<String> names(Collection<C${number}> all) {
    List<String> names = new ArrayList<>();
    for (C${number} each : all) if (each.count > SIZE) names.add(each.name.trim());
    names.sort(Comparator.comparing(String::length).thenComparing(Function.identity()));
    return names;
  }
  public int total(int[] values) {
    int sum = 0;
    for (int value : values) { if (value < 0) continue; sum += value * ${isChanged ? 3 : 2}; }
    return sum;
  }
  public String kind(int value) {
    switch (value) {
      case 0: return "none";
      case 1: case 2: return "few";
      default: return value > 100 ? "many" : name;
    }
  }
  public Object parse(String text) {
    try { return Integer.valueOf(text); }
    catch (NumberFormatException e) { return CACHE.computeIfAbsent(text, key -> key.length() + count); }
    finally { count++; }
  }
  public ${next} other() { if (other == null) other = new ${next}(name); return other; }
${added}}
`;
}

async function compiled(isChanged: boolean): Promise<ReadonlyMap<string, Buffer>> {
  const temporary = await temporaryFolder();
  try {
    const sources: JavaSources = Object.fromEntries(
      Array.from({ length: CLASSES }, (_, number) => [`demo/C${number}.java`, source(number, isChanged)]),
    );
    const classes = path.join(await compileJava(jdksToTest()[0]!, temporary.folder, sources), 'demo');
    const files = await readdir(classes);
    return new Map(
      await Promise.all(
        files.map(async (file): Promise<[string, Buffer]> => [
          file,
          await readFile(path.join(classes, file)),
        ]),
      ),
    );
  } finally {
    await temporary.remove();
  }
}

function fileOf({ name }: ClassFile): string {
  return `${name.slice(name.lastIndexOf('/') + 1)}.class`;
}

runBench('predict', async (say) => {
  say(`compiling ${CLASSES} classes, twice`);
  const before = await compiled(false);
  const after = await compiled(true);
  const running = new Map<string, ClassFile>();
  for (const bytes of before.values()) {
    const file = parseClassFile(bytes);
    running.set(file.name, file);
  }
  const environment = { feature: jdksToTest()[0]!.feature, find: (name: string) => running.get(name) };
  // What runs is known from earlier swaps; what was built is bytes.
  const files = [...running.values()].map((file) => [file, after.get(fileOf(file))!] as const);
  const times: number[] = [];
  let first: number | undefined;
  let refused = 0;
  for (let run = 1 - WARM_UP; run <= RUNS; run++) {
    refused = 0;
    const start = performance.now();
    for (const [file, bytes] of files) if (predict(file, bytes, environment).verdict === 'refuse') refused++;
    const ms = performance.now() - start;
    if (run > 0) times.push(ms);
    else first ??= ms;
    say(
      `${run > 0 ? `run ${run}` : 'warming up'}: ${ms.toFixed(1)} ms, ${refused} of ${files.length} refused`,
    );
  }
  const median = times.sort((a, b) => a - b)[Math.floor(RUNS / 2)]!;
  return {
    claims: [
      { name: 'medianMs', value: median, atMost: LIMIT_MS },
      { name: 'refused', value: refused, atLeast: CLASSES / 4, atMost: CLASSES / 4 },
    ],
    figures: { classes: files.length, firstMs: first! },
  };
});
