import { systemClock } from '../../src/contracts/clock';
import { silentLog } from '../../src/contracts/log';
import { attachJvm, detachJvm } from '../../src/hotswap/attach';
import { compareJvm } from '../../src/hotswap/comparison/compareJvm';
import { countStates } from '../../src/hotswap/comparison/model';
import { openRoots } from '../../src/hotswap/roots/openRoots';
import { TcpDialer } from '../../src/transport/tcp';

// A process of its own that attaches to the JVM at a port and compares what it runs with a class root, some times:
// {"counts":{...},"first":MS,"again":MS,"rss":BYTES}. The times include listing and reading the class files; `rss`
// is the largest resident memory of the whole process that was seen. Run without any option for the collector.
async function main(port: number, root: string): Promise<void> {
  const probe = {
    exposed: () => Promise.resolve(undefined),
    held: () => Promise.resolve(undefined),
    startedAt: () => Promise.resolve(undefined),
  };
  const target = {
    id: 'bench',
    name: 'bench',
    endpoint: { host: '127.0.0.1', port },
    dialer: new TcpDialer(),
    classRoots: [],
  };
  const attached = await attachJvm(target, { clock: systemClock, log: silentLog, probe });
  const times: number[] = [];
  let counts: object = {};
  let rss = 0;
  for (let run = 0; run < 3; run++) {
    const started = performance.now();
    const roots = await openRoots([root], 'newest');
    const onProgress = (done: number): void => {
      if (done % 16 === 0) rss = Math.max(rss, process.memoryUsage.rss());
    };
    const { signal } = new AbortController();
    const { classes } = await compareJvm(attached, roots.entries, { onProgress }, signal);
    await roots.close();
    times.push(performance.now() - started);
    rss = Math.max(rss, process.memoryUsage.rss());
    counts = countStates(classes);
  }
  console.log(JSON.stringify({ counts, first: times[0], again: times.at(-1), rss }));
  attached.index.dispose();
  await detachJvm(attached.connection);
}

void main(Number(process.argv[2]), process.argv[3]!);
