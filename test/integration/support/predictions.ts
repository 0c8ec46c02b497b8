import assert from 'node:assert/strict';
import { parseClassFile, type ClassFile } from '../../../src/classfile/classFile';
import type { FindClass } from '../../../src/classfile/hierarchy';
import type { ClassSide } from '../../../src/classfile/side';
import { predict, type PredictEnvironment } from '../../../src/hotswap/predict';
import { readRunning } from '../../../src/hotswap/running';
import type { ReferenceTypeId } from '../../../src/jdwp/ids';
import { jarClasses, jdkClasses } from './classFiles';
import type { Jdk } from './jdks';
import type { RedefineHost } from './redefineHost';

/** One class: what was predicted and what the JVM said. */
export interface Case {
  /** Path of the class file, as in a jar. */
  readonly file: string;
  readonly predicted: readonly number[];
  /** Predicted from what can be read back over JDWP, without the class file that runs. */
  readonly fromJvm: readonly number[];
  /** The JVM does not tell whether flags of the class changed, and the prediction says so. */
  readonly hasOpenFlags: boolean;
  /** 0: accepted. */
  readonly answer: number;
}

/** Class files by their path (`demo/A.class`). */
export type ClassFiles = ReadonlyMap<string, Buffer>;

const hierarchies = new Map<string, Promise<ReadonlyMap<string, ClassFile>>>();

/** All classes of a JDK by name; read once. */
export function jdkHierarchy(jdk: Jdk): Promise<ReadonlyMap<string, ClassFile>> {
  let hierarchy = hierarchies.get(jdk.home);
  if (!hierarchy) hierarchies.set(jdk.home, (hierarchy = readHierarchy(jdk)));
  return hierarchy;
}

async function readHierarchy(jdk: Jdk): Promise<ReadonlyMap<string, ClassFile>> {
  const classes = new Map<string, ClassFile>();
  for await (const bytes of jdkClasses(jdk)) {
    const file = parseClassFile(Buffer.from(bytes));
    classes.set(file.name, file);
  }
  return classes;
}

/** What a class loader over these classes and jars finds, those of the JDK last. */
export async function finder(
  jdk: Jdk,
  classes: ClassFiles,
  jars: readonly string[] = [],
): Promise<FindClass> {
  const hierarchy = await jdkHierarchy(jdk);
  const known = new Map<string, ClassFile>();
  const all = [...(await Promise.all(jars.map((jar) => jarClasses(jar, jdk.feature)))).reverse(), classes];
  for (const bytes of all.flatMap((each) => [...each.values()])) {
    const file = parseClassFile(bytes);
    known.set(file.name, file);
  }
  return (name) => known.get(name) ?? hierarchy.get(name) ?? 'absent';
}

/**
 * Redefines every class that differs, one by one, and takes it back when it was accepted, so that each meets the
 * classes of the running version. Classes that the JVM can't load are left out.
 */
export async function redefineAll(
  host: RedefineHost,
  before: ClassFiles,
  after: ClassFiles,
  environment: PredictEnvironment,
): Promise<Case[]> {
  const changed: string[] = [];
  for (const [file, bytes] of after) {
    const isClass = !/(module|package)-info\.class$/.test(file) && before.get(file)?.equals(bytes) === false;
    if (isClass && (await host.load(nameOf(file).replaceAll('/', '.')))) changed.push(file);
  }
  const ids = await host.ids();
  const cases: Case[] = [];
  for (const file of changed) {
    const id = ids.get(`L${nameOf(file)};`);
    if (id !== undefined) cases.push(await redefineOne(host, id, file, before, after, environment));
  }
  return cases;
}

function nameOf(file: string): string {
  return file.replace(/\.class$/, '');
}

async function redefineOne(
  host: RedefineHost,
  id: ReferenceTypeId,
  file: string,
  before: ClassFiles,
  after: ClassFiles,
  environment: PredictEnvironment,
): Promise<Case> {
  const [old, bytes] = [before.get(file)!, after.get(file)!];
  const running = parseClassFile(old);
  const predicted = predict(running, bytes, environment).possibleErrors;
  const side = await readBack(host, id, running, parseClassFile(bytes));
  const { possibleErrors: fromJvm, notes } = predict({ side }, bytes, environment);
  const hasOpenFlags = notes.some(({ code, what }) => code === 'unknown' && what === 'flags');
  const answer = await host.redefine(id, bytes);
  if (answer === 0) assert.equal(await host.redefine(id, old), 0, `${file} can be taken back`);
  return { file, predicted, fromJvm, hasOpenFlags, answer };
}

/**
 * What runs, as JDWP gives it; names of superclass and interfaces and the version, which it gives too, are taken from
 * the file.
 */
async function readBack(
  host: RedefineHost,
  id: ReferenceTypeId,
  { superName, interfaces, majorVersion }: ClassFile,
  next: ClassFile,
): Promise<ClassSide> {
  return { ...(await readRunning(host.connection, id, next)), superName, interfaces, majorVersion };
}

/** The cases in which prediction and JVM disagree, as text. */
export function disagreements(cases: readonly Case[], of: 'predicted' | 'fromJvm' = 'predicted'): string[] {
  return cases
    .filter(({ answer, ...each }) => (answer === 0 ? each[of].length > 0 : !each[of].includes(answer)))
    .map(({ file, answer, ...each }) => `${file}: predicted ${each[of].join() || 'accept'}, JVM ${answer}`);
}
