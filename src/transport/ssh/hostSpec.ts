import { TransportError } from '../../contracts/transportError';

/** Where an SSH server is: a name of `~/.ssh/config` or an address; absent parts are left to that file. */
export interface SshAddress {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

/** A host that is reached over SSH. `jump`: the name of another host, or `[USER@]HOST[:PORT]`. */
export interface HostSpec {
  readonly ssh: SshAddress;
  readonly jump?: string;
}

/** `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`; a bare IPv6 address has several colons and no port. */
const HOST_PORT = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;
const BARE_IPV6 = /^[0-9a-f]*(?::[0-9a-f.]*){2,}(?:%\w+)?$/i;

/** `[USER@]HOST[:PORT]`, `[USER@][IPV6]:PORT` or `ssh://[USER@]HOST[:PORT]`, as ssh(1) takes for `-J`. */
export function readDestination(text: string): SshAddress {
  const bare = text.startsWith('ssh://') ? text.slice('ssh://'.length).replace(/\/$/, '') : text;
  const at = bare.lastIndexOf('@');
  const user = at < 0 ? undefined : bare.slice(0, at);
  const rest = bare.slice(at + 1);
  const [, bracketed, plain, digits] = HOST_PORT.exec(rest) ?? [];
  const host = BARE_IPV6.test(rest) ? rest : (bracketed ?? plain);
  const port = digits === undefined ? undefined : Number(digits);
  // A leading dash could be taken for an option by a program it is handed to.
  if (!host || host.startsWith('-') || user === '' || port === 0 || (port ?? 0) > 65_535)
    throw new TransportError('configuration', `not an SSH destination: ${text}`, {
      problem: 'destination',
      destination: text,
    });
  return {
    host,
    ...(user !== undefined && { user }),
    ...(port !== undefined && { port }),
  };
}

/** `user@host:port`, with only the parts that say something. */
export function formatAddress({ user, host, port }: SshAddress): string {
  const at = user === undefined ? '' : `${user}@`;
  const name = host.includes(':') && port !== undefined ? `[${host}]` : host;
  return `${at}${name}${port === undefined || port === 22 ? '' : `:${port}`}`;
}
