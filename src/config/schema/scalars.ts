import * as z from 'zod';
import { hasPlaceholder, type PlaceholderSource } from '../placeholders';
import {
  isHttpUrl,
  isRegularExpression,
  isTimeZone,
  readDays,
  readDuration,
  readEndpoint,
  readPercentage,
  readSize,
  readSshAddress,
  readTimeOfDay,
} from '../values';
import { isVersionRange } from '../versionRange';

/**
 * The leaves of the schema. Next to what zod checks, a leaf carries three keywords of our own into the JSON
 * schema, where validation, completion and hover find them:
 * `x-expects` (what to say when a value is wrong), `x-refers` (a name defined in one of these top-level
 * tables; `x-open` when a name from elsewhere is right too), `x-placeholders` (what `${...}` may be used; none when absent). `x-secret` marks what should not
 * stand in a file that is committed.
 */

/** What a value should have been; the words for it are in `src/messages/config.ts`. */
export type Expected =
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'true'
  | 'list'
  | 'mapping'
  | 'scalar'
  | 'name'
  | 'variableName'
  | 'duration'
  | 'percentage'
  | 'size'
  | 'port'
  | 'jdwpAddress'
  | 'sshAddress'
  | 'url'
  | 'httpsUrl'
  | 'urlPath'
  | 'contextPath'
  | 'coordinates'
  | 'regularExpression'
  | 'versionRange'
  | 'timeOfDay'
  | 'days'
  | 'timeZone'
  | 'ipAddress'
  | 'httpStatus'
  | 'restartPolicy'
  | 'volume';

/** The top-level sections whose entries are referred to by name. */
export type Table =
  'applications' | 'hosts' | 'tomcats' | 'clusters' | 'routers' | 'certificates' | 'environments';

interface Leaf {
  readonly 'x-expects': Expected;
  readonly 'x-placeholders'?: readonly PlaceholderSource[];
  readonly 'x-refers'?: readonly Table[];
  readonly 'x-open'?: boolean;
  readonly 'x-secret'?: boolean;
  /** For other editors only; the reader decides here. */
  readonly pattern?: string;
  readonly examples?: readonly (string | number)[];
  /** Keeps the shape open for zod's own keywords. */
  readonly [keyword: string]: unknown;
}

const leaf = (expects: Expected, rest: Omit<Leaf, 'x-expects'> = {}): Leaf => ({
  ...rest,
  'x-expects': expects,
});

/** A text that `read` turns into the value later rooms need. */
function parsed<T>(expects: Expected, read: (text: string) => T | undefined, rest?: Omit<Leaf, 'x-expects'>) {
  return z
    .string()
    .transform((text, context): T => {
      const value = read(text);
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', input: text });
      return z.NEVER;
    })
    .meta(leaf(expects, rest));
}

/** A text kept as it is; when it holds placeholders its form can only be checked once they are filled in. */
function checked(
  expects: Expected,
  isValid: (text: string) => boolean,
  placeholders: readonly PlaceholderSource[] = [],
  rest: Omit<Leaf, 'x-expects'> = {},
) {
  return z
    .string()
    .refine((text) => isValid(text) || (placeholders.length > 0 && hasPlaceholder(text)))
    .meta(leaf(expects, { ...rest, ...(placeholders.length > 0 && { 'x-placeholders': placeholders }) }));
}

/** Placeholders for addresses and credentials of machines: these stand outside any release. */
const MACHINE = ['env'] as const;
const CREDENTIAL = ['env', 'secret'] as const;
/** Placeholders for what belongs to an application. */
const RELEASE = ['env', 'release'] as const;
const RUNNING = ['env', 'release', 'secret'] as const;

const filled = (text: string): boolean => text.trim() !== '';
const without = (characters: RegExp) => (text: string) => filled(text) && !characters.test(text);

export const machineText = checked('text', filled, MACHINE);
export const credential = checked('text', filled, CREDENTIAL);
export const secret = checked('text', filled, CREDENTIAL, { 'x-secret': true });
export const releaseText = checked('text', filled, RELEASE);
/** A path on this machine, relative to the folder of `swapdeck.yaml`, or on a host where the key says so. */
export const path = checked('text', filled, MACHINE);
export const argument = z
  .string()
  .meta(leaf('text', { 'x-placeholders': RELEASE }))
  .describe('One word of the command; no shell reads it.');

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const name = z.string().regex(NAME).meta(leaf('name'));
export const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
  .meta(leaf('variableName'));
