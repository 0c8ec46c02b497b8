import type { ExecProcess, ExecResult } from '../contracts/exec';
import { systemCode } from '../util/errors';

/** All that a process prints, and how it ends. Rejects as its `exit` does. */
export async function resultOf({ exit, stdout, stderr }: ExecProcess): Promise<ExecResult> {
  const [end, out, err] = await Promise.all([exit, collect(stdout), collect(stderr)]);
  return { ...end, stdout: out, stderr: err };
}

async function collect(output: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of output) chunks.push(chunk);
  } catch (error) {
    // Given up: `exit` says why.
    if (systemCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
  return Buffer.concat(chunks);
}
