import { compareClasses } from '../classfile/compare';
import { ClassFileError } from '../classfile/errors';
import type { ClassFile } from '../classfile/classFile';
import { memberKey, type ClassSide } from '../classfile/side';
import type { JdwpConnection } from '../jdwp/connection';
import type { RunningMethod } from './known';
import type { Redefinition } from './redefine';
import { classFileOf } from './roots/builtClass';
import { readMethod, readPool } from './running';

/** A class to verify, with its methods as the JVM lists them. */
export interface Verifiable extends Redefinition {
  readonly methods: readonly RunningMethod[];
}

/**
 * Reads done for one packet at most: small saves are verified whole; of large ones each class, then as many of
 * the classes as fit, spread evenly.
 */
const readBudget = 192;

/** Which methods of which classes are read back. */
export function sampleOf(
  items: readonly Verifiable[],
  budget: number = readBudget,
): { readonly item: Verifiable; readonly methods: readonly RunningMethod[] }[] {
  const whole = items.reduce((sum, { methods }) => sum + methods.length + 1, 0) <= budget;
  if (whole) return items.map((item) => ({ item, methods: item.methods }));
  // A pool and one method each.
  const step = Math.max(1, Math.ceil((items.length * 2) / budget));
  return items.filter((_, i) => i % step === 0).map((item) => ({ item, methods: item.methods.slice(-1) }));
}

/**
 * Reads back the code of redefined classes and compares it with the class files. The requests may be sent right
 * behind the redefinition, without waiting for its answer: a JVM executes commands in order. Resolves with the
 * classes that run something else, as when another agent of the JVM rewrites classes on their way in.
 */
export async function verifySwapped(
  connection: JdwpConnection,
  items: readonly Verifiable[],
  signal?: AbortSignal,
): Promise<Set<Verifiable>> {
  const checked = await Promise.all(
    sampleOf(items).map(async ({ item, methods }) => {
      const { id } = item.loaded;
      const [pool, ...read] = await Promise.all([
        readPool(connection, id, signal),
        ...methods.map((method) => readMethod(connection, id, method, false, signal)),
      ]);
      const file = classFileOf(item.built);
      const running = { name: file.name, pool, fields: [], methods: read };
      return runs(running, part(file, read.map(memberKey))) ? undefined : item;
    }),
  );
  return new Set(checked.filter((item) => item !== undefined));
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
