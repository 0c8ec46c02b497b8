import { ACC } from '../../classfile/accessFlags';
import type { MemberSide } from '../../classfile/side';
import type { Cause } from './reasons';

/** Names that javac, ecj and kotlinc give the members they make up. */
const FIELDS: readonly (readonly [RegExp, Cause])[] = [
  [/^\$assertionsDisabled$/, 'assert'],
  [/^\$SWITCH_TABLE\$|^\$SwitchMap\$/, 'enumSwitch'],
  [/^\$VALUES$|^ENUM\$VALUES$|^\$ENTRIES$/, 'enumConstants'],
  [/^this\$\d|^val\$/, 'nestedClass'],
];
const METHODS: readonly (readonly [RegExp, Cause])[] = [
  [/^lambda\$|\$lambda\$|^\$deserializeLambda\$$/, 'lambda'],
  [/^access\$/, 'accessor'],
  [/^\$SWITCH_TABLE\$/, 'enumSwitch'],
  [/^\$values$|^\$enum\$/, 'enumConstants'],
];

/** What in the source makes compilers add such a synthetic member; `undefined` for one that was written. */
export function causeOf(of: 'field' | 'method', { name, accessFlags }: MemberSide): Cause | undefined {
  if ((accessFlags & ACC.SYNTHETIC) === 0) return undefined;
  const known = (of === 'field' ? FIELDS : METHODS).find(([pattern]) => pattern.test(name));
  if (known) return known[1];
  return of === 'method' && (accessFlags & ACC.BRIDGE) !== 0 ? 'bridge' : undefined;
}
