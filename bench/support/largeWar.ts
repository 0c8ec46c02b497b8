import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ensureJdk } from '../../scripts/support/jdk';
import { run } from '../../scripts/support/run';
import { makeTempDir, removeDir } from '../../scripts/support/tempDir';
import type { Receipt } from '../../src/contracts/deployRecord';
import { DEPLOYER, TomcatNode } from '../../test/lab/tomcat/node';
import { randomQuotes } from '../../test/lab/tomcat/wars';
import { builtCli, jsonOf } from './builtCli';

const NODES = 4;
const WAR_MB = 150;
const MB = 1024 * 1024;

export interface LargeUpload {
  /** The most memory (RSS) of the command line's process, and what of it a small WAR does not take. */
  readonly rssMb: number;
  readonly growthMb: number;
  /** Nodes that were being sent to at one moment. */
  readonly atOnce: number;
  readonly seconds: number;
}

/** A WAR of 150 MB to four servers at once, by the command line as it is built. */
export async function uploadLargeWar(say: (line: string) => void): Promise<LargeUpload> {
  const folder = await makeTempDir('large-war');
  const nodes: TomcatNode[] = [];
  try {
    for (let n = 1; n <= NODES; n++) nodes.push(await TomcatNode.start({ major: 10, route: `worker${n}` }));
    await writeFile(path.join(folder, 'swapdeck.yaml'), configuration(nodes));
    const small = await randomQuotes('1.0.0', 'jakarta');
    const war = path.join(folder, 'quotes.war');
    await copyFile(small.file, war);
    const before = await deploy(folder, '1.0.0');
    await enlarge((await randomQuotes('1.1.0', 'jakarta')).file, war);
    const after = await deploy(folder, '1.1.0');
    const { receipt } = after;
    const sent = receipt.steps.filter(({ step }) => step.endsWith('/deploy'));
    const atOnce = Math.max(
      ...sent.map(
        ({ startedMs }) =>
          sent.filter((each) => each.startedMs <= startedMs && startedMs < each.startedMs + each.durationMs)
            .length,
      ),
    );
    const seconds = receipt.durationMs / 1000;
    const upload = { rssMb: after.rssMb, growthMb: after.rssMb - before.rssMb, atOnce, seconds };
    say(
      `${WAR_MB} MB to ${NODES} nodes in ${seconds.toFixed(1)} s: ${after.rssMb.toFixed(0)} MB of memory, ` +
        `${before.rssMb.toFixed(0)} MB for a small WAR`,
    );
    return upload;
  } finally {
    await Promise.all(nodes.map((node) => node.dispose()));
    await removeDir(folder);
  }
}

function configuration(nodes: readonly TomcatNode[]): string {
  const tomcats = nodes.map(
    (node, i) =>
      `  node${i + 1}: { manager: "${node.manager}", user: ${DEPLOYER.user}, password: "\${secret:tomcat}" }`,
  );
  return `applications:
  randomquotes: { war: quotes.war, context: /randomquotes, smoke: [{ get: /health, status: 200 }] }
tomcats:
${tomcats.join('\n')}
environments:
  production:
    applications:
      randomquotes: { targets: [${nodes.map((_, i) => `node${i + 1}`).join(', ')}], strategy: parallel, drain: 1s }
`;
}

async function deploy(folder: string, version: string): Promise<{ receipt: Receipt; rssMb: number }> {
  let rssMb = 0;
  let looking: NodeJS.Timeout | undefined;
  const env = {
    HOME: folder,
    SWAPDECK_STATE: path.join(folder, 'state'),
    SWAPDECK_SECRET_TOMCAT: DEPLOYER.password,
  };
  const onStart = (pid: number): void => {
    looking = setInterval(() => {
      void mostMemory(pid).then((mb) => (rssMb = Math.max(rssMb, mb)));
    }, 50);
  };
  try {
    const ran = await builtCli(
      { cwd: folder, env, onStart },
      ...['deploy', 'production', 'randomquotes', version, '--yes', '--json'],
    );
    const receipt = jsonOf(ran) as Receipt;
    if (receipt.outcome !== 'done') throw new Error(JSON.stringify(receipt.failure));
    return { receipt, rssMb };
  } finally {
    clearInterval(looking);
  }
}

/** The most that a process has had in memory (VmHWM, proc(5)), in MB; 0 when it has ended. */
async function mostMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}

/** The WAR with bytes that can't be compressed added to it. */
async function enlarge(war: string, to: string): Promise<void> {
  const { jar } = await ensureJdk();
  const folder = await makeTempDir('large');
  try {
    await mkdir(path.join(folder, 'WEB-INF'));
    const bytes = Readable.from(
      (function* () {
        for (let each = 0; each < WAR_MB; each++) yield randomFillSync(Buffer.alloc(MB));
      })(),
    );
    await pipeline(bytes, createWriteStream(path.join(folder, 'WEB-INF', 'large.bin')));
    await rm(to, { force: true });
    await copyFile(war, to);
    await run(jar, ['-u', '-0', '-f', to, '-C', folder, 'WEB-INF/large.bin']);
  } finally {
    await removeDir(folder);
  }
}
