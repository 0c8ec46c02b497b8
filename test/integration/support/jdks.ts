import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** A JDK of this machine. */
export interface Jdk {
  readonly home: string;
  /** `17` of `17.0.15`. */
  readonly feature: number;
  readonly version: string;
  readonly java: string;
  readonly javac: string;
}

const EXE = process.platform === 'win32' ? '.exe' : '';

/** Every JDK of this machine, oldest first: `JAVA_HOME`, `JAVA_HOME_*`, `PATH`, and the usual folders. */
export function findJdks(): readonly Jdk[] {
  const homes = new Set(
    candidates()
      .filter(existsSync)
      .map((home) => realpathSync(home)),
  );
  return [...homes]
    .flatMap((home) => jdkAt(home) ?? [])
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }));
}

/** The JDKs a test of real JVMs runs on: 17 and the newest, or one of them where there is only one. */
export function jdksToTest(): readonly Jdk[] {
  const jdks = findJdks().filter(({ feature }) => feature >= 17);
  const newest = jdks.at(-1);
  if (!newest) throw new Error('no JDK 17 or newer found: set JAVA_HOME');
  const seventeen = jdks.find(({ feature }) => feature === 17);
  return seventeen && seventeen !== newest ? [seventeen, newest] : [newest];
}

function candidates(): string[] {
  const variables = Object.entries(process.env).flatMap(([name, value]) =>
    value && /^JAVA_HOME(_|$)/i.test(name) ? [value] : [],
  );
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, `javac${EXE}`))
    .filter(existsSync)
    .map((javac) => path.dirname(path.dirname(realpathSync(javac))));
  const folders = [
    '/usr/lib/jvm',
    '/usr/java',
    '/opt/java',
    path.join(os.homedir(), '.sdkman', 'candidates', 'java'),
    path.join(os.homedir(), '.jdks'),
    ...['Java', 'Eclipse Adoptium', 'Microsoft', 'Zulu'].map((vendor) =>
      path.join(process.env.ProgramFiles ?? 'C:\\Program Files', vendor),
    ),
  ].flatMap(children);
  const mac = children('/Library/Java/JavaVirtualMachines').map((jdk) => path.join(jdk, 'Contents', 'Home'));
  return [...variables, ...onPath, ...folders, ...mac];
}

function children(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
}

/** A folder with a compiler and a `release` file that says the version. */
function jdkAt(home: string): Jdk | undefined {
  const [java, javac] = ['java', 'javac'].map((tool) => path.join(home, 'bin', tool + EXE)) as [
    string,
    string,
  ];
  const release = path.join(home, 'release');
  if (!existsSync(javac) || !existsSync(release)) return undefined;
  const version = /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(release, 'utf8'))?.[1];
  if (!version) return undefined;
  return { home, version, feature: Number.parseInt(version, 10), java, javac };
}
