import { rm, stat, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { silentLog } from '../src/contracts/log';
import { THIS_MACHINE } from '../src/contracts/deployCall';
import { decliningPrompter } from '../src/contracts/prompter';
import { inspectImage } from '../src/targets/docker/image/chains';
import { readWork } from '../src/targets/docker/messages';
import type { Engines } from '../src/targets/docker/engine/engines';
import { SshHosts } from '../src/transport/ssh/hosts';
import { ensureLabPackages, labUnsupported } from '../scripts/support/labPackages';
import { labEngines, load, perform, transferCall } from '../test/lab/docker';
import { writeImage, type Layer } from '../test/lab/images/archive';
import { randomLayer } from '../test/lab/images/random';
import { LabLoopback } from '../test/lab/loopback';
import { Lab } from '../test/lab/machines/lab';
import { succeed } from '../test/lab/machines/run';
import { median, runBench, timed, type Claim } from './support/bench';

// Bringing an image of 300 MB, of which one layer of 20 MB changed, to a host: the product against `docker save`, gzip
// and `docker load` over ssh, and against a registry beside the machine the image is on (push, then pull). The three
// take turns, in another order each round, each with a changed layer that nobody has seen and after what the one before
// wrote has reached the disk; the host has the image before, pulled from the registry.
// First at full speed, then with 100 Mbit/s towards the host.

const rounds = 5;
const baseMegabytes = [120, 80, 50, 30];
const changedMegabytes = 20;
const rate = '100mbit';

type Contestant = 'product' | 'gzip' | 'registry';
type Say = (line: string) => void;

/** What one transfer took; `bytes` as sent towards the host on the wire. */
interface Measure {
  readonly ms: number;
  readonly bytes: number;
}

class Arena {
  readonly #lab: Lab;
  readonly #engines: Engines;
  readonly #base: readonly Layer[];
  readonly #loopback: LabLoopback;
  #serial = 0;
  /** Bytes of the last transfer, as the product counts them. */
  #sent = 0;
  /** Largest share of bytes that the product sent above the changed layer, as it counts them. */
  worstShare = 0;

  constructor(lab: Lab, engines: Engines, base: readonly Layer[]) {
    this.#lab = lab;
    this.#engines = engines;
    this.#base = base;
    this.#loopback = LabLoopback.of(lab.machine('here'));
  }

  async close(): Promise<void> {
    await this.#loopback.close();
  }

  get #registry(): string {
    return `${this.#lab.machine('here').address}:5000`;
  }

  /** A registry on this machine, and the image before on the host. */
  async prepare(): Promise<void> {
    const here = this.#lab.machine('here');
    await mkdir(here.path('/var/lib/registry'), { recursive: true });
    const config = [
      'version: 0.1',
      'storage: { filesystem: { rootdirectory: /var/lib/registry } }',
      'http: { addr: "0.0.0.0:5000" }',
      '',
    ];
    await writeFile(here.path('/etc/registry.yml'), config.join('\n'));
    await here
      .daemon('registry', ['docker-registry', 'serve', '/etc/registry.yml'], () => here.listensOn(5000))
      .start();
    const reference = `${this.#registry}/shop:before`;
    await this.#make(reference);
    await here.succeed(['docker', 'push', '--quiet', reference], { limitMs: 300_000 });
    await this.#lab.machine('host-a').succeed(['docker', 'pull', '--quiet', reference], { limitMs: 300_000 });
  }

  /** One transfer of a new image. */
  async race(contestant: Contestant): Promise<Measure> {
    const name = `shop:${contestant}-${++this.#serial}`;
    const reference = contestant === 'registry' ? `${this.#registry}/${name}` : name;
    const id = await this.#make(reference);
    await succeed(['sync']);
    const before = await this.#lab.network.sentTo('host-a');
    const ms = await timed(() => this[contestant](reference));
    const bytes = (await this.#lab.network.sentTo('host-a')) - before;
    if (contestant === 'product') {
      const { size } = await stat((await this.#changed(this.#serial)).file);
      this.worstShare = Math.max(this.worstShare, this.#sent / size - 1);
    }
    const arrived = await inspectImage(this.#engines.of('host-a'), reference);
    if (arrived.id !== id) throw new Error(`${contestant}: ${arrived.id} arrived, not ${id}`);
    for (const machine of ['host-a', 'here'])
      await this.#lab.machine(machine).succeed(['docker', 'image', 'rm', reference]);
    return { ms, bytes };
  }

  async product(reference: string): Promise<void> {
    let bytes = 0;
    const answer = await perform(
      this.#engines,
      transferCall(reference, 'host-a'),
      (so) => (bytes = so.bytes),
      undefined,
      this.#loopback.listen,
    );
    const { ok, error } = readWork(answer);
    if (!ok) throw new Error(error);
    this.#sent = bytes;
  }

  /** What a Makefile does. */
  async gzip(reference: string): Promise<void> {
    const ssh = `ssh -F ${path.join(this.#lab.home, '.ssh', 'config')} host-a.lab`;
    const line = `set -o pipefail; docker save ${reference} | gzip | ${ssh} 'gunzip | docker load'`;
    const here = `DOCKER_HOST=unix://${this.#lab.machine('here').engineSocket}`;
    await succeed(this.#lab.network.inside(['env', here, 'bash', '-c', line]), { limitMs: 600_000 });
  }

  async registry(reference: string): Promise<void> {
    await this.#lab.machine('here').succeed(['docker', 'push', '--quiet', reference], { limitMs: 300_000 });
    await this.#lab.machine('host-a').succeed(['docker', 'pull', '--quiet', reference], { limitMs: 300_000 });
  }

  async #changed(serial: number): Promise<Layer> {
    return randomLayer(`changed-${serial}`, changedMegabytes);
  }

  /** An image with a new layer on top, in this machine's engine. */
  async #make(reference: string): Promise<string> {
    const file = path.join(this.#lab.folder, 'image.tar');
    const layers = [...this.#base, await this.#changed(this.#serial)];
    const id = await writeImage(file, { reference, layers });
    await load(this.#engines, THIS_MACHINE, file);
    await rm(file);
    return id;
  }
}

async function run(arena: Arena, where: string, say: Say): Promise<Map<Contestant, Measure>> {
  const contestants: readonly Contestant[] = ['product', 'registry', 'gzip'];
  const all = new Map<Contestant, Measure[]>();
  for (let round = 0; round < rounds; round++) {
    for (const contestant of round % 2 === 0 ? contestants : [...contestants].reverse()) {
      const measure = await arena.race(contestant);
      all.set(contestant, [...(all.get(contestant) ?? []), measure]);
      say(
        `${where}, ${contestant}: ${Math.round(measure.ms)} ms, ${(measure.bytes / 1e6).toFixed(1)} MB on the wire`,
      );
    }
  }
  const medianOf = (measures: readonly Measure[]): Measure => ({
    ms: median(measures.map(({ ms }) => ms)),
    bytes: median(measures.map(({ bytes }) => bytes)),
  });
  return new Map([...all].map(([contestant, measures]) => [contestant, medianOf(measures)]));
}

runBench('push', async (say) => {
  const unsupported = labUnsupported();
  if (unsupported) throw new Error(unsupported);
  await ensureLabPackages();
  const base = await Promise.all(baseMegabytes.map((megabytes) => randomLayer('base', megabytes)));
  const machine = { engine: true, engineDisk: '3g' };
  const lab = await Lab.up({ machines: { here: machine, 'host-a': machine } });
  const environment = lab.environment();
  const hosts = new SshHosts(lab.hostSpecs(), { prompter: decliningPrompter, log: silentLog, environment });
  const arena = new Arena(lab, labEngines(lab, hosts, 'here'), base);
  try {
    await arena.prepare();
    say('the host has the image before');
    const claims: Claim[] = [];
    const figures: Record<string, number> = {};
    const compare = async (where: string): Promise<void> => {
      const measured = await run(arena, where, say);
      const { ms } = measured.get('product')!;
      for (const [contestant, each] of measured) {
        figures[`${where} ${contestant} ms`] = each.ms;
        figures[`${where} ${contestant} MB`] = each.bytes / 1e6;
        if (contestant !== 'product')
          claims.push({ name: `${where} product / ${contestant}`, value: ms / each.ms, atMost: 1 });
      }
    };
    await compare('loopback');
    await lab.network.limit('host-a', rate);
    await compare('100 Mbit/s');
    claims.push({ name: 'bytes above the changed layer %', value: arena.worstShare * 100, atMost: 1 });
    return { claims, figures };
  } finally {
    await arena.close();
    hosts.dispose();
    await lab.down();
  }
});
