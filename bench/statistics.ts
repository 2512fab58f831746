/**
 * Medians, spreads and growth of measured values.
 *
 * @module
 */

/** The median of values, and their quartiles. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** Returns the median of `values`. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Returns the quantile `q` of `values`, interpolated linearly. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = sorted[Math.floor(place)]!;
  return below + (sorted[Math.ceil(place)]! - below) * (place % 1);
}

/** Returns the median and the quartiles of `values`. */
export function spreadOf(values: readonly number[]): Spread {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(values, q));
  return { low: low!, median: middle!, high: high! };
}

/**
 * Returns the spread of `values[i] / bases[i]`. Values of one round are measured side by side, so that
 * what slows down both cancels out.
 */
export function ratiosOf(values: readonly number[], bases: readonly number[]): Spread {
  return spreadOf(values.map((value, round) => value / bases[round]!));
}

/**
 * Returns the exponent `e` of the power law `y = c · n^e` that fits best: the slope of the line of least
 * squares through the logarithms. 0 is constant, 1 is linear.
 */
export function exponentOf(sizes: readonly number[], values: readonly number[]): number {
  const xs = sizes.map(Math.log);
  const ys = values.map(Math.log);
  const mean = (of: readonly number[]) => of.reduce((sum, each) => sum + each, 0) / of.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const covariance = mean(xs.map((x, i) => (x - meanX) * (ys[i]! - meanY)));
  return covariance / mean(xs.map((x) => (x - meanX) ** 2));
}
