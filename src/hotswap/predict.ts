import { ACC } from '../classfile/accessFlags';
import { parseClassFile, ClassFile } from '../classfile/classFile';
import { ClassFileError } from '../classfile/errors';
import type { FindClass, KnownClass } from '../classfile/hierarchy';
import type { ClassSide, MemberSide } from '../classfile/side';
import { ErrorConstant } from '../jdwp/errorConstants';
import { causeOf } from './predict/cause';
import { CodeChanges } from './predict/code';
import { compareEnhanced } from './predict/enhanced';
import { checkFormat } from './predict/format';
import { checkHierarchy } from './predict/hierarchy';
import { isEventClass, withEventReason } from './predict/jfrEvent';
import { SourceLines } from './predict/lines';
import { effectNotes, type EffectEnvironment } from './predict/notes';
import { pairMembers } from './predict/pairs';
import type { MethodRules } from './predict/methods';
import { Overpasses } from './predict/overpass';
import type { Note, Reason } from './predict/reasons';
import {
  compareSchema,
  errorOf,
  memberName,
  type Finding,
  type MemberPairs,
  type SchemaFindings,
} from './predict/schema';
import { shapeOfFile, shapeOfSide, type ClassShape } from './predict/shape';
import { unsupportedVersion } from './predict/version';
import { checkVerification } from './predict/verification';

/** From this version on a file may describe a module, which is no class. */
const JAVA_9 = 53;

/** The class that runs: as its file, or as read back from the JVM together with the file known to run, if any. */
export type RunningVersion = ClassFile | { readonly side: ClassSide; readonly file?: ClassFile };

/** What else decides: the JVM, the classes around, and the source for line numbers. Values only. */
export interface PredictEnvironment extends EffectEnvironment {
  /** Feature release of the JVM, such as 17. */
  readonly feature: number;
  /** The JVM runs with `--enable-preview`. */
  readonly preview?: boolean;
  /** The JVM runs with `-XX:+AllowRedefinitionToAddDeleteMethods`. */
  readonly allowAddDeleteMethods?: boolean;
  /**
   * The JVM offers enhanced redefinition (`-XX:+AllowEnhancedClassRedefinition`, DCEVM, JetBrains Runtime): members,
   * flags and attributes may change, superclasses and interfaces may come but not go.
   */
  readonly enhanced?: boolean;
  /** False for a class of the boot loader, and where the JVM was started without verification. */
  readonly verified?: boolean;
  /** The class failed to initialise. */
  readonly initializationFailed?: boolean;
  /** Finds what the class loader of the class would find; without it everything counts as there and as fitting. */
  readonly find?: FindClass;
  /** Whether a class that is missing was built, so that it can be defined first. */
  readonly isBuilt?: (name: string) => boolean;
  /** Text of the new source file; lines of fields and removed members can't be told without it. */
  readonly source?: string;
}

export interface Prediction {
  readonly verdict: 'accept' | 'refuse';
  /** The JDWP error the JVM gives, when refused. */
  readonly error?: number;
  /**
   * All errors it may give. More than one only where the class both adds and deletes methods, or changes their
   * flags as well: HotSpot then names the one whose name lies first in its memory.
   */
  readonly possibleErrors: readonly number[];
  /** Every reason, in the order in which the JVM looks; empty when accepted. */
  readonly reasons: readonly Reason[];
  /** What will not take effect though accepted; what could not be known. */
  readonly notes: readonly Note[];
  /** Names of classes that `find` did not know and that the verdict may depend on. */
  readonly unknownClasses: readonly string[];
}

/**
 * Tells what the JVM will answer to a redefinition of `running` by `next`, in HotSpot's own order of checks, and
 * why. `next` are the bytes of a class file, whole or not. Does nothing but compute, and never throws for them.
 */
export function predict(
  running: RunningVersion,
  next: Uint8Array | ClassFile,
  environment: PredictEnvironment,
): Prediction {
  const early = checkBytes(next, environment);
  if ('code' in early) return refused([{ finding: early }], undefined);
  const file = early;
  const lines = new SourceLines(file, environment.source);
  try {
    return new Predictor(running, file, lines, environment).run();
  } catch (error) {
    if (!(error instanceof ClassFileError)) throw error;
    return refused([{ finding: { code: 'invalidFormat', what: error.message } }], undefined);
  }
}

