import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { literal, type SourceOpener, type UploadSource, type UploadStream } from '../../contracts/deployCall';
import { throwIfAborted } from '../../util/async';
import { systemCode } from '../../util/errors';
import { FileChunks, fileDigest } from '../../util/fileChunks';
import { ZipError, ZipFile } from '../../util/zip';
import { TomcatError } from './errors';
import type { ServletNamespace, WarPlace } from './model';
import { artifactOf } from './version';

export const WAR_SOURCE = 'tomcat.war';
export const MAVEN_WAR_SOURCE = 'maven.war';

const fileSource = z.object({ file: z.string(), artifact: z.string() });

const mavenSource = z.object({ coordinates: z.string(), artifact: z.string() });

/** Which bytes are sent, for plans. */
export function warSource({ artifact, ...place }: WarPlace & { readonly artifact: string }): UploadSource {
  return 'maven' in place
    ? { kind: MAVEN_WAR_SOURCE, coordinates: place.maven, artifact }
    : { kind: WAR_SOURCE, file: literal(place.file), artifact };
}

/**
 * Opens `tomcat.war` sources, whose files are relative to `folder`: a WAR as it was when the plan was made. Its last bytes are held back until all of it is
 * known to be that, so that a file that was built again meanwhile never arrives whole.
 */
export function warOpener(folder = ''): SourceOpener {
  return async (source: UploadSource, signal?: AbortSignal): Promise<UploadStream> => {
    const { file: name, artifact } = fileSource.parse(source);
    return openWar(resolve(folder, name), artifact, signal);
  };
}

/** The same for `maven.war` sources; `fetch` finds the file of `group:artifact:version`. */
export function mavenWarOpener(
  fetch: (coordinates: string, signal?: AbortSignal) => Promise<string>,
): SourceOpener {
  return async (source: UploadSource, signal?: AbortSignal): Promise<UploadStream> => {
    const { coordinates, artifact } = mavenSource.parse(source);
    return openWar(await fetch(coordinates, signal), artifact, signal);
  };
}

async function openWar(
  file: string,
  artifact: string,
  signal: AbortSignal | undefined,
): Promise<UploadStream> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw notWar(file, systemCode(error) ?? 'unreadable', error);
  });
  const chunks = new FileChunks(file, signal);
  return {
    total: size,
    chunks: checked(chunks, file, artifact),
    giveBack: (chunk) => chunks.giveBack(chunk),
  };
}

async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  artifact: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
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
  try {
    return { artifact: artifactOf(await fileDigest(file, 'sha256', signal)), namespace };
  } catch (error) {
    throwIfAborted(signal, file);
    throw notWar(file, systemCode(error) ?? 'unreadable', error);
  }
}

/** Classes name others by their internal names, which stand in a class file as they are (JVMS 4.4.7). */
const IN_CLASSES = { javax: 'javax/servlet/', jakarta: 'jakarta/servlet/' } as const;
/** Frameworks are started by a service of this name, which is the name of an entry of their jar. */
const IN_JARS = {
  javax: 'META-INF/services/javax.servlet.ServletContainerInitializer',
  jakarta: 'META-INF/services/jakarta.servlet.ServletContainerInitializer',
} as const;

const CLASS = /^WEB-INF\/classes\/.*\.class$/;
const LIBRARY = /^WEB-INF\/lib\/[^/]*\.jar$/;

/**
 * The namespace of the WAR's own classes; where those use none, of the classes that `web.xml` names and of frameworks
 * that start by themselves. Other classes of libraries say nothing: many can do without servlets.
 */
async function namespaceOf(file: string, signal: AbortSignal | undefined): Promise<ServletNamespace> {
  let zip: ZipFile | undefined;
  try {
    zip = await ZipFile.open(file);
    return await namespaceIn(zip, file, signal);
  } catch (error) {
    if (error instanceof ZipError) throw notWar(file, error.reason, error);
    const code = systemCode(error);
    throw code === undefined ? error : notWar(file, code, error);
  } finally {
    await zip?.close();
  }
}

async function namespaceIn(
  zip: ZipFile,
  file: string,
  signal: AbortSignal | undefined,
): Promise<ServletNamespace> {
  if (!zip.entries.some(({ name }) => name.startsWith('WEB-INF/'))) throw notWar(file, 'noWebInf');
  for (const entry of zip.entries.filter(({ name }) => CLASS.test(name))) {
    throwIfAborted(signal, file);
    const used = markOf(await zip.read(entry), IN_CLASSES);
    if (used !== 'none') return used;
  }
  const descriptor = zip.entries.find(({ name }) => name === 'WEB-INF/web.xml');
  const named = descriptor ? namedClasses((await zip.read(descriptor)).toString('utf8')) : new Set();
  for (const entry of zip.entries.filter(({ name }) => LIBRARY.test(name))) {
    throwIfAborted(signal, file);
    const used = await usedBy(await zip.read(entry), named);
    if (used !== 'none') return used;
  }
  return 'none';
}

/** By the classes of a jar that are named, or by its being a framework. */
async function usedBy(jar: Buffer, named: ReadonlySet<unknown>): Promise<ServletNamespace> {
  const zip = await ZipFile.of(jar);
  for (const entry of zip.entries) {
    const used = named.has(entry.name)
      ? markOf(await zip.read(entry), IN_CLASSES)
      : markOf(Buffer.from(entry.name), IN_JARS);
    if (used !== 'none') return used;
  }
  return 'none';
}

function markOf(bytes: Buffer, marks: typeof IN_CLASSES | typeof IN_JARS): ServletNamespace {
  if (bytes.includes(marks.jakarta)) return 'jakarta';
  return bytes.includes(marks.javax) ? 'javax' : 'none';
}

/** Entries of the classes of servlets, filters and listeners. */
function namedClasses(webXml: string): Set<string> {
  const found = webXml.matchAll(/<(?:servlet|filter|listener)-class>\s*([\w.$]+)\s*</g);
  return new Set([...found].map(([, name = '']) => `${name.replaceAll('.', '/')}.class`));
}

function notWar(file: string, problem: string, cause?: unknown): TomcatError {
  return new TomcatError('notWar', `${file} is no WAR: ${problem}`, { file, problem }, cause);
}
