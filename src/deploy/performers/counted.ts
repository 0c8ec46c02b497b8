import type { PerformContext, UploadStream } from '../../contracts/deployCall';

/** The bytes of an upload, with progress reported as they are taken. */
export async function* counted(
  { chunks, total }: UploadStream,
  context: Pick<PerformContext, 'progress'>,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    context.progress({ bytes, ...(total !== undefined && { total }) });
  }
}
