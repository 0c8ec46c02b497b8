import type { Endpoint } from '../contracts/channel';

/**
 * The small notations of `swapdeck.yaml`. Each reader returns `undefined` for what it does not understand;
 * none of them throws.
 */

const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `500ms`, `45s`, `2m`, `1h` in milliseconds. */
export function readDuration(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? [];
  return amount === undefined ? undefined : Math.round(Number(amount) * DURATION_UNITS[unit!]!);
}

/** `5%` as 5; from 0 to 100. */
export function readPercentage(text: string): number | undefined {
  const [, amount] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text) ?? [];
  const percent = Number(amount);
  return amount !== undefined && percent <= 100 ? percent : undefined;
}

/** `512m`, `2g` in bytes, as Docker writes sizes: powers of 1024. */
export function readSize(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})([bkmg]?)$/i.exec(text) ?? [];
  const bytes = amount === undefined ? 0 : Number(amount) * SIZE_UNITS[unit!.toLowerCase()]!;
  return bytes > 0 ? bytes : undefined;
}

/** A TCP port in decimal, 1 to 65535. */
export function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

const HOST = String.raw`\[[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]|[\w](?:[\w.-]*[\w])?`;
const ENDPOINT = new RegExp(`^(${HOST}):(\\d{1,5})$`);
const SSH = new RegExp(`^(?:([^\\s@:]+)@)?(${HOST})(?::(\\d{1,5}))?$`);

const withoutBrackets = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

/** `HOST:PORT`, `[IPV6]:PORT`, or a port alone, which means `localhost`. */
export function readEndpoint(text: string): Endpoint | undefined {
  const alone = readPort(text);
  if (alone !== undefined) return { host: 'localhost', port: alone };
  const [, host, digits] = ENDPOINT.exec(text) ?? [];
  const port = digits === undefined ? undefined : readPort(digits);
  return host === undefined || port === undefined ? undefined : { host: withoutBrackets(host), port };
}

/** `host` may be an alias of `~/.ssh/config`; absent parts are left to that file. */
export interface SshAddress {
  readonly user?: string;
  readonly host: string;
  readonly port?: number;
}

/** `[USER@]HOST[:PORT]`. */
export function readSshAddress(text: string): SshAddress | undefined {
  const [, user, host, digits] = SSH.exec(text) ?? [];
  if (host === undefined) return undefined;
  const port = digits === undefined ? undefined : readPort(digits);
  if (digits !== undefined && port === undefined) return undefined;
  return {
    ...(user !== undefined && { user }),
    host: withoutBrackets(host),
    ...(port !== undefined && { port }),
  };
}

/** `HH:MM` as minutes after midnight; `24:00` is the end of the day. */
export function readTimeOfDay(text: string): number | undefined {
  const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const total = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && total <= 24 * 60 ? total : undefined;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `mon-thu`, `sat`, `mon,wed,fri`, `fri-mon` (over the weekend); in the order of the week. */
export function readDays(text: string): Weekday[] | undefined {
  const found = new Set<Weekday>();
  for (const part of text.split(',')) {
    const ends = part.trim().split('-');
    if (ends.length > 2) return undefined;
    const from = WEEKDAYS.indexOf(ends[0] as Weekday);
    const to = WEEKDAYS.indexOf((ends[1] ?? ends[0]) as Weekday);
    if (from < 0 || to < 0) return undefined;
    for (let day = from; ; day = (day + 1) % WEEKDAYS.length) {
      found.add(WEEKDAYS[day]!);
      if (day === to) break;
    }
  }
  return WEEKDAYS.filter((day) => found.has(day));
}

/** Whether this machine knows the IANA time zone, such as `Europe/Amsterdam`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** An absolute `http` or `https` address. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(text) && URL.canParse(text);
}

export function isRegularExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
