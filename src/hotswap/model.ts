import type { Attached } from './attach';
import type { ChangedMethod } from './changedMethods';
import type { Dialer, Endpoint } from '../contracts/channel';
import type { SwapdeckError } from '../util/errors';
import type { Disposable } from '../util/disposables';
import type { Event } from '../util/emitter';
import type { ClassRoot } from './roots/classRoot';

/**
 * The values of the inner loop, in the order in which one save passes through them:
 * change -> comparison with what runs -> swap (one packet a JVM) -> verification -> record.
 */

/** A JVM that can be attached to. `id` is stable for the same place (`dev/hello-local`, `localhost:5005`). */
export interface JvmTarget {
  readonly id: string;
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly dialer: Dialer;
  readonly environment?: string;
  /** The name under `applications` whose class roots feed this JVM. */
  readonly application?: string;
  /** Folders or jars of compiled classes, absolute; when empty they are found from the workspace. */
  readonly classRoots: readonly string[];
  /** Folders with the sources of these classes, absolute, where they are named too. */
  readonly sourceRoots?: readonly string[];
  /** The host whose connection leads there; absent when dialled directly. */
  readonly through?: string;
}

/** What an attached JVM says of itself. */
export interface JvmInfo {
  /** `java.version`, such as `17.0.15`. */
  readonly version: string;
  /** `java.vm.name`. */
  readonly vmName: string;
  readonly loadedClasses: number;
  /** Every thread waits for `Resume`: the JVM was started with `suspend=y`. */
  readonly suspendedAtStart: boolean;
  /** The endpoint is reachable from other machines: JDWP has no authentication. */
  readonly exposed: boolean;
}

export type JvmState =
  | { readonly kind: 'detached' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'attached'; readonly info: JvmInfo }
  /** Lost or never there; tried again at `retryAt` (milliseconds since the epoch; Infinity: a person must do something first). */
  | {
      readonly kind: 'waiting';
      readonly error: SwapdeckError;
      readonly attempt: number;
      readonly retryAt: number;
    };

/** One compiled class: `name` as in `Class.getName()` (`demo.Outer$Inner`), `file` and `root` absolute. */
export interface BuiltClass {
  readonly name: string;
  readonly bytes: Buffer;
  readonly file: string;
  readonly root: string;
}

/** What led to a swap: written class files, a compiled save, a person's command, or taking another swap back. */
export type SwapOrigin = 'watch' | 'compile' | 'command' | 'undo';

/** What was predicted for one class before it was sent. */
export interface PredictedAnswer {
  readonly verdict: 'accept' | 'refuse';
  /** The JDWP error constant, when refused. */
  readonly error?: number;
  /** Codes of the reasons, such as `methodAdded`. */
  readonly reasons: readonly string[];
}

/** What was written for one save. */
export interface Change {
  readonly origin: SwapOrigin;
  /** When the source was saved, or the first class file of the change was seen; milliseconds since the epoch. */
  readonly at: number;
  readonly classes: readonly BuiltClass[];
  /** Names of classes that were written with the bytes they had: one that is not loaded need not be waited for. */
  readonly unchanged?: ReadonlySet<string>;
  /** Milliseconds spent before the swap: compiling, and noticing the finished files. */
  readonly ms: { readonly compile?: number; readonly detect?: number };
  /** Where somebody predicted the answers: by the id of the JVM, by the name of the class. */
  readonly predicted?: ReadonlyMap<string, ReadonlyMap<string, PredictedAnswer>>;
}

/**
 * How a built class stands against what a JVM runs. `debug`: only line numbers and other debug data differ.
 * `unloaded`: JDWP does not show the class (not loaded, or loaded and not linked yet).
 */
export type ClassState = 'same' | 'debug' | 'changed' | 'unloaded';

/**
 * `defined`: new, and given to its class loader. `pending`: will be redefined the moment the JVM prepares it.
 * `skipped`: nothing to do, or held back because another class of the same save was refused (one save is swapped as
 * a whole or not at all), or because another JVM of the group did not take it. `takenBack`: swapped, and put back to
 * what ran before because another JVM of the group did not take it. `unknown`: the connection was cut before the
 * JVM's answer.
 */
export type ClassOutcome =
  'swapped' | 'defined' | 'pending' | 'refused' | 'skipped' | 'takenBack' | 'unknown';

/** A class loader of a running JVM, told apart from others by `id` as long as the connection lasts. */
export interface LoaderInfo {
  readonly id: string;
  /** Class name of the loader, such as `org.apache.catalina.loader.ParallelWebappClassLoader`. */
  readonly type: string;
  /** What the loader calls itself, such as `app` or `shop##2`, where it does. */
  readonly name?: string;
}

/** One of several classes of the same name. */
export interface LoaderResult extends LoaderInfo {
  readonly state: ClassState;
  readonly outcome: ClassOutcome;
}

/** JVMs that were swapped together, all or none. */
export interface SwapGroup {
  readonly id: string;
  /** Ids of the JVMs. */
  readonly jvms: readonly string[];
  /** `all`: each runs the new classes, or will when it is back. `none`: each runs what it ran before. */
  readonly decision: 'all' | 'none';
  /** The JVM that did not take the classes, when that is why there are none. */
  readonly cause?: string;
}

