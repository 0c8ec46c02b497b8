import { existsSync } from 'node:fs';
import path from 'node:path';
import { canInstallPackages, installPackages } from './systemPackages';

const tools = {
  maven: { command: 'mvn', windows: 'mvn.cmd', winget: 'Apache.Maven' },
  gradle: { command: 'gradle', windows: 'gradle.bat', winget: 'Gradle.Gradle' },
} as const;

/** Makes sure of `mvn` and `gradle`, with which tests build projects and fetch libraries; otherwise says what to install. */
export async function ensureBuildTools(): Promise<void> {
  for (const [name, tool] of Object.entries(tools)) {
    const file = process.platform === 'win32' ? tool.windows : tool.command;
    if (isOnPath(file)) continue;
    if (canInstallPackages()) await installPackages([name]);
    if (isOnPath(file)) continue;
    throw new Error(
      `${tool.command} was not found on the PATH. Install it (Debian: sudo apt-get install ${name}; ` +
        `macOS: brew install ${name}; Windows: winget install ${tool.winget}).`,
    );
  }
}

function isOnPath(file: string): boolean {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.some((folder) => existsSync(path.join(folder, file)));
}
