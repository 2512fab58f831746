import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode, encode, Opaque } from "../../src/core/data/plain.ts";
import { sameData } from "../../src/testing/simulation/same_data.ts";

const shared = { n: 1 };
const bare = Object.assign(Object.create(null), { n: 1 });
const cycle: unknown[] = [];
cycle.push(cycle);

/** Values, no two of which have the same text. */
const DIFFERENT: readonly unknown[] = [
  ...[undefined, null, true, 0, -0, NaN, 1n, "", "0"],
  ...[{}, { a: 1 }, { a: undefined }, { a: 1, b: 2 }, { b: 2, a: 1 }, bare],
  ...[[], [1], [1, 2], new Set([1]), new Set([1, 2]), new Set([2, 1])],
  ...[new Map(), new Map([[1, 1]]), new Map([[1, 2]]), new Map([["1", 1]])],
  ...[new Opaque(undefined), new Opaque(1), new Opaque({ a: 1 }), new Opaque({ a: 2 })],
  ...[[shared, shared], [shared, { n: 1 }], [[shared], shared], [shared, [shared]]],
  ...[cycle, [[]], [[[]]]],
];

Deno.test("data differs in contents, order and references, as its texts do", () => {
  for (const [i, one] of DIFFERENT.entries()) {
    for (const [j, other] of DIFFERENT.entries()) {
      assertEquals(sameData(one, decode(encode(other))), i === j, `${i} and ${j}`);
    }
  }
});

Deno.test("what has no text is not the same as a copy of it", () => {
  assert(!sameData([new Date(0)], [new Date(0)]));
  assert(!sameData([() => {}], [() => {}]));
});

Deno.test("random data is the same when its texts are", () => {
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(0, 1, "a", undefined, shared),
      fc.array(tie("data"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b"), tie("data")),
      fc.array(fc.tuple(fc.constantFrom("a", 1, shared), tie("data")), { maxLength: 3 })
        .map((entries) => new Map(entries)),
      fc.array(tie("data"), { maxLength: 3 }).map((members) => new Set(members)),
    ),
  }));
  fc.assert(fc.property(data, data, (one, other) => {
    assertEquals(sameData(one, other), encode(one) === encode(other));
    assert(sameData(one, decode(encode(one))));
  }));
});
