import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { environmentProviders } from '../src/config/resolve';
import { systemClock } from '../src/contracts/clock';
import { Places } from '../src/environments/places';
import { makeRunner } from '../src/environments/runner';
import { TomcatFleet, type NamedServer } from '../src/targets/tomcat/fleet/fleet';
import type { TomcatNode } from '../src/targets/tomcat/fleet/nodes';
import { LATE_MS, type TomcatServer } from '../src/targets/tomcat/fleet/server';
import { SshHosts } from '../src/transport/ssh/hosts';
import { root } from '../scripts/support/paths';
import { median, runBench } from './support/bench';

/**
 * npm run bench:tomcat-fleet: the tree of 60 Tomcats, asked all at once, as the `Tomcats` view shows them: contexts,
 * versions, sessions, JVM, certificates. One is slow, one never answers, one is something else: these are marked, and no
 * other one waits for them. The Managers are simulated, on loopback, in a process of their own.
 */
const SERVERS = 60;
const ROUNDS = 5;
/** The rows of a server that answers, all unfolded: paths, versions, the server with its facts and a certificate. */
const ROWS = 10 + 20 + 1 + 4 + 1;

const log = { trace: skip, debug: skip, info: skip, warn: skip, error: skip };
function skip(): void {
  // Nothing is kept.
}

function compose(ports: readonly number[]): TomcatFleet {
  const prompter = {
    confirmHostKey: () => Promise.resolve(false),
    secret: () => Promise.resolve(undefined),
  };
  const ssh = new SshHosts({}, { prompter, log });
  const folder = root;
  const places = new Places({ ssh, local: new Set(), folder, env: process.env });
  const providers = environmentProviders({ SWAPDECK_SECRET_TOMCAT: 'password' });
  const fleet = new TomcatFleet();
  fleet.update(
    ports.map((port, at): NamedServer => {
      const name = `node-${at + 1}`;
      const url = `http://127.0.0.1:${port}/manager`;
      return {
        key: name,
        name,
        written: url,
        manager: () => ({ name, url, user: 'deployer', password: '${secret:tomcat}' }),
        runner: () =>
          Promise.resolve(makeRunner({ places, folder, providers, clock: systemClock, stateFolder: folder })),
        clock: systemClock,
      };
    }),
  );
  return fleet;
}

/** Every row below a node. */
function rowsBelow(fleet: TomcatFleet, node: TomcatNode): number {
  return fleet.children(node).reduce((sum, child) => sum + 1 + rowsBelow(fleet, child), 0);
}

/** It has an answer and every detail. */
function isFilled(fleet: TomcatFleet, server: TomcatServer): boolean {
  if (server.state.kind !== 'known' || !server.details?.vm) return false;
  const old = fleet.versionsOf(server, '/shop-9').at(-1);
  return old !== undefined && server.sessionsOf(old.version) !== undefined;
}

/** A person sees that something is wrong with it. */
function isMarked({ state, contents }: TomcatServer): boolean {
  if (state.kind === 'asking') return state.isLate;
  return state.kind === 'failed' || (state.kind === 'known' && contents!.tookMs >= LATE_MS);
}

interface Round {
  readonly firstMs: number;
  readonly filledMs: number;
  readonly markedMs: number;
  /** Until the one that never answers is said not to have answered in time. */
  readonly givenUpMs: number;
  readonly rows: number;
}

async function ask(fleet: TomcatFleet): Promise<Round> {
  const servers = fleet.servers.map(({ server }) => server);
  const [healthy, odd] = [servers.slice(0, -3), servers.slice(-3)];
  const begun = performance.now();
  const at: Partial<Record<'first' | 'filled' | 'marked', number>> = {};
  const look = (): void => {
    const now = performance.now() - begun;
    if (healthy.some(({ state }) => state.kind === 'known')) at.first ??= now;
    if (healthy.every((server) => isFilled(fleet, server))) at.filled ??= now;
    if (odd.every(isMarked)) at.marked ??= now;
  };
  const listening = fleet.onDidChange(look);
  await fleet.askAll();
  listening.dispose();
  const wrong = healthy.find(isMarked);
  if (wrong) throw new Error(`${wrong.name} is marked: ${JSON.stringify(wrong.state)}`);
  const [slow, hanging, nonsense] = odd.map(({ state }) => state);
  const reasonOf = (state: typeof slow): unknown =>
    state?.kind === 'failed' ? (state.error as { reason?: unknown }).reason : state?.kind;
  const reasons = [slow, hanging, nonsense].map(reasonOf).join();
  if (reasons !== 'known,timeout,notManager') throw new Error(`the odd ones are ${reasons}`);
  return {
    firstMs: at.first ?? Infinity,
    filledMs: at.filled ?? Infinity,
    markedMs: at.marked ?? Infinity,
    givenUpMs: performance.now() - begun,
    rows: fleet.servers.slice(0, -3).reduce((sum, node) => sum + rowsBelow(fleet, node), 0),
  };
}

runBench('tomcat-fleet', async (say) => {
  const program = path.join(root, 'bench', 'support', 'tomcatFleetProcess.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, String(SERVERS)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const ports = JSON.parse(line) as number[];
    const rounds: Round[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      // As a window that was just opened.
      const fleet = compose(ports);
      const round = await ask(fleet);
      fleet.dispose();
      rounds.push(round);
      const { filledMs, markedMs, givenUpMs, rows } = round;
      say(
        `${rows} rows in ${filledMs.toFixed(0)} ms, marked after ${markedMs.toFixed(0)} ms, given up after ${givenUpMs.toFixed(0)} ms`,
      );
    }
    const worst = (of: (round: Round) => number): number => Math.max(...rounds.map(of));
    return {
      claims: [
        { name: 'filledMs', value: worst(({ filledMs }) => filledMs), atMost: 2000 },
        { name: 'markedMs', value: worst(({ markedMs }) => markedMs), atMost: 2000 },
        { name: 'rows', value: Math.min(...rounds.map(({ rows }) => rows)), atLeast: (SERVERS - 3) * ROWS },
      ],
      figures: {
        servers: SERVERS,
        rounds: ROUNDS,
        medianFilledMs: median(rounds.map(({ filledMs }) => filledMs)),
        firstMs: median(rounds.map(({ firstMs }) => firstMs)),
        givenUpMs: worst(({ givenUpMs }) => givenUpMs),
      },
    };
  } finally {
    child.kill();
  }
});
