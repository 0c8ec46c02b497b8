import { SwapdeckError } from '../util/errors';

/**
 * Why nothing was compiled although the source may be right.
 * `noJdk`: no JDK with a compiler was found. `noCompiler`: the Java at `home` has none.
 * `start`: the compiler process could not be built or started. `crashed`: it ended in the middle; `outOfMemory`:
 * because its heap was full. `protocol`: it answered with something that is no answer.
 * `input`: the compiler does not take the options, the encoding or the request. `failed`: it threw.
 * `output`: the classes could not be written. `buildTool`: the build tool is not there or failed.
 * `layout`: no class root could be found for a source. `timeout`: it took longer than the caller allows.
 * `disposed`: the service was disposed.
 */
export type CompileErrorReason =
  | 'noJdk'
  | 'noCompiler'
  | 'start'
  | 'crashed'
  | 'outOfMemory'
  | 'protocol'
  | 'input'
  | 'failed'
  | 'output'
  | 'buildTool'
  | 'layout'
  | 'timeout'
  | 'disposed';

export class CompileError extends SwapdeckError<CompileErrorReason> {}
