import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inspection, Intent, Plan, Release, StrategyName } from '../../../src/contracts/deploy';
import { systemClock } from '../../../src/contracts/clock';
import { THIS_MACHINE, type Runner } from '../../../src/contracts/deployCall';
import type { Actor } from '../../../src/contracts/deployRecord';
import type { Router } from '../../../src/contracts/deployTarget';
import { Deployer, type DeployerOptions } from '../../../src/deploy/deployer';
import { perform } from '../../../src/deploy/inspect';
import { DeployLock } from '../../../src/deploy/lock';
import { LockCalls } from '../../../src/deploy/lockCalls';
import { makePlan } from '../../../src/deploy/makePlan';
import { commandPerformer } from '../../../src/deploy/performers/command';
import { readFilePerformer, writeFilePerformer } from '../../../src/deploy/performers/files';
import { httpPerformer } from '../../../src/deploy/performers/http';
import type { Probe } from '../../../src/deploy/probe';
import { watchPerformer } from '../../../src/deploy/probe';
import { CallRunner } from '../../../src/deploy/runner';
import type { StrategyOptions } from '../../../src/deploy/strategies/input';
import { LocalExec } from '../../../src/transport/localExec';
import { TcpDialer } from '../../../src/transport/tcp';
import { ProxyRouter } from './router';
import { ProcessTarget, processTargetParsers, type Mode } from './target';

/** All that a deployer in another process needs to know. Plain JSON. */
export interface PlaceDescription {
  readonly root: string;
  readonly hosts: readonly string[];
  readonly adminUrl: string;
  readonly publicUrl: string;
  readonly program: readonly [string, string];
  /** 30,000 unless given: a busy machine must not lose a lock. */
  readonly leaseMs?: number;
}

export interface Wish {
  readonly planId: string;
  readonly strategy: StrategyName;
  readonly version: string;
  readonly intent?: Intent;
  readonly mode?: Mode;
  readonly options?: Partial<StrategyOptions>;
  readonly probe?: boolean;
}

/** Hosts, router and journal of a small environment on this machine. */
export class ProcessPlace {
  readonly description: PlaceDescription;
  readonly router: Router;

  constructor(description: PlaceDescription) {
    this.description = description;
    this.router = new ProxyRouter(description.adminUrl);
  }

  static async make(
    hosts: readonly string[],
    proxy: { adminUrl: string; url: string },
    leaseMs?: number,
  ): Promise<ProcessPlace> {
    const root = await mkdtemp(join(tmpdir(), 'swapdeck-place-'));
    for (const host of hosts) await mkdir(join(root, host));
    return new ProcessPlace({
      root,
      hosts,
      adminUrl: proxy.adminUrl,
      publicUrl: proxy.url,
      program: [process.execPath, join(__dirname, 'server.mjs')],
      ...(leaseMs !== undefined && { leaseMs }),
    });
  }

  /** Ends every instance and removes all. */
  async dispose(): Promise<void> {
    const { root, hosts } = this.description;
    for (const host of hosts) {
      const instances = await readdir(join(root, host, 'instances')).catch(() => []);
      for (const id of instances) {
        const pid = await readFile(join(root, host, 'instances', id, 'pid'), 'utf8').catch(() => '');
        if (pid !== '') kill(Number(pid));
      }
    }
    await rm(root, { recursive: true, force: true });
  }

  release(version: string): Release {
    return { application: 'adara', version, artifact: `sha256:${version}`, configuration: 'c1' };
  }

  targets(mode: Mode = 'good'): ProcessTarget[] {
    const { root, hosts, program } = this.description;
    return hosts.map((name) => {
      const patience = {
        ...(mode === 'crash' && { startMs: 500 }),
        ...(mode === 'unhealthy' && { healthMs: 300 }),
      };
      return new ProcessTarget({ name, folder: join(root, name), program, mode, ...patience });
    });
  }

  runner(probe?: Probe): CallRunner {
    const exec = new LocalExec('here');
    return new CallRunner({
      clock: systemClock,
      parsers: processTargetParsers,
      secret: () => Promise.reject(new Error('no secrets here')),
      sources: {
        text: ({ text }) => {
          const bytes = Buffer.from(text as string);
          // eslint-disable-next-line @typescript-eslint/require-await -- an iterable is what uploads are
          const chunks = (async function* () {
            yield bytes;
          })();
          return Promise.resolve({ total: bytes.length, chunks });
        },
      },
      performers: {
        command: commandPerformer(() => exec),
        readFile: readFilePerformer(() => exec),
        writeFile: writeFilePerformer(() => exec),
        http: httpPerformer(() => new TcpDialer()),
        watch: watchPerformer(probe),
      },
    });
  }

  async inspect(runner: Runner = this.runner()): Promise<Inspection> {
    const targets = await Promise.all(this.targets().map((each) => perform(each.inspect(), runner)));
    return { targets, router: await perform(this.router.read(), runner) };
  }

  async plan(wish: Wish): Promise<Plan> {
    const { targets, router } = await this.inspect();
    const { options, probe = true } = wish;
    return makePlan(wish.strategy, {
      planId: wish.planId,
      environment: 'lab',
      application: 'adara',
      intent: wish.intent ?? 'deploy',
      release: this.release(wish.version),
      targets: this.targets(wish.mode).map((target, index) => ({ target, state: targets[index]! })),
      router: { router: this.router, state: router! },
      options: { drainMs: 2000, standby: 0, keep: 1, ...options },
      ...(probe && {
        probe: {
          url: this.description.publicUrl,
          everyMs: 20,
          recognise: { by: 'header', name: 'X-Release' } as const,
        },
      }),
      journalHost: THIS_MACHINE,
    });
  }

  get lock(): DeployLock {
    const calls = new LockCalls(THIS_MACHINE, join(this.description.root, 'shared', 'lab', 'adara'));
    return new DeployLock({
      runner: this.runner(),
      calls,
      clock: systemClock,
      leaseMs: this.description.leaseMs ?? 30_000,
    });
  }

  deployer(more: Partial<DeployerOptions> = {}): Deployer {
    return new Deployer({
      lock: this.lock,
      clock: systemClock,
      actor: actorOf(process.pid),
      directory: join(this.description.root, 'mine'),
      runner: (probe) => this.runner(probe),
      inspect: () => this.inspect(),
      isRunning,
      patienceMs: 2000,
      ...more,
    });
  }
}

export function actorOf(processId: number): Actor {
  return { name: 'someone@lab', machine: 'lab', processId };
}

/** Also false for one that has ended and that its parent has not taken note of yet. */
export function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(processId)], { encoding: 'utf8' });
    return !state.startsWith('Z');
  } catch {
    return false;
  }
}

function kill(processId: number): void {
  try {
    process.kill(processId, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
