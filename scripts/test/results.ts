/** What one run of mocha came to; `npm test` adds these up. */
export interface Results {
  readonly passed: number;
  /** Titles of what failed, with the first line of its error. */
  readonly failed: readonly string[];
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}
