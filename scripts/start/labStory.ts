import path from 'node:path';
import type { RunningLab } from '../lab/control';
import { root } from '../support/paths';

/** What to try with the machines of the lab, in the editor and on the command line. */
export function labStory(lab: RunningLab): string {
  return `
${whereUsersAre(lab)}

1. Choose Swapdeck in the activity bar, and Deploy on the row adara of the environment edge. The plan opens as a
   document; nothing is done before you say so.
2. Change a text in src/main/java, save, deploy again; choose Show Traffic on the row below Deployments meanwhile:
   the requests move from the old release to the new one, and none is lost.
3. Write /nowhere as the path of health in swapdeck.yaml and deploy: the release is taken back before users see it.
4. Roll Back on the row: the release before still runs, so that only the router changes.
5. Containers shows what runs on each host: logs, a shell, usage.

${onCommandLine(lab, ['status', 'deploy fleet adara'])}
`;
}

/** The addresses of the application. */
export function whereUsersAre({ urls }: RunningLab): string {
  return Object.entries(urls)
    .map(([name, url]) => `  ${name.padEnd(14)} ${url}`)
    .join('\n');
}

/** Commands to try. */
export function onCommandLine({ workspace, folder, env }: RunningLab, commands: readonly string[]): string {
  const cli = path.join(root, 'dist', 'cli.js');
  const exports = Object.entries({ HOME: path.join(folder, 'home'), ...env });
  return `On the command line:
  cd ${workspace}
  export ${exports.map(([name, value]) => `${name}=${value}`).join(' ')}
${commands.map((command) => `  node ${cli} ${command}`).join('\n')}`;
}
