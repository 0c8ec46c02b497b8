import { SwapdeckError } from './errors';

/** A NUL can't be in an argument of any command. */
export class UnquotableError extends SwapdeckError<'unquotable'> {}

/** Words no POSIX shell reads anything into; `=` is not among them, since `a=b cmd` sets a variable. */
const PLAIN = /^[\w@%+:,./-]+$/;

/**
 * An argv as one line for a POSIX shell (XCU 2.2), the only place where a command line is put together. Each word
 * arrives as it is: nothing in it is expanded.
 */
export function quotePosix(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  if (word.includes('\0'))
    throw new UnquotableError('unquotable', 'an argument of a command has a NUL in it');
  // A quote can't be inside single quotes: end them, a quoted quote, begin again.
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
