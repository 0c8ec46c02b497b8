import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureLabPackages, labUnsupported, pairPackages } from '../scripts/support/labPackages';
import { root } from '../scripts/support/paths';
import { run } from '../scripts/support/run';
import { delay } from '../src/util/async';
import type { Receipt } from '../src/contracts/deployRecord';
import { Lab } from '../test/lab/machines/lab';
import { DEPLOYER } from '../test/lab/tomcat/configuration';
import { NODES, pairMachines } from '../test/lab/tomcat/pair';
import { PairScene } from '../test/lab/tomcat/pairScene';
import { lostIn, type Tally } from '../test/lab/tomcat/users';
import { randomQuotes } from '../test/lab/tomcat/wars';
import { median, runBench, type Claim } from './support/bench';
import { builtCli, jsonOf } from './support/builtCli';
import { LabUsers } from './support/labUsers';
import { uploadLargeWar } from './support/largeWar';

// Releases on the classic pair: two Tomcats behind mod_jk, sessions in PostgreSQL. Users with a session and users who come
// for the first time ask all the time while one release after another is deployed as a version beside the others; then
// releases are rolled back; then the same is done as people do it by hand, with the Manager's commands. At the end a
// large WAR goes to four servers.

const deployments = 10;
const requests = 50_000;
const rollbacks = 5;
const byHand = 3;
const users = { sessions: 24, fresh: 16, pauseMs: 25, leave: 0.01 };

const versionOf = (n: number): string => `1.${n}.0`;

function done(receipt: Receipt): Receipt {
  if (receipt.outcome !== 'done') throw new Error(JSON.stringify(receipt.failure));
  return receipt;
}

/** Deploys one release after another under load. */
async function parallel(scene: PairScene, say: (line: string) => void): Promise<Tally> {
  const front = `http://${scene.pair.lab.machine('lb-1').address}`;
  const crowd = new LabUsers(scene.pair.lab, front, users);
  for (let n = 1; n <= deployments; n++) {
    await crowd.made(((n - 0.5) * requests) / deployments);
    await scene.bring(versionOf(n));
    const { application } = scene;
    const { durationMs } = done(await application.execute(await application.plan(versionOf(n))));
    say(`${versionOf(n)} is live after ${durationMs} ms, ${await crowd.count()} requests so far`);
  }
  await crowd.made(requests);
  return crowd.stop();
}

/** Milliseconds until new users of both nodes are answered by a release. */
async function answeredByAll(front: string, release: string): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    Object.keys(NODES).map(async (node) => {
      for (;;) {
        // mod_jk sends it to the node; no release knows the session.
        const headers = { cookie: `JSESSIONID=0000.${node}`, connection: 'close' };
        const answer = await fetch(`${front}/randomquotes/quote`, { headers });
        await answer.arrayBuffer();
        if (answer.headers.get('x-release') === release) return;
        // The processors are needed elsewhere.
        await delay(5);
      }
    }),
  );
  return performance.now() - begun;
}

