import path from 'node:path';
import { parseArgs } from 'node:util';
import { LAB_KINDS, readLab, startLab, stopLab, unsupported, type LabKind } from '../lab/control';
import { startReplicas } from '../sample/replicas';
import { startSample } from '../sample/sample';
import { Cleanup, Interrupted } from '../support/cleanup';
import { root } from '../support/paths';
import { run } from '../support/run';
import { openInBrowser } from './browser';
import { findDesktop, openDesktop } from './desktop';
import { playHeadless } from './headless';
import { labStory } from './labStory';
import { replicaStory } from './replicaStory';
import { tomcatStory } from './tomcatStory';

const usage = `npm start [-- --headless | --browser] [--vsix FILE] [--replicas N | --lab[=KIND]]
  The sample application, running, and VS Code on a copy of it with the extension. Ctrl-C ends everything.
  --browser   serves VS Code to a browser even where the desktop's is installed
  --headless  plays attach, edit and save with a scripted browser, prints the latency and keeps pictures
  --replicas  N of the sample behind an SSH server of their own, instead of one on this machine
  --lab       machines to deploy to, and VS Code on a service that goes there (Linux, as root): hosts with
              containers, or, with --lab=tomcat, two Tomcats behind a pair of load balancers
  --vsix      installs that package into a clean, browser-served VS Code instead of what was just built`;

/** Resolves to the exit code. */
async function main(cleanup: Cleanup): Promise<number> {
  const { values } = parseArgs({
    args: process.argv.slice(2).map((word) => (word === '--lab' ? '--lab=docker' : word)),
    options: {
      headless: { type: 'boolean' },
      browser: { type: 'boolean' },
      vsix: { type: 'string' },
      replicas: { type: 'string' },
      lab: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { vsix } = values;
  if (vsix === undefined) {
    await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { show: true });
  }
  cleanup.check();
  if (values.replicas !== undefined)
    return showReplicas(replicaCount(values.replicas), values.browser, cleanup);
  if (values.lab !== undefined) return showLab(labKind(values.lab), values.browser, cleanup);
  const sample = await cleanup.own(startSample(), (started) => started.close());
  console.log(`The sample answers at ${sample.service.url}/ (Java ${sample.jdk.major}).`);
  if (values.headless) {
    await playHeadless(sample, vsix, cleanup);
    return 0;
  }
  const editor = await openEditor(sample.workspace.dir, values.browser, vsix, cleanup);
  console.log(`
${editor}

1. Choose Swapdeck in the activity bar, and Attach on the row hello-local.
2. Open src/main/java/hello/greeting/Greeting.java, change a text, save.
3. Ask ${sample.service.url}/ again: the answer is new, and nothing was restarted.

Ctrl-C ends everything.`);
  await cleanup.interrupted;
  return 0;
}

async function openEditor(
  workspace: string,
  browser: boolean | undefined,
  vsix: string | undefined,
  cleanup: Cleanup,
): Promise<string> {
  const desktop = browser || vsix !== undefined ? undefined : findDesktop();
  return desktop ? openDesktop(desktop, workspace, cleanup) : openInBrowser(workspace, vsix, cleanup);
}

function replicaCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 20) throw new Error(usage);
  return count;
}

/** Replicas of the sample behind one SSH host, and what to try with them. */
async function showReplicas(count: number, browser: boolean | undefined, cleanup: Cleanup): Promise<number> {
  const replicas = await cleanup.own(startReplicas(count), (started) => started.close());
  // The editor's SSH configuration, key and known_hosts are those of the sample, not the user's.
  process.env.HOME = replicas.home;
  const editor = await openEditor(replicas.workspace.dir, browser, undefined, cleanup);
  console.log(`\n${editor}\n${replicaStory(replicas)}\nCtrl-C ends everything.`);
  await cleanup.interrupted;
  return 0;
}

function labKind(text: string): LabKind {
  const kind = LAB_KINDS.find((each) => each === text);
  if (!kind) throw new Error(usage);
  return kind;
}

/** The machines of `npm run lab`, which stay when they were there before. */
async function showLab(kind: LabKind, browser: boolean | undefined, cleanup: Cleanup): Promise<number> {
  const why = unsupported(kind);
  if (why) throw new Error(`No lab here: ${why}.`);
  const lab =
    (await readLab(kind)) ??
    (await cleanup.own(startLab(kind), async () => {
      await stopLab(kind);
    }));
  // The SSH configuration, keys and known_hosts of the lab, and an engine or secrets that stand for this machine's.
  Object.assign(process.env, { HOME: path.join(lab.folder, 'home') }, lab.env);
  const editor = await openEditor(lab.workspace, browser, undefined, cleanup);
  const story = kind === 'tomcat' ? tomcatStory(lab) : labStory(lab);
  console.log(`\n${editor}\n${story}\nCtrl-C ends everything.`);
  await cleanup.interrupted;
  return 0;
}

const cleanup = new Cleanup();
void main(cleanup)
  .catch((error: unknown) => {
    if (error instanceof Interrupted) return 130;
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return 1;
  })
  .then(async (code) => {
    await cleanup.run();
    process.exit(code);
  });
