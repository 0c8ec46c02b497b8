import { existsSync } from 'node:fs';
import path from 'node:path';
import { canInstallPackages, installPackages } from './systemPackages';

/** Makes sure of `mvn`, with which tests build projects and fetch libraries; otherwise says what to install. */
export async function ensureMaven(): Promise<void> {
  if (isOnPath()) return;
  if (canInstallPackages()) await installPackages(['maven']);
  if (isOnPath()) return;
  throw new Error(
    'Maven (mvn) was not found on the PATH. Install it (Debian: sudo apt-get install maven; macOS: brew install maven; ' +
      'Windows: winget install Apache.Maven).',
  );
}

function isOnPath(): boolean {
  const name = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.some((folder) => existsSync(path.join(folder, name)));
}