/** From the command to the first answer of the older release on all nodes. */
async function rollBack(scene: PairScene, say: (line: string) => void): Promise<Record<string, number>> {
  const ways: Record<string, (version: string) => Promise<Receipt>> = {
    cli: async (version) =>
      jsonOf(
        await builtCli(
          { cwd: scene.folder, env: scene.env },
          ...['rollback', 'production', 'randomquotes', version, '--yes', '--json'],
        ),
      ) as Receipt,
    connected: async (version) => {
      const { application } = scene;
      return application.execute(await application.rollbackPlan(version));
    },
  };
  const times: Record<string, number[]> = { cli: [], connected: [] };
  let lost = 0;
  for (let n = 1; n <= rollbacks; n++) {
    for (const [name, command] of Object.entries(ways)) {
      const to = versionOf(deployments - 2 * n + (name === 'cli' ? 1 : 0));
      const answered = answeredByAll(scene.front, to);
      const receipt = done(await command(to));
      times[name]!.push(await answered);
      lost += receipt.probe?.lost ?? 0;
    }
  }
  for (const [name, all] of Object.entries(times))
    say(`roll back, ${name}: ${all.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  return { cli: median(times.cli!), connected: median(times.connected!), lost };
}

/** The Manager's commands on one node after the other, as in a script or by hand. */
async function manually(
  scene: PairScene,
  how: 'update' | 'undeploy',
  say: (line: string) => void,
): Promise<Tally> {
  const { pair } = scene;
  const manager = async (machine: string, ...argv: string[]): Promise<void> => {
    const said = await pair.lab
      .machine(machine)
      .succeed(['curl', '-sS', '-u', `${DEPLOYER.user}:${DEPLOYER.password}`, ...argv]);
    if (!said.startsWith('OK')) throw new Error(said);
  };
  const text = 'http://127.0.0.1:8080/manager/text';
  const deploy = async (machine: string, version: string, query: string): Promise<void> => {
    const at = pair.lab.machine(machine).path('srv', 'quotes.war');
    await copyFile((await randomQuotes(version, 'jakarta')).file, at);
    await manager(machine, '-T', '/srv/quotes.war', `${text}/deploy?path=/randomquotes${query}`);
  };
  for (const machine of Object.values(NODES)) await deploy(machine, versionOf(1), '&update=true');
  const crowd = new LabUsers(pair.lab, `http://${pair.lab.machine('lb-1').address}`, users);
  await crowd.made(2000);
  for (let n = 2; n < 2 + byHand; n++) {
    for (const machine of Object.values(NODES)) {
      if (how === 'undeploy') await manager(machine, `${text}/undeploy?path=/randomquotes`);
      await deploy(machine, versionOf(n), how === 'update' ? '&update=true' : '');
    }
    await crowd.made((await crowd.count()) + 1000);
  }
  const tally = await crowd.stop();
  say(`by hand, ${how}: ${lostIn(tally)} of ${tally.requests} requests lost in ${byHand} releases`);
  return tally;
}

/** Everything that our deployments left. */
async function clear({ pair }: PairScene): Promise<void> {
  for (const [node, machine] of Object.entries(NODES)) {
    const on = pair.lab.machine(machine);
    const text = 'http://127.0.0.1:8080/manager/text';
    const curl = ['curl', '-sS', '-u', `${DEPLOYER.user}:${DEPLOYER.password}`];
    const list = await on.succeed([...curl, `${text}/list`]);
    for (const [, version = ''] of list.matchAll(/:randomquotes##(\S+)$/gm))
      await on.succeed([
        ...curl,
        `${text}/undeploy?path=/randomquotes&version=${encodeURIComponent(version)}`,
      ]);
    const left = await on.succeed([...curl, `${text}/list`]);
    if (left.includes('randomquotes')) throw new Error(`${node} is not empty`);
  }
}

runBench('tomcat-deploy', async (say) => {
  const unsupported = labUnsupported(pairPackages);
  if (unsupported) throw new Error(unsupported);
  await ensureLabPackages(pairPackages);
  await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')]);
  for (let n = 0; n <= deployments; n++) await randomQuotes(versionOf(n), 'jakarta');
  const claims: Claim[] = [];
  const figures: Record<string, number> = { deployments };
  const lab = await Lab.up({ machines: pairMachines });
  try {
    const scene = await PairScene.start(lab);
    await scene.configure(`standby: ${deployments}, drain: 5s`);
    await scene.bring(versionOf(0));
    const { application } = scene;
    done(await application.execute(await application.plan(versionOf(0))));
    say('the pair is up');
    const tally = await parallel(scene, say);
    claims.push(
      { name: 'requests', value: tally.requests, atLeast: requests },
      { name: 'lost', value: lostIn(tally), atMost: 0 },
      { name: 'sessionsLost', value: tally.sessionsLost, atMost: 0 },
      { name: 'sessionsMoved', value: tally.sessionsMoved, atMost: 0 },
    );
    if (lostIn(tally) > 0) say(`lost: ${JSON.stringify(tally.lost)}`);
    figures.sessions = tally.sessions;
    figures.raced = tally.raced;
    figures.slowestMs = tally.slowestMs;
    const back = await rollBack(scene, say);
    claims.push(
      { name: 'rollbackCliMs', value: back.cli!, atMost: 1000 },
      { name: 'rollbackConnectedMs', value: back.connected!, atMost: 1000 },
      { name: 'rollbackLost', value: back.lost!, atMost: 0 },
    );
    await clear(scene);
    for (const how of ['update', 'undeploy'] as const) {
      const byHandTally = await manually(scene, how, say);
      figures[`${how}Lost`] = lostIn(byHandTally);
      figures[`${how}Requests`] = byHandTally.requests;
    }
    scene.dispose();
  } finally {
    await lab.down();
  }
  const upload = await uploadLargeWar(say);
  claims.push(
    { name: 'uploadRssMb', value: upload.rssMb, atMost: 80 },
    { name: 'uploadsAtOnce', value: upload.atOnce, atLeast: 4 },
  );
  figures.uploadGrowthMb = upload.growthMb;
  figures.uploadSeconds = upload.seconds;
  return { claims, figures };
});
