import type { Command } from 'commander';
import type { Endpoint } from '../contracts/channel';
import { collect } from './command';
import { parseJvmAddress } from './jvmAddress';

/** What `swap`, `predict` and `compare` have in common: which classes, and which JVMs. */
export interface ClassesOptions {
  readonly jvm: readonly Endpoint[];
  readonly classes: readonly string[];
  readonly only?: readonly string[];
}

export function withClassesOptions(command: Command): Command {
  return command
    .requiredOption('--jvm <host:port>', 'a JVM that listens for a debugger; may be repeated', addresses)
    .requiredOption('--classes <dir>', 'a folder or jar of compiled classes; may be repeated', collect)
    .option('--only <glob>', "only classes of this name, such as 'shop.*'; may be repeated", collect);
}

function addresses(value: string, before: readonly Endpoint[] | undefined): readonly Endpoint[] {
  return [...(before ?? []), parseJvmAddress(value)];
}
