import type { ClassResult } from '../hotswap/model';
import type { Draft, NextStepId } from './message';
import type { Translate } from './translate';

/**
 * The JVM's answers to RedefineClasses, by JDWP error constant (specification, "Error Constants"; the edits behind
 * them as measured on HotSpot). `short` finishes the sentence "... can't be swapped: ".
 */
interface Refusal {
  readonly short: (t: Translate) => string;
  readonly detail: (t: Translate) => string;
  readonly next: readonly NextStepId[];
}

const EDIT: readonly NextStepId[] = ['restartJvm', 'undoEdit'];

const refusals = {
  20: {
    short: (t) => t('the JVM no longer knows it'),
    detail: (t) => t('It was unloaded while the swap was under way.'),
    next: ['compare'],
  },
  21: {
    short: (t) => t('the JVM does not take it for a class'),
    detail: (t) =>
      t('It was unloaded while the swap was under way, or it is one that the JVM never redefines.'),
    next: ['compare'],
  },
  60: {
    short: (t) => t('its class file is damaged'),
    detail: (t) => t('The compiler was interrupted, or something else wrote to the file.'),
    next: ['rebuild'],
  },
  61: {
    short: (t) => t('it would be its own superclass or interface'),
    detail: (t) => t('The classes were compiled at different times and no longer fit together.'),
    next: ['rebuild', 'undoEdit'],
  },
  62: {
    short: (t) => t("the JVM's verifier rejects its bytecode"),
    detail: (t) =>
      t(
        "It may refer to a class that the JVM can't find, such as one that is new since the start, or was compiled against other versions.",
      ),
    next: ['rebuild', 'restartJvm'],
  },
  63: {
    short: (t) => t('a method was added'),
    detail: (t) =>
      t(
        'Lambdas, private helper methods and the like count too. A running JVM takes changed method bodies, not new methods.',
      ),
    next: EDIT,
  },
  64: {
    short: (t) => t('its fields changed'),
    detail: (t) =>
      t(
        'A field was added, removed, reordered or changed its type; the first assert of a class adds one as well.',
      ),
    next: EDIT,
  },
  65: {
    short: (t) => t('its stack maps do not fit'),
    detail: (t) => t('The class file was made by a tool that leaves them incomplete.'),
    next: ['rebuild', 'restartJvm'],
  },
  66: {
    short: (t) => t('its superclass or interfaces changed'),
    detail: (t) => t('The order of the interfaces counts too.'),
    next: EDIT,
  },
  67: {
    short: (t) => t('a method was removed'),
    detail: (t) =>
      t('A changed name or parameter list is a removed and an added method. So is a lambda that is gone.'),
    next: EDIT,
  },
  68: {
    short: (t) => t('it was compiled for another Java version than the JVM runs'),
    detail: (t) => t("Compile with --release of the JVM's version or an older one."),
    next: ['chooseJdk', 'rebuild'],
  },
  69: {
    short: (t) => t('its name, or a class it now builds on, is not what the JVM expects'),
    detail: (t) =>
      t(
        'The file holds a class of another name, or a new superclass or interface that the JVM has not loaded.',
      ),
    next: ['rebuild', 'restartJvm'],
  },
  70: {
    short: (t) => t('the modifiers of the class changed'),
    detail: (t) => t('Such as public, final or abstract.'),
    next: EDIT,
  },
  71: {
    short: (t) => t('the modifiers of a method changed'),
    detail: (t) => t('Such as public, static, final or synchronized.'),
    next: EDIT,
  },
  72: {
    short: (t) => t('its inner classes, record components or permitted subclasses changed'),
    detail: (t) => t('A new anonymous or inner class does this, and so does the first switch on an enum.'),
    next: EDIT,
  },
  99: {
    short: (t) => t("this JVM can't redefine classes"),
    detail: (t) => t('The JVM does not offer it, or not while it was started like this.'),
    next: ['restartJvm'],
  },
  110: {
    short: (t) => t('the JVM is out of memory'),
    detail: (t) => t('Nothing was changed.'),
    next: ['restartJvm'],
  },
  112: {
    short: (t) => t('the JVM is ending'),
    detail: (t) => t('It is tried again when the JVM is back.'),
    next: ['retry'],
  },
  113: {
    short: (t) => t('the JVM met an internal error'),
    detail: (t) => t("It is one of the JVM's own; its log may say more."),
    next: ['retry', 'restartJvm'],
  },
} as const satisfies Readonly<Record<number, Refusal>>;

/** The error constants there are words for. */
export const refusalErrors = Object.keys(refusals).map(Number);

function refusal(error: number): Refusal {
  return (
    (refusals as Readonly<Record<number, Refusal>>)[error] ?? {
      short: (t) => t('the JVM answered with error {0}', error),
      detail: (t) => t('The debugger protocol does not list this error for a redefinition.'),
      next: ['showLog', 'restartJvm'],
    }
  );
}

/**
 * Why the JVM took none of the classes of one swap: a packet is all or nothing, and the JVM does not say which
 * class it minds, so name the one it is when that is known, else all of them.
 */
export function refusedSwap(error: number, classNames: readonly string[], t: Translate): Draft {
  const { short, detail, next } = refusal(error);
  const [name = '', ...others] = classNames;
  const title =
    others.length === 0
      ? t("{0} can't be swapped: {1}.", name, short(t))
      : t(
          "One of {0} classes can't be swapped, so none was ({1}, ...): {2}.",
          classNames.length,
          name,
          short(t),
        );
  return { title, detail: detail(t), next };
}

/** The same for the refused ones of a swap; a new class may have been refused by its class loader. */
export function refusedClasses(refused: readonly ClassResult[], t: Translate): Draft {
  const undefinable = refused.find(({ exception }) => exception !== undefined);
  if (undefinable) {
    const { name, exception = '' } = undefinable;
    return {
      title: t("{0} is new and can't be defined in the running JVM, so nothing was swapped.", name),
      detail: t('Its class loader threw {0}.', exception),
      next: ['rebuild', 'restartJvm'],
    };
  }
  const names = refused.map(({ name }) => name);
  return refusedSwap(refused[0]?.error ?? 0, names, t);
}

/** The reason alone, for a line next to the class. */
export function refusalReason(error: number, t: Translate): string {
  return refusal(error).short(t);
}