/** The name of an entry of one of the tables. */
export const reference = (...tables: Table[]) => z.string().meta(leaf('name', { 'x-refers': tables }));
/** A host of ours by name, or one that only `~/.ssh/config` knows. */
export const sshHost = z.string().meta(leaf('sshAddress', { 'x-refers': ['hosts'], 'x-open': true }));

/** Milliseconds. */
export const duration = parsed('duration', readDuration, {
  pattern: String.raw`^\d+(\.\d+)?(ms|s|m|h)$`,
  examples: ['500ms', '45s', '2m'],
});
/** 0 to 100. */
export const percentage = parsed('percentage', readPercentage, {
  pattern: String.raw`^\d+(\.\d+)?%$`,
  examples: ['5%'],
});
/** Bytes. */
export const size = parsed('size', readSize, { pattern: '^[0-9]+[bkmgBKMG]?$', examples: ['512m', '2g'] });
/** Minutes after midnight. */
export const timeOfDay = parsed('timeOfDay', readTimeOfDay, {
  pattern: String.raw`^\d\d:\d\d$`,
  examples: ['09:00'],
});
export const days = parsed('days', readDays, { examples: ['mon-thu', 'mon,wed,fri', 'sat'] });
export const timeZone = checked('timeZone', isTimeZone, [], { examples: ['Europe/Amsterdam', 'UTC'] });

const integer = (expects: Expected, least: number, most: number) =>
  z.int().min(least).max(most).meta(leaf(expects));
export const port = integer('port', 1, 65_535);
export const httpStatus = integer('httpStatus', 100, 599);
export const count = (least: number, most = 1_000_000) => integer('integer', least, most);

/** `HOST:PORT`; a port alone means `localhost`. Read it with `readEndpoint` once placeholders are filled in. */
export const endpoint = z
  .union([port, checked('jdwpAddress', (text) => readEndpoint(text) !== undefined, MACHINE)])
  .transform((value) => (typeof value === 'number' ? `localhost:${value}` : value))
  .meta(leaf('jdwpAddress', { 'x-placeholders': MACHINE, examples: ['localhost:5005', 5005] }));
/** `[USER@]HOST[:PORT]`, or a Host of `~/.ssh/config`. Read it with `readSshAddress` likewise. */
export const sshAddress = checked('sshAddress', (text) => readSshAddress(text) !== undefined, MACHINE, {
  examples: ['deploy@10.0.0.11', 'deploy@10.0.0.12:2222'],
});
export const url = checked('url', isHttpUrl, MACHINE);
/** The same, over TLS. */
export const httpsUrl = checked('httpsUrl', (text) => isHttpUrl(text) && /^https:/i.test(text), MACHINE);
/** Path and query of a request, beginning with `/`. */
export const urlPath = checked('urlPath', (text) => /^\/\S*$/.test(text), RELEASE);
export const contextPath = checked('contextPath', (text) => /^\/(?:[^\s/#?;%]+)?$/.test(text));
export const coordinates = checked('coordinates', (text) => /^[\w.-]+:[\w.-]+$/.test(text));
/** Of JavaScript; placeholders have no meaning in it. */
export const regularExpression = (...examples: string[]) =>
  checked('regularExpression', isRegularExpression, [], { examples });
/** A range as npm has them: `>=1.0.0 <2`. */
export const versionRange = checked('versionRange', isVersionRange, [], {
  examples: ['>=1.0.0 <2', '^1.4.0'],
});
export const ipAddress = checked('ipAddress', (text) =>
  /^[0-9.]+$|^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text),
);
/** A name or an IP address, without a port. */
export const networkAddress = checked('text', without(/[\s/]/));
export const image = checked('text', without(/\s/), RELEASE);
export const volume = checked('volume', (text) => /^[^:\s][^:]*:[^:]+(?::[a-zA-Z,]+)?$/.test(text), RUNNING);
export const restartPolicy = checked('restartPolicy', (text) =>
  /^(?:no|always|unless-stopped|on-failure(?::\d{1,4})?)$/.test(text),
);

/** Environment variables of a process: texts, numbers and booleans, all handed over as text. */
export const environmentVariables = z
  .record(
    variableName,
    z
      .union([z.string(), z.number(), z.boolean()])
      .transform(String)
      .meta(leaf('scalar', { 'x-placeholders': RUNNING })),
  )
  .meta(leaf('mapping'));
/** The same for a template that a router fills in. */
export const templateVariables = z
  .record(
    variableName,
    z
      .union([z.string(), z.number(), z.boolean()])
      .transform(String)
      .meta(leaf('scalar', { 'x-placeholders': ['env', 'release', 'port'] })),
  )
  .meta(leaf('mapping'));
