import { BinaryReader, BinaryWriter, TruncatedError } from '../util/bytes';
import { compilerOptions } from './options';
import { CompileError } from './errors';
import type { CompileDiagnostic, CompiledClass, CompileRequest } from './model';

/**
 * The frames between this process and the compiler process; the other side is `java/CompileServer.java`.
 * Big-endian. A frame is u32 length and that many bytes; a string u32 length and UTF-8; a list u32 count and items.
 *
 *   greeting  u32 0, string java.version                                        (sent once, when it is ready)
 *   compile   u32 id, u8 1, project, list of (string path, u8 hasText, string text if hasText)
 *   project   string ecj jar or "", list option, string encoding, string class root, list class path,
 *             list source root, string processing (classPath|path|none), list processor path
 *   cancel    u32 id of its own, u8 2, u32 id to cancel                          (has no reply of its own)
 *   reply     u32 id, u8 status, u32 microseconds, list class, list problem, string failure
 *   class     string binary name, string source or "", u32 length and bytes
 *   problem   string kind, string path or "", string code, string message, u32 line, column, end line, end column
 */
const OPERATION = { compile: 1, cancel: 2 } as const;

const STATUS = ['ok', 'errors', 'cancelled', 'failed', 'refused'] as const;
export type ReplyStatus = (typeof STATUS)[number];

export interface CompileReply {
  readonly id: number;
  readonly status: ReplyStatus;
  readonly micros: number;
  readonly classes: readonly CompiledClass[];
  readonly diagnostics: readonly CompileDiagnostic[];
  /** What the compiler threw, for `failed` and `refused`. */
  readonly failure: string;
}

/** Class files and messages of one save; more than this is a broken stream. */
const MAX_REPLY = 1 << 30;

class FrameWriter extends BinaryWriter {
  string(value: string): this {
    const utf8 = Buffer.from(value, 'utf8');
    return this.u32(utf8.length).raw(utf8);
  }
  strings(values: readonly string[]): this {
    this.u32(values.length);
    for (const value of values) this.string(value);
    return this;
  }
  /** The frame with its length in front. */
  frame(): Buffer {
    return Buffer.from(this.patchU32(0, this.length - 4).toBuffer());
  }
}

const frame = (id: number, operation: number): FrameWriter =>
  new FrameWriter(4096).u32(0).u32(id).u8(operation);

/** `jdkVersion`: the feature version of the JDK that will read it. */
export function encodeCompile(id: number, request: CompileRequest, jdkVersion: number): Buffer {
  const { project, sources } = request;
  const { settings } = project;
  const out = frame(id, OPERATION.compile)
    .string(project.compiler.kind === 'ecj' ? project.compiler.jar : '')
    .strings(compilerOptions(settings, jdkVersion))
    .string(settings.encoding)
    .string(project.classRoot)
    .strings(project.classPath)
    .strings(project.sourceRoots)
    .string(settings.processing.kind)
    .strings(settings.processing.kind === 'path' ? settings.processing.entries : [])
    .u32(sources.length);
  for (const source of sources) {
    out.string(source.path).u8(source.text === undefined ? 0 : 1);
    if (source.text !== undefined) out.string(source.text);
  }
  return out.frame();
}

export function encodeCancel(id: number, cancelled: number): Buffer {
  return frame(id, OPERATION.cancel).u32(cancelled).frame();
}

class FrameReader extends BinaryReader {
  string(): string {
    return this.view(this.u32()).toString('utf8');
  }
  /** A list whose items take at least `least` bytes each, so that a wrong count cannot ask for more than there is. */
  list<T>(least: number, item: () => T): T[] {
    const count = this.u32();
    if (count * least > this.remaining) throw new TruncatedError(this.offset, count * least, this.remaining);
    return Array.from({ length: count }, item);
  }
}

/** Java version of the greeting. Throws `CompileError` (`protocol`). */
export function decodeGreeting(body: Buffer): string {
  return decode(body, (reader) => {
    if (reader.u32() !== 0) throw new CompileError('protocol', 'the compiler process did not greet first');
    return reader.string();
  });
}

/** Throws `CompileError` (`protocol`) when the bytes are no reply. */
export function decodeReply(body: Buffer): CompileReply {
  return decode(body, (reader) => {
    const id = reader.u32();
    const status = STATUS[reader.u8()];
    if (!status) throw new CompileError('protocol', 'unknown status in a reply');
    const micros = reader.u32();
    const classes = reader.list(12, () => readClass(reader));
    const diagnostics = reader.list(32, () => readProblem(reader));
    return { id, status, micros, classes, diagnostics, failure: reader.string() };
  });
}

function decode<T>(body: Buffer, read: (reader: FrameReader) => T): T {
  try {
    return read(new FrameReader(body));
  } catch (error) {
    if (error instanceof CompileError) throw error;
    throw new CompileError('protocol', 'malformed reply of the compiler process', {}, error);
  }
}

function readClass(reader: FrameReader): CompiledClass {
  const name = reader.string();
  const source = reader.string();
  const bytes = reader.view(reader.u32());
  return { name, bytes, ...(source && { source }) };
}

function readProblem(reader: FrameReader): CompileDiagnostic {
  const kind = reader.string();
  const file = reader.string();
  const code = reader.string();
  const message = reader.string();
  const start = { line: reader.u32(), column: reader.u32() };
  const end = { line: reader.u32(), column: reader.u32() };
  return {
    kind: kind === 'ERROR' ? 'error' : kind.endsWith('WARNING') ? 'warning' : 'note',
    ...(file && { file }),
    ...(start.line > 0 && { start }),
    ...(start.line > 0 && end.line > 0 && { end }),
    code,
    message,
  };
}

/** Cuts a stream into frames. Every byte is copied at most once, however it was cut on its way. */
export class FrameSplitter {
  #chunks: Buffer[] = [];
  #length = 0;

  /** The bodies completed by this chunk. Throws `CompileError` (`protocol`) for a length that cannot be. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const bodies: Buffer[] = [];
    for (let body = this.#next(); body; body = this.#next()) bodies.push(body);
    return bodies;
  }

  #next(): Buffer | undefined {
    if (this.#length < 4) return undefined;
    const first = this.#chunks[0]!;
    const head = first.length >= 4 ? first : this.#join();
    const length = head.readUInt32BE(0);
    if (length > MAX_REPLY) throw new CompileError('protocol', `a frame of ${length} bytes`, { length });
    if (this.#length < 4 + length) return undefined;
    const all = this.#join();
    const rest = all.subarray(4 + length);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return all.subarray(4, 4 + length);
  }

  #join(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!;
  }
}
