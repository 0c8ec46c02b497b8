import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { canInstallPackages, installPackages } from '../../../scripts/support/systemPackages';

export interface SshPrograms {
  readonly sshd: string;
  readonly sshKeygen: string;
  readonly sshAgent: string;
  readonly sshAdd: string;
}

const POLICY = '/usr/sbin/policy-rc.d';

/** OpenSSH's programs, installed where that can be done without asking; else the reason why they aren't there. */
export async function findSshPrograms(): Promise<SshPrograms | string> {
  if (process.platform === 'win32')
    return 'the OpenSSH server of Windows is a service, not a program to start';
  if (!find('sshd') && canInstallPackages()) await withoutStarting(() => installPackages(['openssh-server']));
  const [sshd, sshKeygen, sshAgent, sshAdd] = ['sshd', 'ssh-keygen', 'ssh-agent', 'ssh-add'].map(find);
  if (!sshd || !sshKeygen || !sshAgent || !sshAdd) return 'OpenSSH is missing: install openssh-server';
  // Where sshd of root locks itself in before it knows who logs in; the system's service would make it.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  return { sshd, sshKeygen, sshAgent, sshAdd };
}

function find(program: string): string | undefined {
  return [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

/** Installs a package without its service being started (Debian policy 9.3.3.2). */
async function withoutStarting(install: () => Promise<void>): Promise<void> {
  if (existsSync(POLICY)) return install();
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    await rm(POLICY);
  }
}
