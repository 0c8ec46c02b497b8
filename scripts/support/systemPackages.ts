import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from './run';

/** Asked by Debian's package scripts before they start a service (Debian policy 9.3.3.2). */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** Whether missing programs can be installed here without asking: Debian or Ubuntu, as root. */
export function canInstallPackages(): boolean {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0;
}

/** Installs Debian packages without questions. */
export async function installPackages(packages: readonly string[]): Promise<void> {
  console.log(`Installing ${packages.join(', ')} (apt-get) ...`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  // Another run may be installing at the same time.
  const patience = ['-o', 'DPkg::Lock::Timeout=300'];
  const install = [...patience, 'install', '-y', '-q', '--no-install-recommends', ...packages];
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

/** Installs servers whose services are not started: a test starts its own. */
export async function installServers(packages: readonly string[]): Promise<void> {
  if (existsSync(SERVICE_POLICY)) return installPackages(packages);
  await writeFile(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await installPackages(packages);
  } finally {
    await rm(SERVICE_POLICY, { force: true });
  }
}

/** The path of a program on the PATH or where servers and tools of an administrator are. */
export function findProgram(program: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}
