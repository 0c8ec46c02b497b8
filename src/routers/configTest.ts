import type { Answer, CommandCall, HostName } from '../contracts/deployCall';
import { endedWell, outputOf } from './answers';
import { RouterError } from './errors';

// Apache's `configtest` and nginx's `-t`: the exit code decides, what they print says why. Both also fail when the
// command they are part of does not exist, which then is what they print.

/** Before anything is changed: someone else broke it. */
export function soundBefore(answer: Answer): { sound: true } {
  return sound(answer, 'configBroken');
}

/** After our change: we broke it, or a variable that was filled in by nobody did. */
export function soundAfter(answer: Answer): { sound: true } {
  return sound(answer, 'configRejected');
}

function sound(answer: Answer, reason: 'configBroken' | 'configRejected'): { sound: true } {
  const output = lastLines(outputOf(answer));
  if (!endedWell(answer)) throw new RouterError(reason, output, { output });
  const [, variable] = undefinedVariable.exec(output) ?? [];
  if (variable !== undefined && reason === 'configRejected')
    throw new RouterError('unknownVariable', output, { variable });
  return { sound: true };
}

/** Apache goes on with the name itself where the value should be. */
export const undefinedVariable = /AH00111: Config variable \$\{(\w+)\} is not defined/;

function lastLines(output: string): string {
  return output.split('\n').slice(-8).join('\n').slice(-1500);
}

export function configTest(host: HostName, argv: readonly string[], when: 'before' | 'after'): CommandCall {
  return {
    via: 'command',
    note: when === 'before' ? 'The configuration is sound before' : 'The new configuration is sound',
    host,
    argv,
    parse: when === 'before' ? 'router.soundBefore' : 'router.soundAfter',
    // The parser decides, and says what was printed.
    expect: [{ path: 'code', is: 'atLeast', value: 0 }],
  };
}

/** What the server says of its configuration, for a person whose switch or way back did not work. */
export function configReport(host: HostName, argv: readonly string[]): CommandCall {
  // It speaks on its standard error.
  const script = 'exec "$@" 2>&1';
  return {
    via: 'command',
    note: 'configuration',
    host,
    argv: ['sh', '-c', script, 'sh', ...argv],
    expect: [{ path: 'code', is: 'atLeast', value: 0 }],
  };
}
