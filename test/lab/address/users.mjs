import http from 'node:http';
import { createInterface } from 'node:readline';
import { clearInterval, setInterval } from 'node:timers';

/**
 * Users of an address, from inside the lab's network: a new connection at a pace, each with one request, and some that
 * are kept and used again and again. Begins at once; at a line on its standard input it tells what it saw, as JSON, and
 * ends.
 */
const [url, everyMs, kept] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

/** Between the opening of a connection and its use: users are not beside the server. */
const THINK_MS = 20;

const seen = { fresh: 0, failedFresh: 0, keptRequests: 0, brokenKept: 0, why: {}, gapMs: 0 };
const flying = new Set();
let lastGood = performance.now();
let over = false;

function ask(agent) {
  const request = new Promise((resolve, reject) => {
    const asked = http.request(url, { agent, timeout: 3000 }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode < 500 ? resolve() : reject(new Error(`HTTP ${response.statusCode}`)),
      );
      response.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('timeout')));
    asked.on('error', reject);
    // The connection is opened at once, and used a moment later: as a user far away does.
    setTimeout(() => asked.end(), THINK_MS);
  });
  flying.add(request);
  return request.finally(() => flying.delete(request));
}

function failed(error) {
  const why = error.code ?? error.message;
  seen.why[why] = (seen.why[why] ?? 0) + 1;
}

/** New ones: in time, whatever became of those before. */
const begun = performance.now();
const pace = setInterval(() => {
  while (seen.fresh < (performance.now() - begun) / everyMs) {
    seen.fresh++;
    ask(false).then(
      () => {
        const now = performance.now();
        seen.gapMs = Math.max(seen.gapMs, now - lastGood);
        lastGood = now;
      },
      (error) => {
        seen.failedFresh++;
        failed(error);
      },
    );
  }
}, 1);

/** A kept one that breaks is opened again. */
async function keep() {
  while (!over) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    try {
      for (;;) {
        seen.keptRequests++;
        await ask(agent);
        if (over) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } catch (error) {
      seen.brokenKept++;
      failed(error);
    } finally {
      agent.destroy();
    }
  }
}
const keepers = Array.from({ length: kept }, keep);

createInterface({ input: process.stdin }).once('line', async () => {
  clearInterval(pace);
  over = true;
  await Promise.allSettled([...flying, ...keepers]);
  console.log(JSON.stringify(seen));
  process.exit(0);
});
console.log('begun');
