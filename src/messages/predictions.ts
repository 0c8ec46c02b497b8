import { methodTypeText } from '../classfile/descriptors';
import type { Cause, Note, NoteCode, Reason, ReasonCode } from '../hotswap/predict/reasons';
import type { Translate } from './translate';

type ReasonText = (reason: Reason, t: Translate) => string;

const className = ({ className: name }: Pick<Reason, 'className'>): string =>
  (name ?? '').replaceAll('/', '.');
/** `f(int)` of the method `f(I)V`, `(int)` of a constructor; a field by its name. */
const member = ({ member: key }: Pick<Reason, 'member'>): string => {
  const open = key?.indexOf('(') ?? -1;
  if (key === undefined || open < 0) return key ?? '';
  const name = key.slice(0, open);
  return shortMethod(name === '<init>' ? '' : name, key.slice(open));
};
const shortMethod = (name: string, descriptor: string): string => {
  const parameters = methodTypeText(descriptor)?.parameters ?? [];
  return `${name}(${parameters.map((type) => type.replace(/^.*\./, '')).join(', ')})`;
};
const from = ({ from: text }: Pick<Reason, 'from'>): string => text ?? '';
const to = ({ to: text }: Pick<Reason, 'to'>): string => text ?? '';

/** `f(int)` of `f(I)V`. */
export function methodNameText(key: string): string {
  return member({ member: key });
}

const kindOf = ({ member: key }: Reason): 'constructor' | 'initializer' | 'method' =>
  key?.startsWith('<init>') ? 'constructor' : key?.startsWith('<clinit>') ? 'initializer' : 'method';

const methodTexts: Readonly<
  Record<ReturnType<typeof kindOf>, Readonly<Record<'added' | 'removed' | 'flags', ReasonText>>>
> = {
  constructor: {
    added: (reason, t) => t('The constructor {0} was added.', member(reason)),
    removed: (reason, t) => t('The constructor {0} was removed.', member(reason)),
    flags: (reason, t) =>
      t(
        'The modifiers of the constructor {0} changed from "{1}" to "{2}".',
        member(reason),
        from(reason),
        to(reason),
      ),
  },
  initializer: {
    added: (_reason, t) => t('The class got a static initialiser, and had none.'),
    removed: (_reason, t) => t('The static initialiser was removed.'),
    flags: (_reason, t) => t('The modifiers of the static initialiser changed.'),
  },
  method: {
    added: (reason, t) => t('The method {0} was added.', member(reason)),
    removed: (reason, t) => t('The method {0} was removed.', member(reason)),
    flags: (reason, t) =>
      t(
        'The modifiers of the method {0} changed from "{1}" to "{2}".',
        member(reason),
        from(reason),
        to(reason),
      ),
  },
};

/** Why a JVM will refuse a class, one sentence for each code. */
const reasonTexts: Readonly<Record<ReasonCode, ReasonText>> = {
  invalidFormat: (reason, t) => t('The file is not a whole class file: {0}.', reason.what ?? ''),
  versionUnsupported: (reason, t) =>
    t(
      'The class is built for a newer Java (class file version {0}) than the JVM takes ({1}).',
      to(reason),
      from(reason),
    ),
  nameChanged: (reason, t) => t('The file holds another class, {0}.', to(reason).replaceAll('/', '.')),
  superclassMissing: (reason, t) => t('The JVM does not know the superclass {0}.', className(reason)),
  interfaceMissing: (reason, t) => t('The JVM does not know the interface {0}.', className(reason)),
  superclassNotAllowed: (reason, t) => t('The class may not extend {0}.', className(reason)),
  interfaceNotAllowed: (reason, t) => t('The class may not implement {0}.', className(reason)),
  overridesFinal: (reason, t) => t('{0} overrides a final method of {1}.', member(reason), className(reason)),
  superclassChanged: (reason, t) => t('The superclass changed from {0} to {1}.', from(reason), to(reason)),
  interfacesChanged: (reason, t) =>
    t('The interfaces changed from ({0}) to ({1}).', from(reason), to(reason)),
  interfacesReordered: (_reason, t) => t('The interfaces stand in another order.'),
  initializationFailed: (_reason, t) =>
    t('The class failed to initialise in this JVM and can not be redefined any more.'),
  nestHostChanged: (_reason, t) => t('The class belongs to another outer class now.'),
  nestMemberAdded: (reason, t) => t('A nested class was added: {0}.', className(reason)),
  nestMemberRemoved: (reason, t) => t('A nested class was removed: {0}.', className(reason)),
  recordChanged: (_reason, t) => t('The components of the record changed.'),
  permittedSubclassesChanged: (_reason, t) => t('The permitted subclasses changed.'),
  classFlagsChanged: (reason, t) =>
    t('The modifiers of the class changed from "{0}" to "{1}".', from(reason), to(reason)),
  flightRecorderEvent: (_reason, t) =>
    t('The JVM adds fields to event classes of the flight recorder and can not redefine them.'),
  fieldAdded: (reason, t) => t('The field {0} was added.', member(reason)),
  fieldRemoved: (reason, t) => t('The field {0} was removed.', member(reason)),
  fieldTypeChanged: (reason, t) =>
    t('The type of the field {0} changed from {1} to {2}.', member(reason), from(reason), to(reason)),
  fieldFlagsChanged: (reason, t) =>
    t(
      'The modifiers of the field {0} changed from "{1}" to "{2}".',
      member(reason),
      from(reason),
      to(reason),
    ),
  fieldsReordered: (_reason, t) => t('The fields stand in another order.'),
  methodAdded: (reason, t) => methodTexts[kindOf(reason)].added(reason, t),
  methodRemoved: (reason, t) => methodTexts[kindOf(reason)].removed(reason, t),
  methodFlagsChanged: (reason, t) => methodTexts[kindOf(reason)].flags(reason, t),
  verifierNeedsClass: (reason, t) =>
    t('To verify the class the JVM needs {0}, which it does not know.', className(reason)),
  failsVerification: (reason, t) => t('The code does not fit the classes that run: {0}.', reason.what ?? ''),
};

