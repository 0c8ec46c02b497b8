import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ZipFile } from '../../util/zip';

/** The main section of a jar's manifest, by name as written (`Main-Class`, `Class-Path`). */
export type Manifest = ReadonlyMap<string, string>;

/** Lines of at most 72 bytes, the rest of a value on lines that begin with a space; the main section ends at an empty line. */
export function parseManifest(text: string): Manifest {
  const [main = ''] = text.replace(/\r\n?/g, '\n').replace(/\n /g, '').split('\n\n');
  const lines = main.split('\n').map((line) => /^([\w-]+):\s*(.*)$/.exec(line));
  return new Map(lines.flatMap((match) => (match ? [[match[1]!, match[2]!.trim()] as const] : [])));
}

/** Undefined when the file is no jar or has no manifest. */
export async function readManifest(jar: string): Promise<Manifest | undefined> {
  const zip = await ZipFile.open(jar).catch(() => undefined);
  if (!zip) return undefined;
  try {
    const entry = zip.entries.find(({ name }) => name.toUpperCase() === 'META-INF/MANIFEST.MF');
    return entry && parseManifest((await zip.read(entry)).toString('utf8'));
  } catch {
    return undefined;
  } finally {
    await zip.close();
  }
}

/** The jars and folders of `Class-Path`: URLs, relative ones to the jar; other than files are left out. */
export function manifestClassPath(jar: string, manifest: Manifest): string[] {
  const urls = (manifest.get('Class-Path') ?? '').split(/\s+/).filter(Boolean);
  return urls.flatMap((relative) => {
    try {
      const url = new URL(relative, pathToFileURL(jar));
      return url.protocol === 'file:' ? [path.normalize(fileURLToPath(url))] : [];
    } catch {
      return [];
    }
  });
}
