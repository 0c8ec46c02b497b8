import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { canInstallPackages, installPackages } from './systemPackages';

/** A Java development kit; `home` as `JAVA_HOME` would name it. */
export interface Jdk {
  readonly home: string;
  readonly major: number;
  readonly java: string;
  readonly javac: string;
  readonly jar: string;
}

const executable = (home: string, name: string): string =>
  path.join(home, 'bin', process.platform === 'win32' ? `${name}.exe` : name);

/** Folders in which each platform's installers put one JDK a folder. */
function installFolders(): string[] {
  if (process.platform === 'win32') {
    const programs = process.env.ProgramFiles ?? 'C:\\Program Files';
    const vendors = ['Java', 'Eclipse Adoptium', 'Microsoft', 'Zulu', 'Amazon Corretto'];
    return vendors.map((vendor) => path.join(programs, vendor));
  }
  if (process.platform === 'darwin') return ['/Library/Java/JavaVirtualMachines'];
  return ['/usr/lib/jvm', '/usr/java', '/opt/java'];
}

async function readJdk(home: string): Promise<Jdk | undefined> {
  const javac = executable(home, 'javac');
  if (!existsSync(javac)) return undefined;
  const release = await readFile(path.join(home, 'release'), 'utf8').catch(() => '');
  const major = Number(/^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(release)?.[1] ?? 0);
  return { home, major, javac, java: executable(home, 'java'), jar: executable(home, 'jar') };
}

async function candidates(): Promise<string[]> {
  const homes: string[] = [];
  if (process.env.JAVA_HOME) homes.push(process.env.JAVA_HOME);
  for (const folder of installFolders()) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.sort()) {
      homes.push(path.join(folder, name, 'Contents', 'Home'), path.join(folder, name));
    }
  }
  return homes;
}

/** The first JDK of at least that version: `JAVA_HOME`, else what is installed in the usual places. */
export async function findJdk(atLeast = 17): Promise<Jdk | undefined> {
  for (const home of await candidates()) {
    const jdk = await readJdk(home);
    if (jdk && jdk.major >= atLeast) return jdk;
  }
  return undefined;
}

/** Finds a JDK, installing one where that is possible; otherwise says what to install. */
export async function ensureJdk(): Promise<Jdk> {
  const found = await findJdk();
  if (found) return found;
  if (canInstallPackages()) {
    await installPackages(['openjdk-17-jdk-headless']);
    const installed = await findJdk();
    if (installed) return installed;
  }
  throw new Error(
    'No JDK 17 or newer was found. Install one (Debian: sudo apt-get install openjdk-17-jdk-headless; ' +
      'macOS: brew install --cask temurin; Windows: winget install EclipseAdoptium.Temurin.21.JDK), ' +
      'or point JAVA_HOME at it.',
  );
}
