/** What repositories have beside a file, in the order they are asked for. */
export const ALGORITHMS = ['sha256', 'sha512', 'sha1'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const DIGITS: Readonly<Record<Algorithm, number>> = { sha256: 64, sha512: 128, sha1: 40 };

export interface Checksum {
  readonly algorithm: Algorithm;
  /** Lower-case hexadecimal digits. */
  readonly digest: string;
}

/** Reads a checksum file: the digits alone, or with the name of the file before or behind them. */
export function readChecksum(algorithm: Algorithm, text: string): Checksum | undefined {
  const digest = text
    .toLowerCase()
    .split(/[^0-9a-z]+/)
    .find((word) => word.length === DIGITS[algorithm] && /^[0-9a-f]+$/.test(word));
  return digest === undefined ? undefined : { algorithm, digest };
}
