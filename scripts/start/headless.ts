import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Driver } from '../host/driver';
import { startWorkbench } from '../host/workbench';
import type { Sample } from '../sample/sample';
import { editAndSave, say, type Latency } from '../story/editAndSave';
import { Interrupted, type Cleanup } from '../support/cleanup';
import { outDir, root } from '../support/paths';
import { installedExtension } from './browser';

/** The first save finds a cold compiler; the others tell what a save takes from then on. */
const answers = ['Hello, Swapdeck!', 'Saved, and live.', 'And once more.'];

/** Attaches from the tree, edits and saves with a scripted browser; rejects when the service's answer stays old. */
export async function playHeadless(
  sample: Sample,
  vsix: string | undefined,
  cleanup: Cleanup,
): Promise<void> {
  const shots = path.join(outDir, vsix === undefined ? 'start' : 'start-vsix');
  await rm(shots, { recursive: true, force: true });
  await mkdir(shots, { recursive: true });
  const extensionsDir = await installedExtension(vsix, cleanup);
  const workbench = await cleanup.own(
    startWorkbench({ workspace: sample.workspace.dir, extensionsDir }),
    (started) => started.close(),
  );
  const driver = new Driver(workbench.page, shots);
  try {
    const latencies = await cleanup.unlessInterrupted(play(driver, sample));
    await writeFile(path.join(shots, 'latency.json'), JSON.stringify(latencies, null, 2));
  } catch (error) {
    if (!(error instanceof Interrupted)) await driver.picture('failed').catch(() => undefined);
    throw error;
  } finally {
    console.log(`Pictures are in ${path.relative(root, shots)}.`);
  }
}

async function play(driver: Driver, sample: Sample): Promise<Latency[]> {
  await driver.ready();
  await driver.openContainer('Swapdeck');
  await driver.row('Environments', 'hello-local').waitFor();
  await driver.picture('1-opened');
  await driver.rowAction(driver.row('Environments', 'hello-local'), 'Attach');
  await driver.row('Environments', `Java ${sample.jdk.major}`).waitFor();
  await driver.picture('2-attached');
  console.log('Attached from the tree.');

  const latencies: Latency[] = [];
  for (const [index, answer] of answers.entries()) {
    const latency = await editAndSave(driver, sample, say(answer));
    latencies.push(latency);
    await driver.picture(`${index + 3}-saved`);
    console.log(`Saved '${answer}': ${describe(latency)}`);
  }
  return latencies;
}

/** The parts in the order in which a save passes through them; the rest is the editor's, and asking the service. */
function describe({ save, parts, total }: Latency): string {
  const known: Record<string, number> = {
    save,
    compile: 0,
    detect: 0,
    compare: 0,
    send: 0,
    verify: 0,
    ...parts,
  };
  known.rest = Math.max(0, total - Object.values(known).reduce((sum, ms) => sum + ms, 0));
  const words = Object.entries(known).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
  return `${words.join(', ')}; the answer was new ${total} ms after Ctrl+S.`;
}
