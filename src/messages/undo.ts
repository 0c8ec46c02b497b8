import type { LedgerErrorReason } from '../hotswap/ledger/errors';
import type { UndoErrorReason } from '../hotswap/ledger/undo';
import { fact, type Texts } from './message';

/** Where what is done can't be written down. */
export const ledgerTexts: Texts<LedgerErrorReason> = {
  write: (facts) => ({
    title: facts.t("The swap was not done, because it can't be written down."),
    detail: facts.t('{0} can not be written to.', fact(facts, 'path')),
    next: ['freeSpace', 'showLog'],
  }),
};

/** Where a swap can't be taken back. */
export const undoTexts: Texts<UndoErrorReason> = {
  unknownBefore: (facts) => ({
    title: facts.t("What ran before the swap is not known, so it can't be put back."),
    detail: facts.t('Classes: {0}.', fact(facts, 'classes')),
    next: ['restartJvm'],
  }),
  notSwapped: (facts) => ({
    title: facts.t('The swap did not take effect: there is nothing to take back.'),
    detail: facts.t('Classes: {0}.', fact(facts, 'classes')),
    next: ['showLog'],
  }),
  superseded: (facts) => ({
    title: facts.t('The JVM no longer runs what this swap put there.'),
    detail: facts.t(
      'Something swapped these classes since: {0}. Take that back first.',
      fact(facts, 'classes'),
    ),
    next: ['compare', 'restartJvm'],
  }),
  missingBytes: (facts) => ({
    title: facts.t('The class files of before the swap are no longer kept.'),
    detail: facts.t('Classes: {0}.', fact(facts, 'classes')),
    next: ['undoEdit', 'restartJvm'],
  }),
  unknownSwap: (facts) => ({
    title: facts.t('No such swap was written down here.'),
    detail: facts.t('Asked for: {0}.', fact(facts, 'swap')),
    next: ['showSwaps'],
  }),
  nothingToUndo: ({ t }) => ({
    title: t('Nothing was swapped since the JVM was attached.'),
    next: ['showLog'],
  }),
};
