import type { CallOf, HostName, Performer, PerformContext, UploadStream } from '../../contracts/deployCall';
import type { Answer } from '../../contracts/deployCall';
import type { Exec, ExecResult } from '../../contracts/exec';
import { counted } from './counted';

export type ExecOf = (host: HostName) => Exec;

/** Performs `command` calls: an argv on a host, its input from the call or from an upload. */
export function commandPerformer(execOf: ExecOf): Performer<'command'> {
  return async (call: CallOf<'command'>, context: PerformContext, upload?: UploadStream): Promise<Answer> => {
    const stdin = upload ? counted(upload, context) : call.stdin;
    const options = stdin === undefined ? {} : { stdin };
    return answerOf(await execOf(call.host).run(call.argv, options, context.signal));
  };
}

/** Performs `local` calls: programs of this machine. */
export function localPerformer(execIn: (call: CallOf<'local'>) => Exec): Performer<'local'> {
  return async (call, context) => answerOf(await execIn(call).run(call.argv, {}, context.signal));
}

/** An exit code of -1 stands for an end by a signal, or one the far end did not tell. */
function answerOf({ code, signal, stdout, stderr }: ExecResult): Answer {
  return {
    code: code ?? -1,
    ...(signal !== undefined && { signal }),
    stdout: stdout.toString('utf8'),
    stderr: stderr.toString('utf8'),
  };
}
