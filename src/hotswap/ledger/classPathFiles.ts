import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { VirtualMachine } from '../../jdwp/commands';
import type { JdwpConnection } from '../../jdwp/connection';
import type { BuiltClass } from '../model';
import { builtClass } from '../roots/builtClass';
import { openRoot } from '../roots/readRoot';

/** With more jars than this the classes of the project lie in folders, and looking through all jars takes long. */
const mostJars = 8;

/**
 * Class files on the class path of a JVM of this machine: what it loaded, unless they were replaced since. Asked when
 * nothing else is kept, so that a first swap from another folder can be undone.
 */
export class ClassPathFiles {
  readonly #entries: Promise<readonly string[]>;

  constructor(connection: JdwpConnection) {
    this.#entries = connection.request(VirtualMachine.ClassPaths, {}).then(
      ({ baseDir, classpaths }) => {
        const entries = classpaths.map((entry) => resolve(baseDir, entry));
        const jars = entries.filter(isJar);
        return jars.length > mostJars ? entries.filter((entry) => !isJar(entry)) : entries;
      },
      () => [],
    );
  }

  /** The class files of that name, in the order of the class path. Never rejects. */
  async *find(className: string): AsyncGenerator<BuiltClass> {
    for (const entry of await this.#entries) {
      const built = await (isJar(entry) ? fromJar(entry, className) : fromFolder(entry, className)).catch(
        () => undefined,
      );
      if (built && built !== 'incomplete') yield built;
    }
  }
}

function isJar(entry: string): boolean {
  return /\.(?:jar|war|zip)$/i.test(entry);
}

async function fromFolder(root: string, className: string): Promise<BuiltClass | 'incomplete'> {
  const file = `${join(root, ...className.split('.'))}.class`;
  return builtClass(await readFile(file), file, root);
}

async function fromJar(path: string, className: string): Promise<BuiltClass | 'incomplete' | undefined> {
  const jar = await openRoot(path);
  try {
    return await jar.entries.find(({ name }) => name === className)?.read();
  } finally {
    await jar.close();
  }
}
