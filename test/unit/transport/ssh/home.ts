import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SshEnvironment } from '../../../../src/transport/ssh/environment';

/** An account with SSH files of its own, in a temporary folder. */
export class Home {
  readonly folder: string;
  readonly environment: SshEnvironment;

  private constructor(folder: string) {
    this.folder = folder;
    this.environment = {
      home: join(folder, 'home'),
      user: 'me',
      uid: 1000,
      hostname: 'laptop.example.org',
      platform: 'linux',
      variables: { SSH_AUTH_SOCK: '/run/agent', KEYS: '/keys/100%' },
      configFiles: [join(folder, 'home', '.ssh', 'config'), join(folder, 'machine', 'ssh_config')],
      globalKnownHostsFiles: [join(folder, 'machine', 'ssh_known_hosts')],
    };
  }

  static async create(): Promise<Home> {
    return new Home(await mkdtemp(join(tmpdir(), 'swapdeck-home-')));
  }

  /** Writes files below the folder: `home/.ssh/config`, `machine/ssh_config`, ... */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const file = join(this.folder, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }

  /** Writes `~/.ssh/config`. */
  async configure(text: string): Promise<void> {
    await this.write({ 'home/.ssh/config': text });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
