import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { SourceOpener, UploadSource, UploadStream } from '../../contracts/deployCall';
import { throwIfAborted } from '../../util/async';
import { systemCode } from '../../util/errors';
import { ZipError, ZipFile } from '../../util/zip';
import { TomcatError } from './errors';
import type { ServletNamespace } from './model';
import { artifactOf } from './version';

export const WAR_SOURCE = 'tomcat.war';

const warSource = z.object({ file: z.string(), artifact: z.string() });

/**
 * Opens `tomcat.war` sources: a WAR as it was when the plan was made. Its last bytes are held back until all of it is
 * known to be that, so that a file that was built again meanwhile never arrives whole.
 */
export function warOpener(): SourceOpener {
  return async (source: UploadSource, signal?: AbortSignal): Promise<UploadStream> => {
    const { file, artifact } = warSource.parse(source);
    const { size } = await stat(file).catch((error: unknown) => {
      throw notWar(file, systemCode(error) ?? 'unreadable', error);
    });
    return { total: size, chunks: checked(file, artifact, signal) };
  };
}

async function* checked(
  file: string,
  artifact: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of createReadStream(file, { signal }) as AsyncIterable<Buffer>) {
    if (held) yield held;
    hash.update(chunk);
    held = chunk;
  }
  if (artifactOf(hash.digest('hex')) !== artifact)
    throw new TomcatError('warChanged', `${file} is not ${artifact}`, { file });
  if (held) yield held;
}

/** What a WAR is: its digest, as releases have it, and the namespace of its servlets. */
export interface WarFacts {
  readonly artifact: string;
  readonly namespace: ServletNamespace;
}

/** Reads a WAR without unpacking it anywhere. Throws `TomcatError` `notWar`. */
export async function readWar(file: string, signal?: AbortSignal): Promise<WarFacts> {
  const namespace = await namespaceOf(file, signal);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { signal }) as AsyncIterable<Buffer>) hash.update(chunk);
  } catch (error) {
    throwIfAborted(signal, file);
    throw notWar(file, systemCode(error) ?? 'unreadable', error);
  }
  return { artifact: artifactOf(hash.digest('hex')), namespace };
}

/** Classes name others by their internal names, which stand in a class file as they are (JVMS 4.4.7). */
const IN_CLASSES = { javax: 'javax/servlet/', jakarta: 'jakarta/servlet/' } as const;
/** Frameworks are started by a service of this name, which is the name of an entry of their jar. */
const IN_JARS = {
  javax: 'META-INF/services/javax.servlet.ServletContainerInitializer',
  jakarta: 'META-INF/services/jakarta.servlet.ServletContainerInitializer',
} as const;

/**
 * The namespace of the WAR's own classes; of its libraries where those use none, as with frameworks that bring a
 * servlet of their own.
 */
async function namespaceOf(file: string, signal: AbortSignal | undefined): Promise<ServletNamespace> {
  let zip: ZipFile;
  try {
    zip = await ZipFile.open(file);
  } catch (error) {
    const problem = error instanceof ZipError ? error.reason : (systemCode(error) ?? 'unreadable');
    throw notWar(file, problem, error);
  }
  try {
    if (!zip.entries.some(({ name }) => name.startsWith('WEB-INF/'))) throw notWar(file, 'noWebInf');
    const find = async (
      matches: (name: string) => boolean,
      marks: typeof IN_CLASSES | typeof IN_JARS,
    ): Promise<ServletNamespace> => {
      for (const entry of zip.entries.filter(({ name }) => matches(name))) {
        throwIfAborted(signal, file);
        const bytes = await zip.read(entry);
        if (bytes.includes(marks.jakarta)) return 'jakarta';
        if (bytes.includes(marks.javax)) return 'javax';
      }
      return 'none';
    };
    const own = await find((name) => /^WEB-INF\/classes\/.*\.class$/.test(name), IN_CLASSES);
    if (own !== 'none') return own;
    return await find((name) => /^WEB-INF\/lib\/[^/]*\.jar$/.test(name), IN_JARS);
  } catch (error) {
    if (error instanceof ZipError) throw notWar(file, error.reason, error);
    throw error;
  } finally {
    await zip.close();
  }
}

function notWar(file: string, problem: string, cause?: unknown): TomcatError {
  return new TomcatError('notWar', `${file} is no WAR: ${problem}`, { file, problem }, cause);
}
