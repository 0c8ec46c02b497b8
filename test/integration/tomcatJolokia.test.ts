import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import { migrateWar } from '../../src/targets/tomcat/migrate';
import { mavenFile, TOMCAT_MAJORS, tomcatHome } from '../lab/tomcat/distribution';
import { TomcatNode, VIEWER } from '../lab/tomcat/node';
import { QuotesFleet } from '../lab/tomcat/scene';
import { namespaceOf } from '../lab/tomcat/wars';

/** Two releases of a web application that no one here wrote, for javax.servlet. */
const RELEASES = ['1.7.1', '1.7.2'];
const authorization = `Basic ${Buffer.from(`${VIEWER.user}:${VIEWER.password}`).toString('base64')}`;

describe('Jolokia, deployed one release after the other', function () {
  this.timeout(180_000);
  let folder: string;
  const wars = new Map<string, string>();

  before(async function () {
    this.timeout(300_000);
    folder = await makeTempDir('jolokia');
    const homes = [await tomcatHome(11)];
    for (const version of RELEASES) {
      const war = path.join(folder, `jolokia-${version}.war`);
      await copyFile(await mavenFile(`org.jolokia:jolokia-war:${version}:war`), war);
      wars.set(`javax ${version}`, war);
      wars.set(`jakarta ${version}`, await migrateWar({ war, homes, cache: folder }));
    }
  });
  after(() => removeDir(folder));

  for (const major of TOMCAT_MAJORS)
    it(`answers on Tomcat ${major}${major > 9 ? ', migrated' : ''}`, async () => {
      const node = await TomcatNode.start({ major });
      try {
        const fleet = new QuotesFleet({ worker1: node });
        for (const version of RELEASES) {
          const { receipt } = await fleet.deploy({
            version,
            war: wars.get(`${namespaceOf(major)} ${version}`)!,
            // It lets nobody in without the role `jolokia`; what is not there answers 404.
            application: { context: '/jolokia', smoke: [{ get: '/version', status: 401 }] },
          });
          assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
          const answer = (await (
            await fetch(`${node.url}/jolokia/version`, { headers: { authorization } })
          ).json()) as {
            value: { agent: string };
          };
          // 1.7.2 calls itself 1.7.1 too.
          assert.equal(answer.value.agent, '1.7.1');
          const [live] = await fleet.versions({ application: { context: '/jolokia' } });
          assert.match(live!, new RegExp(`^${version} running`));
        }
      } finally {
        await node.dispose();
      }
    });
});
