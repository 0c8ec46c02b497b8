/** People are warned so many days before a certificate ends. */
export const WARNING_DAYS = 21;

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days until `validTo` (an ISO date); negative once it has ended. */
export function daysLeft(validTo: string, now: number): number {
  return Math.floor((Date.parse(validTo) - now) / DAY_MS);
}

export function endsSoon(validTo: string, now: number): boolean {
  return daysLeft(validTo, now) <= WARNING_DAYS;
}
