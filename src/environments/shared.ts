import type { HostName } from '../contracts/deployCall';
import type { Runner } from '../contracts/deployCall';
import { textOf } from '../deploy/parsers';

/**
 * Finds the folder for locks, journals and audit logs on a host: one for everybody where this account may write it or
 * an administrator made it, else one of the account.
 */
const FIND = `d=/var/lib/swapdeck
if [ -d "$d" ] || mkdir -p "$d" 2>/dev/null; then echo "$d"; else echo "$HOME/.swapdeck"; fi`;

/** Absolute, on the host; it may not be there yet. */
export async function sharedFolder(host: HostName, runner: Runner, signal?: AbortSignal): Promise<string> {
  const call = { via: 'command', host, argv: ['sh', '-c', FIND] } as const;
  return textOf((await runner.perform(call, {}, signal)).answer).trim();
}
