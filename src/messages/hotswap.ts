import type { HotSwapErrorReason } from '../hotswap/errors';
import type { ClassResult, LoaderInfo, LoaderResult } from '../hotswap/model';
import { fact, type Texts } from './message';
import { refusalReason } from './refusals';
import type { Translate } from './translate';

/** Where the inner loop could not do its work. */
export const hotSwapTexts: Texts<HotSwapErrorReason> = {
  notAttached: ({ t, where }) => ({
    title: t('{0} is not attached.', where),
    next: ['attach'],
  }),
  alreadyAttached: ({ t, where }) => ({
    title: t('{0} is attached already.', where),
    next: ['detach'],
  }),
  detached: ({ t, where }) => ({
    title: t('{0} was detached in the meantime.', where),
    next: ['attach'],
  }),
  unknownOutcome: ({ t, where }) => ({
    title: t('The connection to {0} was cut in the middle of a swap.', where),
    detail: t(
      'The JVM took all of its classes or none. When it is back, what it runs is compared with the class files, and what still differs is swapped.',
    ),
    next: ['retry', 'compare'],
  }),
  held: (facts) => ({
    title: facts.t('Another debugger holds the JVM at {0}.', facts.where),
    detail: facts.t(
      'A JVM serves one debugger at a time and does not listen meanwhile. Detach the other one, in this or another editor.',
    ),
    next: ['detachOther', 'retry'],
  }),
  unsupported: ({ t, where }) => ({
    title: t("The JVM at {0} can't redefine classes.", where),
    detail: t('Hot swap needs a JVM with this capability, as every HotSpot JVM has it.'),
    next: ['restartJvm'],
  }),
  noClassRoots: ({ t, where }) => ({
    title: t('No compiled classes were found for {0}.', where),
    detail: t(
      'Build the project once, or say where its classes are: applications.NAME.classes in swapdeck.yaml, or --classes on the command line.',
    ),
    next: ['configureClasses', 'rebuild'],
  }),
  watch: (facts) => ({
    title: facts.t("{0} can't be watched for changes.", fact(facts, 'path')),
    detail: facts.t('The folder is gone, may not be read, or the system watches too many already.'),
    next: ['configureClasses', 'showLog'],
  }),
  notTakenBack: (facts) => ({
    title: facts.t('{0} runs other classes than the JVMs it was swapped with.', facts.where),
    detail: facts.t(
      'Another JVM did not take the swap, and here it could not be taken back. Classes: {0}.',
      fact(facts, 'classes'),
    ),
    next: ['compare', 'restartJvm'],
  }),
  groupIncomplete: (facts) => ({
    title: facts.t(
      '{0} was not swapped, because {1} could not be reached.',
      facts.where,
      fact(facts, 'cause'),
    ),
    detail: facts.t('They are swapped together or not at all.'),
    next: ['retry'],
  }),
  noThread: ({ t, where }) => ({
    title: t('{0} is idle: no thread came by to define the new classes.', where),
    detail: t(
      'A new class is defined in a thread of the JVM as soon as one runs. Send the application a request, then swap again.',
    ),
    next: ['retry'],
  }),
};

/** What became of one class, in a few words. */
export function classOutcome(result: ClassResult, t: Translate): string {
  switch (result.outcome) {
    case 'swapped':
      if (result.verified === false)
        return t('taken, but the JVM runs other code: an agent in it rewrites classes');
      return swappedUnder(result, t);
    case 'defined':
      return t('new, and defined in the running JVM');
    case 'takenBack':
      return t('taken back to what ran before, because another JVM of the group did not take the swap');
    case 'pending':
      return t('waits until the JVM loads it');
    case 'refused':
      if (result.exception !== undefined) return undefinable(result.exception, t);
      return result.error === undefined ? t('refused') : refusalReason(result.error, t);
    case 'skipped':
      if (result.heldBackBy !== undefined)
        return t('not swapped, because {0} did not take it', result.heldBackBy);
      if (result.state === 'unloaded') return t('not loaded');
      return result.state === 'same'
        ? t('nothing to do')
        : t('not swapped, because another class of the same save was refused');
    case 'unknown':
      return t('nobody knows yet: the connection was cut before the answer');
  }
}

function swappedUnder({ loaders = [] }: ClassResult, t: Translate): string {
  const count = loaders.filter(({ outcome }) => outcome === 'swapped').length;
  if (loaders.length <= 1) return t('swapped');
  return count === loaders.length
    ? t('swapped under {0} class loaders', count)
    : t('swapped under {0} of {1} class loaders', count, loaders.length);
}

/** Why a class loader did not take a new class, by the class name of what it threw. */
function undefinable(exception: string, t: Translate): string {
  switch (exception) {
    case 'bootstrap':
      return t('it is new, and the classes beside it belong to the JVM itself');
    case 'java.lang.NoClassDefFoundError':
      return t('it is new, and a class that it builds on is not there');
    case 'java.lang.UnsupportedClassVersionError':
      return t('it is new, and was compiled for a later Java version than the JVM runs');
    case 'java.lang.SecurityException':
      return t('it is new, and its package is signed or sealed');
    case 'java.lang.IllegalStateException':
      return t('it is new, and its class loader was stopped');
    default:
      return t('it is new, and its class loader threw {0}', exception);
  }
}

/** A class loader, as a person tells it from others. */
export function loaderName({ type, name, id }: LoaderInfo): string {
  const short = type.slice(type.lastIndexOf('.') + 1);
  return name === undefined ? `${short} ${id}` : `${short} ${name}`;
}

/** What became of the class of one loader, in a word or two. */
export function loaderOutcome({ state, outcome }: LoaderResult, t: Translate): string {
  switch (outcome) {
    case 'swapped':
      return t('swapped');
    case 'takenBack':
      return t('taken back');
    case 'refused':
      return t('refused');
    case 'unknown':
      return t('outcome unknown');
    case 'skipped':
    case 'defined':
    case 'pending':
      return state === 'same' ? t('the same') : t('left alone');
  }
}

/** What a swap under way waits for. */
export function waitingFor(what: 'jvm' | 'queue', t: Translate): string {
  return what === 'jvm'
    ? t('Waiting for the JVM to answer: it collects garbage, is suspended, or is busy.')
    : t('Waiting for the swap before this one.');
}
