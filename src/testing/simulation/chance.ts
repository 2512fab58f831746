/**
 * Every choice of a simulation, drawn from its seed.
 *
 * @module
 */

import { nextFloat, nextUint32, type Prng, seeded } from "../../core/data/prng.ts";

/** Draws what a simulated world does next. The same seed draws the same. */
export class Chance {
  readonly #prng: Prng;

  /** Draws from `seed`. */
  constructor(seed: number) {
    this.#prng = seeded(seed);
  }

  /** An integer from 0 to `bound` − 1; `bound` is at most 2³². */
  int(bound: number): number {
    return nextUint32(this.#prng) % bound;
  }

  /** An integer from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.int(most - least + 1);
  }

  /** Whether something happens whose probability is `probability`. */
  happens(probability: number): boolean {
    return nextUint32(this.#prng) < probability * 2 ** 32;
  }

  /** One of `choices`, each as likely as any other. */
  pick<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.int(choices.length)]!;
  }

  /** Each of `choices` with the same probability, in their order. */
  some<Choice>(choices: readonly Choice[], probability: number): Choice[] {
    return choices.filter(() => this.happens(probability));
  }

  /** An integer around `mean`, most often less, rarely much more. */
  around(mean: number): number {
    return Math.round(-Math.log(1 - nextFloat(this.#prng)) * mean);
  }

  /** A share from `least` to 1 whose logarithm is even. */
  share(least: number): number {
    return Math.exp(nextFloat(this.#prng) * Math.log(least));
  }

  /** A seed for something with choices of its own. */
  seed(): number {
    return nextUint32(this.#prng);
  }
}
