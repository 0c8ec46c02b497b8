import path from 'node:path';
import type { Receipt } from '../src/contracts/deployRecord';
import { command } from '../test/lab/machines/run';
import { AdaraScene, answeredBy } from './support/adaraScene';
import { median, runBench, timed } from './support/bench';

// A release whose image is on the host already and that is healthy as soon as it runs, behind Apache's template: from
// the command until the new one serves, the old one is gone and the names are settled. The product with its journal,
// lock, probe and checks, in a process that is connected, as the editor is, against the script that a team has: over
// ssh, without any of these. The command line, which first starts Node.js, reads the configuration, connects and looks at
// everything twice, is measured besides. They take turns, the script on a host of its own.

const rounds = 7;

const configuration = (url: string): string => `applications:
  adara:
    image: adara
    health: { path: /actuator/health, json: { status: UP } }
    run:
      network: host
      port: { env: SERVER_PORT, from: 8080 }
      env: { ADARA_RELEASE: "\${version}" }
      restart: unless-stopped
      memory: 256m
hosts: { host-a: { ssh: host-a } }
routers:
  front:
    kind: apache-template
    host: host-a
    templates: "/etc/apache2/sites-available/*.conf.template"
    variables: { ADARA_PORT: "\${port}" }
environments:
  live:
    probe: { url: "${url}", every: 20ms }
    applications:
      adara: { targets: [host-a], strategy: blue-green, router: front, keep: 0 }
`;

/** $1: the version. Two ports in turn; the old container is stopped as soon as Apache was told. */
const script = `set -e
old=$(docker ps --filter name='^adara$' --format '{{.Label "port"}}')
port=8080; [ "$old" = 8080 ] && port=8081
docker rm -f adara-pending >/dev/null 2>&1 || true
docker tag adara:v1 adara:$1
docker run -d --name adara-pending --label port=$port --network host --restart unless-stopped -m 256m \\
  -e SERVER_PORT=$port -e ADARA_RELEASE=$1 adara:$1 >/dev/null
until curl -fs http://127.0.0.1:$port/actuator/health | grep -q UP; do sleep 0.2; done
cd /etc/apache2/sites-available
ADARA_PORT=$port envsubst '$ADARA_PORT' <000-default.conf.template >000-default.conf
apache2ctl configtest 2>/dev/null
apache2ctl graceful
if [ -n "$old" ]; then docker stop adara >/dev/null; docker rm adara >/dev/null; fi
docker rename adara-pending adara
`;

runBench('deploy', async (say) => {
  const machine = { engine: true, services: ['apache'] } as const;
  const scene = await AdaraScene.make({ 'host-a': machine, 'host-b': machine });
  try {
    const url = scene.url('apacheTemplate');
    await scene.configure(configuration(url));
    const application = await scene.open('live', 'adara');
    const ssh = ['ssh', '-F', path.join(scene.lab.home, '.ssh', 'config'), 'host-b'];
    // Of users whose connections are kept: Apache closes those when it reads its configuration again.
    let lost = 0;
    const settled = (receipt: Receipt): void => {
      if (receipt.outcome !== 'done') throw new Error(JSON.stringify(receipt));
      if (receipt.steps.some(({ step }) => step.endsWith('/drain'))) lost += receipt.probe?.lost ?? 0;
    };
    const ways: Record<string, (version: string) => Promise<void>> = {
      script: async (version) => {
        const { code, stderr } = await command([...ssh, 'sh', '-s', version], { stdin: script });
        if (code !== 0) throw new Error(stderr);
      },
      cli: async (version) => {
        const { stdout } = await scene.cli('deploy', 'live', 'adara', version, '--yes', '--json');
        settled(JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Receipt);
      },
      connected: async (version) => settled(await application.execute(await application.plan(version))),
    };
    const all: Record<string, number[]> = { script: [], cli: [], connected: [] };
    // The first of each has nothing to replace and does not count.
    for (let n = 0; n <= rounds; n++)
      for (const [name, deploy] of Object.entries(ways)) {
        const version = `${name}-${n}`;
        await scene.release(version);
        const ms = await timed(() => deploy(version));
        if (n > 0) all[name]!.push(ms);
        if (name !== 'script') await answeredBy(url, version);
      }
    const figures: Record<string, number> = { rounds, lost };
    for (const [name, measured] of Object.entries(all)) {
      figures[`${name}Ms`] = median(measured);
      say(`${name}: ${median(measured).toFixed(0)} ms (${measured.map((ms) => ms.toFixed(0)).join(', ')})`);
    }
    const share = (name: string): number => figures[`${name}Ms`]! / figures.scriptMs!;
    figures['cli / script'] = share('cli');
    return { claims: [{ name: 'connected / script', value: share('connected'), atMost: 1 }], figures };
  } finally {
    await scene.close();
  }
});