/** What in the source usually leads to a change of members that nobody wrote. */
const causeTexts: Readonly<Record<Cause, (t: Translate) => string>> = {
  lambda: (t) => t('It comes from a lambda.'),
  assert: (t) => t('It comes from an assert statement.'),
  enumSwitch: (t) => t('It comes from a switch over an enum.'),
  accessor: (t) => t('It comes from access to a private member of a nested class.'),
  bridge: (t) => t('It comes from an overridden generic method.'),
  enumConstants: (t) => t('It comes from the constants of the enum.'),
  nestedClass: (t) => t('It comes from a nested class.'),
};

export function describeReason(reason: Reason, t: Translate): string {
  const parts = [reasonTexts[reason.code](reason, t)];
  if (reason.cause) parts.push(causeTexts[reason.cause](t));
  if (reason.definable) parts.push(t('Once that class is defined the JVM takes it.'));
  return parts.join(' ');
}

/** Longer lists are cut. */
const mostListed = 8;

function listOf(names: readonly string[], t: Translate): string {
  const listed = names.slice(0, mostListed).join(', ');
  return names.length > mostListed ? t('{0} and {1} more', listed, names.length - mostListed) : listed;
}

function constantText({ member: name = '', from: value = '', classes }: Note, t: Translate): string {
  if (classes === undefined)
    return t('{0} is a constant: classes compiled with the old value keep it.', name);
  if (classes.length === 0)
    return t('{0} is a constant: no built class holds the old value, only reflection still sees it.', name);
  return t(
    '{0} is a constant: these hold the old value {1} until they are compiled again: {2}.',
    name,
    value,
    listOf(classes, t),
  );
}

const noteTexts: Readonly<Record<NoteCode, (note: Note, t: Translate) => string>> = {
  staticInitializer: (note, t) =>
    note.member === undefined
      ? t('The static initialiser ran already and will not run again.')
      : t('The static field {0} keeps its value: initialisers do not run again.', note.member),
  constructor: (note, t) =>
    note.instances === undefined
      ? t('Objects that exist keep what the old constructor gave them.')
      : note.instances === 1
        ? t('One object that exists keeps what the old constructor gave it.')
        : t('{0} objects that exist keep what the old constructor gave them.', note.instances),
  onStack: (note, t) => t('{0} runs right now: it goes on with its old code until it returns.', member(note)),
  constantInlined: (note, t) => constantText(note, t),
  enumConstants: (_note, t) => t('The constants of the enum exist already and stay as they are.'),
  annotation: (note, t) =>
    t('The annotation {0} changed: frameworks that read it once at start will not notice.', className(note)),
  recordComponents: (_note, t) =>
    t('Libraries that have looked at the components of the record keep what they saw.'),
  genericSignature: (_note, t) => t('Libraries that have looked at the generic types keep what they saw.'),
  unknown: (note, t) => t('The JVM does not tell its {0}; it is taken to be unchanged.', note.what ?? ''),
};

/** What will not take effect although the JVM accepts the class. */
export function describeNote(note: Note, t: Translate): string {
  return noteTexts[note.code](note, t);
}
