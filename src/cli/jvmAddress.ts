import { InvalidArgumentError } from 'commander';
import type { Endpoint } from '../contracts/channel';

/** `HOST:PORT`, `[::1]:PORT`, or a port of this machine. Throws commander's `InvalidArgumentError`. */
export function parseJvmAddress(text: string): Endpoint {
  const match = /^(?:(?:\[([^\]]+)\]|([^:\s]+)):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65535)
    throw new InvalidArgumentError('It should be HOST:PORT, such as localhost:5005.');
  return { host: match[1] ?? match[2] ?? '127.0.0.1', port };
}

/** The address as a person writes it. */
export function formatJvmAddress({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
