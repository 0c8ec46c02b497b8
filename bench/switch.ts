import { freePort } from '../scripts/support/ports';
import { routeTo } from '../test/lab/routersRunner';
import { RouterLab, type Backend } from '../test/lab/routers';
import { findRouterPrograms } from '../test/lab/routersInstall';
import { routerKinds, scene, type RouterKind, type RouterScene } from '../test/lab/routersScene';
import { Traffic, type TrafficResult } from '../test/lab/routersTraffic';
import { median, runBench, timed, type Claim } from './support/bench';

// Twenty releases after another behind each real router, under 64 clients: a new one starts, the router is switched,
// verified and drained as a plan does it, and the old process is stopped at once. First with clients that open a
// connection a request, then with clients that keep theirs. Those lose nothing where the router closes no
// connections (HAProxy, balancer-manager); where it is told to read its configuration again the figure is stated.

const switches = 20;
const clients = 64;
const pauseMs = 40;
/** Routers that close no connection of a client. */
const closesNone: readonly RouterKind[] = ['apache-balancer', 'haproxy'];

interface Measured extends TrafficResult {
  /** Milliseconds of each switch, verification included; and of waiting for the old release. */
  readonly switchMs: readonly number[];
  readonly drainMs: readonly number[];
}

async function measure(lab: RouterLab, kind: RouterKind, keepAlive: boolean): Promise<Measured> {
  // Two ports in turn, as the first free one from a port upward gives.
  const ports = [await freePort(), await freePort()] as const;
  const first = await lab.backend('r0', ports[0]);
  const at = await scene(lab, kind, first, { spare: [ports[1]] });
  const traffic = new Traffic(at.real.url, { clients, keepAlive, pauseMs });
  try {
    const ms = await switchOften(lab, at, first, ports);
    return { ...(await traffic.stop()), ...ms };
  } finally {
    await traffic.stop();
  }
}

async function switchOften(
  lab: RouterLab,
  { router, runner }: RouterScene,
  first: Backend,
  ports: readonly [number, number],
): Promise<Pick<Measured, 'switchMs' | 'drainMs'>> {
  const switchMs: number[] = [];
  const drainMs: number[] = [];
  let old = first;
  for (let n = 1; n <= switches; n++) {
    const fresh = await lab.backend(`r${n}`, ports[n % 2]);
    const to = routeTo(
      { release: fresh.release, port: fresh.port },
      { release: old.release, port: old.port, weight: 0 },
    );
    const change = router.change(await runner.read(router), to, `p${n}`);
    switchMs.push(await timed(async () => runner.perform(change.verify, await runner.perform(change.do))));
    const address = { host: '127.0.0.1', port: String(old.port) };
    drainMs.push(await timed(() => runner.perform(router.drained?.(change.after, address, 30_000) ?? [])));
    await old.stop();
    old = fresh;
  }
  return { switchMs, drainMs };
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
const camel = (kind: string): string => kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

runBench('switch', async (say) => {
  const programs = await findRouterPrograms();
  if (typeof programs === 'string') throw new Error(programs);
  const claims: Claim[] = [];
  const figures: Record<string, number> = { switches, clients };
  for (const kind of routerKinds) {
    const name = camel(kind);
    for (const keepAlive of [false, true]) {
      const lab = await RouterLab.create(programs);
      try {
        const found = await measure(lab, kind, keepAlive);
        const lost = sum(found.lost) + found.raced;
        const how = keepAlive ? 'Kept' : 'Fresh';
        say(
          `${kind}, ${keepAlive ? 'kept' : 'fresh'} connections: ${found.sent} requests, ${lost} lost ` +
            `(${found.raced} closed under a request) ${JSON.stringify(found.lost)}, slowest ${found.slowestMs.toFixed(0)} ms, ` +
            `switch ${median(found.switchMs).toFixed(0)} ms, drain ${median(found.drainMs).toFixed(0)} ms`,
        );
        const answered = Object.keys(found.answered).length;
        if (answered !== switches + 1) throw new Error(`${answered} of ${switches + 1} releases answered`);
        figures[`${name}Sent${how}`] = found.sent;
        figures[`${name}SlowestMs${how}`] = found.slowestMs;
        figures[`${name}SwitchMs${how}`] = median(found.switchMs);
        if (!keepAlive || closesNone.includes(kind))
          claims.push({ name: `${name}Lost${how}`, value: lost, atMost: 0 });
        else figures[`${name}Lost${how}`] = lost;
      } finally {
        await lab.close();
      }
    }
  }
  return { claims, figures };
});
