/**
 * Skips the test or, from a `before` hook, its suite, and says why: `npm test` prints the reasons, and in
 * continuous integration a skipped test counts as a failure.
 */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable();
  const isHook = (runnable as { type?: string }).type === 'hook';
  const subject = isHook ? runnable.parent : runnable;
  Object.assign(subject ?? {}, { skipReason: reason });
  return context.skip();
}
