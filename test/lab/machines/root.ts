import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { succeed } from './run';

/** What the first files of a machine are made from. */
export interface RootOptions {
  readonly name: string;
  /** As `authorized_keys` has it; lets in on every account. */
  readonly authorizedKeys: string;
  /** The machine's private key file, as ssh-keygen wrote it. */
  readonly hostKey: string;
  /** The most that may be stored for the engine, such as `2g`. */
  readonly engineDisk: string;
  /** Below which cgroup containers are put. */
  readonly cgroup: string;
}

/** Where the new root is put together in the machine's mount namespace before it becomes `/`. */
export const STAGE = '/mnt';

/**
 * The mounts of a running system, as fstab(5) has them: this machine's own files below, with a layer above that takes
 * what is changed, and what a kernel provides.
 */
export function mountTable({ engineDisk }: RootOptions): string {
  const root = `${STAGE}/root`;
  return [
    `root ${root} overlay lowerdir=/,upperdir=${STAGE}/upper,workdir=${STAGE}/work 0 0`,
    `proc ${root}/proc proc defaults 0 0`,
    `sys ${root}/sys sysfs defaults 0 0`,
    `/sys/fs/cgroup ${root}/sys/fs/cgroup none rbind 0 0`,
    `dev ${root}/dev tmpfs mode=755,size=1m 0 0`,
    `devpts ${root}/dev/pts devpts newinstance,ptmxmode=0666,mode=620,gid=5,X-mount.mkdir 0 0`,
    `shm ${root}/dev/shm tmpfs mode=1777,X-mount.mkdir 0 0`,
    `run ${root}/run tmpfs mode=755 0 0`,
    `tmp ${root}/tmp tmpfs mode=1777 0 0`,
    `docker ${root}/var/lib/docker tmpfs size=${engineDisk},mode=711,X-mount.mkdir 0 0`,
    '',
  ].join('\n');
}

/** Accounts beside root: one that may use the engine, and one that may log in and nothing else. */
export const ACCOUNTS = { deployer: 'deploy', guest: 'guest' } as const;

/** Writes what a fresh machine has; `at` is its root as this process sees it. */
export async function writeSystem(at: string, options: RootOptions): Promise<void> {
  const write = (file: string, text: string, mode = 0o644): Promise<void> =>
    writeFile(path.join(at, file), text, { mode });
  const nodes = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map((node) => path.join('/dev', node));
  await succeed(['cp', '--archive', ...nodes, path.join(at, 'dev')]);
  for (const [link, to] of Object.entries({ ptmx: 'pts/ptmx', fd: '/proc/self/fd' }))
    await symlink(to, path.join(at, 'dev', link));
  for (const folder of ['run/sshd', 'run/lock', 'run/haproxy', 'etc/swapdeck-lab'])
    await mkdir(path.join(at, folder), { recursive: true });

  await write('etc/hostname', `${options.name}\n`);
  await write('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${options.name}\n`);
  await rm(path.join(at, 'etc/docker/key.json'), { force: true });
  // What an administrator of this machine put beside the distribution's own client.
  await rm(path.join(at, 'usr/local/bin/docker'), { force: true });
  // What this machine's root starts with each shell has no place on another machine.
  for (const file of ['.bashrc', '.bash_profile', '.profile'])
    await rm(path.join(at, 'root', file), { force: true });
  await addAccounts(at);

  await write('etc/swapdeck-lab/authorized_keys', options.authorizedKeys);
  await write('etc/swapdeck-lab/host_key', options.hostKey, 0o600);
  await write('etc/ssh/sshd_config', sshdConfig);
}

const sshdConfig = `Port 22
HostKey /etc/swapdeck-lab/host_key
AuthorizedKeysFile /etc/swapdeck-lab/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PidFile none
MaxStartups 100
Subsystem sftp internal-sftp
`;

async function addAccounts(at: string): Promise<void> {
  const append = async (file: string, lines: readonly string[]): Promise<void> => {
    const target = path.join(at, 'etc', file);
    await writeFile(target, `${await readFile(target, 'utf8')}${lines.join('\n')}\n`);
  };
  const names = Object.values(ACCOUNTS);
  await append(
    'passwd',
    names.map((name, index) => `${name}:x:${4000 + index}:${4000 + index}::/home/${name}:/bin/bash`),
  );
  await append(
    'group',
    names.map((name, index) => `${name}:x:${4000 + index}:`),
  );
  // No password, but not locked either: sshd refuses locked accounts.
  await append(
    'shadow',
    names.map((name) => `${name}:*:19000:0:99999:7:::`),
  );
  const group = path.join(at, 'etc/group');
  const groups = await readFile(group, 'utf8');
  await writeFile(
    group,
    groups.replace(/^(docker:[^:]*:\d+:)(.*)$/m, (_line, start: string, members: string) =>
      [start, members, members ? ',' : '', ACCOUNTS.deployer].join(''),
    ),
  );
  for (const name of names) await mkdir(path.join(at, 'home', name), { recursive: true });
}
