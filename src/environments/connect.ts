import type { SwapdeckConfig } from '../config/model';
import type { Places } from './places';

/**
 * Connects to the hosts that an application's containers run on, and to their engines, while something else is done.
 * Whoever needs them connects again where that failed, and hears what is wrong.
 */
export function connectAhead(
  { environments, applications }: Pick<SwapdeckConfig, 'environments' | 'applications'>,
  { environment, application }: { readonly environment: string; readonly application: string },
  places: Places,
  signal?: AbortSignal,
): void {
  if (applications[application]?.kind !== 'image') return;
  for (const host of environments[environment]?.applications[application]?.targets ?? [])
    places.engines
      .of(host)
      .kind(signal)
      .catch(() => undefined);
}
