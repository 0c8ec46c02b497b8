/** A Java process of this machine, as far as the operating system tells. */
export interface JavaProcess {
  readonly pid: number;
  /** The argument vector, `@argfiles` of the launcher expanded where they could be read. */
  readonly argv: readonly string[];
  /** `JAVA_TOOL_OPTIONS` and its kin from the process's environment; empty where it can't be read. */
  readonly environmentOptions: readonly string[];
  readonly cwd?: string;
  /** When the process started, milliseconds since the epoch. */
  readonly startedAt?: number;
}

/** One end of a TCP connection of this machine, or a listening socket. */
export interface TcpSocket {
  /** Unknown where the owner can't be told (another user's process). */
  readonly pid?: number;
  /** `0.0.0.0` and `::` stand for all addresses. */
  readonly host: string;
  readonly port: number;
  readonly state: 'listening' | 'established';
}

/** What the operating system is asked; one implementation a platform. */
export interface LocalSystem {
  javaProcesses(signal?: AbortSignal): Promise<readonly JavaProcess[]>;
  /** Sockets of the machine; `pids` are those whose ownership matters. */
  tcpSockets(pids: readonly number[], signal?: AbortSignal): Promise<readonly TcpSocket[]>;
}

/** Runs a program without a shell and gives its standard output. */
export type RunProgram = (file: string, args: readonly string[], signal?: AbortSignal) => Promise<string>;
