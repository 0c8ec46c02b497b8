// A release of the process target: an HTTP server on a port that its folder remembers.
// Arguments: the folder of the instance.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const folder = process.argv[2];
const file = (name) => join(folder, name);
const { release, mode } = JSON.parse(readFileSync(file('release.json'), 'utf8'));

if (!claim()) process.exit(0);
if (mode === 'crash') {
  rmSync(file('pid'), { force: true });
  process.exit(1);
}

let inFlight = 0;
let asked = 0;
const server = createServer((request, response) => {
  response.setHeader('x-release', release.version);
  if (request.url === '/in-flight') return response.end(String(inFlight));
  if (request.url === '/health') {
    response.statusCode = mode === 'unhealthy' ? 503 : 200;
    return response.end(JSON.stringify({ status: mode === 'unhealthy' ? 'DOWN' : 'UP' }));
  }
  inFlight++;
  response.on('close', () => inFlight--);
  // The first one is the deployer's, who looks whether it is healthy.
  const failing = mode === 'failing' && asked++ > 0 && Math.random() < 0.5;
  setTimeout(
    () => {
      response.statusCode = failing ? 500 : 200;
      response.end(`${release.version}\n`);
    },
    mode === 'slow' ? 80 : 2,
  );
});
server.keepAliveTimeout = 60_000;
server.listen(knownPort(), '127.0.0.1', () => {
  writeFileSync(file('port.new'), String(server.address().port));
  renameSync(file('port.new'), file('port'));
});
server.on('error', () => {
  rmSync(file('pid'), { force: true });
  process.exit(1);
});
process.on('SIGTERM', () => {
  // Another may start in its place from now on, while what is in flight ends.
  if (readFileSync(file('pid'), 'utf8') === String(process.pid))
    renameSync(file('pid'), file(`stopping.${process.pid}`));
  server.close(() => {
    rmSync(file(`stopping.${process.pid}`), { force: true });
    process.exit(0);
  });
  server.closeIdleConnections();
});

/** Whether this process is the one that runs the instance. */
function claim() {
  try {
    writeFileSync(file('pid'), String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    try {
      process.kill(Number(readFileSync(file('pid'), 'utf8')), 0);
      return false;
    } catch {
      writeFileSync(file('pid'), String(process.pid));
      return true;
    }
  }
}

function knownPort() {
  try {
    return Number(readFileSync(file('port'), 'utf8'));
  } catch {
    return 0;
  }
}
