import { PFX_PASSWORD } from '../../test/lab/tomcat/certificate';
import type { RunningLab } from '../lab/control';
import { onCommandLine, whereUsersAre } from './labStory';

/** What to try with the pair of Tomcats, in the editor and on the command line. */
export function tomcatStory(lab: RunningLab): string {
  return `
${whereUsersAre(lab)}

1. Choose Swapdeck in the activity bar, and Deploy on the row randomquotes of the environment production. Maven builds
   the WAR, and the plan opens as a document; nothing is done before you say so.
2. Open the page above, and load it a few times: the counter is in your session. Change a text in QuotePage.java, commit,
   and deploy again: you stay on the old version with your counter, a private window gets the new one.
3. Roll Back on the row: the old version is the newest again.
4. target/releases has WARs that were built before; that of 1.2.0 does not start. Copy it to
   target/randomquotes-jakarta.war and deploy it by its name: it is taken away again, and users notice nothing.
5. Restart the nodes, or move one out and in: users go on at the other one with their counter.
6. The certificate www ends soon. Renew it on its row: both load balancers serve the one in certs/www.pfx (password: ${PFX_PASSWORD}).

${onCommandLine(lab, [
  'status',
  'members production jk',
  'restart production jk',
  'drain production jk worker1',
  'activate production jk worker1',
  'renew production www',
])}
`;
}
