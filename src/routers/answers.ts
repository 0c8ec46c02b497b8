import type { Answer } from '../contracts/deployCall';

/** A text of an answer; empty when it is not there. */
export function textOf(answer: Answer | undefined, member: string): string {
  const value = answer?.[member];
  return typeof value === 'string' ? value : '';
}

/** What a command printed on both outputs, as one text without blank ends. */
export function outputOf(answer: Answer | undefined): string {
  return `${textOf(answer, 'stdout')}${textOf(answer, 'stderr')}`.trim();
}

/** Whether a command ended well. */
export function endedWell(answer: Answer | undefined): boolean {
  return answer?.code === 0;
}
