import { digestOf } from '../known';
import type { BuiltClass } from '../model';
import { pathKey } from '../roots/relevant';

/** Remembers what was last dealt with of each class file, so that a file written again with the same bytes is none. */
export class LastWritten {
  /** By class root. */
  readonly #digests = new Map<string, Map<string, string>>();

  note(classes: readonly BuiltClass[]): void {
    for (const built of classes) {
      const root = pathKey(built.root);
      const digests = this.#digests.get(root) ?? new Map<string, string>();
      this.#digests.set(root, digests.set(key(built), digestOf(built)));
    }
  }

  /** Those that are new; they are noted. */
  newIn(classes: readonly BuiltClass[]): BuiltClass[] {
    const written = classes.filter(
      (built) => this.#digests.get(pathKey(built.root))?.get(key(built)) !== digestOf(built),
    );
    this.note(written);
    return written;
  }

  /** What is written to a class root that nobody watches is not known. */
  forget(root: string): void {
    this.#digests.delete(pathKey(root));
  }
}

/** A jar is one file with many classes. */
function key({ file, name }: BuiltClass): string {
  return `${file}\n${name}`;
}
