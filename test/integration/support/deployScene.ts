import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { systemClock } from '../../../src/contracts/clock';
import type { ProbeReceipt, Receipt } from '../../../src/contracts/deployRecord';
import { planDigest } from '../../../src/deploy/digest';
import { Probe } from '../../../src/deploy/probe';
import type { Order } from '../../lab/processTarget/deployer';
import { ProcessPlace, type Wish } from '../../lab/processTarget/place';
import { SwitchingProxy } from '../../lab/processTarget/proxy';

/** How a deployer's process ended. */
export interface DeployerEnd {
  readonly receipt?: Receipt;
  readonly signal?: string;
  readonly stderr: string;
}

/** The deployer as one file, so that a process of it starts quickly. */
export async function bundleDeployer(): Promise<{ file: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'swapdeck-deployer-'));
  const file = join(folder, 'deployer.js');
  await build({
    entryPoints: [join(__dirname, '../../lab/processTarget/deployer.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  return { file, remove: () => rm(folder, { recursive: true }) };
}

/** An environment of processes with users on it, and deployers in processes of their own. */
export class DeployScene {
  readonly place: ProcessPlace;
  readonly proxy: SwitchingProxy;
  readonly #deployer: string;
  #users: Probe | undefined;
  /** Waits for its order: starting takes a process longer than most steps. */
  #spare: ChildProcessWithoutNullStreams | undefined;

  private constructor(place: ProcessPlace, proxy: SwitchingProxy, deployer: string) {
    this.place = place;
    this.proxy = proxy;
    this.#deployer = deployer;
  }

  static async make(hosts: readonly string[], deployer: string, leaseMs?: number): Promise<DeployScene> {
    const proxy = await SwitchingProxy.start();
    return new DeployScene(await ProcessPlace.make(hosts, proxy, leaseMs), proxy, deployer);
  }

  async dispose(): Promise<void> {
    this.#spare?.kill('SIGKILL');
    await this.#users?.stop();
    await this.place.dispose();
    this.proxy.dispose();
  }

  /** Users that ask all the time, whatever deployers do. */
  async usersCome(): Promise<void> {
    this.#users = new Probe(
      {
        url: this.proxy.url,
        everyMs: 20,
        recognise: { by: 'header', name: 'x-release' },
        timeoutMs: 20_000,
      },
      systemClock,
    );
    await this.#users.start();
  }

  async usersGo(): Promise<ProbeReceipt> {
    const receipt = await this.#users?.stop();
    this.#users = undefined;
    assert.ok(receipt, 'there were users');
    return receipt;
  }

  /** Deploys in this process, and expects it to be done. */
  async deploy(wish: Wish): Promise<Receipt> {
    const plan = await this.place.plan(wish);
    const receipt = await this.place.deployer().deploy(plan, planDigest(plan));
    assert.equal(receipt.outcome, 'done', JSON.stringify(receipt.failure));
    return receipt;
  }

  #prepare(): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [this.#deployer], { stdio: 'pipe' });
  }

  /** Runs a deployer in a process of its own. */
  async run(order: Omit<Order, 'place'>): Promise<DeployerEnd> {
    const child = this.#spare ?? this.#prepare();
    this.#spare = this.#prepare();
    const texts = { stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (texts.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (texts.stderr += data.toString()));
    child.stdin.end(JSON.stringify({ ...order, place: this.place.description } satisfies Order));
    const signal = await new Promise<string | null>((resolve) =>
      child.on('close', (_code, name) => resolve(name)),
    );
    return {
      ...(texts.stdout !== '' && { receipt: JSON.parse(texts.stdout) as Receipt }),
      ...(signal !== null && { signal }),
      stderr: texts.stderr,
    };
  }
}
