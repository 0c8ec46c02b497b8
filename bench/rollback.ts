import type { Receipt } from '../src/contracts/deployRecord';
import { answeredBy, AdaraScene } from './support/adaraScene';
import { median, runBench, type Claim } from './support/bench';

// Back to the release before, which runs as standby behind HAProxy: from the command to the first answer of the old
// release that a user gets, who asks all the time over fresh connections. With the command line as it is built, from
// the start of its process, and in a process that is connected, as the editor is. Each roll back leads to the release
// that the one before left, so two take turns.

const rounds = 10;

const configuration = (url: string): string => `applications:
  adara:
    image: adara
    health: { path: /actuator/health, json: { status: UP } }
    run:
      network: host
      port: { env: SERVER_PORT, from: 8080 }
      env: { ADARA_RELEASE: "\${version}" }
hosts: { host-a: { ssh: host-a } }
routers: { edge: { kind: haproxy, host: host-a, socket: /run/haproxy/admin.sock, backend: web } }
environments:
  live:
    probe: { url: "${url}", every: 20ms }
    applications:
      adara: { targets: [host-a], strategy: blue-green, router: edge, standby: 1 }
`;

interface Round {
  /** Milliseconds from the command to the old release's first answer, and to the command's end. */
  readonly answerMs: number;
  readonly endMs: number;
  readonly lost: number;
}

/** `command` resolves to the requests that its probe lost. */
async function round(url: string, release: string, command: () => Promise<number>): Promise<Round> {
  const begun = performance.now();
  const answered = answeredBy(url, release).then(({ failed }) => ({
    failed,
    answerMs: performance.now() - begun,
  }));
  const lost = await command();
  const endMs = performance.now() - begun;
  const { answerMs, failed } = await answered;
  return { answerMs, endMs, lost: lost + failed };
}

function lostIn(receipt: Receipt): number {
  if (receipt.outcome !== 'done' || !receipt.probe) throw new Error(JSON.stringify(receipt));
  return receipt.probe.lost;
}

runBench('rollback', async (say) => {
  const scene = await AdaraScene.make({ 'host-a': { engine: true, services: ['haproxy'] } });
  try {
    const url = scene.url('haproxy');
    await scene.configure(configuration(url));
    await scene.release('v2');
    for (const version of ['v1', 'v2']) await scene.cli('deploy', 'live', 'adara', version, '--yes');
    say('v2 is live, v1 is standby');
    const application = await scene.open('live', 'adara');
    const ways: Record<string, () => Promise<number>> = {
      cli: async () => {
        const { stdout } = await scene.cli('rollback', 'live', 'adara', '--yes', '--json');
        return lostIn(JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Receipt);
      },
      connected: async () => lostIn(await application.execute(await application.rollbackPlan(undefined))),
    };
    const claims: Claim[] = [];
    const figures: Record<string, number> = { rounds };
    let next = 'v1';
    for (const [name, command] of Object.entries(ways)) {
      const all: Round[] = [];
      for (let n = 0; n < rounds; n++) {
        all.push(await round(url, next, command));
        next = next === 'v1' ? 'v2' : 'v1';
      }
      const answers = all.map(({ answerMs }) => answerMs);
      const ends = all.map(({ endMs }) => endMs);
      const lost = all.reduce((sum, each) => sum + each.lost, 0);
      say(
        `${name}: first answer after ${median(answers).toFixed(0)} ms (slowest ${Math.max(...answers).toFixed(0)}), ` +
          `the command ends after ${median(ends).toFixed(0)} ms, ${lost} requests lost`,
      );
      claims.push({ name: `${name}AnswerMs`, value: median(answers), atMost: 1000 });
      claims.push({ name: `${name}Lost`, value: lost, atMost: 0 });
      figures[`${name}SlowestMs`] = Math.max(...answers);
      figures[`${name}EndMs`] = median(ends);
    }
    return { claims, figures };
  } finally {
    await scene.close();
  }
});
