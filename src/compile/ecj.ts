import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where an Eclipse compiler may be: a Maven repository, the editor's Java extension, an Eclipse. */
export interface EcjSearch {
  readonly localRepository: string;
  readonly userHome?: string;
  /** Folders of an Eclipse (`plugins` inside). */
  readonly eclipses?: readonly string[];
}

/** The newest jar with the Eclipse compiler on this machine; undefined when there is none. */
export async function findEcj(search: EcjSearch): Promise<string | undefined> {
  const home = search.userHome ?? os.homedir();
  const repository = path.join(search.localRepository, 'org', 'eclipse', 'jdt', 'ecj');
  const versions = (await list(repository)).map((version) =>
    path.join(repository, version, `ecj-${version}.jar`),
  );
  const editors = ['.vscode', '.vscode-server', '.vscode-insiders', '.vscode-oss'].map((each) =>
    path.join(home, each, 'extensions'),
  );
  const extensions = await Promise.all(
    editors.map(async (folder) =>
      (await list(folder))
        .filter((name) => name.startsWith('redhat.java-'))
        .map((name) => path.join(folder, name, 'server', 'plugins')),
    ),
  );
  const plugins = [
    ...(search.eclipses ?? []).map((each) => path.join(each, 'plugins')),
    ...extensions.flat(),
  ];
  const inPlugins = await Promise.all(
    plugins.map(async (folder) =>
      (await list(folder))
        .filter((name) => /^org\.eclipse\.jdt\.core\.compiler\.batch_.*\.jar$/.test(name))
        .map((name) => path.join(folder, name)),
    ),
  );
  const candidates = [...versions, ...inPlugins.flat()].sort((a, b) => compareVersions(b, a));
  for (const jar of candidates) if (await isFile(jar)) return jar;
  return undefined;
}

function compareVersions(a: string, b: string): number {
  const version = (file: string): string => /[-_](\d[\w.-]*)\.jar$/.exec(file)?.[1] ?? '';
  return version(a).localeCompare(version(b), 'en', { numeric: true });
}

function list(folder: string): Promise<string[]> {
  return fs.readdir(folder).catch(() => []);
}

function isFile(file: string): Promise<boolean> {
  return fs.stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}
