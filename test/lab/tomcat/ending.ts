import type { ChildProcess } from 'node:child_process';

/** Ends a server when this process ends before it was stopped, as by an error in a test. */
export function endWithThisProcess(child: ChildProcess): void {
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
}
