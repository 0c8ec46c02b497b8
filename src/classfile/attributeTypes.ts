import type { AttributeInfo } from './attributeInfo';
import type { Annotation, ElementValue, TypeAnnotation } from './annotations';
import type { StackMapFrame } from './stackMap';

/**
 * The decoded attributes of JVMS 4.7, one type each, told apart by `kind`, their name in the class file.
 * Numbers called `...Index` point into the constant pool (0 where the specification allows "none").
 */
export interface ConstantValue {
  readonly kind: 'ConstantValue';
  readonly valueIndex: number;
}

/** The handler covers `[startPc, endPc)`; `catchTypeIndex` 0 catches everything. */
export interface ExceptionHandler {
  readonly startPc: number;
  readonly endPc: number;
  readonly handlerPc: number;
  readonly catchTypeIndex: number;
}

export interface Code {
  readonly kind: 'Code';
  readonly maxStack: number;
  readonly maxLocals: number;
  /** The bytecodes; a view. */
  readonly code: Buffer;
  /** Where `code` begins in the file. */
  readonly codeOffset: number;
  readonly exceptionTable: readonly ExceptionHandler[];
  readonly attributes: readonly AttributeInfo[];
}

export interface StackMapTable {
  readonly kind: 'StackMapTable';
  readonly frames: readonly StackMapFrame[];
}

export interface Exceptions {
  readonly kind: 'Exceptions';
  readonly classIndexes: readonly number[];
}

export interface InnerClass {
  readonly innerClassIndex: number;
  readonly outerClassIndex: number;
  readonly innerNameIndex: number;
  readonly accessFlags: number;
}
export interface InnerClasses {
  readonly kind: 'InnerClasses';
  readonly classes: readonly InnerClass[];
}

export interface EnclosingMethod {
  readonly kind: 'EnclosingMethod';
  readonly classIndex: number;
  readonly methodIndex: number;
}

/** An attribute without content. */
export interface Marker {
  readonly kind: 'Synthetic' | 'Deprecated';
}

export interface Signature {
  readonly kind: 'Signature';
  readonly signatureIndex: number;
}

export interface SourceFile {
  readonly kind: 'SourceFile';
  readonly sourceFileIndex: number;
}

/** `debugExtension` is modified UTF-8 without a length of its own (JSR 45). */
export interface SourceDebugExtension {
  readonly kind: 'SourceDebugExtension';
  readonly debugExtension: Buffer;
}

export interface LineNumber {
  readonly startPc: number;
  readonly line: number;
}
export interface LineNumberTable {
  readonly kind: 'LineNumberTable';
  readonly lines: readonly LineNumber[];
}

/** A local variable in `[startPc, startPc + length)`; `typeIndex` is its descriptor or its generic signature. */
export interface LocalVariable {
  readonly startPc: number;
  readonly length: number;
  readonly nameIndex: number;
  readonly typeIndex: number;
  readonly slot: number;
}
export interface LocalVariables {
  readonly kind: 'LocalVariableTable' | 'LocalVariableTypeTable';
  readonly variables: readonly LocalVariable[];
}

export interface Annotations {
  readonly kind: 'RuntimeVisibleAnnotations' | 'RuntimeInvisibleAnnotations';
  readonly annotations: readonly Annotation[];
}
export interface ParameterAnnotations {
  readonly kind: 'RuntimeVisibleParameterAnnotations' | 'RuntimeInvisibleParameterAnnotations';
  readonly parameters: readonly (readonly Annotation[])[];
}
export interface TypeAnnotations {
  readonly kind: 'RuntimeVisibleTypeAnnotations' | 'RuntimeInvisibleTypeAnnotations';
  readonly annotations: readonly TypeAnnotation[];
}
export interface AnnotationDefault {
  readonly kind: 'AnnotationDefault';
  readonly value: ElementValue;
}

export interface BootstrapMethod {
  readonly methodHandleIndex: number;
  readonly argumentIndexes: readonly number[];
}
export interface BootstrapMethods {
  readonly kind: 'BootstrapMethods';
  readonly methods: readonly BootstrapMethod[];
}

export interface MethodParameters {
  readonly kind: 'MethodParameters';
  readonly parameters: readonly { readonly nameIndex: number; readonly accessFlags: number }[];
}

export interface ModuleRequires {
  readonly moduleIndex: number;
  readonly flags: number;
  readonly versionIndex: number;
}
/** An `exports` or an `opens`; to everybody when `toModuleIndexes` is empty. */
export interface ModulePackage {
  readonly packageIndex: number;
  readonly flags: number;
  readonly toModuleIndexes: readonly number[];
}
export interface Module {
  readonly kind: 'Module';
  readonly nameIndex: number;
  readonly flags: number;
  readonly versionIndex: number;
  readonly requires: readonly ModuleRequires[];
  readonly exports: readonly ModulePackage[];
  readonly opens: readonly ModulePackage[];
  readonly usesIndexes: readonly number[];
  readonly provides: readonly { readonly classIndex: number; readonly withIndexes: readonly number[] }[];
}
export interface ModulePackages {
  readonly kind: 'ModulePackages';
  readonly packageIndexes: readonly number[];
}
export interface ModuleMainClass {
  readonly kind: 'ModuleMainClass';
  readonly mainClassIndex: number;
}

export interface NestHost {
  readonly kind: 'NestHost';
  readonly hostClassIndex: number;
}
export interface NestMembers {
  readonly kind: 'NestMembers';
  readonly classIndexes: readonly number[];
}

export interface RecordComponent {
  readonly nameIndex: number;
  readonly descriptorIndex: number;
  readonly attributes: readonly AttributeInfo[];
}
/** Named so because `Record` is a type of TypeScript. */
export interface RecordAttribute {
  readonly kind: 'Record';
  readonly components: readonly RecordComponent[];
}

export interface PermittedSubclasses {
  readonly kind: 'PermittedSubclasses';
  readonly classIndexes: readonly number[];
}

export type Attribute =
  | ConstantValue
  | Code
  | StackMapTable
  | Exceptions
  | InnerClasses
  | EnclosingMethod
  | Marker
  | Signature
  | SourceFile
  | SourceDebugExtension
  | LineNumberTable
  | LocalVariables
  | Annotations
  | ParameterAnnotations
  | TypeAnnotations
  | AnnotationDefault
  | BootstrapMethods
  | MethodParameters
  | Module
  | ModulePackages
  | ModuleMainClass
  | NestHost
  | NestMembers
  | RecordAttribute
  | PermittedSubclasses;

export type AttributeKind = Attribute['kind'];
type AttributesByKind = { [A in Attribute as A['kind']]: A };
/** The decoded type that belongs to an attribute's name. */
export type AttributeOf<K extends AttributeKind> = AttributesByKind[K];
