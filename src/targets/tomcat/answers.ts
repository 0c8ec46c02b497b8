import type { Answer } from '../../contracts/deployCall';
import { TomcatError } from './errors';

// The Manager's text interface (Apache Tomcat, "Manager App How-To", "Supported Manager Commands"): status 200 whether
// it did what it was asked or not, and text whose first word is `OK` when it did. The word for the other case and the
// rest are in the language of the request or of the server. Names in sentences are HTML-escaped, those in lists are not.

/** What the Manager said. */
export interface Said {
  readonly ok: boolean;
  /** The first line, as a person reads it. */
  readonly line: string;
  /** The lines after it. */
  readonly rest: readonly string[];
}

/** Phrases in English, which is what is asked for; elsewhere such a failure is an ordinary refusal. */
const NOT_STARTED = /failed to start|could not be started/;

/** Most of a text that an error carries. */
const MOST = 300;

/** Reads an answer of the text interface. Throws `TomcatError` when something else answered. */
export function readSaid(answer: Answer): Said {
  const status = Number(answer.status);
  const body = typeof answer.body === 'string' ? answer.body : '';
  const fail = (reason: ConstructorParameters<typeof TomcatError>[0], details: Record<string, string> = {}) =>
    new TomcatError(reason, `the Manager is not what answered: status ${status}`, {
      ...peerOf(answer),
      status,
      ...details,
    });
  switch (status) {
    case 200:
      break;
    case 401:
      throw fail('unauthorized');
    case 403:
      throw fail('forbidden');
    case 404:
      throw fail('noManager');
    case 413:
      throw fail('tooLarge');
    case 407:
    case 502:
    case 503:
    case 504:
      throw fail('proxy', { said: pageText(body) });
    default:
      if (status >= 300 && status < 400) throw fail('loginPage', { location: headerOf(answer, 'location') });
      throw fail('notManager', { said: pageText(body) });
  }
  if (isPage(answer, body)) {
    const isForm = /<input\b[^>]*\btype\s*=\s*["']?password/i.test(body);
    throw isForm ? fail('loginPage', { location: '' }) : fail('notManager', { said: pageText(body) });
  }
  const [first = '', ...rest] = body.split(/\r?\n/);
  // `OK - ...`, `FAIL - ...`, `ECHEC - ...`: one word, or two where a language has it so.
  if (!/^\S+(?: \S+)? - /.test(first) && !first.startsWith('OK'))
    throw fail('notManager', { said: pageText(body) });
  while (rest.at(-1) === '') rest.pop();
  return { ok: /^OK\b/.test(first), line: unescapeHtml(first), rest };
}

/** The lines after a first one that says that it was done. Throws `TomcatError` `refused` or `startFailed` otherwise. */
export function readDone(answer: Answer): Said {
  const said = readSaid(answer);
  if (said.ok) return said;
  const reason = NOT_STARTED.test(said.line) ? 'startFailed' : 'refused';
  throw new TomcatError(reason, said.line, { ...peerOf(answer), said: sentence(said.line) });
}

/** An answer that was the Manager's, but is not as it should be. */
export function unreadable(answer: Answer, said: string): TomcatError {
  return new TomcatError('unreadable', said, { ...peerOf(answer), said: said.slice(0, MOST) });
}

/** Without the word for yes or no. */
function sentence(line: string): string {
  return line.replace(/^\S+(?: \S+)? - /, '').slice(0, MOST);
}

function isPage(answer: Answer, body: string): boolean {
  return (
    /\bhtml\b/i.test(headerOf(answer, 'content-type')) || /^\s*<(?:!doctype|html|head|body)\b/i.test(body)
  );
}

/** What a page says, without its markup: the title if it has one. */
function pageText(body: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1];
  const text = title ?? body.replace(/<(style|script)\b.*?<\/\1>/gis, ' ').replace(/<[^>]*>/g, ' ');
  return unescapeHtml(text).replace(/\s+/g, ' ').trim().slice(0, MOST);
}

function headerOf({ headers }: Answer, name: string): string {
  const value = (headers as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

function peerOf({ url }: Answer): { peer?: string } {
  return typeof url === 'string' ? { peer: url.replace(/\/text\/.*$/, '') } : {};
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function unescapeHtml(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name = '') => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
      return ENTITIES[String(name)] ?? whole;
    },
  );
}
