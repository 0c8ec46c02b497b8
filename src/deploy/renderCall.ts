import { THIS_MACHINE, type Call, type UploadCall, type WatchCall } from '../contracts/deployCall';
import { quotePosix } from '../util/posixShell';
import { canonicalJson } from '../util/json';
import { duration } from './render';

/** What is sent somewhere, with or without a source of its bytes. */
type Request = Exclude<Call, UploadCall | WatchCall> | UploadCall['to'];

/** A call as one or more lines: what is sent where, with its placeholders. */
export function renderCall(call: Call): string[] {
  switch (call.via) {
    case 'upload':
      return [`${target(call.to)} < ${source(call.source)}`, ...inputOf(call.to)];
    case 'watch':
      return [
        `watch ${call.release}${call.against === undefined ? '' : ` against ${call.against}`}` +
          ` for ${duration(call.durationMs)}`,
        ...Object.entries(call.limits).map(([name, value]) => `  at most ${name} ${String(value)}`),
      ];
    case 'command':
    case 'local':
    case 'engine':
    case 'http':
    case 'socket':
    case 'readFile':
    case 'writeFile':
      return [target(call), ...inputOf(call)];
  }
}

function target(call: Request): string {
  switch (call.via) {
    case 'command':
      return `${place(call.host)}$ ${words(call.argv)}`;
    case 'local':
      return `${place(THIS_MACHINE)}$ ${words([...assignments(call.env), ...call.argv])}`;
    case 'engine': {
      const query = new URLSearchParams(call.query).toString();
      return `${place(call.host)} engine ${call.method} ${call.path}${query === '' ? '' : `?${decode(query)}`}`;
    }
    case 'http':
      return `${place(call.from)} http ${call.method} ${call.url}`;
    case 'socket':
      return `${place(call.host)} socket ${call.path}`;
    case 'readFile':
      return `${place(call.host)} read ${call.path}`;
    case 'writeFile':
      return `${place(call.host)} write ${call.path}${call.mode === undefined ? '' : ` (${call.mode})`}`;
  }
}

/** What goes along: a body, a standard input, a content; each line of it marked with `|`. */
function inputOf(call: Request): string[] {
  const lines: string[] = [];
  if ('headers' in call && call.headers)
    for (const [name, value] of Object.entries(call.headers)) lines.push(`${name}: ${value}`);
  if ('basicAuth' in call && call.basicAuth) lines.push(`as ${call.basicAuth.user}`);
  if ('registry' in call && call.registry !== undefined)
    lines.push(`with the credentials of ${call.registry}`);
  return [...lines, ...bodyOf(call).map((line) => `| ${line}`)].map((line) => `  ${line}`);
}

function bodyOf(call: Request): string[] {
  if ('stdin' in call && call.stdin !== undefined) return call.stdin.split('\n');
  if ('send' in call) return call.send.trimEnd().split('\n');
  if ('content' in call)
    return call.encoding === 'base64' ? [`base64 ${call.content}`] : call.content.split('\n');
  if (!('body' in call) || call.body === undefined) return [];
  return typeof call.body === 'string'
    ? call.body.split('\n')
    : JSON.stringify(JSON.parse(canonicalJson(call.body)), undefined, 2).split('\n');
}

function place(host: string): string {
  return host === THIS_MACHINE ? 'here' : host;
}

/** Readable rather than encoded: the preview shows what is meant. */
function decode(query: string): string {
  return decodeURIComponent(query.replaceAll('+', ' '));
}

function assignments(env: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

/** Words as a shell would take them; a script of several lines stands in quotes as it is. */
function words(argv: readonly string[]): string {
  return quotePosix(argv);
}

function source({ kind, ...rest }: UploadCall['source']): string {
  const parts = Object.entries(rest).map(([name, value]) => `${name}=${canonicalJson(value)}`);
  return [kind, ...parts].join(' ');
}
