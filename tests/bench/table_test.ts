import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { Row } from "../../bench/harness.ts";
import { withFigures } from "../../bench/readme.ts";
import { lines, markdown } from "../../bench/table.ts";

const sure = (median: number) => ({ low: median, median, high: median });

const ROW: Row = {
  operation: "acquire and release",
  value: 1_500,
  unit: "ns",
  floor: { value: 250, ratio: sure(6), lacks: "epochs and events" },
  others: [{ name: "peer", value: 3_000, ratio: sure(2) }],
  target: { speed: 1.3 },
  reached: true,
};

Deno.test("a line has the value, the ratios, the target, and what is above the floor", () => {
  const [first, second] = lines(ROW).split("\n");
  for (const cell of ["1.50 µs", "6.0×", "3.00 µs peer", "2.0×", "≥ 1.3×", "reached"]) {
    assertStringIncludes(first!, cell);
  }
  assertEquals(second, "  Above the floor: epochs and events");
  const near = { ...ROW, floor: { ...ROW.floor!, ratio: sure(2.9) } };
  assertEquals(lines(near).split("\n").length, 1);
});

Deno.test("a change is part of the verdict", () => {
  assertStringIncludes(
    lines(ROW, { factor: 3, isSlower: true }),
    "reached; 3.0× of before, SLOWER",
  );
});

Deno.test("the time beside a base is the inverse of the ratio", () => {
  const others = [{ name: "few", value: 1_000, ratio: sure(0.5) }];
  const text = lines({ ...ROW, others, target: { time: 2.5 } });
  assertStringIncludes(text, "2.0× (2.0×–2.0×)");
  assertStringIncludes(text, "≤ 2.5×");
});

Deno.test("the Markdown has a row each, and each remark once", () => {
  const text = markdown([["locks", ROW], ["locks", { ...ROW, operation: "another" }]]);
  assertStringIncludes(text, "| another [1]");
  assertStringIncludes(text, "peer 2.0×");
  assertEquals(text.split("epochs and events").length, 2);
});

Deno.test("the Markdown says where a peer is faster, and why", () => {
  const others = [{ name: "peer", value: 500, ratio: sure(0.5) }];
  const text = markdown([["locks", ROW], ["locks", { ...ROW, others, note: "no epochs" }]]);
  assertEquals(
    text.split("\n").slice(-1),
    ["- peer, 2.0× as fast at “acquire and release”: no epochs."],
  );
  assertEquals(markdown([["locks", ROW]]).includes("is faster"), false);
});

Deno.test("figures replace what is between the marks of the README, and nothing else", () => {
  const text = "a\n<!-- figures -->\nold\n<!-- /figures -->\nb\n";
  assertEquals(
    withFigures(text, "new"),
    "a\n<!-- figures -->\n\nnew\n\n<!-- /figures -->\nb\n",
  );
  assertThrows(() => withFigures("a", "new"), TypeError, "marks");
});
