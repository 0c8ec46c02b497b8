/**
 * What compiling needs to know of a class file. This room does not read class files itself: who composes it hands
 * in a `ReadTraits` made from `src/classfile`.
 */
export interface ClassTraits {
  /** As in `Class.getName()`. */
  readonly name: string;
  readonly majorVersion: number;
  /** The SourceFile attribute; absent without `-g:source`. */
  readonly sourceFile?: string;
  /** Some method has a LineNumberTable; absent when no method has code. */
  readonly lines?: boolean;
  /** Some method has a LocalVariableTable; absent when no instance method has code (those always have `this`). */
  readonly variables?: boolean;
  /**
   * Some method has a MethodParameters attribute with names; absent when no method could have one (methods that
   * are synthetic, without parameters, or a record's constructor do not count: they have it always or never).
   */
  readonly parameters?: boolean;
  /** Names of methods and fields; compilers differ in the synthetic ones. */
  readonly members: readonly string[];
}

/** Throws what it likes for bytes that are no class file. */
export type ReadTraits = (bytes: Uint8Array) => ClassTraits;
