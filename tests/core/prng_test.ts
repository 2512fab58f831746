import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { decode, encode } from "../../src/core/data/plain.ts";
import { nextFloat, nextInt, nextUint32, type Prng, seeded } from "../../src/core/data/prng.ts";

function take(prng: Prng, count: number): number[] {
  return Array.from({ length: count }, () => nextUint32(prng));
}

Deno.test("the same seed gives the same numbers, another seed others", () => {
  assertEquals(take(seeded(7), 100), take(seeded(7), 100));
  assertNotEquals(take(seeded(7), 4), take(seeded(8), 4));
  assertNotEquals(take(seeded(2 ** 32), 4), take(seeded(0), 4));
});

Deno.test("the numbers of a seed never change, because logs of commands are replayed with them", () => {
  assertEquals(take(seeded(1), 4), [2012149540, 1872316204, 1707632675, 1779833415]);
  const prng = seeded(2 ** 40 + 7);
  assertEquals(take(prng, 4), [1614752920, 2544231158, 2841167337, 645591171]);
  assertEquals([nextFloat(prng), nextInt(prng, 1000)], [0.11766926448411508, 528]);
});

Deno.test("a generator that was written and read goes on where it was", () => {
  const prng = seeded(42);
  take(prng, 1_000);
  const copy = decode(encode(prng)) as Prng;
  assertEquals(take(copy, 100), take(prng, 100));
});

Deno.test("numbers stay in their range, and every integer below the bound comes up", () => {
  const prng = seeded(1);
  const seen = new Set<number>();
  for (let i = 0; i < 10_000; i++) {
    const word = nextUint32(prng);
    assert(Number.isInteger(word) && word >= 0 && word < 2 ** 32);
    const float = nextFloat(prng);
    assert(float >= 0 && float < 1);
    seen.add(nextInt(prng, 10));
  }
  assertEquals([...seen].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertEquals(nextInt(prng, 1), 0);
});

Deno.test("numbers are spread evenly, in each bit and over the whole range", () => {
  const prng = seeded(2024);
  const ones = new Array<number>(32).fill(0);
  const buckets = new Array<number>(16).fill(0);
  const draws = 64_000;
  for (let i = 0; i < draws; i++) {
    const word = nextUint32(prng);
    for (let bit = 0; bit < 32; bit++) ones[bit]! += (word >>> bit) & 1;
    buckets[nextInt(prng, 16)]! += 1;
  }
  for (const count of ones) {
    assert(Math.abs(count - draws / 2) < 700, `a bit was set ${count} times`);
  }
  const expected = draws / 16;
  const chiSquare = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert(chiSquare < 40, `chi² of 15 degrees of freedom is ${chiSquare}`);
});
