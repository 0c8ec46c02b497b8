import { ACC } from '../../classfile/accessFlags';
import { visibleAnnotations } from '../../classfile/annotationText';
import { compareAttributes } from '../../classfile/attributeCompare';
import type { ClassFile, MemberInfo, MethodInfo } from '../../classfile/classFile';
import { firstDifference, matchCode } from '../../classfile/codeCompare';
import { ConstantComparison } from '../../classfile/constantCompare';
import { constantText } from '../../classfile/constantText';
import { memberKey, type ClassSide, type MethodSide } from '../../classfile/side';
import { lineAt, type SourceLines } from './lines';
import type { Note } from './reasons';

/** What is known of the JVM that decides whether a change takes effect. */
export interface EffectEnvironment {
  /** Keys (`name` + descriptor) of this class's methods that are on some thread's stack now. */
  readonly onStack?: ReadonlySet<string>;
  /** Instances of the class that are alive now. */
  readonly instances?: number;
  /** Classes among the built ones that hold this constant, as `constantText` writes it. */
  readonly constantHolders?: (constant: string) => readonly string[];
}

/** Annotations of compilers and tools that nothing reads at run time in a way a user would notice. */
const UNNOTICED = /^@(kotlin\.(Metadata|jvm\.internal\.)|kotlin\.coroutines\.jvm\.internal\.)/;

/**
 * What will not take effect although the JVM accepts `next`. `running` may be what was read back over JDWP; what
 * needs attributes (constants, annotations) is then told from `file`, the class file known to run, if there is one.
 */
export function effectNotes(
  running: ClassSide,
  file: ClassFile | undefined,
  next: ClassFile,
  lines: SourceLines,
  environment: EffectEnvironment,
): Note[] {
  const constants = new ConstantComparison(running, next);
  const before = new Map(running.methods.map((method) => [memberKey(method), method]));
  const notes = next.methods.flatMap((method) => {
    const old = before.get(memberKey(method));
    return old?.code ? methodNotes(next, old, method, constants, environment) : [];
  });
  if (file) notes.push(...attributeNotes(file, next, lines, environment));
  return notes;
}

function methodNotes(
  next: ClassFile,
  old: MethodSide,
  method: MethodInfo,
  constants: ConstantComparison,
  { onStack, instances }: EffectEnvironment,
): Note[] {
  const { code } = method;
  if (!code || !old.code || matchCode(old.code, code, constants)) return [];
  const member = memberKey(method);
  const line = lineAt(method.lineNumbers, firstDifference(old.code, code, constants) ?? 0);
  const where = { member, ...(line === undefined ? {} : { line }) };
  const notes: Note[] = [];
  if (method.name === '<clinit>') {
    const isEnum = (next.accessFlags & ACC.ENUM) !== 0;
    notes.push({ code: isEnum ? 'enumConstants' : 'staticInitializer', ...where });
  }
  if (method.name === '<init>' && instances !== 0)
    notes.push({ code: 'constructor', ...where, ...(instances === undefined ? {} : { instances }) });
  if (onStack?.has(member)) notes.push({ code: 'onStack', ...where });
  return notes;
}

function attributeNotes(
  file: ClassFile,
  next: ClassFile,
  lines: SourceLines,
  environment: EffectEnvironment,
): Note[] {
  const constants = new ConstantComparison(file, next);
  const at = (line: number | undefined): { line?: number } => (line === undefined ? {} : { line });
  const notes = annotationNotes(file, next, (): number | undefined => lines.ofClass());
  if (!constants.identical) {
    const { other } = compareAttributes(file, next, constants);
    if (other.includes('Signature')) notes.push({ code: 'genericSignature', ...at(lines.ofClass()) });
    if (other.includes('Record')) notes.push({ code: 'recordComponents', ...at(lines.ofClass()) });
  }
  const fields = new Map(file.fields.map((field) => [memberKey(field), field]));
  for (const field of next.fields) {
    const old = fields.get(memberKey(field));
    if (!old) continue;
    const line = (): number | undefined => lines.ofField(field);
    notes.push(...annotationNotes(old, field, line, field.name));
    notes.push(...constantNotes(file, old, next, field, line, environment));
  }
  const methods = new Map(file.methods.map((method) => [memberKey(method), method]));
  for (const method of next.methods) {
    const old = methods.get(memberKey(method));
    if (!old) continue;
    notes.push(...annotationNotes(old, method, () => lines.ofMethod(method), memberKey(method)));
  }
  return notes;
}

function constantNotes(
  file: ClassFile,
  old: MemberInfo,
  next: ClassFile,
  field: MemberInfo,
  line: () => number | undefined,
  { constantHolders }: EffectEnvironment,
): Note[] {
  const before = old.attribute('ConstantValue');
  const after = field.attribute('ConstantValue');
  if (!before) return [];
  const from = constantText(file, before.valueIndex);
  const to = after ? constantText(next, after.valueIndex) : undefined;
  if (from === to) return [];
  const where = line();
  return [
    {
      code: 'constantInlined',
      member: field.name,
      from,
      ...(to === undefined ? {} : { to }),
      ...(where === undefined ? {} : { line: where }),
      ...(constantHolders ? { classes: constantHolders(from) } : {}),
    },
  ];
}

type Annotated = Pick<ClassFile | MemberInfo, 'attributes' | 'pool'>;

function annotationNotes(
  before: Annotated,
  after: Annotated,
  line: () => number | undefined,
  member?: string,
): Note[] {
  if (before.attributes.length === 0 && after.attributes.length === 0) return [];
  const [old, now] = [new Set(visibleAnnotations(before)), new Set(visibleAnnotations(after))];
  const changed = [...now, ...old].filter((text) => !(old.has(text) && now.has(text)));
  const types = new Set(
    changed.filter((text) => !UNNOTICED.test(text)).map((text) => /^@([^( ]+)/.exec(text)![1]!),
  );
  if (types.size === 0) return [];
  const where = line();
  return [...types].map((className) => ({
    code: 'annotation' as const,
    className,
    ...(member === undefined ? {} : { member }),
    ...(where === undefined ? {} : { line: where }),
  }));
}
