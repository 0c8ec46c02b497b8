import { RouterError } from './errors';

/**
 * Weights in the same relation to each other, as whole numbers from 1 to `most`; 0 stays 0. Small shares are
 * rounded up to 1: nobody who should get users gets none.
 */
export function wholeWeights(weights: readonly number[], most: number): number[] {
  const largest = Math.max(...weights);
  const whole = weights.every((weight) => Number.isInteger(weight));
  if (whole && largest <= most) {
    const divisor = weights.reduce(greatestDivisor, 0) || 1;
    return weights.map((weight) => weight / divisor);
  }
  return weights.map((weight) => (weight === 0 ? 0 : Math.max(1, Math.round((weight / largest) * most))));
}

/** The single backend that is to get users, for a router that can't share them out. */
export function onlyOne<B extends { readonly weight: number }>(backends: readonly B[]): B {
  const chosen = backends.filter(({ weight }) => weight > 0);
  const [one] = chosen;
  if (chosen.length !== 1 || !one)
    throw new RouterError('oneAtATime', `${chosen.length} backends for a router that has one`, {
      count: chosen.length,
    });
  return one;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