/** The class file, or why the JVM does not even read it. */
function checkBytes(next: Uint8Array | ClassFile, environment: PredictEnvironment): ClassFile | Finding {
  if (next instanceof ClassFile) return unsupportedVersion(next, environment) ?? next;
  const version = unsupportedVersion(next, environment);
  if (version) return version;
  try {
    return parseClassFile(next);
  } catch (error) {
    if (error instanceof ClassFileError) return { code: 'invalidFormat', what: error.message };
    throw error;
  }
}

class Predictor {
  readonly #running: ClassSide;
  /** The class file known to run. */
  readonly #runningFile: ClassFile | undefined;
  readonly #before: ClassShape;
  readonly #file: ClassFile;
  readonly #after: ClassShape;
  readonly #lines: SourceLines;
  readonly #environment: PredictEnvironment;
  readonly #unknown = new Set<string>();

  constructor(running: RunningVersion, file: ClassFile, lines: SourceLines, environment: PredictEnvironment) {
    const isFile = running instanceof ClassFile;
    this.#running = isFile ? running : running.side;
    this.#runningFile = isFile ? running : running.file;
    this.#file = file;
    this.#after = shapeOfFile(file);
    this.#before = isFile ? shapeOfFile(running) : shapeOfSide(running.side, running.file, this.#after);
    this.#lines = lines;
    this.#environment = environment;
  }

