import { readEndpoint } from '../config/values';
import type { Endpoint } from '../contracts/channel';

/** How a command line names a JVM, for the help of an option. */
export const jvmNotation = '<jvm>';
export const jvmNotationHelp =
  'a JVM that listens for a debugger: HOST:PORT, a port of this machine, or its name in swapdeck.yaml';

/** `HOST:PORT`, `[::1]:PORT`, or a port of this machine; undefined for what may be a name. */
export function parseJvmAddress(text: string): Endpoint | undefined {
  return readEndpoint(text.trim());
}

/** The address as a person writes it. */
export function formatJvmAddress({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
