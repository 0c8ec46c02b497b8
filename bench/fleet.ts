import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../scripts/support/paths';
import { run } from '../scripts/support/run';
import { makeTempDir, removeDir } from '../scripts/support/tempDir';
import { median, runBench, type Claim } from './support/bench';
import type { FleetDescription } from './support/fleetProcess';

// An application on 50 hosts, each with an SSH server and an engine of its own, all simulated by another process: what
// `swapdeck status` and `swapdeck plan` of the built command line take from start to end, all connections made, and
// the most memory of its process.

const hosts = 50;
const rounds = 5;
const image = `sha256:${'ab'.repeat(32)}`;

const commands = { status: ['status', 'live', 'shop'], plan: ['plan', 'live', 'shop', 'next'] };

interface Measure {
  readonly ms: number;
  /** The most memory of the process, in megabytes. */
  readonly megabytes: number;
}

/** Written by the command's own process as it ends. */
const hookText = `process.on('exit', () => require('node:fs').writeFileSync(process.env.BENCH_MEMORY, String(process.resourceUsage().maxRSS)));\n`;

/** Starts the hosts; resolves to their ports and what ends them. */
async function startHosts(
  description: FleetDescription,
): Promise<{ ports: number[]; stop: () => Promise<void> }> {
  const program = path.join(root, 'bench', 'support', 'fleetProcess.ts');
  const loader = pathToFileURL(require.resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', loader, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  child.stdin.end(JSON.stringify(description));
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([
    once(lines, 'line'),
    exited.then(() => Promise.reject(new Error('the hosts do not start'))),
  ])) as [string];
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  return { ports: JSON.parse(line) as number[], stop };
}

/** What SSH and Swapdeck read: keys, addresses, and the configuration with all hosts. */
async function describeHosts(folder: string, ports: readonly number[], publicKey: string): Promise<void> {
  const names = ports.map((_, index) => `web-${index + 1}`);
  const ssh = path.join(folder, '.ssh');
  const entries = ports.map((port, index) => `Host ${names[index]}\n  HostName 127.0.0.1\n  Port ${port}`);
  const shared = `Host *\n  User deploy\n  IdentityFile ${ssh}/id\n  IdentitiesOnly yes`;
  await writeFile(path.join(ssh, 'config'), [...entries, shared, ''].join('\n'));
  const known = ports.map((port) => `[127.0.0.1]:${port} ${publicKey}\n`);
  await writeFile(path.join(ssh, 'known_hosts'), known.join(''));
  const yaml = [
    'applications:',
    '  shop: { image: shop, health: { path: / }, run: { network: host, port: { env: PORT, from: 8080 } } }',
    'hosts:',
    ...names.map((name) => `  ${name}: { ssh: ${name} }`),
    'environments:',
    '  live:',
    '    applications:',
    `      shop: { targets: [${names.join(', ')}], strategy: recreate }`,
    '',
  ];
  await writeFile(path.join(folder, 'swapdeck.yaml'), yaml.join('\n'));
}

runBench('fleet', async (say) => {
  await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')]);
  const folder = await makeTempDir('fleet');
  const { default: ssh2 } = await import('ssh2');
  const keys = ssh2.utils.generateKeyPairSync('ed25519');
  await mkdir(path.join(folder, '.ssh'), { mode: 0o700 });
  await writeFile(path.join(folder, '.ssh', 'id'), keys.private, { mode: 0o600 });
  const hook = path.join(folder, 'hook.cjs');
  await writeFile(hook, hookText);
  const socket = path.join(folder, 'engine.sock');
  const { ports, stop } = await startHosts({
    hosts,
    hostKey: keys.private,
    shared: path.join(folder, 'shared'),
    application: 'shop',
    environment: 'live',
    image,
    socket,
  });
  try {
    await describeHosts(folder, ports, keys.public);
    const measure = async (...argv: string[]): Promise<Measure & { stdout: string }> => {
      const memory = path.join(folder, 'memory');
      const env = {
        ...process.env,
        HOME: folder,
        SWAPDECK_STATE: path.join(folder, 'state'),
        DOCKER_HOST: `unix://${socket}`,
        BENCH_MEMORY: memory,
      };
      const begun = performance.now();
      const program = ['--require', hook, path.join(root, 'dist', 'cli.js'), ...argv, '--json'];
      const child = spawn(process.execPath, program, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      const ms = performance.now() - begun;
      if (code !== 0) throw new Error(`swapdeck ${argv.join(' ')} ended with ${code}:\n${stderr}`);
      return { ms, megabytes: Number(await readFile(memory, 'utf8')) / 1024, stdout };
    };
    const claims: Claim[] = [];
    const figures: Record<string, number> = { hosts, rounds };
    for (const [name, argv] of Object.entries(commands)) {
      const all: Measure[] = [];
      for (let n = 0; n < rounds; n++) {
        const measured = await measure(...argv);
        const seen = new Set(measured.stdout.match(/"target":"web-\d+"/g)).size;
        if (seen !== hosts) throw new Error(`${name} tells of ${seen} hosts`);
        all.push(measured);
      }
      const ms = median(all.map((each) => each.ms));
      const megabytes = Math.max(...all.map((each) => each.megabytes));
      say(`${name}: ${ms.toFixed(0)} ms, at most ${megabytes.toFixed(0)} MB`);
      if (name === 'status') claims.push({ name: 'statusMs', value: ms, atMost: 2000 });
      else figures[`${name}Ms`] = ms;
      claims.push({ name: `${name}Mb`, value: megabytes, atMost: 150 });
    }
    return { claims, figures };
  } finally {
    await stop();
    await removeDir(folder);
  }
});
