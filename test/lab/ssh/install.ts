import { mkdir } from 'node:fs/promises';
import { canInstallPackages, findProgram, installServers } from '../../../scripts/support/systemPackages';

export interface SshPrograms {
  readonly sshd: string;
  readonly sshKeygen: string;
  readonly sshAgent: string;
  readonly sshAdd: string;
}

/** OpenSSH's programs, installed where that can be done without asking; else the reason why they aren't there. */
export async function findSshPrograms(): Promise<SshPrograms | string> {
  if (process.platform === 'win32')
    return 'the OpenSSH server of Windows is a service, not a program to start';
  if (!findProgram('sshd') && canInstallPackages()) await installServers(['openssh-server']);
  const [sshd, sshKeygen, sshAgent, sshAdd] = ['sshd', 'ssh-keygen', 'ssh-agent', 'ssh-add'].map(findProgram);
  if (!sshd || !sshKeygen || !sshAgent || !sshAdd) return 'OpenSSH is missing: install openssh-server';
  // Where sshd of root locks itself in before it knows who logs in; the system's service would make it.
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  return { sshd, sshKeygen, sshAgent, sshAdd };
}
