import { ACC } from '../../classfile/accessFlags';
import { packageOf, superclasses, type FindClass, type KnownClass } from '../../classfile/hierarchy';
import type { MemberSide } from '../../classfile/side';
import type { ReasonCode } from './reasons';
import type { ClassShape } from './shape';

export interface HierarchyFault {
  readonly code: Extract<
    ReasonCode,
    | 'superclassMissing'
    | 'interfaceMissing'
    | 'superclassNotAllowed'
    | 'interfaceNotAllowed'
    | 'overridesFinal'
  >;
  readonly className: string;
  readonly what?: NotAllowed;
  readonly method?: MemberSide;
}

/** Why a class may not be extended or implemented. */
export type NotAllowed = 'final' | 'sealed' | 'inaccessible' | 'interface' | 'class';

/**
 * What the JVM minds about superclass and interfaces while it reads the new version, before it compares it with
 * the running one, in its order. What is not known counts as fine.
 */
export function checkHierarchy(next: ClassShape, find: FindClass): readonly HierarchyFault[] {
  const faults: HierarchyFault[] = [];
  const interfaces = next.interfaces ?? [];
  for (const name of interfaces) {
    const fault = checkInterface(next, name, find);
    if (fault?.code === 'interfaceMissing' || fault?.what === 'class') faults.push(fault);
  }
  const above = next.superName === undefined ? undefined : checkSuperclass(next, next.superName, find);
  if (above) faults.push(above);
  for (const name of interfaces) {
    const fault = checkInterface(next, name, find);
    if (fault && fault.code !== 'interfaceMissing' && fault.what !== 'class') faults.push(fault);
  }
  return above ? faults : [...faults, ...overriddenFinals(next, find)];
}

function checkInterface(next: ClassShape, name: string, find: FindClass): HierarchyFault | undefined {
  // HotSpot finds the running class itself there and minds no circle.
  const found = name === next.name ? self(next) : find(name);
  if (found === 'absent') return { code: 'interfaceMissing', className: name };
  if (found?.accessFlags === undefined) return undefined;
  const isClass = (found.accessFlags & ACC.INTERFACE) === 0;
  const what = isClass ? 'class' : cannotExtend(next, found);
  return what && { code: 'interfaceNotAllowed', className: name, what };
}

function checkSuperclass(next: ClassShape, name: string, find: FindClass): HierarchyFault | undefined {
  let className = name;
  for (const found of superclasses(name, find)) {
    if (className === next.name) break;
    if (found === 'absent') return { code: 'superclassMissing', className };
    if (found === undefined) break;
    className = found.superName ?? className;
  }
  const found = name === next.name ? self(next) : find(name);
  if (found === undefined || found === 'absent' || found.accessFlags === undefined) return undefined;
  const isInterface = (found.accessFlags & ACC.INTERFACE) !== 0;
  const isFinal = (found.accessFlags & ACC.FINAL) !== 0;
  const what = isInterface ? 'interface' : isFinal ? 'final' : cannotExtend(next, found);
  return what && { code: 'superclassNotAllowed', className: name, what };
}

function self({ name, flags }: ClassShape): KnownClass {
  return { name, accessFlags: flags };
}

function cannotExtend(next: ClassShape, found: KnownClass): NotAllowed | undefined {
  if (found.permittedSubclasses && !found.permittedSubclasses.includes(next.name)) return 'sealed';
  const isPublic = ((found.accessFlags ?? ACC.PUBLIC) & ACC.PUBLIC) !== 0;
  return isPublic || packageOf(found.name) === packageOf(next.name) ? undefined : 'inaccessible';
}

/** Methods that override a final one the class can see. */
function overriddenFinals(next: ClassShape, find: FindClass): HierarchyFault[] {
  if (next.superName === undefined || next.superName === 'java/lang/Object') return [];
  const own = new Map(
    next.methods
      .filter(
        ({ name, accessFlags }) => name !== '<init>' && (accessFlags & (ACC.PRIVATE | ACC.STATIC)) === 0,
      )
      .map((method) => [method.name + method.descriptor, method]),
  );
  const faults: HierarchyFault[] = [];
  for (const found of superclasses(next.superName, find)) {
    if (found === undefined || found === 'absent') break;
    for (const above of found.methods ?? []) {
      if ((above.accessFlags & (ACC.FINAL | ACC.PRIVATE | ACC.STATIC)) !== ACC.FINAL) continue;
      const method = own.get(above.name + above.descriptor);
      const isVisible =
        (above.accessFlags & (ACC.PUBLIC | ACC.PROTECTED)) !== 0 ||
        packageOf(found.name) === packageOf(next.name);
      if (method && isVisible) faults.push({ code: 'overridesFinal', className: found.name, method });
    }
  }
  return faults;
}
