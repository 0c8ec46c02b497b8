import type { WatchLimits } from '../contracts/deployCall';
import { percentile, sortedTimes, type Sample } from './samples';

/** What a release did for those who got it, and how the other one did at the same time. */
export interface Traffic {
  readonly [name: string]: number;
  readonly sent: number;
  readonly lost: number;
  readonly errorsPercent: number;
  readonly p99Ms: number;
  /** 0 where there is nothing to compare with. */
  readonly oldP99Ms: number;
}

export interface PassedLimit {
  readonly limit: keyof WatchLimits;
  readonly most: number;
  readonly found: number;
}

/** Fewer requests than this say nothing yet. */
const ENOUGH = 20;

/**
 * The traffic of one release, or of all. A request without an answer names no release: it counts for the one that is
 * watched, since it may well be behind it.
 */
export function trafficOf(samples: readonly Sample[], release?: string, against?: string): Traffic {
  const own = samples.filter((sample) =>
    release === undefined ? true : sample.release === release || (!sample.ok && sample.release === undefined),
  );
  const good = own.filter(({ ok }) => ok);
  const old = against === undefined ? [] : samples.filter((each) => each.ok && each.release === against);
  const lost = own.length - good.length;
  return {
    sent: own.length,
    lost,
    errorsPercent: own.length === 0 ? 0 : (lost / own.length) * 100,
    p99Ms: percentile(sortedTimes(good), 99),
    oldP99Ms: percentile(sortedTimes(old), 99),
  };
}

/** The first limit that is passed. `early`: there is more to come, so that little traffic says nothing yet. */
export function passedLimit(traffic: Traffic, limits: WatchLimits, early = true): PassedLimit | undefined {
  if (traffic.sent === 0 || (early && traffic.sent < ENOUGH)) return undefined;
  const { errorsPercent, p99Ms, p99Ratio } = limits;
  if (errorsPercent !== undefined && traffic.errorsPercent > errorsPercent)
    return { limit: 'errorsPercent', most: errorsPercent, found: round(traffic.errorsPercent) };
  if (p99Ms !== undefined && traffic.p99Ms > p99Ms)
    return { limit: 'p99Ms', most: p99Ms, found: round(traffic.p99Ms) };
  if (p99Ratio !== undefined && traffic.oldP99Ms > 0 && traffic.p99Ms > p99Ratio * traffic.oldP99Ms)
    return { limit: 'p99Ratio', most: p99Ratio, found: round(traffic.p99Ms / traffic.oldP99Ms) };
  return undefined;
}

const round = (value: number): number => Math.round(value * 100) / 100;
