import { readFile } from 'node:fs/promises';
import { LAB_KINDS, readLab, startLab, stopLab, unsupported, type RunningLab } from './lab/control';
import { root } from './support/paths';

const usage = `npm run lab [-- docker | tomcat | down]
  docker   hosts with containers behind routers of every kind (as without a word)
  tomcat   two Tomcats behind a pair of load balancers, with their sessions in a database
  down     ends what is up`;

/** `npm run lab`: machines to deploy to, in namespaces of this one. They stay until `npm run lab -- down`. */
async function main([action = 'docker', ...rest]: readonly string[]): Promise<void> {
  const kind = LAB_KINDS.find((each) => each === action);
  if (rest.length > 0 || (!kind && action !== 'down')) throw new Error(usage);
  if (!kind) {
    const ended = await Promise.all(LAB_KINDS.map((each) => stopLab(each)));
    console.log(ended.some(Boolean) ? 'The lab is gone.' : 'There is no lab.');
    return;
  }
  const why = unsupported(kind);
  if (why) throw new Error(`No lab here: ${why}.`);
  const running = await readLab(kind);
  if (!running) console.log('Starting the lab ...');
  await tell(running ?? (await startLab(kind)));
}

async function tell({ folder, workspace, env, machines, urls }: RunningLab): Promise<void> {
  const home = `${folder}/home`;
  console.log(await readFile(`${workspace}/swapdeck.yaml`, 'utf8'));
  const exports = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const lines = [
    `The lab is up. This was ${workspace}/swapdeck.yaml.`,
    '',
    'On the command line:',
    `  cd ${workspace}`,
    `  export HOME=${home} ${exports.join(' ')}`,
    `  node ${root}/dist/cli.js --help`,
    '',
    `In the editor: open ${workspace}, with the variables as above, and as the first line of ~/.ssh/config`,
    `  Include ${home}/.ssh/config`,
    '',
    `A shell on a machine (${machines.join(', ')}):`,
    `  ssh -F ${home}/.ssh/config ${machines[0]}`,
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
