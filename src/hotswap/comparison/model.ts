import type { Difference } from '../../classfile/compare';
import type { LoadedClass } from '../../jdwp/classIndex';
import type { ChangedMethod } from '../changedMethods';
import type { ClassState, LoaderInfo } from '../model';
import type { ClassEntry } from '../roots/readRoot';

/**
 * How a class stands between the class roots and a JVM, besides `ClassState`: `gone`: only the JVM has it, no build
 * any more.
 */
export type ComparedState = ClassState | 'gone';

/** In the order in which a person wants to know. */
export const comparedStates = ['changed', 'debug', 'gone', 'unloaded', 'same'] as const;

/** One class as one class loader has it. */
export interface ComparedLoader {
  readonly loaded: LoadedClass;
  /** Present when several class loaders have a class of the name. */
  readonly loader?: LoaderInfo;
  readonly state: Exclude<ComparedState, 'unloaded'>;
  /** What differs; empty when nothing does, for a class that is gone, and where a class can't be decoded. */
  readonly differences: readonly Difference[];
  /** Source lines of the methods of the class file that differ in more than debug data. */
  readonly methods: readonly ChangedMethod[];
}

/** A class of the class roots or of the JVM, by its name. */
export interface ComparedClass {
  /** As in `Class.getName()`. */
  readonly name: string;
  /** Over all loaders: the one that asks for most. */
  readonly state: ComparedState;
  /** Where its class file lies; absent when it is gone. */
  readonly entry?: ClassPlace;
  /** One for each class loader that has it; empty when the JVM shows none. */
  readonly loaders: readonly ComparedLoader[];
}

/** Where a class file lies, to be read again: `file` is the class file, or the jar that holds it. */
export type ClassPlace = Pick<ClassEntry, 'name' | 'file'> & { readonly root: string };

/** What differs between a JVM and its class roots. */
export interface JvmComparison {
  /** By name; every class of the roots that was chosen, and those that are gone. */
  readonly classes: readonly ComparedClass[];
  /** Names of classes whose file could not be read or is none; nothing is said of them. */
  readonly unreadable: readonly string[];
  readonly ms: number;
}

/** How many classes are in each state. */
export type ComparisonCounts = Readonly<Record<ComparedState, number>>;

export function countStates(classes: readonly Pick<ComparedClass, 'state'>[]): ComparisonCounts {
  const counts = { changed: 0, debug: 0, gone: 0, unloaded: 0, same: 0 };
  for (const { state } of classes) counts[state]++;
  return counts;
}

/** Whether what runs is not what was built; a class that is not loaded yet is no difference. */
export function isDifferent({ state }: Pick<ComparedClass, 'state'>): boolean {
  return state === 'changed' || state === 'debug' || state === 'gone';
}
