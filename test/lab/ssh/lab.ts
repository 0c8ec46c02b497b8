import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { stop } from '../../../scripts/support/run';
import type { SshEnvironment } from '../../../src/transport/ssh/environment';
import { freePort } from '../../integration/support/javaProcess';
import type { SshPrograms } from './install';

export type KeyType = 'ed25519' | 'ecdsa' | 'rsa';

/** A key pair on disk. */
export interface LabKey {
  readonly file: string;
  /** `ssh-ed25519 AAAA...`, as authorized_keys and known_hosts have it. */
  readonly publicLine: string;
}

/** A running sshd of our own on a loopback port. */
export interface LabServer {
  readonly port: number;
  readonly hostKey: LabKey;
  /** What it logged so far. */
  readonly log: readonly string[];
  /** Resolves when a line that matches was logged, now or before. */
  logs(pattern: RegExp): Promise<void>;
  /** Ends the listener; connections it let in go on. */
  stop(): Promise<void>;
}

/** SSH servers, keys, agent and a home folder of a test, all below one temporary folder. */
export class SshLab {
  readonly folder: string;
  readonly user = userInfo().username;
  readonly #programs: SshPrograms;
  readonly #running: ChildProcess[] = [];
  #serial = 0;

  constructor(programs: SshPrograms, folder: string) {
    this.#programs = programs;
    this.folder = folder;
  }

  static async create(programs: SshPrograms): Promise<SshLab> {
    const lab = new SshLab(programs, await mkdtemp(join(tmpdir(), 'swapdeck-ssh-')));
    await mkdir(join(lab.home, '.ssh'), { recursive: true, mode: 0o700 });
    await writeFile(lab.knownHosts, '');
    await writeFile(join(lab.folder, 'authorized_keys'), '');
    return lab;
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  get knownHosts(): string {
    return join(this.home, '.ssh', 'known_hosts');
  }

  /** The account of the test: nothing of this machine's own SSH configuration. */
  environment(variables: Record<string, string> = {}): SshEnvironment {
    return {
      home: this.home,
      user: this.user,
      uid: process.getuid?.() ?? -1,
      hostname: 'laptop.example.org',
      platform: process.platform,
      variables,
      configFiles: [join(this.home, '.ssh', 'config')],
      globalKnownHostsFiles: [],
    };
  }

  async key(type: KeyType, passphrase = '', format: readonly string[] = []): Promise<LabKey> {
    const file = join(this.folder, `${type}-${++this.#serial}`);
    const args = ['-q', '-t', type, '-N', passphrase, '-C', `lab ${this.#serial}`, ...format, '-f', file];
    await promisify(execFile)(this.#programs.sshKeygen, args);
    const [kind, base64] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
    return { file, publicLine: `${kind} ${base64}` };
  }

  /** Lets a key in on all servers. */
  async authorize({ publicLine }: LabKey, options = ''): Promise<void> {
    await appendFile(join(this.folder, 'authorized_keys'), `${options} ${publicLine}\n`.trimStart());
  }

  async configure(text: string): Promise<void> {
    await writeFile(join(this.home, '.ssh', 'config'), text);
  }

  async know(...lines: string[]): Promise<void> {
    await writeFile(this.knownHosts, lines.map((line) => `${line}\n`).join(''));
  }

  /** Starts sshd; `settings` are lines of sshd_config that come before the usual ones. */
  async server(
    options: { settings?: readonly string[]; hostKeys?: readonly LabKey[]; port?: number } = {},
  ): Promise<LabServer> {
    const hostKeys = options.hostKeys ?? [await this.key('ed25519')];
    const port = options.port ?? (await freePort());
    const config = join(this.folder, `sshd-${++this.#serial}.conf`);
    await writeFile(
      config,
      [
        ...(options.settings ?? []),
        'ListenAddress 127.0.0.1',
        ...hostKeys.map(({ file }) => `HostKey ${file}`),
        `AuthorizedKeysFile ${join(this.folder, 'authorized_keys')}`,
        'StrictModes no',
        'PermitRootLogin yes',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PidFile none',
        'LogLevel VERBOSE',
        '',
      ].join('\n'),
    );
    const child = spawn(this.#programs.sshd, ['-D', '-e', '-f', config, '-p', String(port)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#running.push(child);
    const log: string[] = [];
    const logged = new EventEmitter();
    createInterface(child.stderr).on('line', (line) => {
      log.push(line);
      logged.emit('line');
    });
    child.once('exit', () => logged.emit('error', new Error(`sshd ended:\n${log.join('\n')}`)));
    const logs = async (pattern: RegExp): Promise<void> => {
      while (!log.some((line) => pattern.test(line))) await once(logged, 'line');
    };
    logged.on('error', () => undefined);
    await logs(/^Server listening/);
    return { port, hostKey: hostKeys[0]!, log, logs, stop: () => stop(child) };
  }

  /** Starts an agent that holds keys; resolves to its socket. */
  async agent(...keys: LabKey[]): Promise<string> {
    const socket = join(this.folder, `agent-${++this.#serial}`);
    const child = spawn(this.#programs.sshAgent, ['-D', '-a', socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.push(child);
    // It prints its variables once it listens.
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    for (const { file } of keys)
      await promisify(execFile)(this.#programs.sshAdd, ['-q', file], { env: { SSH_AUTH_SOCK: socket } });
    return socket;
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((child) => stop(child)));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
