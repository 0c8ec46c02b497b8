import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import * as net from 'node:net';
import * as path from 'node:path';
import { systemClock } from '../src/contracts/clock';
import type { Endpoint } from '../src/contracts/channel';
import { silentLog } from '../src/contracts/log';
import { attachJvm, detachJvm } from '../src/hotswap/attach';
import type { BuiltClass } from '../src/hotswap/model';
import { builtClass } from '../src/hotswap/roots/builtClass';
import { swapClasses } from '../src/hotswap/swap';
import { encodeCommand } from '../src/jdwp/framing';
import { VirtualMachine } from '../src/jdwp/commands';
import { HANDSHAKE } from '../src/jdwp/handshake';
import { defaultIdSizes } from '../src/jdwp/ids';
import { PacketReader } from '../src/jdwp/reader';
import { signatureOf } from '../src/jdwp/signature';
import { TcpDialer } from '../src/transport/tcp';
import {
  compileJava,
  startJava,
  temporaryFolder,
  type JavaProcess,
} from '../test/integration/support/javaProcess';
import { jdksToTest, type Jdk } from '../test/integration/support/jdks';
import { median, runBench, type Claim } from './support/bench';
import { compileGenerated, generatedFile, generatedName, readGenerated } from './support/generatedClasses';

// Redefining 1, 100 and 1,000 of 10,000 loaded classes: the product's swap (compare, one packet, verify) against JDI
// (classesByName + redefineClasses) and against a bare socket that writes one prepared packet and waits for its reply.
// One JVM; the three take turns, since it has one debugger at a time. Every redefinition changes every class.

const loaded = 10_000;
const sizes = [1, 100, 1000] as const;
const rounds = 5;
/** Redefinitions measured in one turn, after one that is not: an even number with it, so that each size begins alike. */
const repeats: Record<number, number> = { 1: 41, 100: 9, 1000: 3 };

type Contestant = 'jdi' | 'floor' | 'product';
type Say = (line: string) => void;

const keyOf = (contestant: string, size: number): string => `${contestant} ${size}`;

class Arena {
  readonly jvm: JavaProcess;
  readonly #jdi: JavaProcess;
  /** Class folders and class files of two versions. */
  readonly #folders: readonly string[];
  readonly #files: readonly (readonly Buffer[])[];
  #version = 0;
  /** Measured in the round under way, by contestant and size. */
  readonly #times = new Map<string, number[]>();

  constructor(
    jvm: JavaProcess,
    jdi: JavaProcess,
    folders: readonly string[],
    files: readonly (readonly Buffer[])[],
  ) {
    this.jvm = jvm;
    this.#jdi = jdi;
    this.#folders = folders;
    this.#files = files;
  }

