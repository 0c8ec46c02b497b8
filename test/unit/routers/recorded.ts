import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a real program said once: text of a file. */
export function recorded(file: string): string {
  return readFileSync(join(__dirname, 'recorded', file), 'utf8');
}

/** What a command answered. */
type RecordedCommand = Readonly<Record<'stdout' | 'stderr', string>> & {
  readonly code: number;
  readonly [more: string]: string | number;
};

/** What a command answered: exit code and both outputs. */
export function recordedCommand(file: string): RecordedCommand {
  return JSON.parse(recorded(file)) as RecordedCommand;
}
