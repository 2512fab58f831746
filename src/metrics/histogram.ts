/**
 * How values are distributed, in little room: values are counted in buckets whose bounds grow by a
 * constant factor, so that every quantile is known to within {@linkcode RELATIVE_ERROR} of its
 * value (Masson, Rim and Lee, "DDSketch", 2019).
 *
 * @module
 */

/** How far a quantile is from the true one at most, as a part of it. */
export const RELATIVE_ERROR = 0.01;

/** By how much the bound of a bucket exceeds that of the one before. */
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);

/** What is nearer to zero than this counts as zero. */
const LEAST_MAGNITUDE = 1e-9;

/** How many buckets there may be for each sign: enough for 17 orders of magnitude at once. */
const MOST_BUCKETS = 2_000;

/** Values, counted by magnitude. */
export interface Histogram {
  /** How many values there are. */
  count: number;
  /** Their sum. */
  sum: number;
  /** The smallest; `Infinity` without values. */
  min: number;
  /** The largest; `-Infinity` without values. */
  max: number;
  /** How many are zero. */
  zeros: number;
  /** From bucket to how many positive values are in it. */
  readonly positives: Map<number, number>;
  /** From bucket to how many negative values are in it, by their magnitude. */
  readonly negatives: Map<number, number>;
}

/** How values are distributed. */
export interface Summary {
  /** How many values there are. */
  readonly count: number;
  /** Their sum. */
  readonly sum: number;
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
  /** The mean. */
  readonly avg: number;
  /** Half of the values are no larger; to within 1 %, like the others. */
  readonly p50: number;
  /** 95 % of the values are no larger. */
  readonly p95: number;
  /** 99 % of the values are no larger. */
  readonly p99: number;
}

/** A histogram without values. */
export function emptyHistogram(): Histogram {
  return {
    count: 0,
    sum: 0,
    min: Infinity,
    max: -Infinity,
    zeros: 0,
    positives: new Map(),
    negatives: new Map(),
  };
}

/** Counts a finite value in O(1), but for a new bucket beyond {@linkcode MOST_BUCKETS}. */
export function observe(histogram: Histogram, value: number): void {
  histogram.count++;
  histogram.sum += value;
  if (value < histogram.min) histogram.min = value;
  if (value > histogram.max) histogram.max = value;
  const magnitude = Math.abs(value);
  if (magnitude < LEAST_MAGNITUDE) {
    histogram.zeros++;
    return;
  }
  const buckets = value > 0 ? histogram.positives : histogram.negatives;
  const bucket = Math.ceil(Math.log(magnitude) / Math.log(GAMMA));
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  if (buckets.size > MOST_BUCKETS) mergeSmallest(buckets);
}

/**
 * The value at `quantile` (0 to 1): the smallest that as large a part of the values doesn't exceed.
 * `undefined` without values. Costs a sort of the buckets.
 */
export function quantileOf(histogram: Histogram, quantile: number): number | undefined {
  const { count, zeros, positives, negatives, min, max } = histogram;
  if (count === 0) return undefined;
  let left = Math.max(1, Math.ceil(quantile * count));
  const within = (value: number) => Math.min(Math.max(value, min), max);
  for (const bucket of [...negatives.keys()].sort((a, b) => b - a)) {
    left -= negatives.get(bucket)!;
    if (left <= 0) return within(-middleOf(bucket));
  }
  left -= zeros;
  if (left <= 0) return within(0);
  for (const bucket of [...positives.keys()].sort((a, b) => a - b)) {
    left -= positives.get(bucket)!;
    if (left <= 0) return within(middleOf(bucket));
  }
  return max;
}

/** How the values are distributed; `undefined` without values. */
export function summaryOf(histogram: Histogram): Summary | undefined {
  const { count, sum, min, max } = histogram;
  if (count === 0) return undefined;
  return {
    count,
    sum,
    min,
    max,
    avg: sum / count,
    p50: quantileOf(histogram, 0.5)!,
    p95: quantileOf(histogram, 0.95)!,
    p99: quantileOf(histogram, 0.99)!,
  };
}

/** The value from which both ends of the bucket are equally far, as a part of them. */
function middleOf(bucket: number): number {
  return 2 * GAMMA ** bucket / (GAMMA + 1);
}

/** Gives up the precision of the smallest magnitudes, of which nobody asks. */
function mergeSmallest(buckets: Map<number, number>): void {
  let smallest = Infinity;
  let next = Infinity;
  for (const bucket of buckets.keys()) {
    if (bucket < smallest) {
      next = smallest;
      smallest = bucket;
    } else if (bucket < next) next = bucket;
  }
  buckets.set(next, buckets.get(next)! + buckets.get(smallest)!);
  buckets.delete(smallest);
}
