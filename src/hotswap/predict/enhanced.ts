import { classNameText } from '../../classfile/descriptors';
import { superclasses, type FindClass } from '../../classfile/hierarchy';
import type { Finding } from './schema';
import type { ClassShape } from './shape';

/**
 * What a JVM with enhanced redefinition (DCEVM, JetBrains Runtime) still minds: a superclass or interface that the
 * class has now, in whatever way, and would lose. Everything else may change. What is not known counts as kept.
 */
export function compareEnhanced(running: ClassShape, next: ClassShape, find: FindClass): Finding[] {
  const before = supertypes(running, find);
  const after = supertypes(next, find);
  if (!after) return [];
  const lost = [...(before ?? direct(running))].filter((name) => !after.has(name));
  return lost.map((name) => ({
    code: isAbove(running, name, find) ? 'superclassChanged' : 'interfacesChanged',
    from: classNameText(name),
    to: '',
  }));
}

function direct({ superName, interfaces }: ClassShape): ReadonlySet<string> {
  return new Set([...(superName === undefined ? [] : [superName]), ...(interfaces ?? [])]);
}

function isAbove({ superName }: ClassShape, name: string, find: FindClass): boolean {
  if (superName === undefined) return false;
  for (const found of superclasses(superName, find))
    if (found !== 'absent' && found?.name === name) return true;
  return superName === name;
}

/** Names of all superclasses and interfaces; `undefined` when one of them is not known. */
function supertypes(shape: ClassShape, find: FindClass): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const left = [...direct(shape)];
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    const found = find(name);
    if (found === undefined || found === 'absent') {
      if (name === 'java/lang/Object') continue;
      return undefined;
    }
    if (found.superName !== undefined) left.push(found.superName);
    left.push(...(found.interfaces ?? []));
  }
  return names;
}
