import type { Command } from 'commander';
import type { Output } from './output';

/** What a shell sees. */
export const ExitCode = {
  /** Done, or nothing to do. */
  done: 0,
  /** Wrong usage, wrong configuration, no connection. */
  failed: 1,
  /** A JVM would not or did not take a class; things differ; a deployment was refused, or failed and was taken back. */
  refused: 3,
  /** A deployment was interrupted and can be resumed or taken back. */
  interrupted: 4,
  /** The probe saw requests that were lost. */
  lostRequests: 5,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** What every command is given. */
export interface Context {
  readonly output: Output;
  /** Aborts at Ctrl-C, SIGTERM, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a person can be asked; absent when nobody sits there. */
  readonly terminal?: Terminal;
}

/** A terminal: what is typed, and where questions are shown. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/**
 * A command: gets commander's arguments (positional ones, then the options). Whatever it throws is described to the
 * person and ends with exit code 1.
 */
export type Handler<A extends unknown[]> = (context: Context, ...args: A) => Promise<ExitCode>;

/** Turns a handler into an action for commander's `.action(...)`. */
export type Action = <A extends unknown[]>(handler: Handler<A>) => (...args: A) => Promise<void>;

/**
 * Adds one command to the program. Its own file imports only what its options need; the work is imported by the
 * handler (`await import(...)`), so that `--help` and the other commands do not pay for it.
 */
export type Register = (program: Command, action: Action) => void;

/** The sub-command that others are grouped under, such as `jvm` of `jvm list`. */
export function group(program: Command, name: string, description: string): Command {
  return (
    program.commands.find((command) => command.name() === name) ??
    program.command(name).description(description)
  );
}

/** Examples at the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ swapdeck ${line}`).join('\n')}`;
}

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
