import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  append,
  countOne,
  emptyHistogram,
  emptyRate,
  emptySeries,
  forEachSince,
  observe,
  perMinute,
  quantileOf,
  RELATIVE_ERROR,
  summaryOf,
} from "../../src/metrics/aggregates.ts";

const value = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  fc.constantFrom(0, 1, -1, 1e15),
);

Deno.test("every quantile is within the relative error of the true one", () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, quantile) => {
        const histogram = emptyHistogram();
        for (const each of values) observe(histogram, each);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(quantile * values.length)) - 1]!;
        const found = quantileOf(histogram, quantile)!;
        const tolerance = Math.abs(exact) * RELATIVE_ERROR * 1.000001 + 1e-9;
        assert(Math.abs(found - exact) <= tolerance, `${found} for ${exact}`);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a summary has count, sum, extremes, mean and quantiles", () => {
  const histogram = emptyHistogram();
  assertEquals([summaryOf(histogram), quantileOf(histogram, 0.5)], [undefined, undefined]);
  for (let i = 1; i <= 1_000; i++) observe(histogram, i);
  const { p50, p95, p99, ...rest } = summaryOf(histogram)!;
  assertEquals(rest, { count: 1_000, sum: 500_500, min: 1, max: 1_000, avg: 500.5 });
  assertAlmostEquals(p50, 500, 5);
  assertAlmostEquals(p95, 950, 9.5);
  assertAlmostEquals(p99, 990, 9.9);
});

Deno.test("values of any magnitude take bounded memory, and the large ones stay precise", () => {
  const histogram = emptyHistogram();
  for (let exponent = -9; exponent < 300; exponent += 0.02) observe(histogram, 10 ** exponent);
  assertEquals(histogram.positives.size, 2_000);
  const found = quantileOf(histogram, 0.99)!;
  const exact = 10 ** (-9 + 0.02 * (Math.ceil(0.99 * histogram.count) - 1));
  assert(Math.abs(found / exact - 1) <= RELATIVE_ERROR * 1.001, `${found} for ${exact}`);
});

Deno.test("a series keeps its newest values in order, with their tags", () => {
  const series = emptySeries(3);
  const since = (from: number) => {
    const found: unknown[] = [];
    forEachSince(series, from, (at, value, tags) => found.push([at, value, tags]));
    return found;
  };
  assertEquals(since(0), []);
  append(series, 1, 10);
  append(series, 2, 20, { a: "b" });
  assertEquals(since(0), [[1, 10, undefined], [2, 20, { a: "b" }]]);
  for (let at = 3; at <= 7; at++) append(series, at, 10 * at);
  assertEquals(since(0), [[5, 50, undefined], [6, 60, undefined], [7, 70, undefined]]);
  assertEquals(since(6), [[6, 60, undefined], [7, 70, undefined]]);
});

Deno.test("a rate counts the last minute, to the second", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(3_000), fc.nat(100_000)), { maxLength: 50 }),
      fc.nat(100_000),
      (gaps, after) => {
        const rate = emptyRate();
        const times: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          times.push(now);
          countOne(rate, now);
        }
        now += after;
        const second = Math.floor(now / 1000);
        const expected = times.filter((at) => Math.floor(at / 1000) > second - 60).length;
        assertEquals(perMinute(rate, now), expected);
      },
    ),
    { numRuns: 200 },
  );
});
