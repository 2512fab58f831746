/**
 * Chance as data: a seeded generator whose whole state is four 32-bit numbers.
 *
 * The algorithm is sfc32 from Chris Doty-Humphrey's PractRand, seeded as its author advises (the
 * seed fills the state, twelve outputs are discarded). Not for secrets.
 *
 * @module
 */

/** The state of a generator: four unsigned 32-bit integers, named as in the algorithm. */
export interface Prng {
  /** Gives each output, as the sum with `b` and `counter`. */
  a: number;
  /** Becomes `a`, stirred; the low half of the seed at first. */
  b: number;
  /** Becomes `b`, stirred; the high half of the seed at first. */
  c: number;
  /** Goes up with each output, so that no cycle is shorter than 2³². */
  counter: number;
}

/** A generator that gives the same numbers for the same `seed`, of which 53 bits count. */
export function seeded(seed: number): Prng {
  const prng = { a: 0, b: seed >>> 0, c: Math.floor(seed / 2 ** 32) >>> 0, counter: 1 };
  for (let i = 0; i < 12; i++) nextUint32(prng);
  return prng;
}

/** Seeds the generator of a state anew if the seed in its config is not the one `before`. */
export function reseed(
  { prng, config: { seed } }: { readonly prng: Prng; readonly config: { readonly seed: number } },
  before: object,
): void {
  if (seed !== (before as { readonly seed?: number }).seed) Object.assign(prng, seeded(seed));
}

/** The next integer from 0 to 2³² − 1. */
export function nextUint32(prng: Prng): number {
  const sum = (prng.a + prng.b + prng.counter) >>> 0;
  prng.counter = (prng.counter + 1) >>> 0;
  prng.a = (prng.b ^ (prng.b >>> 9)) >>> 0;
  prng.b = (prng.c + (prng.c << 3)) >>> 0;
  prng.c = (((prng.c << 21) | (prng.c >>> 11)) + sum) >>> 0;
  return sum;
}

/** The next number in [0, 1), with 53 random bits. */
export function nextFloat(prng: Prng): number {
  const high = nextUint32(prng) >>> 5;
  const low = nextUint32(prng) >>> 6;
  return (high * 2 ** 26 + low) / 2 ** 53;
}

/** The next integer from 0 to `bound` − 1. `bound` is a positive integer up to 2⁵³. */
export function nextInt(prng: Prng, bound: number): number {
  return Math.floor(nextFloat(prng) * bound);
}
