import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureBuildTools } from '../support/buildTools';
import { ensureJdk } from '../support/jdk';
import {
  addressPackages,
  ensureLabPackages,
  labUnsupported,
  pairPackages,
  type Packages,
} from '../support/labPackages';

/** `docker`: hosts with containers behind routers of every kind. `tomcat`: the classic pair. Both can be up at once. */
export const LAB_KINDS = ['docker', 'tomcat'] as const;
export type LabKind = (typeof LAB_KINDS)[number];

/** What the process that keeps a lab writes down once it is up. */
export interface RunningLab {
  readonly pid: number;
  readonly folder: string;
  /** A project to deploy, with the configuration. */
  readonly workspace: string;
  /** What has to be in the environment of who deploys it. */
  readonly env: Readonly<Record<string, string>>;
  readonly machines: readonly string[];
  /** Where users reach the application, by router. */
  readonly urls: Readonly<Record<string, string>>;
}

/** What each lab needs besides what all need. */
const PACKAGES: Readonly<Record<LabKind, Packages>> = {
  docker: {},
  tomcat: { ...pairPackages, ...addressPackages },
};

/** One lab of each kind an account, unless told otherwise; its folder goes with it. */
export function labFolder(kind: LabKind): string {
  const folder =
    process.env.SWAPDECK_LAB ?? path.join(os.tmpdir(), `swapdeck-lab-of-${os.userInfo().username}`);
  return kind === 'docker' ? folder : `${folder}-${kind}`;
}

export function stateFile(kind: LabKind): string {
  return path.join(labFolder(kind), 'lab.json');
}

/** Why a lab can't be brought up here, if it can't. */
export function unsupported(kind: LabKind): string | undefined {
  return labUnsupported(PACKAGES[kind]);
}

/** The lab that is up, if there is one. */
export async function readLab(kind: LabKind): Promise<RunningLab | undefined> {
  const text = await readFile(stateFile(kind), 'utf8').catch(() => undefined);
  const lab = text === undefined ? undefined : (JSON.parse(text) as RunningLab);
  return lab && isRunning(lab.pid) ? lab : undefined;
}

/** Installs what is needed and starts a process that keeps the lab; resolves when it is up. */
export async function startLab(kind: LabKind = 'docker'): Promise<RunningLab> {
  await ensureJdk();
  await ensureBuildTools();
  await ensureLabPackages(PACKAGES[kind]);
  const folder = labFolder(kind);
  const logFile = path.join(folder, 'log.txt');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  const log = await open(logFile, 'w');
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const program = ['--import', tsx, path.join(__dirname, 'keep.ts'), kind];
  const child = spawn(process.execPath, program, { detached: true, stdio: ['ignore', log.fd, log.fd] });
  child.unref();
  await log.close();
  for (;;) {
    const lab = await readLab(kind);
    if (lab) return lab;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The lab does not start:\n${await readFile(logFile, 'utf8')}`);
    await pause(50);
  }
}

/** Ends the lab and waits until nothing is left of it. Resolves to false when there was none. */
export async function stopLab(kind: LabKind = 'docker'): Promise<boolean> {
  const lab = await readLab(kind);
  if (lab) {
    process.kill(lab.pid, 'SIGTERM');
    while (isRunning(lab.pid)) await pause(50);
  }
  await rm(labFolder(kind), { recursive: true, force: true });
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
