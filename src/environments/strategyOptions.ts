import type { Placement } from '../config/model';
import type { StrategyOptions } from '../deploy/strategies/input';

/** What a strategy is told of how an application is put into an environment. */
export function strategyOptions({ drain, standby, keep, steps, hold, abort }: Placement): StrategyOptions {
  const limits = {
    ...(abort?.errors !== undefined && { errorsPercent: abort.errors }),
    ...(abort?.p99 !== undefined && { p99Ms: abort.p99 }),
  };
  return {
    drainMs: drain,
    standby,
    keep,
    ...(steps && { shares: steps }),
    ...(hold !== undefined && { holdMs: hold }),
    ...(abort && { limits }),
  };
}
