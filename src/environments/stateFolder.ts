import { homedir } from 'node:os';
import * as path from 'node:path';

/**
 * Where the command line and the editor keep what should survive but belongs to no project, such as journals of
 * deployments: `SWAPDECK_STATE`, else the system's place (Linux: `$XDG_STATE_HOME` or `~/.local/state`).
 */
export function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  if (env.SWAPDECK_STATE) return env.SWAPDECK_STATE;
  const home = env.HOME ?? homedir();
  if (process.platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Swapdeck');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Swapdeck');
  return path.join(env.XDG_STATE_HOME ?? path.join(home, '.local', 'state'), 'swapdeck');
}
