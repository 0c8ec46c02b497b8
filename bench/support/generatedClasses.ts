import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { compileJava, type JavaSources } from '../../test/integration/support/javaProcess';
import type { Jdk } from '../../test/integration/support/jdks';

const perFile = 100;

/** The binary name of the generated class of that number: 100 a package. */
export function generatedName(at: number): string {
  return `gen.p${Math.floor(at / perFile)}.C${at}`;
}

/**
 * Sources of `count` classes. The first `full` ones are of about 1.5 KB, with a few fields, methods, strings and
 * calls; `version` changes the body of one method of each, nothing else. The others only fill the VM.
 */
function sources(count: number, full: number, version: number): JavaSources {
  const files: Record<string, string> = {};
  for (let first = 0; first < count; first += perFile) {
    const group = Math.floor(first / perFile);
    const classes = Array.from({ length: Math.min(perFile, count - first) }, (_, at) =>
      first + at < full ? classSource(first + at, version) : `class C${first + at} { int value; }`,
    );
    files[`gen/p${group}/Group${group}.java`] = `package gen.p${group};\n${classes.join('\n')}`;
  }
  return files;
}

function classSource(at: number, version: number): string {
  return `
class C${at} {
  private final int seed;
  private String label = "class ${at}";
  C${at}(int seed) { this.seed = seed; }
  String answer() { return "version ${version} of ${at}"; }
  int mix(int value) {
    int sum = seed;
    for (int i = 0; i < value; i++) sum = sum * 31 + i;
    return sum;
  }
  String describe(Object other) {
    if (other == null) return label;
    if (other instanceof C${at}) return label + " and " + ((C${at}) other).label;
    return label + " and " + other;
  }
  static C${at} of(String text) { return new C${at}(text == null ? ${at} : text.length()); }
}`;
}

/** Compiles `count` classes, `full` of them of some size, into a folder below `folder`; returns it. */
export function compileGenerated(
  jdk: Jdk,
  folder: string,
  { count, full, version }: { count: number; full: number; version: number },
): Promise<string> {
  return compileJava(jdk, folder, sources(count, full, version), {
    classes: `v${version}`,
    args: ['-nowarn'],
  });
}

/** The class files of the first `count` classes. */
export function readGenerated(folder: string, count: number): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => readFile(generatedFile(folder, at))));
}

export function generatedFile(folder: string, at: number): string {
  return path.join(folder, ...generatedName(at).split('.')) + '.class';
}
