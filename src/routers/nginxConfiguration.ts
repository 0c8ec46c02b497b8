import type { Address, Backend } from '../contracts/deploy';
import { endpointText } from './addresses';
import { RouterError } from './errors';
import { wholeWeights } from './weights';

// nginx's configuration language as far as the file with the servers needs it: directives that end with `;`, one
// block `upstream NAME { ... }`, comments from `#` to the end of the line. Quoted texts don't occur in an upstream.

/** The block that holds the servers, by where it stands in the text of the file. */
interface Upstream {
  readonly from: number;
  readonly to: number;
  readonly body: string;
}

/** A `server` directive: its address and what follows it but the weight. */
interface ServerLine {
  readonly address: Address;
  readonly weight: number;
  readonly down: boolean;
  readonly parameters: readonly string[];
}

/** The largest weight; more would only make the turns longer. */
const MOST = 100;
/** Braces of placeholders are no blocks. */
const UPSTREAM = /\bupstream\s+\S+\s*\{((?:\$\{[^{}]*\}|[^{}])*)\}/dg;
const SERVER = /[^\S\n]*\bserver\s+([^;]+);[^\S\n]*\n?/g;

function upstreamOf(file: string, text: string): Upstream {
  const found = [...withoutComments(text).matchAll(UPSTREAM)];
  const [from, to] = found[0]?.indices?.[1] ?? [];
  if (found.length !== 1 || from === undefined || to === undefined)
    throw new RouterError('noUpstream', `${file} has ${found.length} upstreams`, {
      file,
      count: found.length,
    });
  return { from, to, body: text.slice(from, to) };
}

/** Comments become spaces, so that positions stay. */
function withoutComments(text: string): string {
  return text.replace(/#[^\n]*/g, (comment) => ' '.repeat(comment.length));
}

function serversOf(body: string): ServerLine[] {
  return [...withoutComments(body).matchAll(SERVER)].flatMap(([, words = '']) => {
    const [name = '', ...parameters] = words.trim().split(/\s+/);
    const [, host = '', port = '80'] = /^(\[[^\]]+\]|[^:\s]+)(?::(\$\{[^}]+\}|\d+))?$/.exec(name) ?? [];
    if (host === '') return [];
    const weight = parameters.find((each) => each.startsWith('weight='));
    return [
      {
        address: { host: host.replace(/^\[|\]$/g, ''), port },
        weight: weight === undefined ? 1 : Number(weight.slice('weight='.length)),
        down: parameters.includes('down'),
        parameters: parameters.filter((each) => each !== weight && each !== 'down'),
      },
    ];
  });
}

/** Where the file sends users. */
export function readUpstream(file: string, text: string): Backend[] {
  return serversOf(upstreamOf(file, text).body).map(({ address, weight, down }) => ({
    address,
    weight: down ? 0 : weight,
  }));
}

/**
 * The file with other servers; the rest of it stays. A server keeps the parameters that its address had, a new one
 * gets those of the first. nginx has no weight of 0: a server that gets nobody is left out, or is `down` when there
 * is no other, since an upstream must have one.
 */
export function writeUpstream(file: string, text: string, backends: readonly Backend[]): string {
  const { from, to, body } = upstreamOf(file, text);
  const before = serversOf(body);
  const open = backends.filter(({ weight }) => weight > 0);
  const weights = wholeWeights(
    open.map(({ weight }) => weight),
    MOST,
  );
  const parametersOf = (address: Address): readonly string[] =>
    (before.find((each) => endpointText(each.address) === endpointText(address)) ?? before[0])?.parameters ??
    [];
  const server = (address: Address, ...words: readonly string[]): string =>
    `    server ${[endpointText(address), ...words, ...parametersOf(address)].join(' ')};\n`;
  const lines =
    open.length === 0
      ? backends.map(({ address }) => server(address, 'down'))
      : open.map(({ address }, at) => {
          const weight = weights[at] ?? 1;
          return server(address, ...(open.length === 1 || weight === 1 ? [] : [`weight=${weight}`]));
        });
  const rest = withoutServers(body)
    .replace(/^\s*\n/, '')
    .trim();
  return `${text.slice(0, from)}\n${lines.join('')}${rest === '' ? '' : `    ${rest}\n`}${text.slice(to)}`;
}

/** The body without its `server` directives; comments stay. */
function withoutServers(body: string): string {
  let rest = '';
  let from = 0;
  for (const match of withoutComments(body).matchAll(SERVER)) {
    rest += body.slice(from, match.index);
    from = match.index + match[0].length;
  }
  return rest + body.slice(from);
}

/** What a file that isn't there yet begins with: `adara-upstream.conf` has the upstream `adara`. */
export function newUpstream(file: string): string {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  return `# Written by Swapdeck; other directives in the upstream stay.\nupstream ${base.replace(/[-_.]upstreams?$/, '')} {}\n`;
}

/** Files that nginx reads, and where it keeps its process number, from `nginx -T`. */
export function readDump(output: string): { files: string[]; pidFile?: string } {
  const files = [...output.matchAll(/^# configuration file (.+):$/gm)].map(([, file = '']) => file);
  const [, pidFile] = /^\s*pid\s+"?([^\s;"]+)"?\s*;/m.exec(withoutComments(output)) ?? [];
  return { files, ...(pidFile !== undefined && { pidFile }) };
}

/** The process number's place that nginx was built with, from `nginx -V`. */
export function readBuild(output: string): { prefix: string; pidFile: string } {
  const option = (name: string): string | undefined => new RegExp(`--${name}=(\\S+)`).exec(output)?.[1];
  const prefix = option('prefix') ?? '/usr/local/nginx';
  return { prefix, pidFile: option('pid-path') ?? `${prefix}/logs/nginx.pid` };
}
