import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer } from '../../../../src/contracts/deployCall';

/** What a real Manager answered once: a line with status and type, then the body. */
export function recorded(name: string): Answer {
  const text = readFileSync(join(__dirname, 'recorded', `${name}.txt`), 'utf8');
  const end = text.indexOf('\n');
  const [status = '', type = ''] = text.slice(0, end).split(' ');
  return page(Number(status), text.slice(end + 1), type);
}

/** An answer of something at the Manager's address. */
export function page(status: number, body: string, type = 'text/html', headers = {}): Answer {
  const url = 'http://10.0.0.11:8080/manager/text/list';
  return { status, headers: { 'content-type': type, ...headers }, body, url };
}
