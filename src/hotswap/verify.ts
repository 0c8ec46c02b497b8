import { ACC } from '../classfile/accessFlags';
import { compareClasses, type Difference } from '../classfile/compare';
import { ClassFileError } from '../classfile/errors';
import type { ClassFile } from '../classfile/classFile';
import { memberKey, type ClassSide } from '../classfile/side';
import type { JdwpConnection } from '../jdwp/connection';
import type { RunningMethod } from './known';
import type { Redefinition } from './redefine';
import { classFileOf } from './roots/builtClass';
import { readMethod, readPool } from './running';

/** A class to verify, with its methods as the JVM lists them and, where known, what changed. */
export interface Verifiable extends Redefinition {
  readonly methods: readonly RunningMethod[];
  readonly differences?: readonly Difference[] | undefined;
}

/**
 * Reads done for one packet at most. What changed in a small save is verified whole; of a large one, which the JVM
 * takes or refuses as a whole, one method of some classes.
 */
const readBudget = 24;

/** Which methods of which classes are read back. */
export function sampleOf(
  items: readonly Verifiable[],
  budget: number = readBudget,
): { readonly item: Verifiable; readonly methods: readonly RunningMethod[] }[] {
  const whole = items.map((item) => ({ item, methods: changedOf(item) }));
  // A pool for each class besides.
  if (whole.reduce((sum, { methods }) => sum + methods.length + 1, 0) <= budget) return whole;
  const step = Math.ceil((items.length * 2) / budget);
  return whole
    .filter((_, i) => i % step === 0)
    .map(({ item, methods }) => ({ item, methods: methods.slice(0, 1) }));
}

/** The methods whose code changed; where that isn't known, those that have code. */
function changedOf({ methods, differences }: Verifiable): readonly RunningMethod[] {
  const concrete = methods.filter(({ accessFlags }) => (accessFlags & (ACC.ABSTRACT | ACC.NATIVE)) === 0);
  if (!differences) return concrete;
  const changed = new Set(
    differences.flatMap((each) =>
      each.of === 'method' && each.what === 'code' ? [each.name + each.descriptor] : [],
    ),
  );
  return concrete.filter((method) => changed.has(memberKey(method)));
}

/**
 * Reads back the code of redefined classes and compares it with the class files. The requests may be sent right
 * behind the redefinition, without waiting for its answer: a JVM executes commands in order. Resolves with the
 * names of classes that run something else, as when another agent of the JVM rewrites classes on their way in.
 */
export async function verifySwapped(
  connection: JdwpConnection,
  items: readonly Verifiable[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  const checked = await Promise.all(
    sampleOf(items).map(async ({ item, methods }) => {
      if (methods.length === 0) return undefined;
      const { id } = item.loaded;
      const [pool, ...read] = await Promise.all([
        readPool(connection, id, signal),
        ...methods.map((method) => readMethod(connection, id, method, false, signal)),
      ]);
      const file = classFileOf(item.built);
      const running = { name: file.name, pool, fields: [], methods: read };
      return runs(running, part(file, read.map(memberKey))) ? undefined : item.built.name;
    }),
  );
  return new Set(checked.filter((name) => name !== undefined));
}

/** The class file with only those of its methods. */
function part(file: ClassFile, keys: readonly string[]): ClassSide {
  return {
    name: file.name,
    pool: file.pool,
    fields: [],
    methods: file.methods
      .filter((method) => keys.includes(memberKey(method)))
      .map(({ name, descriptor, accessFlags, code }) => ({ name, descriptor, accessFlags, code })),
    bootstrapMethods: file.bootstrapMethods,
  };
}

function runs(running: ClassSide, built: ClassSide): boolean {
  try {
    return compareClasses(running, built).outcome !== 'changed';
  } catch (error) {
    if (error instanceof ClassFileError) return false;
    throw error;
  }
}
