import { isJavaLauncher, splitPlainCommandLine } from './commandLine';
import type { JavaProcess, LocalSystem, RunProgram, TcpSocket } from './system';

/** Asks `ps` and `lsof`, which every macOS has. */
export class MacSystem implements LocalSystem {
  readonly #run: RunProgram;

  constructor(run: RunProgram) {
    this.#run = run;
  }

  async javaProcesses(signal?: AbortSignal): Promise<JavaProcess[]> {
    return parsePs(await this.#run('/bin/ps', ['-axww', '-o', 'pid=,lstart=,command='], signal));
  }

  async tcpSockets(pids: readonly number[], signal?: AbortSignal): Promise<TcpSocket[]> {
    if (pids.length === 0) return [];
    const args = ['-nP', '-a', '-iTCP', '-p', pids.join(','), '-FpnT'];
    // lsof ends with 1 when one of the processes has no socket.
    return parseLsof(await this.#run('/usr/sbin/lsof', args, signal).catch(() => ''));
  }
}

/** Lines of `pid  Mon Sep  8 10:11:12 2025  command`. */
export function parsePs(text: string): JavaProcess[] {
  const processes: JavaProcess[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d{4})\s+(.*)$/.exec(line);
    if (!match) continue;
    const argv = splitPlainCommandLine(match[3]!);
    if (argv[0] === undefined || !isJavaLauncher(argv[0])) continue;
    const startedAt = Date.parse(match[2]!);
    processes.push({
      pid: Number(match[1]),
      argv,
      environmentOptions: [],
      ...(Number.isNaN(startedAt) ? {} : { startedAt }),
    });
  }
  return processes;
}

/** Output of `lsof -F pnT`: `p` pid, then for each file `f`, `n` name, `TST=` state. */
export function parseLsof(text: string): TcpSocket[] {
  const sockets: TcpSocket[] = [];
  let pid = 0;
  let name = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    else if (line.startsWith('n')) name = line.slice(1);
    else if (line === 'TST=LISTEN' || line === 'TST=ESTABLISHED') {
      const local = /^(.*):(\d+)$/.exec(name.split('->')[0]!);
      if (!local) continue;
      const host = local[1]!.replace(/^\[(.*)\]$/, '$1');
      sockets.push({
        pid,
        host: host === '*' ? '::' : host,
        port: Number(local[2]),
        state: line === 'TST=LISTEN' ? 'listening' : 'established',
      });
    }
  }
  return sockets;
}
