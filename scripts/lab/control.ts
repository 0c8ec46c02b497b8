import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuildTools } from '../support/buildTools';
import { ensureJdk } from '../support/jdk';
import { ensureLabPackages } from '../support/labPackages';

/** What the process that keeps the lab writes down once it is up. */
export interface RunningLab {
  readonly pid: number;
  readonly folder: string;
  /** A project to deploy, with the configuration. */
  readonly workspace: string;
  /** The socket of the engine that stands for this machine's. */
  readonly engine: string;
  /** Where users reach the application, by router. */
  readonly urls: Readonly<Record<string, string>>;
}

/** One lab an account, unless told otherwise; its folder goes with it. */
export const labFolder =
  process.env.SWAPDECK_LAB ?? path.join(os.tmpdir(), `swapdeck-lab-of-${os.userInfo().username}`);
export const stateFile = path.join(labFolder, 'lab.json');
const logFile = path.join(labFolder, 'log.txt');

/** The lab that is up, if there is one. */
export async function readLab(): Promise<RunningLab | undefined> {
  const text = await readFile(stateFile, 'utf8').catch(() => undefined);
  const lab = text === undefined ? undefined : (JSON.parse(text) as RunningLab);
  return lab && isRunning(lab.pid) ? lab : undefined;
}

/** Installs what is needed and starts a process that keeps the lab; resolves when it is up. */
export async function startLab(): Promise<RunningLab> {
  await ensureJdk();
  await ensureBuildTools();
  await ensureLabPackages();
  await rm(labFolder, { recursive: true, force: true });
  await mkdir(labFolder, { mode: 0o700 });
  const log = await open(logFile, 'w');
  const program = ['--import', pathToFileURL(require.resolve('tsx')).href, path.join(__dirname, 'keep.ts')];
  const child = spawn(process.execPath, program, { detached: true, stdio: ['ignore', log.fd, log.fd] });
  child.unref();
  await log.close();
  for (;;) {
    const lab = await readLab();
    if (lab) return lab;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The lab does not start:\n${await readFile(logFile, 'utf8')}`);
    await pause(50);
  }
}

/** Ends the lab and waits until nothing is left of it. Resolves to false when there was none. */
export async function stopLab(): Promise<boolean> {
  const lab = await readLab();
  if (lab) {
    process.kill(lab.pid, 'SIGTERM');
    while (isRunning(lab.pid)) await pause(50);
  }
  await rm(labFolder, { recursive: true, force: true });
  return lab !== undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
