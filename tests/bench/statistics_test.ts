import { assertAlmostEquals, assertEquals } from "@std/assert";
import { exponentOf, median, quantile, ratiosOf, spreadOf } from "../../bench/statistics.ts";

Deno.test("median and quantiles are interpolated, and leave their values in order", () => {
  const values = [4, 1, 3, 2];
  assertEquals(median(values), 2.5);
  assertEquals(quantile(values, 1), 4);
  assertEquals(spreadOf([5, 1, 3, 2, 4]), { low: 2, median: 3, high: 4 });
  assertEquals(values, [4, 1, 3, 2]);
});

Deno.test("ratios are those of values of the same round", () => {
  assertEquals(ratiosOf([2, 20, 200], [1, 10, 100]), { low: 2, median: 2, high: 2 });
});

Deno.test("the exponent of a power law is found, also beside noise", () => {
  const sizes = [1e3, 1e4, 1e5, 1e6];
  assertAlmostEquals(exponentOf(sizes, [7, 7, 7, 7]), 0);
  assertAlmostEquals(exponentOf(sizes, sizes.map((n) => 3 * n ** 0.5)), 0.5);
  assertAlmostEquals(exponentOf(sizes, sizes.map((n) => n / 40)), 1);
  assertAlmostEquals(exponentOf(sizes, [1.2, 0.9, 1.1, 0.9].map((x, i) => x * sizes[i]!)), 1, 0.05);
});

Deno.test("a logarithm has an exponent below the limit of growth", () => {
  const sizes = [1e3, 1e4, 1e5, 1e6];
  const exponent = exponentOf(sizes, sizes.map((n) => Math.log2(n)));
  assertEquals(exponent > 0 && exponent < 0.15, true, `${exponent}`);
});
