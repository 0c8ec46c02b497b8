import { digestOf } from '../known';
import type { BuiltClass } from '../model';

/** Remembers what was last dealt with of each class file, so that a file written again with the same bytes is none. */
export class LastWritten {
  readonly #digests = new Map<string, string>();

  note(classes: readonly BuiltClass[]): void {
    for (const built of classes) this.#digests.set(key(built), digestOf(built));
  }

  /** Those that are new; they are noted. */
  newIn(classes: readonly BuiltClass[]): BuiltClass[] {
    const written = classes.filter((built) => this.#digests.get(key(built)) !== digestOf(built));
    this.note(written);
    return written;
  }
}

/** A jar is one file with many classes. */
function key({ file, name }: BuiltClass): string {
  return `${file}\n${name}`;
}
