import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';

/** What SSH takes from the machine and account it runs on; handed in so that a test can hand in another. */
export interface SshEnvironment {
  readonly home: string;
  readonly user: string;
  /** The user's number; on Windows, where there is none, -1. */
  readonly uid: number;
  readonly hostname: string;
  readonly platform: NodeJS.Platform;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The user's configuration, then the machine's; a file that isn't there counts as empty. */
  readonly configFiles: readonly string[];
  /** known_hosts files of the machine, only read. */
  readonly globalKnownHostsFiles: readonly string[];
}

/** The account this process runs in, with the files OpenSSH's client uses; the home is looked up whenever it is used. */
export function localSshEnvironment(): SshEnvironment {
  const { username, uid } = account();
  const machine =
    process.platform === 'win32' ? join(process.env.ProgramData ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh';
  return {
    get home() {
      return homedir();
    },
    user: username,
    uid,
    hostname: hostname(),
    platform: process.platform,
    variables: process.env,
    get configFiles() {
      return [join(homedir(), '.ssh', 'config'), join(machine, 'ssh_config')];
    },
    globalKnownHostsFiles: [join(machine, 'ssh_known_hosts'), join(machine, 'ssh_known_hosts2')],
  };
}

function account(): { username: string; uid: number } {
  try {
    return userInfo();
  } catch {
    // An account without an entry in the user database, as in some containers.
    return { username: process.env.USER ?? process.env.USERNAME ?? '', uid: process.getuid?.() ?? -1 };
  }
}
