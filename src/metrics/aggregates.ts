/**
 * Aggregates of values in bounded memory: histograms, series of the newest values, and rates.
 *
 * A histogram counts values in buckets whose bounds grow by a constant factor, so every quantile is
 * known to within {@linkcode RELATIVE_ERROR} of its value (Masson, Rim and Lee, "DDSketch", 2019).
 *
 * @module
 */

import type { Instant } from "../core/machine.ts";

/** The largest relative error of a quantile. */
export const RELATIVE_ERROR = 0.01;

/** The ratio of the bound of a bucket to that of the one before. */
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** Values nearer to zero than this count as zero. */
const LEAST_MAGNITUDE = 1e-9;

/** The most buckets for each sign: enough for 17 orders of magnitude at once. */
const MOST_BUCKETS = 2_000;

/** Values, counted by magnitude. */
export interface Histogram {
  /** Number of values. */
  count: number;
  /** Their sum. */
  sum: number;
  /** The smallest; `Infinity` without values. */
  min: number;
  /** The largest; `-Infinity` without values. */
  max: number;
  /** Number of values that are zero. */
  zeros: number;
  /** The number of positive values, by bucket. */
  readonly positives: Map<number, number>;
  /** The number of negative values, by bucket of their magnitude. */
  readonly negatives: Map<number, number>;
}

/**
 * A summary of a distribution of values.
 * @category Metrics
 */
export interface Summary {
  /** Number of values. */
  readonly count: number;
  /** Their sum. */
  readonly sum: number;
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
  /** The mean. */
  readonly avg: number;
  /** The median, to within 1 %, like the other quantiles. */
  readonly p50: number;
  /** The value that 95 % of the values do not exceed. */
  readonly p95: number;
  /** The value that 99 % of the values do not exceed. */
  readonly p99: number;
}

/** Makes a histogram without values. */
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

/** Adds a finite value in O(1), except for a new bucket beyond {@linkcode MOST_BUCKETS}. */
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
  const bucket = Math.ceil(Math.log(magnitude) / LOG_GAMMA);
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
  if (buckets.size > MOST_BUCKETS) mergeSmallest(buckets);
}

/**
 * Returns the value at `quantile` (0 to 1): the smallest one that this share of the values does not
 * exceed. `undefined` without values. Costs a sort of the buckets.
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

/** Returns a summary of the values; `undefined` without values. */
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

/** Returns the value with the same relative distance to both ends of the bucket. */
function middleOf(bucket: number): number {
  return 2 * GAMMA ** bucket / (GAMMA + 1);
}

/** Merges the buckets of the smallest magnitudes, whose precision matters least. */
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

/** The labels of a sample. */
export type Tags = Readonly<Record<string, string>>;

/** The newest values of one metric. Entries of the three lists belong together. */
export interface Series {
  /** The most values that it holds. */
  readonly capacity: number;
  /** The time of each. */
  readonly times: Instant[];
  /** The values. */
  readonly values: number[];
  /** The tags of each; empty until one has any. */
  readonly tags: (Tags | undefined)[];
  /** The index of the oldest entry. */
  start: number;
}

/** Makes a series without values. */
export function emptySeries(capacity: number): Series {
  return { capacity, times: [], values: [], tags: [], start: 0 };
}

/** Adds a value in O(1). */
export function append(series: Series, at: Instant, value: number, tags?: Tags): void {
  const { times, values, capacity } = series;
  let place = times.length;
  if (place === capacity) {
    place = series.start;
    series.start = (place + 1) % capacity;
  }
  times[place] = at;
  values[place] = value;
  if (tags === undefined && series.tags.length === 0) return;
  while (series.tags.length < place) series.tags.push(undefined);
  series.tags[place] = tags;
}

/** A metric over time and in total. */
export interface Metric {
  /** Its newest samples. */
  readonly series: Series;
  /** All of its samples since they were cleared; `undefined` for a counter. */
  readonly histogram: Histogram | undefined;
}

/** Adds a sample to a metric in O(1). */
export function sample(
  { series, histogram }: Metric,
  at: Instant,
  value: number,
  tags?: Tags,
): void {
  append(series, at, value, tags);
  if (histogram !== undefined) observe(histogram, value);
}

/** Calls `visit` with each value since `since`, oldest first. */
export function forEachSince(
  { times, values, tags, start }: Series,
  since: Instant,
  visit: (at: Instant, value: number, tags: Tags | undefined) => void,
): void {
  for (let i = 0; i < times.length; i++) {
    const place = (start + i) % times.length;
    const at = times[place]!;
    if (at >= since) visit(at, values[place]!, tags[place]);
  }
}

/** The number of seconds that are counted. */
const SECONDS = 60;

/** Counts of the last seconds. */
export interface Rate {
  /** By second modulo {@linkcode SECONDS}. */
  readonly counts: number[];
  /** The newest second that was counted. */
  second: number;
}

/** Makes a rate of nothing. */
export function emptyRate(): Rate {
  return { counts: new Array(SECONDS).fill(0), second: 0 };
}

/** Counts one, in O(the seconds that have passed), at most 60. */
export function countOne(rate: Rate, at: Instant): void {
  const second = Math.floor(at / 1000);
  const passed = Math.min(SECONDS, second - rate.second);
  for (let i = 0; i < passed; i++) rate.counts[(second - i) % SECONDS] = 0;
  if (second > rate.second) rate.second = second;
  rate.counts[rate.second % SECONDS]!++;
}

/** Returns how many were counted in the minute before `now`, to the second. */
export function perMinute({ counts, second }: Rate, now: Instant): number {
  const gone = Math.max(0, Math.floor(now / 1000) - second);
  let sum = 0;
  for (let i = 0; i < SECONDS - gone; i++) sum += counts[(second - i + SECONDS) % SECONDS]!;
  return sum;
}
