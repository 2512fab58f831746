/**
 * The choices of a simulation, drawn from its seed.
 *
 * @module
 */

import { nextFloat, nextUint32, type Prng, seeded } from "../../core/data/prng.ts";

/** Draws choices. The same seed draws the same ones. */
export class Chance {
  readonly #prng: Prng;

  /** Creates a source of choices. */
  constructor(seed: number) {
    this.#prng = seeded(seed);
  }

  /** Draws an integer from 0 to `bound` − 1; `bound` is at most 2³². */
  int(bound: number): number {
    return nextUint32(this.#prng) % bound;
  }

  /** Draws an integer from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.int(most - least + 1);
  }

  /** Draws `true` with `probability`. */
  happens(probability: number): boolean {
    return nextUint32(this.#prng) < probability * 2 ** 32;
  }

  /** Draws one of `choices`, each with the same probability. */
  pick<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.int(choices.length)]!;
  }

  /** Draws each of `choices` with `probability`, and returns them in their order. */
  some<Choice>(choices: readonly Choice[], probability: number): Choice[] {
    return choices.filter(() => this.happens(probability));
  }

  /** Draws an integer of an exponential distribution with that mean. */
  around(mean: number): number {
    return Math.round(-Math.log(1 - nextFloat(this.#prng)) * mean);
  }

  /** Draws a number from `least` to 1 whose logarithm is uniformly distributed. */
  share(least: number): number {
    return Math.exp(nextFloat(this.#prng) * Math.log(least));
  }

  /** Draws a seed for another source of choices. */
  seed(): number {
    return nextUint32(this.#prng);
  }
}
