import { EventEmitter, once } from 'node:events';
import type { Log } from '../../../src/contracts/log';
import { SshHosts, type SshHostsOptions } from '../../../src/transport/ssh/hosts';
import type { HostSpecs } from '../../../src/transport/ssh/route';
import { findSshPrograms, type SshPrograms } from './install';
import { SshLab, type LabServer } from './lab';
import { Person } from './person';
import { skip } from '../../support/skip';

/** What a test of SSH works with; a new lab for each test, closed after it. */
export class SshSuite {
  #lab: SshLab | undefined;
  readonly #opened: SshHosts[] = [];
  /** Everything the core logged in this test. */
  readonly logged: string[] = [];
  readonly #onLog = new EventEmitter();

  get lab(): SshLab {
    return this.#lab!;
  }

  /** Hosts of a configuration, disposed after the test. */
  hosts(specs: HostSpecs, person: Person, options: Partial<SshHostsOptions> = {}): SshHosts {
    const write = (text: string): void => {
      this.logged.push(text);
      this.#onLog.emit('line');
    };
    const log: Log = { trace: write, debug: write, info: write, warn: write, error: write };
    const environment = options.environment ?? this.lab.environment();
    const hosts = new SshHosts(specs, { prompter: person, log, ...options, environment });
    this.#opened.push(hosts);
    return hosts;
  }

  /** Has servers accept a key that is used by itself, whatever their own keys are. */
  async signIn(): Promise<void> {
    const key = await this.lab.key('ed25519');
    await this.lab.authorize(key);
    await this.lab.configure(`IdentityFile ${key.file}\nStrictHostKeyChecking accept-new`);
  }

  /** A configuration in which a server is `host`. */
  hostOf({ port }: LabServer): SshHosts {
    return this.hosts({ host: { ssh: { host: '127.0.0.1', port } } }, new Person());
  }

  /** Resolves when the core logged a matching line, now or before in this test. */
  async logs(pattern: RegExp): Promise<void> {
    while (!this.logged.some((line) => pattern.test(line))) await once(this.#onLog, 'line');
  }

  begin(lab: SshLab): void {
    this.#lab = lab;
    this.logged.length = 0;
  }

  async end(): Promise<void> {
    for (const hosts of this.#opened.splice(0)) hosts.dispose();
    await this.#lab?.close();
    this.#lab = undefined;
  }
}

/** To be called in a `describe`: skips it where OpenSSH can't be had. */
export function useSshLab(): SshSuite {
  const suite = new SshSuite();
  let programs: SshPrograms;
  before(async function () {
    // The server may have to be installed.
    this.timeout(300_000);
    const found = await findSshPrograms();
    if (typeof found === 'string') skip(this, found);
    programs = found;
  });
  beforeEach(async () => suite.begin(await SshLab.create(programs)));
  afterEach(() => suite.end());
  return suite;
}
