import { readdir, readFile, readlink } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { mapLimit, throwIfAborted } from '../../util/async';
import { isJavaLauncher, splitOptionText } from './commandLine';
import type { JavaProcess, LocalSystem, TcpSocket } from './system';

/** Environment variables whose text a JVM or its launcher adds to the command line. */
const optionVariables = ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS'];

/**
 * Reads `/proc`. Processes of other users show their command line but not their environment and sockets;
 * processes in another network namespace (containers) are left out, since their loopback isn't ours.
 */
export class LinuxSystem implements LocalSystem {
  readonly #proc: string;

  constructor(proc = '/proc') {
    this.#proc = proc;
  }

  async javaProcesses(signal?: AbortSignal): Promise<JavaProcess[]> {
    const pids = (await readdir(this.#proc)).filter((name) => /^\d+$/.test(name)).map(Number);
    const network = await this.#namespace('self');
    const bootTime = bootTimeOf(await readFile(join(this.#proc, 'stat'), 'utf8').catch(() => ''));
    const found = await mapLimit(pids, 32, async (pid) => {
      throwIfAborted(signal, 'list of Java processes');
      return this.#javaProcess(pid, network, bootTime);
    });
    return found.filter((each) => each !== undefined);
  }

  async tcpSockets(pids: readonly number[], signal?: AbortSignal): Promise<TcpSocket[]> {
    const tables = await Promise.all([this.#table('tcp'), this.#table('tcp6')]);
    const owners = new Map<string, number>();
    for (const pid of pids) {
      throwIfAborted(signal, 'list of sockets');
      for (const inode of await this.#socketInodes(pid)) owners.set(inode, pid);
    }
    return tables.flatMap(parseTcpTable).map(({ inode, ...socket }) => {
      const pid = owners.get(inode);
      return pid === undefined ? socket : { pid, ...socket };
    });
  }

  async #javaProcess(
    pid: number,
    network: string | undefined,
    bootTime: number | undefined,
  ): Promise<JavaProcess | undefined> {
    const folder = join(this.#proc, String(pid));
    try {
      const argv = (await readFile(join(folder, 'cmdline'), 'utf8')).split('\0').slice(0, -1);
      if (argv[0] === undefined || !isJavaLauncher(argv[0])) return undefined;
      const theirs = await this.#namespace(String(pid));
      if (network !== undefined && theirs !== undefined && theirs !== network) return undefined;
      const cwd = await readlink(join(folder, 'cwd')).catch(() => undefined);
      const startedAt = startTime(await readFile(join(folder, 'stat'), 'utf8'), bootTime);
      return {
        pid,
        argv: await expandArgFiles(argv, cwd),
        environmentOptions: await this.#environmentOptions(folder),
        ...(startedAt === undefined ? {} : { startedAt }),
        ...(cwd === undefined ? {} : { cwd }),
      };
    } catch {
      // Gone meanwhile, or another user's.
      return undefined;
    }
  }

  async #environmentOptions(folder: string): Promise<string[]> {
    const environment = await readFile(join(folder, 'environ'), 'utf8').catch(() => '');
    return environment
      .split('\0')
      .filter((entry) => optionVariables.some((name) => entry.startsWith(`${name}=`)))
      .flatMap((entry) => splitOptionText(entry.slice(entry.indexOf('=') + 1)));
  }

  #namespace(pid: string): Promise<string | undefined> {
    return readlink(join(this.#proc, pid, 'ns', 'net')).catch(() => undefined);
  }

  #table(name: string): Promise<string> {
    return readFile(join(this.#proc, 'self', 'net', name), 'utf8').catch(() => '');
  }

  async #socketInodes(pid: number): Promise<string[]> {
    const folder = join(this.#proc, String(pid), 'fd');
    const names = await readdir(folder).catch(() => []);
    const links = await mapLimit(names, 16, (name) => readlink(join(folder, name)).catch(() => ''));
    return links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]).filter((inode) => inode !== undefined);
  }
}

/** The line `btime SECONDS` of `/proc/stat`, in milliseconds since the epoch. */
function bootTimeOf(stat: string): number | undefined {
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

/** Field 22 of `/proc/PID/stat`, counted behind the name in parentheses: ticks of 10 ms since boot (USER_HZ). */
function startTime(stat: string, bootTime: number | undefined): number | undefined {
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return bootTime === undefined || Number.isNaN(ticks) ? undefined : bootTime + ticks * 10;
}

/** Replaces `@file` arguments of the launcher (before the main class) by what the file holds. */
async function expandArgFiles(argv: readonly string[], cwd: string | undefined): Promise<string[]> {
  const expanded = await mapLimit(argv, 8, async (arg) => {
    const name = arg.slice(1);
    if (!/^@[^@]/.test(arg) || !(isAbsolute(name) || cwd !== undefined)) return [arg];
    const file = isAbsolute(name) ? name : join(cwd ?? '', name);
    return readFile(file, 'utf8').then(splitOptionText, () => [arg]);
  });
  return expanded.flat();
}

/**
 * Rows of `/proc/net/tcp` and `tcp6`: `sl local rem st tx:rx tr:when retrnsmt uid timeout inode ...`; an
 * address is hex words of four bytes in host order, a colon, the port in hex; state 0A listens, 01 is
 * established.
 */
export function parseTcpTable(text: string): (Omit<TcpSocket, 'pid'> & { readonly inode: string })[] {
  const sockets: (Omit<TcpSocket, 'pid'> & { readonly inode: string })[] = [];
  for (const line of text.split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [, local = '', , state] = fields;
    const [address = '', port = ''] = local.split(':');
    const kind = state === '0A' ? 'listening' : state === '01' ? 'established' : undefined;
    const host = hostOf(address);
    if (!kind || host === undefined) continue;
    sockets.push({ host, port: Number.parseInt(port, 16), state: kind, inode: fields[9] ?? '' });
  }
  return sockets;
}

function hostOf(hex: string): string | undefined {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  // The kernel prints words in host order; every platform Node.js runs on with /proc is little-endian.
  bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 12).equals(Buffer.from('00000000000000000000ffff', 'hex')))
    return bytes.subarray(12).join('.');
  if (bytes.every((byte) => byte === 0)) return '::';
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16));
  return groups.join(':') === '0:0:0:0:0:0:0:1' ? '::1' : groups.join(':');
}
