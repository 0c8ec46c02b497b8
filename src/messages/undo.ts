import type { LedgerErrorReason } from '../hotswap/ledger/errors';
import type { UndoErrorReason } from '../hotswap/ledger/undo';
import type { LedgerEntry } from '../hotswap/ledger/entries';
import type { ClassOutcome, SwapRecord } from '../hotswap/model';
import { fact, toMessage, type Message, type Texts } from './message';
import type { Translate } from './translate';

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

/** In a few words: what became of a swap. */
export function swapOutcome(entry: LedgerEntry, t: Translate): string {
  const text = outcomeText(entry, t);
  return entry.begin.origin === 'undo' ? t('undo: {0}', text) : text;
}

function outcomeText({ end, open }: Pick<LedgerEntry, 'end' | 'open'>, t: Translate): string {
  if (!end || open.length > 0) return t('outcome unknown');
  const count = (outcome: ClassOutcome): number =>
    end.results.filter((each) => each.outcome === outcome).length;
  const refused = count('refused');
  if (refused > 0) return t('{0} refused', classCount(refused, t));
  if (end.error !== undefined) return end.error === 'jvmEnded' ? t('the JVM ended') : t('failed');
  const swapped = count('swapped');
  const pending = count('pending');
  const taken = count('takenBack');
  if (taken > 0) return t('{0} taken back', classCount(taken, t));
  if (swapped > 0 && pending > 0) return t('{0}, {1} pending', classCount(swapped, t), pending);
  if (pending > 0) return t('{0} pending', classCount(pending, t));
  return swapped > 0 ? classCount(swapped, t) : t('nothing changed');
}

function classCount(count: number, t: Translate): string {
  return count === 1 ? t('1 class') : t('{0} classes', count);
}

/** A swap whose process ended before the JVM's answer, and what comparing told of it. */
export function foundSwap({ classes, jvm }: SwapRecord, t: Translate): Message {
  const swapped = classes.filter(({ outcome }) => outcome === 'swapped').length;
  const isUnclear = classes.some(({ outcome }) => outcome === 'unknown');
  const title = isUnclear
    ? t('A swap in {0} was cut off, and the JVM runs neither what it sent nor what ran before.', jvm)
    : swapped > 0
      ? t(
          'A swap in {0} was cut off; comparing shows that the JVM took it: {1}.',
          jvm,
          classCount(swapped, t),
        )
      : t('A swap in {0} was cut off; comparing shows that the JVM did not take it.', jvm);
  return toMessage({ title, next: isUnclear ? ['compare'] : ['showSwaps'] }, t);
}

/** What is asked before everything is taken back. */
export function undoAllQuestion(
  jvm: string,
  classes: number,
  t: Translate,
): { readonly title: string; readonly detail: string; readonly button: string } {
  return {
    title: t('Undo everything that was swapped in {0} since it was attached?', jvm),
    detail: t('{0} will run again what they ran then. This can be redone.', classCount(classes, t)),
    button: t('Undo Everything'),
  };
}
