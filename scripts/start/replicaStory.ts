import path from 'node:path';
import type { Replicas } from '../sample/replicas';
import { root } from '../support/paths';

/** What to try with replicas behind one SSH host, in the editor and on the command line. */
export function replicaStory({ workspace, services, names, home }: Replicas): string {
  const rows = services.map(({ url, pid }, i) => `  ${names[i]}  ${url}/  process ${pid}`);
  const cli = path.join(root, 'dist', 'cli.js');
  const jvms = names.map((name) => `--jvm ${name}`).join(' ');
  return `
${rows.join('\n')}

1. Choose Swapdeck in the activity bar, and Attach on each row of staging: all go through one SSH connection.
2. Open src/main/java/hello/greeting/Greeting.java, add a method, save: the refusal is explained at the line, and
   nothing is sent. Undo the edit.
3. Change a text and save: every replica answers anew, and Swaps shows one row for all of them.
4. End one with kill -9 and its process above while you save: the others are taken back to what they ran before.
5. Undo Swap on the row takes it back in all of them; Compare With Running shows that they are equal.

On the command line:
  cd ${workspace.dir}
  export HOME=${home}
  node ${cli} predict ${jvms}
  node ${cli} swap ${jvms}
  node ${cli} history
`;
}
