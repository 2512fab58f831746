import { assertEquals } from "@std/assert";
import {
  describeDuration,
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
} from "../../src/service/durations.ts";
import fc from "fast-check";

Deno.test("parseDuration() reads one unit, several units and fractions", () => {
  assertEquals(parseDuration("500ms"), 500);
  assertEquals(parseDuration("10s"), 10_000);
  assertEquals(parseDuration("10m"), 600_000);
  assertEquals(parseDuration("1h30m"), 5_400_000);
  assertEquals(parseDuration("2d"), 172_800_000);
  assertEquals(parseDuration("1.5s"), 1500);
  assertEquals(parseDuration("1m30s250ms"), 90_250);
  assertEquals(parseDuration(" 3s "), 3000);
});

Deno.test("parseDuration() refuses missing or unordered units, missing numbers, and zero", () => {
  for (const text of ["", "10", "s", "10 s", "-5s", "1s1m", "1e3s", "10sec", "0s", "Infinity"]) {
    assertEquals(parseDuration(text), undefined, text);
  }
  assertEquals(parseDuration("9".repeat(30) + "d"), undefined);
});

Deno.test("parseDuration() is the inverse of describeDuration()", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 ** 11 }), (ms) => {
      assertEquals(parseDuration(describeDuration(ms)), ms);
    }),
    { numRuns: 500 },
  );
});

Deno.test("formatDuration() selects the unit by the magnitude", () => {
  const texts: [number, string][] = [
    [0, "0ms"],
    [999, "999ms"],
    [999.6, "1.0s"],
    [12_340, "12.3s"],
    [59_949, "59.9s"],
    [59_960, "1m 00s"],
    [245_000, "4m 05s"],
    [3_599_400, "59m 59s"],
    [3_599_600, "1h 00m"],
    [3_720_000, "1h 02m"],
  ];
  for (const [ms, text] of texts) assertEquals(formatDuration(ms), text);
});

Deno.test("parseSize() reads units as powers of 1024, in either case", () => {
  assertEquals(parseSize("4096"), 4096);
  assertEquals(parseSize("64k"), 65_536);
  assertEquals(parseSize("64KiB"), 65_536);
  assertEquals(parseSize("1.5MB"), 1_572_864);
  assertEquals(parseSize("2g"), 2_147_483_648);
  assertEquals(parseSize("0"), 0);
  for (const text of ["", "k", "-1k", "1t", "1 2", "ten"]) assertEquals(parseSize(text), undefined);
});

Deno.test("formatSize() selects the largest unit that gives at least 1", () => {
  assertEquals(formatSize(1), "1 byte");
  assertEquals(formatSize(1023), "1023 bytes");
  assertEquals(formatSize(1024), "1 KiB");
  assertEquals(formatSize(1536), "1.5 KiB");
  assertEquals(formatSize(1024 * 1024 - 1), "1 MiB");
  assertEquals(formatSize(5 * 2 ** 30), "5 GiB");
});
