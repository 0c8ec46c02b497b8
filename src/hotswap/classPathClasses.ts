import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseClassFile, type ClassFile } from '../classfile/classFile';
import { ClassFileError } from '../classfile/errors';
import { manifestClassPath, parseManifest } from '../compile/classpath/manifest';
import type { LoadedClass } from '../jdwp/classIndex';
import type { ClassLoaderId, ReferenceTypeId } from '../jdwp/ids';
import { mapLimit } from '../util/async';
import { ZipFile, type ZipEntry } from '../util/zip';
import type { Attached } from './attach';
import { entriesOfLoader } from './loaderUrls';

/** Folders and jars read at the same time. */
const pipelined = 8;
const MANIFEST = 'META-INF/MANIFEST.MF';
/** Classes that may come with the JDK, whose modules are not looked into. */
const ofJdk =
  /^(?:java|jdk|sun|netscape|com\/sun|org\/(?:w3c|xml|ietf|omg|jcp)|javax\/(?:accessibility|annotation\/processing|crypto|imageio|lang|management|naming|net|print|rmi|script|security|smartcardio|sound|sql|swing|tools|transaction\/xa|xml))\//;
/** With Java 11 the other packages of `javax` left the JDK. */
const withoutEnterprise = 11;

/** The class file that a loader would find, `absent` when it finds none, `undefined` when nobody can tell. */
export type FoundOnPath = ClassFile | 'absent' | undefined;

/**
 * Looks for classes that a JVM of this machine has not loaded where its class loaders would: on the class path, and
 * in what any `URLClassLoader` was given. Each look reads the directories of all jars there, so ask for many at once.
 */
export class ClassPathClasses {
  readonly #context: Attached;
  /** Feature release of the JVM, for jars with versions for several. */
  readonly #feature: number;
  readonly #paths = new Map<ClassLoaderId, Promise<LoaderPath>>();

  constructor(context: Attached, feature: number) {
    this.#context = context;
    this.#feature = feature;
  }

