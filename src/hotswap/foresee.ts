import type { BuiltClass, Change, JvmSession } from './model';

/** A session and the classes of a change that it would be sent. */
export interface Fed<S extends JvmSession = JvmSession> {
  readonly session: S;
  readonly classes: readonly BuiltClass[];
}

/**
 * Looks at a change before it is sent; the change waits for it, so that it must not take long. What it predicts is
 * written down with the swaps. Never rejects.
 */
export type Foresee = (
  change: Change,
  parts: readonly Fed[],
  signal?: AbortSignal,
) => Promise<Change['predicted']>;
