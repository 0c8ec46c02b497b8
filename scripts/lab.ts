import { readFile } from 'node:fs/promises';
import { labUnsupported } from './support/labPackages';
import { readLab, startLab, stopLab, type RunningLab } from './lab/control';
import { root } from './support/paths';

const usage = 'npm run lab [-- down]';

/** `npm run lab`: machines to deploy to, in namespaces of this one. They stay until `npm run lab -- down`. */
async function main([action, ...rest]: readonly string[]): Promise<void> {
  if (rest.length > 0 || (action !== undefined && action !== 'down')) throw new Error(usage);
  if (action === 'down') {
    console.log((await stopLab()) ? 'The lab is gone.' : 'There is no lab.');
    return;
  }
  const unsupported = labUnsupported();
  if (unsupported) throw new Error(`No lab here: ${unsupported}.`);
  const running = await readLab();
  if (!running) console.log('Starting the lab ...');
  await tell(running ?? (await startLab()));
}

async function tell({ folder, workspace, engine, urls }: RunningLab): Promise<void> {
  const home = `${folder}/home`;
  console.log(await readFile(`${workspace}/swapdeck.yaml`, 'utf8'));
  const lines = [
    `The lab is up. This was ${workspace}/swapdeck.yaml.`,
    '',
    'On the command line:',
    `  cd ${workspace}`,
    `  export HOME=${home} DOCKER_HOST=unix://${engine}`,
    `  node ${root}/dist/cli.js --help`,
    '',
    `In the editor: open ${workspace}, with DOCKER_HOST as above, and as the first line of ~/.ssh/config`,
    `  Include ${home}/.ssh/config`,
    '',
    'A shell on a machine:',
    `  ssh -F ${home}/.ssh/config host-a`,
    '',
    'What users see:',
    ...Object.entries(urls).map(([name, url]) => `  ${name}: ${url}`),
    '',
    'Take it down: npm run lab -- down',
  ];
  console.log(lines.join('\n'));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
