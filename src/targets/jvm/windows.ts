import { isJavaLauncher, splitWindowsCommandLine } from './commandLine';
import type { JavaProcess, LocalSystem, RunProgram, TcpSocket } from './system';

/** CIM knows the command lines; the time is written as milliseconds so that no locale matters. */
const listScript = [
  "$p = Get-CimInstance Win32_Process -Filter \"Name = 'java.exe' OR Name = 'javaw.exe'\"",
  '$epoch = [datetime]::new(1970,1,1,0,0,0,[DateTimeKind]::Utc)',
  '$r = @($p | ForEach-Object { @{ pid = $_.ProcessId; line = $_.CommandLine; exe = $_.ExecutablePath; ' +
    'started = [math]::Round(($_.CreationDate.ToUniversalTime() - $epoch).TotalMilliseconds) } })',
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
  'ConvertTo-Json -Compress -InputObject $r',
].join('; ');

/** Asks CIM through PowerShell, and `netstat`, which every Windows has. */
export class WindowsSystem implements LocalSystem {
  readonly #run: RunProgram;

  constructor(run: RunProgram) {
    this.#run = run;
  }

  async javaProcesses(signal?: AbortSignal): Promise<JavaProcess[]> {
    const args = ['-NoProfile', '-NonInteractive', '-Command', listScript];
    return parseCim(await this.#run('powershell.exe', args, signal));
  }

  async tcpSockets(_pids: readonly number[], signal?: AbortSignal): Promise<TcpSocket[]> {
    return parseNetstat(await this.#run('netstat.exe', ['-ano'], signal));
  }
}

/** The JSON array that the script prints; processes whose command line is hidden from us are left out. */
export function parseCim(text: string): JavaProcess[] {
  const rows: unknown = JSON.parse(text.trim() === '' ? '[]' : text);
  const processes: JavaProcess[] = [];
  for (const row of Array.isArray(rows) ? (rows as unknown[]) : []) {
    const { pid, line, started } = row as { pid?: unknown; line?: unknown; started?: unknown };
    if (typeof pid !== 'number' || typeof line !== 'string') continue;
    const argv = splitWindowsCommandLine(line);
    if (argv[0] === undefined || !isJavaLauncher(argv[0])) continue;
    processes.push({
      pid,
      argv,
      environmentOptions: [],
      ...(typeof started === 'number' ? { startedAt: started } : {}),
    });
  }
  return processes;
}

/**
 * Rows of `netstat -ano`: `TCP local foreign state pid`. The words for states follow the display language, so
 * a listening socket is told by its foreign address, which is all zeros with port 0.
 */
export function parseNetstat(text: string): TcpSocket[] {
  const sockets: TcpSocket[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*TCP\s+(\S+):(\d+)\s+(\S+):(\d+)\s+\S.*?\s(\d+)\s*$/.exec(line);
    if (!match) continue;
    sockets.push({
      pid: Number(match[5]),
      host: match[1]!.replace(/^\[(.*?)(?:%\d+)?\]$/, '$1'),
      port: Number(match[2]),
      state: match[4] === '0' ? 'listening' : 'established',
    });
  }
  return sockets;
}
