import { existsSync } from 'node:fs';
import { run } from './run';

/** Whether missing programs can be installed here without asking: Debian or Ubuntu, as root. */
export function canInstallPackages(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

/** Installs Debian packages without questions. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  console.log(`Installing ${packages.join(', ')} (apt-get) ...`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  try {
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', install, { env });
  } catch (first) {
    // Mirrors answer with a passing failure often enough for one more try to be worth it.
    console.log(`Trying again: ${first instanceof Error ? first.message.split('\n')[0] : String(first)}`);
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', install, { env });
  }
}