export interface ClassResult {
  readonly name: string;
  readonly state: ClassState;
  readonly outcome: ClassOutcome;
  /** The JDWP error constant of a refusal, such as 63. */
  readonly error?: number;
  /** What a class loader threw when it was to define the class, such as `java.lang.NoClassDefFoundError`. */
  readonly exception?: string;
  /** The JVM of the group that did not take the swap, which is why this one was not sent. */
  readonly heldBackBy?: string;
  /** Each class of this name, when several class loaders have one. */
  readonly loaders?: readonly LoaderResult[];
  /** The methods that changed, where that was looked at (not for very many classes at once). */
  readonly methods?: readonly ChangedMethod[];
  /** False when the JVM took the class but runs other code, as when another agent rewrites classes. */
  readonly verified?: boolean;
  readonly prediction?: PredictedAnswer;
}

/** Parts of the latency in milliseconds; absent parts did not happen. `send` is nearly all the JVM's own time. */
export interface SwapTimes {
  readonly connect?: number;
  readonly compile?: number;
  readonly detect?: number;
  readonly compare?: number;
  /** Bringing new classes in. */
  readonly define?: number;
  readonly send?: number;
  readonly verify?: number;
  readonly total: number;
}

/** One redefinition (or the decision that none is needed) in one JVM. */
export interface SwapRecord {
  /** That of the swap in the ledger. */
  readonly id: string;
  readonly jvm: string;
  readonly version: string;
  readonly origin: SwapOrigin;
  readonly at: number;
  readonly classes: readonly ClassResult[];
  readonly swapped: number;
  readonly ms: SwapTimes;
  /** Set when the whole swap failed, as when the connection was cut in the middle. */
  readonly error?: SwapdeckError;
  /** The record whose outcome was unknown and is told by this one: its classes were compared again. */
  readonly resolves?: string;
  /** It was begun by a process that ended before the answer, and was found by comparing. */
  readonly found?: true;
  /** The swaps that were taken back by this one. */
  readonly undoes?: readonly string[];
  /** The group of JVMs that it was done with. */
  readonly group?: SwapGroup;
}

/** One JVM: its connection, its class index, its pending classes. Survives restarts of the JVM. */
export interface JvmSession extends Disposable {
  readonly target: JvmTarget;
  /** What feeds this JVM; empty until attached, and when nothing was found. */
  readonly classRoots: readonly ClassRoot[];
  readonly state: JvmState;
  /** Names of changed classes that the JVM does not show yet. */
  readonly pending: readonly string[];
  readonly lastSwap: SwapRecord | undefined;
  /** What a swap under way waits for, in case it takes long: `jvm` (no answer yet), `queue`. */
  readonly waitingFor: 'jvm' | 'queue' | undefined;
  /** What belongs to the connection, while there is one: for those who read more of the JVM. */
  readonly attached: Attached | undefined;
  /** Fires when `state`, `classRoots`, `pending`, `lastSwap` or `waitingFor` changed. */
  readonly onDidChange: Event<void>;
  /** Lets a JVM that was suspended at start run. */
  resume(signal?: AbortSignal): Promise<void>;
  /** Resolves when what the class roots held at attach is kept, so that later builds can be taken back. */
  kept(): Promise<void>;
  /** Gives up what is waited for. What was sent already may still take effect; it is recorded when it does. */
  cancel(): void;
}

/** The whole inner loop of one workspace. */
export interface HotSwap extends Disposable {
  readonly sessions: readonly JvmSession[];
  /** A session was added or removed. */
  readonly onDidChangeSessions: Event<void>;
  /** After each swap, accepted or not. */
  readonly onDidSwap: Event<SwapRecord>;
  /** Something other than a swap failed, such as the watching of a class root. */
  readonly onDidFail: Event<SwapdeckError>;
  /** Swap on save is held back; changes are kept and swapped at `unpause`. */
  readonly paused: boolean;
  /**
   * Adds a session and connects. The first attempt's failure rejects with its error and removes the session,
   * unless `keepTrying`; once attached, a lost JVM is tried again with back-off until `detach`.
   */
  attach(target: JvmTarget, options?: { keepTrying?: boolean }, signal?: AbortSignal): Promise<JvmSession>;
  detach(targetId: string): Promise<void>;
  /**
   * Keeps what the watcher finds until the result is disposed: for a compiler that writes first and submits then, so
   * that its classes are not swapped as another build's meanwhile.
   */
  hold(): Disposable;
  /** Feeds classes a compiler just wrote; the watcher then finds them unchanged. */
  submit(change: Change, signal?: AbortSignal): Promise<readonly SwapRecord[]>;
  /** Compares all class roots with what runs and swaps what differs. */
  swapChanged(signal?: AbortSignal): Promise<readonly SwapRecord[]>;
  /** The same for one JVM and some names of classes. Rejects with `HotSwapError` when the JVM is not attached. */
  makeEqual(jvmId: string, isChosen: (name: string) => boolean, signal?: AbortSignal): Promise<SwapRecord>;
  /**
   * Takes one swap back: the classes run again what they ran before it. A class that still waits for the JVM to load
   * it gets what it would have had. Rejects with `UndoError` when that can't be done, as when something else was
   * swapped since, and with `HotSwapError` when the JVM is not attached. Undoing an undo is a redo.
   */
  undo(swapId: string, signal?: AbortSignal): Promise<SwapRecord>;
  /** Takes back everything that was swapped in a JVM since it was attached; as `undo`. */
  undoAll(jvmId: string, signal?: AbortSignal): Promise<SwapRecord>;
  pause(): void;
  unpause(signal?: AbortSignal): Promise<readonly SwapRecord[]>;
}
