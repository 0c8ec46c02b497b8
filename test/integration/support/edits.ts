import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { Jdk } from './jdks';
import { mavenJars } from './maven';

/**
 * An edit of the corpus (`test/fixtures/edits/LANGUAGE/NAME.txt`): comment lines that say what it is, then files
 * (`=== A.java`) in which `⟪before⟶after⟫` marks what changes. Each edit gets a package of its own.
 */
export interface Edit {
  readonly name: string;
  readonly language: 'java' | 'kotlin';
  readonly about: string;
  /** The oldest JDK that compiles it. */
  readonly since: number;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

const FOLDER = path.resolve('test/fixtures/edits');
const CHANGE = /⟪([^⟶]*)⟶([^⟫]*)⟫/g;

export function readEdits(language: Edit['language']): readonly Edit[] {
  const folder = path.join(FOLDER, language);
  return readdirSync(folder)
    .sort()
    .map((file) =>
      parseEdit(file.replace(/\.txt$/, ''), language, readFileSync(path.join(folder, file), 'utf8')),
    );
}

function parseEdit(name: string, language: Edit['language'], text: string): Edit {
  const [head = '', ...files] = text.split(/^=== /m);
  const version = (side: '$1' | '$2'): ReadonlyMap<string, string> =>
    new Map(
      files.map((file) => {
        const [title = '', ...lines] = file.split('\n');
        return [title.trim(), lines.join('\n').replace(CHANGE, side)];
      }),
    );
  const since = Number(/^# since (\d+)$/m.exec(head)?.[1] ?? 0);
  const about = /^# (.*)$/m.exec(head)?.[1] ?? '';
  return { name, language, about, since, before: version('$1'), after: version('$2') };
}

/** Name of the compiler, and what turns source files into class files in a folder. */
export interface Compiler {
  readonly name: string;
  readonly compile: (files: readonly string[], classes: string) => Promise<void>;
}

export function javac(jdk: Jdk): Compiler {
  return {
    name: `javac ${jdk.feature}`,
    compile: (files, classes) =>
      run(jdk.javac, ['-g', '-proc:none', '-encoding', 'UTF-8', '-d', classes], files),
  };
}

/** The compiler of Eclipse, for Java 17. */
export async function ecj(jdk: Jdk): Promise<Compiler> {
  const [jar] = await mavenJars(['org.eclipse.jdt:ecj:3.38.0']);
  const args = ['-jar', jar!, '-17', '-g', '-nowarn', '-proc:none', '-encoding', 'UTF-8', '-d'];
  return { name: 'ecj', compile: (files, classes) => run(jdk.java, [...args, classes], files) };
}

const KOTLIN = '2.1.0';

/** The compiler of Kotlin with the jar its classes need. */
export async function kotlinc(jdk: Jdk): Promise<Compiler & { readonly library: string }> {
  const jars = await mavenJars([
    `org.jetbrains.kotlin:kotlin-stdlib:${KOTLIN}`,
    `org.jetbrains.kotlin:kotlin-compiler-embeddable:${KOTLIN}`,
    `org.jetbrains.kotlin:kotlin-script-runtime:${KOTLIN}`,
    'org.jetbrains.kotlin:kotlin-reflect:1.6.10',
    `org.jetbrains.kotlin:kotlin-daemon-embeddable:${KOTLIN}`,
    'org.jetbrains.intellij.deps:trove4j:1.0.20200330',
    'org.jetbrains:annotations:13.0',
    'org.jetbrains.kotlinx:kotlinx-coroutines-core-jvm:1.6.4',
  ]);
  const library = jars[0]!;
  const main = 'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler';
  const args = [
    '-cp',
    jars.join(path.delimiter),
    main,
    '-no-stdlib',
    '-no-reflect',
    '-nowarn',
    '-cp',
    library,
    '-d',
  ];
  return {
    name: 'kotlinc',
    library,
    compile: (files, classes) => run(jdk.java, [...args, classes], files),
  };
}

/** With the files in an argument file: there may be more than fit on a command line. */
async function run(command: string, args: readonly string[], files: readonly string[]): Promise<void> {
  const list = `${args.at(-1)!}.files`;
  await writeFile(list, files.map((file) => `"${file.replaceAll('\\', '/')}"`).join('\n'));
  await promisify(execFile)(command, [...args, `@${list}`], { maxBuffer: 64 * 1024 * 1024 });
}

/** Class files by their path below the folder of classes (`lambdaAdded/A.class`). */
export type ClassFiles = ReadonlyMap<string, Buffer>;

export interface CompiledEdits {
  /** Folder with the classes of all edits before they were made. */
  readonly classes: string;
  readonly before: ClassFiles;
  readonly after: ClassFiles;
  /** Sources after the edits, by package and file (`lambdaAdded/A.java`). */
  readonly sources: ReadonlyMap<string, string>;
}

/** Compiles all edits at once, before and after, below `folder`. */
export async function compileEdits(
  edits: readonly Edit[],
  compiler: Compiler,
  folder: string,
): Promise<CompiledEdits> {
  const sources = new Map<string, string>();
  const compile = async (side: 'before' | 'after'): Promise<string> => {
    const classes = path.join(folder, `${compiler.name}-${side}`);
    await mkdir(classes, { recursive: true });
    const files: string[] = [];
    for (const edit of edits)
      for (const [name, text] of edit[side]) {
        if (text.trim() === '') continue;
        const file = path.join(`${classes}-src`, edit.name, name);
        const source = `package ${edit.name}${edit.language === 'java' ? ';' : '\n'} ${text}`;
        if (side === 'after') sources.set(`${edit.name}/${name}`, source);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, source);
        files.push(file);
      }
    await compiler.compile(files, classes);
    return classes;
  };
  const [before, after] = [await compile('before'), await compile('after')];
  return { classes: before, before: await readClasses(before), after: await readClasses(after), sources };
}

async function readClasses(folder: string): Promise<ClassFiles> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.class'));
  const entries = names.map(async (name): Promise<[string, Buffer]> => [
    name.replaceAll('\\', '/'),
    await readFile(path.join(folder, name)),
  ]);
  return new Map(await Promise.all(entries));
}