  run(): Prediction {
    const { enhanced, initializationFailed } = this.#environment;
    if (this.#file.majorVersion >= JAVA_9 && (this.#file.accessFlags & ACC.MODULE) !== 0)
      return this.#refuse([{ code: 'nameChanged', from: this.#before.name, to: this.#after.name }]);
    const bad = checkFormat(this.#file);
    if (bad !== undefined) return this.#refuse([{ code: 'invalidFormat', what: bad }]);
    if (this.#after.name !== this.#before.name)
      return this.#refuse([{ code: 'nameChanged', from: this.#before.name, to: this.#after.name }]);
    const find = this.#find();
    const findings: Finding[] = checkHierarchy(this.#after, find).map(({ method, ...fault }) => ({
      ...fault,
      ...(method && { at: { of: 'method', member: method } }),
      ...this.#definable(fault.code, fault.className),
    }));
    const members = {
      fields: pairMembers(this.#before.fields, this.#after.fields),
      methods: pairMembers(this.#before.methods, this.#after.methods),
    };
    const schema = compareSchema(this.#before, this.#after, members, this.#methodRules(find));
    const supertypes = schema.findings.filter(({ code }) => errorOf(code) === 66);
    findings.push(...(enhanced ? compareEnhanced(this.#before, this.#after, find) : supertypes));
    if (initializationFailed) findings.push({ code: 'initializationFailed' });
    const others = schema.findings.slice(supertypes.length);
    if (!enhanced) findings.push(...(isEventClass(this.#before, find) ? withEventReason(others) : others));
    const code = new CodeChanges(this.#running, this.#file, members.methods);
    const isOtherwiseWhole =
      (enhanced === true || supertypes.length === 0) && findings.every(isBelowVerifier);
    if (this.#environment.verified !== false && isOtherwiseWhole) findings.push(...this.#verify(code, find));
    return findings.length > 0 ? this.#refuse(findings, schema) : this.#accept(schema, code, members);
  }

  #methodRules(find: FindClass): MethodRules {
    const overpasses = new Overpasses(find);
    const [before, after] = [knownAs(this.#before), knownAs(this.#after)];
    return {
      allowAddDelete: this.#environment.allowAddDeleteMethods === true,
      replacesOverpass: (added) => overpasses.has(before, added),
      becomesOverpass: (removed) => overpasses.has(after, removed),
      madeUp: () => overpasses.difference(before, after),
    };
  }

  /** `find`, remembering what it did not know. */
  #find(): FindClass {
    const { find } = this.#environment;
    return (name) => {
      const found = find?.(name);
      if (found === undefined) this.#unknown.add(name);
      return found;
    };
  }

  #verify(code: CodeChanges, find: FindClass): Finding[] {
    return checkVerification(this.#file, code, find).map((fault) => ({
      ...fault,
      ...(fault.className === undefined ? {} : this.#definable(fault.code, fault.className)),
    }));
  }

  #definable(code: Finding['code'], className: string): { definable?: boolean } {
    const isMissing =
      code === 'superclassMissing' || code === 'interfaceMissing' || code === 'verifierNeedsClass';
    return isMissing && this.#environment.isBuilt ? { definable: this.#environment.isBuilt(className) } : {};
  }

  #refuse(findings: readonly Finding[], schema?: SchemaFindings): Prediction {
    const located = findings.map((finding) => ({ finding, reason: this.#reason(finding) }));
    return {
      ...refused(located, schema),
      notes: this.#unknownNotes(schema),
      unknownClasses: [...this.#unknown],
    };
  }

  #accept(schema: SchemaFindings, code: CodeChanges, members: MemberPairs): Prediction {
    const { sourceFile } = this.#file;
    const effects = this.#effects(code, members);
    const notes = [...effects, ...this.#unknownNotes(schema)].map((note) => ({
      ...note,
      ...(sourceFile === undefined ? {} : { file: sourceFile }),
    }));
    return { verdict: 'accept', possibleErrors: [], reasons: [], notes, unknownClasses: [...this.#unknown] };
  }

  /** Attributes that the JVM does not look at may be broken; then nothing is said about them. */
  #effects(code: CodeChanges, members: MemberPairs): Note[] {
    const file = this.#runningFile;
    try {
      return effectNotes(file, this.#file, code, this.#filePairs(members), this.#lines, this.#environment);
    } catch (error) {
      if (error instanceof ClassFileError) return [];
      throw error;
    }
  }

  /** Members of the class file known to run, paired with the new ones; what was read back may stand in another order. */
  #filePairs(members: MemberPairs): MemberPairs {
    const file = this.#runningFile;
    if (!file || file === this.#running) return members;
    return {
      fields: pairMembers(file.fields, this.#file.fields),
      methods: pairMembers(file.methods, this.#file.methods),
    };
  }

  #unknownNotes(schema: SchemaFindings | undefined): Note[] {
    return (schema?.unknown ?? []).map((what) => ({ code: 'unknown', what }));
  }

  #reason(finding: Finding): Reason {
    const { at, ...rest } = finding;
    const line = at ? this.#lineOf(at.of, at.member) : this.#lines.ofClass();
    const { sourceFile } = this.#file;
    const cause = at ? causeOf(at.of, at.member) : undefined;
    return {
      ...rest,
      error: this.#errorOf(finding),
      ...(at && { member: memberName(at) }),
      ...(sourceFile === undefined ? {} : { file: sourceFile }),
      ...(line === undefined ? {} : { line }),
      ...(cause && { cause }),
    };
  }

  /** With enhanced redefinition classes are verified when they are linked, and any failure then is an internal one. */
  #errorOf({ code, error }: Finding): number {
    const isVerifier = code === 'verifierNeedsClass' || code === 'failsVerification';
    return isVerifier && this.#environment.enhanced ? ErrorConstant.INTERNAL : (error ?? errorOf(code));
  }

  #lineOf(of: 'field' | 'method', member: MemberSide): number | undefined {
    return of === 'field' ? this.#lines.ofField(member) : this.#lines.ofMethod(member);
  }
}

function knownAs({ name, flags, superName, interfaces, methods }: ClassShape): KnownClass {
  return { name, accessFlags: flags, superName, interfaces, methods };
}

/** The verifier is asked only about classes that nothing before it refuses for their place in the hierarchy. */
function isBelowVerifier({ code }: Finding): boolean {
  const error = errorOf(code);
  return error !== 62 && error !== 69;
}

function refused(
  findings: readonly { readonly finding: Finding; readonly reason?: Reason }[],
  schema: SchemaFindings | undefined,
): Prediction {
  const reasons = findings.map(
    ({ finding, reason }) => reason ?? { ...finding, error: finding.error ?? errorOf(finding.code) },
  );
  const first = reasons[0]!.error;
  const isMethod = reasons[0]!.code.startsWith('method');
  const possible = isMethod && schema ? schema.methods.errors : [first];
  return {
    verdict: 'refuse',
    error: likeliest(possible),
    possibleErrors: possible,
    reasons,
    notes: [],
    unknownClasses: [],
  };
}

/** An added method is the likeliest to be named first (three of four in releases of real libraries). */
function likeliest(errors: readonly number[]): number {
  return Math.min(...errors);
}
