import { SwapdeckError } from '../../util/errors';

/** `write`: a swap could not be written down, so it was not done. `details.path` is the ledger's folder. */
export type LedgerErrorReason = 'write';

export class LedgerError extends SwapdeckError<LedgerErrorReason> {}
