/**
 * Many measured times, and their percentiles.
 *
 * @module
 */

/** Times in milliseconds, each kept: nothing is estimated. */
export class Latencies {
  #times = new Float64Array(1024);
  #count = 0;

  /** Number of times. */
  get count(): number {
    return this.#count;
  }

  /** Adds a time. */
  add(ms: number): void {
    if (this.#count === this.#times.length) {
      const times = new Float64Array(2 * this.#count);
      times.set(this.#times);
      this.#times = times;
    }
    this.#times[this.#count++] = ms;
  }

  /** The times below which the shares `qs` of all lie. */
  quantiles(qs: readonly number[]): number[] {
    const sorted = this.#times.slice(0, this.#count).sort();
    return qs.map((q) => sorted[Math.min(this.#count - 1, Math.floor(q * this.#count))] ?? NaN);
  }
}
