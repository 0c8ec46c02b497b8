import path from 'node:path';
import type { RunningLab } from '../lab/control';
import { root } from '../support/paths';

/** What to try with the machines of the lab, in the editor and on the command line. */
export function labStory({ workspace, folder, engine, urls }: RunningLab): string {
  const cli = path.join(root, 'dist', 'cli.js');
  return `
${Object.entries(urls)
  .map(([name, url]) => `  ${name.padEnd(14)} ${url}`)
  .join('\n')}

1. Choose Swapdeck in the activity bar, and Deploy on the row adara of the environment edge. The plan opens as a
   document; nothing is done before you say so.
2. Change a text in src/main/java, save, deploy again; choose Show Traffic on the row below Deployments meanwhile:
   the requests move from the old release to the new one, and none is lost.
3. Write /nowhere as the path of health in swapdeck.yaml and deploy: the release is taken back before users see it.
4. Roll Back on the row: the release before still runs, so that only the router changes.
5. Containers shows what runs on each host: logs, a shell, usage.

On the command line:
  cd ${workspace}
  export HOME=${path.join(folder, 'home')} DOCKER_HOST=unix://${engine}
  node ${cli} status
  node ${cli} deploy fleet adara
`;
}
