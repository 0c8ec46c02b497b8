/** What a JVM's command line says about its JDWP agent. Spec: "JPDA Connection and Invocation Details". */
export interface JdwpOptions {
  /** The host part of `address`; `undefined` when only a port is given (loopback since JDK 9), `*` for all. */
  readonly host: string | undefined;
  /** The port of `address`; 0 when the agent picks one (`address` is 0 or absent). */
  readonly port: number;
  /** The JVM waits for a debugger before `main` (`suspend=y`, the default). */
  readonly suspend: boolean;
  /** The agent listens only after `jcmd PID VM.start_java_debugging` (`onjcmd=y`). */
  readonly onDemand: boolean;
}

const agent = /^-(?:agentlib:jdwp|Xrunjdwp|agentpath:.*?[/\\](?:lib)?jdwp\.(?:so|dylib|dll))(?:[=:](.*))?$/;

/** The last JDWP agent of the arguments that listens on TCP, or undefined. */
export function jdwpOptionsOf(args: readonly string[]): JdwpOptions | undefined {
  for (const arg of args.toReversed()) {
    const found = agent.exec(arg);
    if (found) return parseJdwpOptions(found[1] ?? '');
  }
  return undefined;
}

/** Parses the text behind `-agentlib:jdwp=`; undefined unless it is a TCP server. */
export function parseJdwpOptions(text: string): JdwpOptions | undefined {
  const options = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) options.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  if (options.get('server') !== 'y' || options.get('transport') !== 'dt_socket') return undefined;
  const address = parseAddress(options.get('address') ?? '0');
  if (!address) return undefined;
  return { ...address, suspend: options.get('suspend') !== 'n', onDemand: options.get('onjcmd') === 'y' };
}

/** `5005`, `*:5005`, `host:5005`, `[::1]:5005`; undefined when the port is no number (or a list, as `5005-5010`). */
function parseAddress(address: string): Pick<JdwpOptions, 'host' | 'port'> | undefined {
  const colon = address.lastIndexOf(':');
  const port = address.slice(colon + 1);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) return undefined;
  const host = colon < 0 ? '' : address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host: host === '' ? undefined : host, port: Number(port) };
}

/** Whether a listening address can be reached from other machines. */
export function isExposedHost(host: string | undefined): boolean {
  return host !== undefined && !isLoopbackHost(host);
}

/** `localhost`, 127/8 and ::1, the mapped IPv4 form included. */
export function isLoopbackHost(host: string): boolean {
  const plain = host.toLowerCase().replace(/^::ffff:/, '');
  return plain === 'localhost' || plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}
