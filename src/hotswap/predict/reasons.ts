/**
 * Why a JVM refuses a redefinition, one by one, and the JDWP error each leads to when it is the first the JVM
 * meets. The order of the table is the order in which HotSpot looks.
 */
export const REASON_ERRORS = {
  /** Not a class file, or one that breaks the format; `what` says how. */
  invalidFormat: 60,
  /** The class file version is newer than the JVM. `from`: newest version it takes, `to`: the file's. */
  versionUnsupported: 68,
  /** The file holds a class of another name, `to`. */
  nameChanged: 69,
  /** A superclass or interface that the JVM can't find, `className`; not refused for it once that is defined. */
  superclassMissing: 69,
  interfaceMissing: 69,
  /** The superclass `className` is final, sealed without this class, an interface, or not accessible. */
  superclassNotAllowed: 62,
  /** The interface `className` is a class, sealed without this class, or not accessible. */
  interfaceNotAllowed: 62,
  /** Overrides a final method of `className`. */
  overridesFinal: 62,
  /** `from`, `to`: names. */
  superclassChanged: 66,
  /** Other interfaces, or the same in another order. */
  interfacesChanged: 66,
  interfacesReordered: 66,
  /** The class failed to initialise in this JVM and can't be redefined any more. */
  initializationFailed: 21,
  nestHostChanged: 72,
  /** Classes came to or went from the outermost class (NestMembers): `className`. */
  nestMemberAdded: 72,
  nestMemberRemoved: 72,
  recordChanged: 72,
  permittedSubclassesChanged: 72,
  /** `from`, `to`: modifiers. */
  classFlagsChanged: 70,
  /** An event class of the flight recorder: the JVM added fields to it and never takes another version. */
  flightRecorderEvent: 64,
  fieldAdded: 64,
  fieldRemoved: 64,
  /** `from`, `to`: types. */
  fieldTypeChanged: 64,
  fieldFlagsChanged: 64,
  fieldsReordered: 64,
  methodAdded: 63,
  methodRemoved: 67,
  methodFlagsChanged: 71,
  /** The verifier needs `className`, which the JVM can't find; not refused for it once that is defined. */
  verifierNeedsClass: 62,
  /** The bytecode does not fit the classes that run; `what` says how. */
  failsVerification: 62,
} as const;

export type ReasonCode = keyof typeof REASON_ERRORS;

/** What in the source usually leads to a change of synthetic members, which nobody writes. */
export type Cause =
  'lambda' | 'assert' | 'enumSwitch' | 'accessor' | 'bridge' | 'enumConstants' | 'nestedClass';

export interface Reason {
  readonly code: ReasonCode;
  /** The JDWP error this reason leads to by itself. */
  readonly error: number;
  /** `f(I)V` for a method, `x` for a field; absent for the class itself. */
  readonly member?: string;
  /** `A.java`; absent when the class does not name its source. */
  readonly file?: string;
  /** Line in the new source, 1 the first; absent when nothing tells it. */
  readonly line?: number;
  readonly className?: string;
  readonly from?: string;
  readonly to?: string;
  readonly what?: string;
  readonly cause?: Cause;
  /** The missing class was built and can be defined before the redefinition: then this reason is gone. */
  readonly definable?: boolean;
}

/** What will not take effect although the JVM accepts the class. */
export type NoteCode =
  /** The static initialiser ran once and will not run again. `member`: the field whose initialiser changed, if one. */
  | 'staticInitializer'
  /** A constructor or the initialiser of an instance field changed: objects that exist keep what they have. */
  | 'constructor'
  /** The method is on a stack now: those frames keep the old code until they return. */
  | 'onStack'
  /** A compile-time constant changed: classes compiled with the old value keep it (`classes`). */
  | 'constantInlined'
  /** Arguments of enum constants changed: the constants exist already. */
  | 'enumConstants'
  /** A runtime-visible annotation changed that frameworks read once at start: `className`. */
  | 'annotation'
  /** Components of a record: attributes such as annotations changed, which reflection and libraries cache. */
  | 'recordComponents'
  /** The generic signature changed, which reflection and libraries cache. */
  | 'genericSignature'
  /** What decides could not be read back from the JVM: `what`. The prediction assumes it unchanged. */
  | 'unknown';

export interface Note {
  readonly code: NoteCode;
  readonly member?: string;
  readonly file?: string;
  readonly line?: number;
  readonly className?: string;
  readonly from?: string;
  readonly to?: string;
  readonly what?: 'nest' | 'record' | 'permittedSubclasses' | 'flags' | 'hierarchy';
  /** Live instances of the class, when they were counted. */
  readonly instances?: number;
  /** Classes known to hold the old value of a constant. */
  readonly classes?: readonly string[];
}
