import { THIS_MACHINE, type Call, type UploadCall, type WatchCall } from '../contracts/deployCall';
import { quotePosix } from '../util/posixShell';
import { canonicalJson, type JsonObject } from '../util/json';
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
    case 'tls':
      return [target(call), ...inputOf(call)];
  }
}

function target(call: Request): string {
  switch (call.via) {
    case 'command':
      return `${place(call.host)}$ ${quotePosix(call.argv)}`;
    case 'local':
      return `${place(THIS_MACHINE)}$ ${quotePosix([...assignments(call.env), ...call.argv])}`;
    case 'engine': {
      const query = new URLSearchParams(call.query).toString();
      return `${place(call.host)} engine ${call.method} ${call.path}${query === '' ? '' : `?${decode(query)}`}`;
    }
    case 'http':
      return `${place(call.from)} http ${call.method} ${call.url}${call.at === undefined ? '' : ` at ${call.at}`}`;
    case 'socket':
      return `${place(call.host)} socket ${call.path}`;
    case 'readFile':
      return `${place(call.host)} read ${call.path}`;
    case 'writeFile':
      return `${place(call.host)} write ${call.path}${call.mode === undefined ? '' : ` (${call.mode})`}`;
    case 'tls': {
      const name = call.servername === undefined ? '' : ` for ${call.servername}`;
      return `${place(call.from)} tls ${call.host}:${call.port}${name}`;
    }
  }
}

/** Members of requests that go along with them. */
interface Extras {
  readonly via: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly basicAuth?: { readonly user: string };
  readonly registry?: string;
  readonly stdin?: string;
  readonly send?: string;
  readonly content?: string;
  readonly encoding?: string;
  readonly body?: string | JsonObject;
}

/** A body, a standard input, a content: each line of it marked with `|`, after headers and credentials by name. */
function inputOf(extras: Extras): string[] {
  const { headers = {}, basicAuth, registry } = extras;
  return [
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(basicAuth ? [`as ${basicAuth.user}`] : []),
    ...(registry === undefined ? [] : [`with the credentials of ${registry}`]),
    ...bodyOf(extras).map((line) => `| ${line}`),
  ].map((line) => `  ${line}`);
}

function bodyOf({ stdin, send, content, encoding, body }: Extras): string[] {
  const text = stdin ?? send ?? (encoding === 'base64' ? `base64 ${content ?? ''}` : content) ?? body;
  if (text === undefined) return [];
  const shown =
    typeof text === 'string' ? text : JSON.stringify(JSON.parse(canonicalJson(text)), undefined, 2);
  return shown.replace(/\n$/, '').split('\n');
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

function source({ kind, ...rest }: UploadCall['source']): string {
  const parts = Object.entries(rest).map(([name, value]) => `${name}=${canonicalJson(value)}`);
  return [kind, ...parts].join(' ');
}
