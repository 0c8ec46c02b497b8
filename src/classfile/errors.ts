import { SwapdeckError } from '../util/errors';
import { TruncatedError } from '../util/bytes';

/**
 * `truncated`: a read or a length field went past the end of the file or of its attribute.
 * `magic`: does not begin with 0xCAFEBABE. `constantTag`: unknown constant pool tag.
 * `constantIndex`: an index outside the pool, or to a constant of another kind. `utf8`: malformed modified UTF-8.
 * `attribute`: an attribute's content does not fit its layout. `instruction`: bytecode that can't be decoded.
 * `trailing`: bytes after the end of the class. `limit`: a value to be written does not fit its field.
 */
export type ClassFileReason =
  | 'truncated'
  | 'magic'
  | 'constantTag'
  | 'constantIndex'
  | 'utf8'
  | 'attribute'
  | 'instruction'
  | 'trailing'
  | 'limit';

/**
 * A class file that can't be read or written. `offset` is the place in the file where the fault was noticed
 * (in the constant pool or the code itself, when only that was given).
 */
export class ClassFileError extends SwapdeckError<ClassFileReason> {
  readonly offset: number;

  constructor(reason: ClassFileReason, offset: number, what: string) {
    super(reason, `${what} (at offset ${offset})`, { offset, what });
    this.offset = offset;
  }
}

/** Runs `read`; a read past the end becomes a `ClassFileError` whose offset counts from `base`. */
export function withOffsets<T>(base: number, what: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof TruncatedError)) throw thrown;
    const { offset, wanted, available } = thrown.details as Record<'offset' | 'wanted' | 'available', number>;
    throw new ClassFileError(
      'truncated',
      base + offset,
      `${what}: wanted ${wanted} bytes, ${available} left`,
    );
  }
}
