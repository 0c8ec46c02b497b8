import { systemCode } from '../../util/errors';
import type { BuiltClass } from '../model';
import { builtClass } from '../roots/builtClass';
import { classEntries } from '../roots/readRoot';
import { ZipError, ZipFile } from '../roots/zip';

/** Jar -> entry -> CRC-32. */
type Checksums = Map<string, ReadonlyMap<string, number>>;

/** Tells which classes of a jar are new since it was last dealt with, by the checksums in its directory. */
export class JarReader {
  readonly #dealtWith: Checksums = new Map();
  readonly #read: Checksums = new Map();

  /** Looks at a jar as it is now; nothing in it counts as new. */
  async remember(jar: string): Promise<void> {
    const zip = await ZipFile.open(jar).catch(() => undefined);
    if (!zip) return;
    this.#dealtWith.set(jar, checksums(zip));
    await zip.close();
  }

  /** What was read last of a jar was dealt with: it is not new any more. */
  settle(jar: string): void {
    const read = this.#read.get(jar);
    if (read) this.#dealtWith.set(jar, read);
  }

  /** The new classes; the same ones again until `settle`. */
  async read(jar: string): Promise<readonly BuiltClass[] | 'incomplete' | 'gone'> {
    let zip: ZipFile;
    try {
      zip = await ZipFile.open(jar);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return 'gone';
      if (error instanceof ZipError && error.reason === 'incomplete') return 'incomplete';
      throw error;
    }
    try {
      const before = this.#dealtWith.get(jar);
      const classes: BuiltClass[] = [];
      for (const entry of classEntries(zip)) {
        if (before?.get(entry.name) === entry.crc) continue;
        const built = builtClass(await zip.read(entry), jar, jar);
        // The jar is whole, so this is no class file and never will be.
        if (built !== 'incomplete') classes.push(built);
      }
      this.#read.set(jar, checksums(zip));
      return classes;
    } finally {
      await zip.close();
    }
  }
}

function checksums(zip: ZipFile): ReadonlyMap<string, number> {
  return new Map(classEntries(zip).map(({ name, crc }) => [name, crc]));
}
