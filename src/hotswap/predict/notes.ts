import { ACC } from '../../classfile/accessFlags';
import { visibleAnnotations } from '../../classfile/annotationText';
import { compareAttributes } from '../../classfile/attributeCompare';
import type { ClassFile, MemberInfo, MethodInfo } from '../../classfile/classFile';
import { ConstantComparison } from '../../classfile/constantCompare';
import { constantText } from '../../classfile/constantText';
import { decodeInstructions } from '../../classfile/instructions';
import { OP } from '../../classfile/opcodes';
import { memberKey } from '../../classfile/side';
import type { ChangedCode, CodeChanges } from './code';
import { lineAt, type SourceLines } from './lines';
import type { Note } from './reasons';
import type { MemberPairs } from './schema';

/** What is known of the JVM that decides whether a change takes effect. */
export interface EffectEnvironment {
  /** Keys (`name` + descriptor) of this class's methods that are on some thread's stack now. */
  readonly onStack?: ReadonlySet<string>;
  /** Instances of the class that are alive now. */
  readonly instances?: number;
  /** Values of constants by field, as `constantText` writes them, of a class whose file is not known. */
  readonly runningConstants?: ReadonlyMap<string, string>;
  /** Classes among the built ones that hold this constant, as `constantText` writes it; `undefined`: nobody can tell. */
  readonly constantHolders?: (constant: string) => readonly string[] | undefined;
}

/** Annotations of compilers and tools that nothing reads at run time in a way a user would notice. */
const UNNOTICED = /^@(kotlin\.(Metadata|jvm\.internal\.)|kotlin\.coroutines\.jvm\.internal\.)/;

/**
 * What will not take effect although the JVM accepts `next`. What needs attributes (constants, annotations) is told
 * from `file`, the class file known to run, if there is one.
 */
export function effectNotes(
  file: ClassFile | undefined,
  next: ClassFile,
  code: CodeChanges,
  members: MemberPairs,
  lines: SourceLines,
  environment: EffectEnvironment,
): Note[] {
  const notes = code.changed.flatMap((change) => methodNotes(next, change, code, environment));
  if (file) notes.push(...attributeNotes(file, next, members, lines, environment));
  else
    for (const field of next.fields) {
      const from = environment.runningConstants?.get(field.name);
      if (from !== undefined)
        notes.push(...constantNote(from, next, field, () => lines.ofField(field), environment));
    }
  return notes;
}

function methodNotes(
  next: ClassFile,
  change: ChangedCode,
  code: CodeChanges,
  { onStack, instances }: EffectEnvironment,
): Note[] {
  const { method, before } = change;
  const { name } = method;
  if (!before || !(name.startsWith('<') || onStack)) return [];
  const member = memberKey(method);
  const pc = code.differsAt(change);
  const line = lineAt(method.lineNumbers, pc);
  const where = { member, ...(line === undefined ? {} : { line }) };
  const notes: Note[] = [];
  if (name === '<clinit>') {
    const isEnum = (next.accessFlags & ACC.ENUM) !== 0;
    const field = storedField(next, method, pc);
    notes.push({
      code: isEnum ? 'enumConstants' : 'staticInitializer',
      ...(field === undefined ? {} : { member: field }),
      ...(line === undefined ? {} : { line }),
    });
  }
  if (name === '<init>' && instances !== 0)
    notes.push({ code: 'constructor', ...where, ...(instances === undefined ? {} : { instances }) });
  if (onStack?.has(member)) notes.push({ code: 'onStack', ...where });
  return notes;
}

/** The static field whose initialiser the instruction at `pc` belongs to: the next one that is set. */
function storedField({ name, pool }: ClassFile, method: MethodInfo, pc: number): string | undefined {
  for (const instruction of decodeInstructions(method.code!)) {
    if (instruction.pc < pc || instruction.opcode !== OP.putstatic || instruction.form !== 'constant')
      continue;
    const field = pool.memberRef(instruction.index);
    return field.owner === name ? field.name : undefined;
  }
  return undefined;
}

function attributeNotes(
  file: ClassFile,
  next: ClassFile,
  members: MemberPairs,
  lines: SourceLines,
  environment: EffectEnvironment,
): Note[] {
  const at = (line: number | undefined): { line?: number } => (line === undefined ? {} : { line });
  const notes = annotationNotes(file, next, (): number | undefined => lines.ofClass());
  if (isChanged(file, next, 'Signature')) notes.push({ code: 'genericSignature', ...at(lines.ofClass()) });
  if (isChanged(file, next, 'Record')) notes.push({ code: 'recordComponents', ...at(lines.ofClass()) });
  for (let place = 0; place < next.fields.length; place++) {
    const before = file.fields[members.fields.before[place]!];
    const after = next.fields[place]!;
    if (!before) continue;
    const line = (): number | undefined => lines.ofField(after);
    notes.push(...annotationNotes(before, after, line, after.name));
    notes.push(...constantNotes(file, before, next, after, line, environment));
  }
  for (let place = 0; place < next.methods.length; place++) {
    const before = file.methods[members.methods.before[place]!];
    const after = next.methods[place]!;
    if (before && (isAnnotated(before) || isAnnotated(after)))
      notes.push(...annotationNotes(before, after, () => lines.ofMethod(after), memberKey(after)));
  }
  return notes;
}

function isChanged(file: ClassFile, next: ClassFile, name: 'Signature' | 'Record'): boolean {
  const isThere = ({ attributes }: Annotated): boolean => attributes.some((each) => each.name === name);
  if (!isThere(file) && !isThere(next)) return false;
  const only = ({ attributes, pool }: Annotated): Annotated => ({
    attributes: attributes.filter((attribute) => attribute.name === name),
    pool,
  });
  return compareAttributes(only(file), only(next), new ConstantComparison(file, next)).other.length > 0;
}

function constantNotes(
  file: ClassFile,
  old: MemberInfo,
  next: ClassFile,
  field: MemberInfo,
  line: () => number | undefined,
  environment: EffectEnvironment,
): Note[] {
  const before = old.attribute('ConstantValue');
  return before ? constantNote(constantText(file, before.valueIndex), next, field, line, environment) : [];
}

/** `from`: the value that the field has where the class runs. */
function constantNote(
  from: string,
  next: ClassFile,
  field: MemberInfo,
  line: () => number | undefined,
  { constantHolders }: EffectEnvironment,
): Note[] {
  const after = field.attribute('ConstantValue');
  const to = after ? constantText(next, after.valueIndex) : undefined;
  if (from === to) return [];
  const where = line();
  const classes = constantHolders?.(from)?.filter((name) => name !== next.binaryName);
  return [
    {
      code: 'constantInlined',
      member: field.name,
      from,
      ...(to === undefined ? {} : { to }),
      ...(where === undefined ? {} : { line: where }),
      ...(classes ? { classes } : {}),
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
  if (!isAnnotated(before) && !isAnnotated(after)) return [];
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

function isAnnotated({ attributes }: Annotated): boolean {
  return attributes.some(({ name }) => name.startsWith('RuntimeVisible'));
}
