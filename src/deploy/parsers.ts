import type { Answer, ParserTable } from '../contracts/deployCall';
import type { Json } from '../util/json';

/** Parsers for every target and router; they read what a call of any kind answers as text. */
export const commonParsers = {
  /** Without white space around it. */
  text: (answer) => textOf(answer).trim(),
  json: (answer) => JSON.parse(textOf(answer)) as Json,
  /** The lines that aren't empty, without line ends. */
  lines: (answer) =>
    textOf(answer)
      .split(/\r?\n/)
      .filter((line) => line !== ''),
} satisfies ParserTable;

/** The text of an answer: what a command printed, the body of a response, the content of a file. */
export function textOf(answer: Answer): string {
  for (const name of ['stdout', 'body', 'content']) {
    const text = answer[name];
    if (typeof text === 'string') return text;
  }
  throw new Error('the answer has no text');
}
