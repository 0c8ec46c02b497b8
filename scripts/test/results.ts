/** What one run of mocha came to; `npm test` adds these up. */
export interface Results {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}
