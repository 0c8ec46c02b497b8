import { promises as fs } from 'node:fs';
import path from 'node:path';
import { mapLimit } from '../util/async';

/** A Java installation on this machine. */
export interface Jdk {
  /** Resolved, so that two ways to one installation are one. */
  readonly home: string;
  /** As in `java.version`: `17.0.15`, `1.8.0_392`, `25`. */
  readonly version: string;
  /** The feature version: 8, 17, 25. */
  readonly feature: number;
  /** Who built it, as its `release` file says. */
  readonly vendor?: string;
  /** A JRE has no compiler. */
  readonly hasCompiler: boolean;
}

/** 8 for `1.8.0_392`, 17 for `17.0.15`, 25 for `25-ea`; absent for anything else. */
export function featureVersion(version: string): number | undefined {
  const match = /^(?:1\.)?(\d+)/.exec(version);
  return match ? Number(match[1]) : undefined;
}

/** The `NAME="value"` lines of a JDK's `release` file. */
export function parseReleaseFile(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(\w+)\s*=\s*"?(.*?)"?\s*$/.exec(line);
    if (match) values.set(match[1]!, match[2]!);
  }
  return values;
}

export function toolPath(home: string, tool: string, platform: NodeJS.Platform = process.platform): string {
  return path.join(home, 'bin', platform === 'win32' ? `${tool}.exe` : tool);
}

/** Reads what is installed at `home`; absent when there is no Java, or one that does not say its version. */
export async function readJdk(home: string): Promise<Jdk | undefined> {
  try {
    const resolved = await fs.realpath(home);
    const release = parseReleaseFile(await fs.readFile(path.join(resolved, 'release'), 'utf8'));
    const version = release.get('JAVA_VERSION');
    const feature = version === undefined ? undefined : featureVersion(version);
    if (version === undefined || feature === undefined) return undefined;
    await fs.access(toolPath(resolved, 'java'));
    const hasCompiler = await fs.access(toolPath(resolved, 'javac')).then(
      () => true,
      () => false,
    );
    const vendor = release.get('IMPLEMENTOR');
    return { home: resolved, version, feature, hasCompiler, ...(vendor && { vendor }) };
  } catch {
    return undefined;
  }
}

/** Where to look; the defaults are this process's. */
export interface JdkSearch {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly userHome?: string;
  /** Homes known from elsewhere, such as the `java.home` of a running JVM or a setting; looked at first. */
  readonly homes?: readonly string[];
}

/** Every Java installation in the usual places, each once, in the order of `jdkPlaces`. */
export async function findJdks(search: JdkSearch = {}): Promise<readonly Jdk[]> {
  const places = jdkPlaces(search);
  const children = await mapLimit(places.parents, 8, async (parent) => {
    const names = await fs.readdir(parent).catch(() => []);
    return names.sort().map((name) => path.join(parent, name));
  });
  const homes = [...places.homes, ...children.flat()];
  const found = await mapLimit(homes, 8, async (home) => {
    // macOS bundles keep the home inside; a JDK 8's running java.home is the jre folder in it.
    return (
      (await readJdk(path.join(home, 'Contents', 'Home'))) ??
      (path.basename(home) === 'jre' ? await readJdk(path.dirname(home)) : undefined) ??
      (await readJdk(home)) ??
      (await readJdkOfTool(home))
    );
  });
  const unique = new Map<string, Jdk>();
  for (const jdk of found) if (jdk && !unique.has(jdk.home)) unique.set(jdk.home, jdk);
  return [...unique.values()];
}

/** `home` may be the path of a `java` on the PATH, often a chain of links. */
async function readJdkOfTool(file: string): Promise<Jdk | undefined> {
  if (!/^javac?(?:\.exe)?$/.test(path.basename(file))) return undefined;
  const real = await fs.realpath(file).catch(() => undefined);
  return real === undefined ? undefined : readJdk(path.dirname(path.dirname(real)));
}

interface JdkPlaces {
  /** Homes, or a `java` that is in one. */
  readonly homes: readonly string[];
  /** Folders with one home in each folder below. */
  readonly parents: readonly string[];
}

/** The places where installers and version managers put Java, by platform; a pure function. */
export function jdkPlaces(search: JdkSearch): JdkPlaces {
  const { env = process.env, platform = process.platform } = search;
  const join = (...parts: string[]): string =>
    (platform === 'win32' ? path.win32 : path.posix).join(...parts);
  const userHome = search.userHome ?? env.HOME ?? env.USERPROFILE;
  const tools = (env.PATH ?? env.Path ?? '')
    .split(platform === 'win32' ? ';' : ':')
    .filter(Boolean)
    .map((folder) => join(folder, platform === 'win32' ? 'javac.exe' : 'javac'));
  const homes = [...(search.homes ?? []), env.JAVA_HOME, env.JDK_HOME, ...tools];
  const parents: string[] = [];
  if (userHome) {
    parents.push(
      join(env.SDKMAN_DIR ?? join(userHome, '.sdkman'), 'candidates', 'java'),
      join(userHome, '.jdks'),
      join(userHome, '.gradle', 'jdks'),
      join(userHome, '.local', 'share', 'mise', 'installs', 'java'),
      join(userHome, '.asdf', 'installs', 'java'),
      join(userHome, '.jabba', 'jdk'),
      join(userHome, '.jenv', 'versions'),
    );
  }
  if (platform === 'linux')
    parents.push('/usr/lib/jvm', '/usr/java', '/usr/local/java', '/opt/java', '/opt/jdk');
  if (platform === 'darwin') {
    parents.push('/Library/Java/JavaVirtualMachines');
    if (userHome) parents.push(join(userHome, 'Library', 'Java', 'JavaVirtualMachines'));
    for (const prefix of ['/opt/homebrew/opt', '/usr/local/opt'])
      homes.push(
        ...['openjdk', ...[8, 11, 17, 21, 25].map((n) => `openjdk@${n}`)].map((name) =>
          join(prefix, name, 'libexec', 'openjdk.jdk'),
        ),
      );
  }
  if (platform === 'win32') {
    for (const programs of [env.ProgramFiles, env['ProgramFiles(x86)'], env.ProgramW6432])
      if (programs)
        for (const vendor of [
          'Java',
          'Eclipse Adoptium',
          'Microsoft',
          'Zulu',
          'Amazon Corretto',
          'BellSoft',
          'Semeru',
        ])
          parents.push(join(programs, vendor));
    if (userHome) parents.push(join(userHome, 'scoop', 'apps', 'openjdk'));
    if (env.LOCALAPPDATA) parents.push(join(env.LOCALAPPDATA, 'Programs', 'Eclipse Adoptium'));
  }
  return {
    homes: homes.filter((home): home is string => home !== undefined && home !== ''),
    parents: [...new Set(parents)],
  };
}
