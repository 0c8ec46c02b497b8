/** The values of compile on save. All paths are absolute. */

/**
 * What one group of sources is compiled with; everything that decides which bytes come out.
 * Two equal values share what the compiler keeps warm.
 */
export interface CompileProject {
  /** The JDK whose compiler is used: `home/bin/javac` exists. */
  readonly jdkHome: string;
  readonly compiler: Compiler;
  /** The folder with the compiled classes of these sources; searched before the class path. */
  readonly classRoot: string;
  /** Folders and jars; what is not there is ignored, as javac does. */
  readonly classPath: readonly string[];
  /** Sources that have no class file yet are compiled along from here. */
  readonly sourceRoots: readonly string[];
  readonly settings: CompileSettings;
}

/** The JDK's own compiler, or the Eclipse compiler from a jar of its own. */
export type Compiler = { readonly kind: 'javac' } | { readonly kind: 'ecj'; readonly jar: string };

export interface CompileSettings {
  readonly debug: DebugInfo;
  /** Without it the JDK's own version. */
  readonly level?: LanguageLevel;
  /** `-parameters`: names of parameters in the class file. */
  readonly parameters: boolean;
  /** The name of a character set as Java knows it. */
  readonly encoding: string;
  readonly processing: Processing;
  /** Further options in javac's words, such as `--enable-preview` or `-Akey=value`. */
  readonly extra: readonly string[];
}

/**
 * The version of Java to compile for, such as 17. `release` (`--release`) also keeps to the API of that version;
 * `jdk` (`-source` and `-target`) takes the API of the JDK that compiles.
 */
export interface LanguageLevel {
  readonly version: number;
  readonly api: 'release' | 'jdk';
}

/** What `-g` asks for; javac without `-g` writes lines and source only. */
export interface DebugInfo {
  readonly lines: boolean;
  readonly variables: boolean;
  readonly source: boolean;
}

/** Where annotation processors come from; `classPath` is what javac does without `-processorpath`. */
export type Processing =
  | { readonly kind: 'classPath' }
  | { readonly kind: 'path'; readonly entries: readonly string[] }
  | { readonly kind: 'none' };

/** A source to compile; without `text` the compiler reads the file in the project's encoding. */
export interface SourceInput {
  readonly path: string;
  readonly text?: string;
}

export interface CompileRequest {
  readonly project: CompileProject;
  readonly sources: readonly SourceInput[];
}

export interface CompiledClass {
  /** As in `Class.getName()`: `demo.Outer$Inner`; `module-info` and `demo.package-info` too. */
  readonly name: string;
  readonly bytes: Buffer;
  /** The source it comes from; absent when an annotation processor made it. */
  readonly source?: string;
}

/** A line and a column from 1, the column in UTF-16 units, as an editor counts without its zero base. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export interface CompileDiagnostic {
  readonly kind: 'error' | 'warning' | 'note';
  /** Absent when the problem belongs to no file. */
  readonly file?: string;
  readonly start?: SourcePosition;
  /** Exclusive. */
  readonly end?: SourcePosition;
  /** The compiler's own key, such as `compiler.err.cant.resolve.location`; empty when it has none. */
  readonly code: string;
  /** In English, may have several lines. */
  readonly message: string;
}

export interface CompileResult {
  /** No errors; otherwise `classes` is empty. */
  readonly ok: boolean;
  readonly classes: readonly CompiledClass[];
  /** Errors, and what else belongs at a line of a source. */
  readonly diagnostics: readonly CompileDiagnostic[];
  /** Milliseconds: in the compiler (waiting for its turn included), and in all as the caller saw it. */
  readonly ms: { readonly compiler: number; readonly total: number };
}

/** `-g`: everything. */
export const ALL_DEBUG_INFO: DebugInfo = { lines: true, variables: true, source: true };
