import { assertEquals, assertThrows } from "@std/assert";
import { isReached, type Row } from "../../bench/harness.ts";
import {
  changeOf,
  DOUBLED,
  figureOf,
  NOTICEABLE,
  readFigures,
  writeFigures,
} from "../../bench/regressions.ts";
import { shortened } from "../../bench/short.ts";
import { SUITES } from "../../bench/suites.ts";

const BASELINE = new URL("../../bench/baseline.json", import.meta.url);

const around = (median: number) => ({ low: median * 0.9, median, high: median * 1.1 });

const row = (rest: Partial<Row>): Row => ({
  ...{ operation: "x", value: 100, unit: "ns", others: [], target: {}, reached: true },
  ...rest,
});

Deno.test("a slow-down counts when it is great and the quartiles are apart", () => {
  assertEquals(changeOf(around(4), around(4), NOTICEABLE), { factor: 1, isSlower: false });
  assertEquals(changeOf(around(6), around(4), NOTICEABLE).isSlower, true);
  assertEquals(changeOf(around(6), around(4), DOUBLED).isSlower, false);
  assertEquals(changeOf(around(12), around(4), DOUBLED), { factor: 3, isSlower: true });
  assertEquals(changeOf({ low: 4, median: 12, high: 20 }, around(4), DOUBLED).isSlower, false);
  assertEquals(changeOf(around(2), around(4), DOUBLED).isSlower, false);
});

Deno.test("runs are compared by ratios to floors and bases, and by bytes, not by times", () => {
  const floor = { value: 20, ratio: around(5), lacks: "events" };
  assertEquals(figureOf(row({ floor })), around(5));
  const others = [{ name: "few", value: 50, ratio: { low: 0.25, median: 0.5, high: 1 } }];
  assertEquals(figureOf(row({ others, target: { time: 2 } })), { low: 1, median: 2, high: 4 });
  assertEquals(figureOf(row({ others, target: { speed: 1 } })), undefined);
  assertEquals(figureOf(row({ unit: "B" }))?.median, 100);
  assertEquals(figureOf(row({})), undefined);
});

Deno.test("a target is a least speed, a greatest time of a base, or a greatest value", () => {
  assertEquals(isReached({ speed: 1.3 }, 100, 1.3), true);
  assertEquals(isReached({ speed: 1.3 }, 100, 1.2), false);
  assertEquals(isReached({ time: 2 }, 100, 0.5), true);
  assertEquals(isReached({ time: 2 }, 100, 0.4), false);
  assertEquals(isReached({ most: 100 }, 101), false);
  assertEquals(isReached({}, 101), true);
});

Deno.test("figures are read as they were written, to three digits", () => {
  const text = writeFigures({ "locks: x": { low: 1.23456, median: 2, high: 3 } }, { machine: "m" });
  assertEquals(readFigures(text, "f"), { "locks: x": { low: 1.23, median: 2, high: 3 } });
});

Deno.test("a file without figures is refused", () => {
  for (const text of ["", "{}", "null", "[]", '{"ratios": {"x": {"low": 1, "median": 0}}}']) {
    assertThrows(() => readFigures(text, "f.json"), TypeError, "Cannot compare with f.json: ");
  }
});

Deno.test("bench/baseline.json has each row of the short run, and no other", async () => {
  const rows = SUITES.flatMap((suite) =>
    [...suite.comparisons()].filter((each) => shortened(each) !== undefined)
      .map(({ operation }) => `${suite.name}: ${operation}`)
  );
  const names = Object.keys(readFigures(await Deno.readTextFile(BASELINE), "baseline.json"));
  assertEquals(names.sort(), rows.sort(), "run `deno task bench --short --write`");
});

Deno.test("each row has a name of its own, and each floor says what it lacks", () => {
  for (const suite of SUITES) {
    const all = [...suite.comparisons(), ...suite.growths?.() ?? []];
    assertEquals(new Set(all.map(({ operation }) => operation)).size, all.length, suite.name);
    for (const { floor } of suite.comparisons()) assertEquals(floor?.lacks === "", false);
  }
});
