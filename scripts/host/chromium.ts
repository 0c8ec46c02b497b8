import { existsSync } from 'node:fs';
import path from 'node:path';
import { canInstallPackages, installPackages } from '../support/systemPackages';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

/** Where a Chromium is: `SWAPDECK_CHROMIUM`, else a known name on the PATH. */
export function findChromium(): string | undefined {
  const asked = process.env.SWAPDECK_CHROMIUM;
  if (asked) return asked;
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(existsSync);
}

/** Finds a Chromium, installing it where that is possible; otherwise says what to install. */
export async function ensureChromium(): Promise<string> {
  const found = findChromium();
  if (found) return found;
  if (canInstallPackages()) {
    // The fonts are what makes screenshots readable on a machine without a desktop.
    await installPackages(['chromium', 'fonts-dejavu-core', 'fonts-liberation']);
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    'Chromium (or Chrome) was not found. Install it (Debian: sudo apt-get install chromium), ' +
      'or point SWAPDECK_CHROMIUM at its executable.',
  );
}