  /**
   * `names`: internal. Says `absent` only when it finds the asking class where its loader has it from: then this is
   * the machine of the JVM. Never rejects for files; rejects with `JdwpError`.
   */
  async find(names: readonly string[], asker: LoadedClass): Promise<ReadonlyMap<string, FoundOnPath>> {
    const loader = await this.#context.index.loaderOf(asker);
    let path = this.#paths.get(loader);
    if (!path) this.#paths.set(loader, (path = this.#pathOf(loader, asker.name.replaceAll('.', '/'))));
    const { entries, isHere } = await path;
    const found = await lookInto(entries, new Set(names), this.#feature);
    const missing = (name: string): FoundOnPath => (isHere && !this.#isOfJdk(name) ? 'absent' : undefined);
    return new Map(names.map((name) => [name, found.get(name) ?? missing(name)]));
  }

  /** The class files that loaded classes seem to have come from, by their ids; compare before you believe it. */
  async filesOf(classes: readonly LoadedClass[]): Promise<ReadonlyMap<ReferenceTypeId, ClassFile>> {
    const byLoader = new Map<ClassLoaderId, LoadedClass[]>();
    for (const loaded of classes) {
      const loader = await this.#context.index.loaderOf(loaded);
      byLoader.set(loader, [...(byLoader.get(loader) ?? []), loaded]);
    }
    const files = new Map<ReferenceTypeId, ClassFile>();
    for (const siblings of byLoader.values()) {
      const names = siblings.map(({ name }) => name.replaceAll('.', '/'));
      const found = await this.find(names, siblings[0]!);
      for (const [at, { id }] of siblings.entries()) {
        const file = found.get(names[at]!);
        if (file !== undefined && file !== 'absent') files.set(id, file);
      }
    }
    return files;
  }

  #isOfJdk(name: string): boolean {
    return ofJdk.test(name) || (this.#feature < withoutEnterprise && name.startsWith('javax/'));
  }

  async #pathOf(loader: ClassLoaderId, asker: string): Promise<LoaderPath> {
    const chain: string[][] = [];
    for (let at = loader; at !== 0n;) {
      const found = await entriesOfLoader(this.#context.connection, at);
      if (!found) return { entries: [], isHere: false };
      chain.unshift(await withManifests(found.entries));
      at = found.parent;
    }
    const entries = chain.flat();
    const isHere = (await lookInto(entries, new Set([asker]), this.#feature)).size > 0;
    return { entries, isHere };
  }
}

interface LoaderPath {
  /** In the order in which they are asked. */
  readonly entries: readonly string[];
  /** They are those of the JVM, not of another machine with like paths. */
  readonly isHere: boolean;
}

/** What jars name in their manifests comes behind them. */
async function withManifests(entries: readonly string[]): Promise<string[]> {
  const all = new Set<string>();
  for (const left = [...entries]; left.length > 0;) {
    const entry = left.shift()!;
    if (all.has(entry)) continue;
    all.add(entry);
    left.unshift(...(await inJar(entry, (zip) => namedByManifest(entry, zip)).catch(() => [])));
  }
  return [...all];
}

async function namedByManifest(jar: string, zip: ZipFile): Promise<string[]> {
  const manifest = await manifestOf(zip);
  return manifest ? manifestClassPath(jar, manifest) : [];
}

async function manifestOf(zip: ZipFile): Promise<ReturnType<typeof parseManifest> | undefined> {
  const entry = zip.entries.find(({ name }) => name === MANIFEST);
  return entry && parseManifest((await zip.read(entry)).toString('utf8'));
}

/** Of several entries that have a class the first one counts. */
async function lookInto(
  entries: readonly string[],
  names: ReadonlySet<string>,
  feature: number,
): Promise<Map<string, ClassFile>> {
  const found = new Map<string, ClassFile>();
  const each = await mapLimit(entries, pipelined, (entry) =>
    lookIntoOne(entry, names, feature).catch(() => new Map<string, Buffer>()),
  );
  for (const classes of each)
    for (const [name, bytes] of classes) {
      const file = found.has(name) ? undefined : parse(bytes);
      if (file) found.set(name, file);
    }
  return found;
}

function parse(bytes: Buffer): ClassFile | undefined {
  try {
    return parseClassFile(bytes);
  } catch (error) {
    if (error instanceof ClassFileError) return undefined;
    throw error;
  }
}

async function lookIntoOne(
  entry: string,
  names: ReadonlySet<string>,
  feature: number,
): Promise<Map<string, Buffer>> {
  if ((await stat(entry)).isFile()) return inJar(entry, (zip) => lookIntoJar(zip, names, feature));
  const classes = new Map<string, Buffer>();
  await mapLimit([...names], pipelined, async (name) => {
    const bytes = await readFile(join(entry, `${name}.class`)).catch(() => undefined);
    if (bytes) classes.set(name, bytes);
  });
  return classes;
}

async function lookIntoJar(
  zip: ZipFile,
  names: ReadonlySet<string>,
  feature: number,
): Promise<Map<string, Buffer>> {
  const best = new Map<string, { readonly entry: ZipEntry; readonly release: number }>();
  for (const entry of zip.entries) {
    const { release, name } = versioned(entry.name);
    if (!names.has(name) || release > feature || release < (best.get(name)?.release ?? 0)) continue;
    best.set(name, { entry, release });
  }
  const isForSeveral = async (): Promise<boolean> =>
    (await manifestOf(zip))?.get('Multi-Release')?.toLowerCase() === 'true';
  const classes = new Map<string, Buffer>();
  for (const [name, { entry, release }] of best) {
    const plain = release > 0 && !(await isForSeveral());
    const chosen = plain ? zip.entries.find((each) => each.name === `${name}.class`) : entry;
    if (chosen) classes.set(name, await zip.read(chosen));
  }
  return classes;
}

/** `META-INF/versions/11/demo/A.class` is demo/A for release 11. */
function versioned(path: string): { name: string; release: number } {
  const match = /^META-INF\/versions\/(\d+)\/(.*)$/.exec(path);
  const name = (match?.[2] ?? path).replace(/\.class$/, '');
  return { name, release: Number(match?.[1] ?? 0) };
}

async function inJar<T>(path: string, use: (zip: ZipFile) => Promise<T>): Promise<T> {
  const zip = await ZipFile.open(path);
  try {
    return await use(zip);
  } finally {
    await zip.close();
  }
}
