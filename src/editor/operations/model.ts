import type { Deployable } from '../../environments/deployable';

/** How an operation, or a part of it, stands: what its row says. */
export interface OperationRow {
  readonly words: readonly string[];
  /** A codicon, and how it is coloured. */
  readonly icon: string;
  readonly color?: 'green' | 'yellow' | 'red';
  /** Lines; `words` unless given. */
  readonly tooltip?: readonly string[];
  /** What menus ask for, besides the kind. */
  readonly marks: readonly string[];
}

/** Below an operation: a node of a fleet, a host of an address, a place of a certificate. */
export interface OperationPart extends OperationRow {
  /** Unique below its operation. */
  readonly name: string;
}

export interface OperationLook extends OperationRow {
  readonly parts: readonly OperationPart[];
}

/** Asks how an operation stands. One a kind. */
export type LookAt<D extends Deployable = Deployable> = (
  deployable: D,
  signal: AbortSignal,
) => Promise<OperationLook>;
