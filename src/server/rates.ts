/**
 * The rates at which callers may call: a bucket of tokens for each, which each call takes one from.
 *
 * A bucket is one number, the time at which it is full again (the generic cell rate algorithm). Buckets
 * that are full are as new ones, so those that nobody used for the time that filling takes are forgotten,
 * all of them at once: a call costs O(1), and allocates nothing but a caller's bucket.
 *
 * @module
 */

/** The most buckets of one generation; with more callers, those that called least recently begin anew. */
const MOST_BUCKETS = 10_000;

/** The bucket of a caller. */
interface Bucket {
  /** When it is full, in milliseconds; in the past when it is. */
  fullAt: number;
}

/** Limits the calls of each caller. */
export class Rates {
  /** The time in which a token is added, in milliseconds; 0 for no limit. */
  readonly #tokenMs: number;
  /** The time in which an empty bucket is filled, in milliseconds. */
  readonly #fillMs: number;
  /** Those of callers that called since {@linkcode Rates.#since}. */
  #recent = new Map<string, Bucket>();
  /** Those of callers that called in the period before, and not since. */
  #former = new Map<string, Bucket>();
  #since = -Infinity;

  /** Lets each caller make `callsPerSecond`, or any number if that is 0, and `burst` of them at once. */
  constructor(callsPerSecond: number, burst: number) {
    this.#tokenMs = callsPerSecond === 0 ? 0 : 1000 / callsPerSecond;
    this.#fillMs = burst * this.#tokenMs;
  }

  /** Number of callers that are remembered. */
  get size(): number {
    return this.#recent.size + this.#former.size;
  }

  /**
   * Takes a token of `caller`. Returns 0, or, when it has none, the milliseconds until it has one. `now`
   * is a time that never decreases, in milliseconds.
   */
  take(caller: string, now: number): number {
    const tokenMs = this.#tokenMs;
    if (tokenMs === 0) return 0;
    if (now - this.#since >= this.#fillMs) this.#turn(now);
    const bucket = this.#recent.get(caller) ?? this.#bucketOf(caller, now);
    const fullAt = Math.max(bucket.fullAt, now) + tokenMs;
    const lackMs = fullAt - now - this.#fillMs;
    if (lackMs > ROUNDING_MS) return lackMs;
    bucket.fullAt = fullAt;
    return 0;
  }

  #bucketOf(caller: string, now: number): Bucket {
    if (this.#recent.size >= MOST_BUCKETS) this.#turn(now);
    const bucket = this.#former.get(caller) ?? { fullAt: 0 };
    this.#former.delete(caller);
    this.#recent.set(caller, bucket);
    return bucket;
  }

  /** Begins a generation. The buckets of the former one were not used since the latest one began. */
  #turn(now: number): void {
    this.#former = this.#recent;
    this.#recent = new Map();
    this.#since = now;
  }
}

/** Far less than a token takes, and more than the sums of such times are off. */
const ROUNDING_MS = 1e-6;