  #note(contestant: string, size: number, ms: number): void {
    const key = keyOf(contestant, size);
    this.#times.set(key, [...(this.#times.get(key) ?? []), ms]);
  }

  /** Medians of the round, by contestant and size. */
  async round(): Promise<Map<string, number>> {
    this.#times.clear();
    for (const contestant of ['jdi', 'floor', 'product'] as const) await this.turn(contestant);
    return new Map([...this.#times].map(([key, times]) => [key, median(times)]));
  }

  async stop(): Promise<void> {
    await Promise.all([this.jvm.stop(), this.#jdi.stop()]);
  }

  /** The other version than the one that runs. */
  #next(): number {
    return (this.#version = 1 - this.#version);
  }

  async turn(contestant: Contestant): Promise<void> {
    const redefine = await this[contestant]();
    for (const size of sizes) {
      const first = await redefine.swap(size);
      if (contestant === 'product') this.#note('first', size, first);
      for (let repeat = 0; repeat < repeats[size]!; repeat++)
        this.#note(contestant, size, await redefine.swap(size));
    }
    await redefine.end();
  }

  async jdi(): Promise<Turn> {
    await this.#jdi.ask(`attach ${this.jvm.endpoint.port}`);
    return {
      swap: async (size) => Number(await this.#jdi.ask(`redefine ${size} ${this.#folders[this.#next()]!}`)),
      end: async () => {
        await this.#jdi.ask('detach');
      },
    };
  }

  async product(): Promise<Turn> {
    const target = {
      id: 'bench',
      name: 'bench',
      endpoint: this.jvm.endpoint,
      dialer: new TcpDialer(),
      classRoots: [],
    };
    const probe = {
      exposed: () => Promise.resolve(false),
      held: () => Promise.resolve(false),
      startedAt: () => Promise.resolve(undefined),
    };
    const context = await attachJvm(target, { clock: systemClock, log: silentLog, probe });
    return {
      swap: async (size) => {
        const version = this.#next();
        const built = this.#built(size, version);
        const started = performance.now();
        const { classes } = await swapClasses(context, built);
        const ms = performance.now() - started;
        const swapped = classes.filter(
          ({ outcome, verified }) => outcome === 'swapped' && verified !== false,
        );
        if (swapped.length !== size) throw new Error(`${swapped.length} of ${size} swapped`);
        return ms;
      },
      end: () => detachJvm(context.connection),
    };
  }

  /** As the watcher hands them over, parsed once to see that the file is complete; new objects each time. */
  #built(size: number, version: number): BuiltClass[] {
    const folder = this.#folders[version]!;
    return Array.from({ length: size }, (_, at) => {
      const built = builtClass(this.#files[version]![at]!, generatedFile(folder, at), folder);
      if (built === 'incomplete') throw new Error(generatedName(at));
      return built;
    });
  }

  /** One prepared packet on a socket of its own, and the time until its reply is there. */
  async floor(): Promise<Turn> {
    const socket = await bareConnection(this.jvm.endpoint);
    const idSizes = defaultIdSizes; // as HotSpot has them
    const body = await exchange(
      socket,
      Buffer.concat(encodeCommand(1, VirtualMachine.AllClasses, {}, idSizes).chunks),
    );
    const { classes: all } = VirtualMachine.AllClasses.reply.read(new PacketReader([body], idSizes));
    const ids = new Map(all.map(({ signature, typeID }) => [signature, typeID]));
    return {
      swap: async (size) => {
        const files = this.#files[this.#next()]!;
        const classes = files.slice(0, size).map((classfile, at) => ({
          refType: ids.get(signatureOf(generatedName(at)))!,
          classfile,
        }));
        const packet = Buffer.concat(
          encodeCommand(2, VirtualMachine.RedefineClasses, { classes }, idSizes).chunks,
        );
        const started = performance.now();
        await exchange(socket, packet);
        return performance.now() - started;
      },
      end: () => new Promise((resolve) => void socket.once('close', () => resolve()).end()),
    };
  }
}

interface Turn {
  /** Redefines that many classes; the milliseconds it took. */
  swap(size: number): Promise<number>;
  end(): Promise<void>;
}

/** A socket that has shaken hands. */
async function bareConnection({ host, port }: Endpoint): Promise<net.Socket> {
  for (;;) {
    const socket = net.connect({ host, port, noDelay: true });
    const greeted = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.once('data', () => resolve(true));
      socket.once('connect', () => socket.write(HANDSHAKE));
    });
    if (greeted) return socket;
    socket.destroy();
  }
}

/** Writes a packet and returns the body of its reply. */
async function exchange(socket: net.Socket, packet: Buffer): Promise<Buffer> {
  socket.write(packet);
  let reply: Buffer = Buffer.alloc(0);
  while (reply.length < 11 || reply.length < reply.readUInt32BE(0)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    reply = reply.length === 0 ? chunk : Buffer.concat([reply, chunk]);
  }
  if (reply.readUInt16BE(9) !== 0) throw new Error(`bare packet: error ${reply.readUInt16BE(9)}`);
  return reply.subarray(11);
}

async function prepare(jdk: Jdk, folder: string, say: Say): Promise<Arena> {
  const java = path.join(__dirname, 'support', 'java');
  const tools = await Promise.all(
    ['LoadGenerated.java', 'JdiPeer.java'].map(async (name) => [
      name,
      await readFile(path.join(java, name), 'utf8'),
    ]),
  );
  const programs = await compileJava(jdk, folder, Object.fromEntries(tools) as Record<string, string>, {
    classes: 'programs',
  });
  say(`compiling ${loaded} classes, and ${sizes.at(-1)} of them changed`);
  const folders = [
    await compileGenerated(jdk, folder, { count: loaded, full: 1000, version: 1 }),
    await compileGenerated(jdk, folder, { count: 1000, full: 1000, version: 2 }),
  ];
  const files = await Promise.all(folders.map((each) => readGenerated(each, 1000)));
  const bytes = files[0]!.reduce((sum, { length }) => sum + length, 0);
  say(`class files of ${Math.round(bytes / 1000)} bytes on average; loading them`);
  const jvm = await startJava(jdk, {
    classPath: [programs, folders[0]!],
    mainClass: 'LoadGenerated',
    args: [String(loaded)],
    readyLine: 'READY',
  });
  const jdi = await startJava(jdk, {
    classPath: [programs],
    mainClass: 'JdiPeer',
    jdwp: false,
    readyLine: 'READY',
  });
  return new Arena(jvm, jdi, folders, files);
}

runBench('redefine', async (say) => {
  const feature = Number(process.argv[2] ?? jdksToTest()[0]!.feature);
  const jdk = jdksToTest().find((each) => each.feature === feature)!;
  say(`JDK ${jdk.version}`);
  const temporary = await temporaryFolder('swapdeck-bench-');
  let arena: Arena | undefined;
  try {
    arena = await prepare(jdk, temporary.folder, say);
    const results: Map<string, number>[] = [];
    for (let round = 1; round <= rounds; round++) {
      const result = await arena.round();
      results.push(result);
      const show = (contestant: string): string =>
        sizes.map((size) => result.get(keyOf(contestant, size))!.toFixed(1)).join(' / ');
      say(
        `round ${round} of ${rounds}, ms for ${sizes.join(' / ')}: JDI ${show('jdi')}, bare packet ${show('floor')}, ` +
          `ours ${show('product')}, our first after attaching ${show('first')}`,
      );
    }
    const ms = (contestant: string, size: number): number =>
      median(results.map((result) => result.get(keyOf(contestant, size))!));
    // Compared within a round, when the machine was equally busy for all.
    const ratio = (one: Contestant, other: Contestant, size: number): number =>
      median(results.map((result) => result.get(keyOf(one, size))! / result.get(keyOf(other, size))!));
    const claims: Claim[] = [
      { name: 'timesFasterThanJdi1000', value: ratio('jdi', 'product', 1000), atLeast: 20 },
      { name: 'timesFasterThanJdi100', value: ratio('jdi', 'product', 100), atLeast: 15 },
      { name: 'timesTheFloor1', value: ratio('product', 'floor', 1), atMost: 1.3 },
    ];
    const figures = Object.fromEntries(
      (['jdi', 'floor', 'product', 'first'] as const).flatMap((contestant) =>
        sizes.map((size) => [`${contestant}${size}Ms`, ms(contestant, size)]),
      ),
    );
    return { claims, figures: { jdk: jdk.feature, loadedClasses: loaded, ...figures } };
  } finally {
    await arena?.stop();
    await temporary.remove();
  }
});
