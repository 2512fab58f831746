import { assertEquals, assertStringIncludes } from "@std/assert";
import { judge } from "../../spec/tool/check.ts";
import type { TlcModel } from "../../spec/tool/models.ts";
import type { Trace } from "../../spec/tool/subject.ts";
import { counterexampleTable } from "../../spec/tool/table.ts";
import { readOutput, type TlcResult } from "../../spec/tool/tlc.ts";
import { misjudged, traceModule } from "../../spec/tool/traces.ts";

const FOUND = `Model checking completed. No error has been found.
1,234 states generated, 567 distinct states found, 0 states left on queue.
The depth of the complete state graph search is 12.
`;

const VIOLATED = `Error: Invariant NoLostWakeup is violated.
Error: The behavior up to this point is:
State 1: <Initial predicate>
/\\ queue = [r |-> <<>>]
/\\ told = [type |-> "nothing"]

State 2: <Queued line 1, col 1 to line 2, col 2 of module Locking>
/\\ queue = [r |->
  <<1>>]
/\\ told = [type |-> "resource:queued"]

7 states generated, 5 distinct states found, 2 states left on queue.
`;

const MODEL: TlcModel = {
  name: "locking/x",
  kind: "safety",
  shows: "",
  module: "X",
  config: "x",
  figures: { states: 567, transitions: 1234, depth: 12 },
};

function result(exit: number, output: string): TlcResult {
  return { exit, output, seconds: 1, ...readOutput(output) };
}

Deno.test("what TLC found is read from its report", () => {
  const { states, transitions, depth, violated } = readOutput(FOUND);
  assertEquals([states, transitions, depth, violated], [567, 1234, 12, undefined]);
});

Deno.test("a counterexample is shown as a table of what happened and what is different since", () => {
  const violated = readOutput(VIOLATED);
  assertEquals(violated.violated, "NoLostWakeup");
  assertEquals(violated.counterexample.length, 2);
  const text = counterexampleTable(result(12, VIOLATED), (action) => action);
  const [, , second = ""] = text.split("\n");
  assertEquals(second.split(/ {2,}/).slice(0, 3), ["2", "Queued", 'queue = ["r":[1:1]]']);
});

Deno.test("a run passes with its figures and with nothing else", () => {
  assertEquals(judge(MODEL, result(0, FOUND), false), []);
  for (const figure of ["states", "transitions", "depth"] as const) {
    const figures = { ...MODEL.figures!, [figure]: 1 };
    assertEquals(judge({ ...MODEL, figures }, result(0, FOUND), false).length, 1, figure);
  }
  const { figures: _, ...unmeasured } = MODEL;
  assertStringIncludes(judge(unmeasured, result(0, FOUND), false)[0]!, "figures are missing");
  assertStringIncludes(judge(MODEL, result(0, ""), false)[0]!, "no states");
});

Deno.test("a broken variant is caught by the property that is named, and by no other way to fail", () => {
  const figures = { states: 5, transitions: 7, depth: 2 };
  const mutant: TlcModel = {
    ...MODEL,
    kind: "mutant",
    violates: { exit: 12, property: "NoLostWakeup" },
    figures,
  };
  assertEquals(judge(mutant, result(12, VIOLATED), false), []);
  const other = { ...mutant, violates: { exit: 12 as const, property: "TypeOK" } };
  assertStringIncludes(judge(other, result(12, VIOLATED), false)[0]!, "not TypeOK");
  const larger = { ...mutant, figures: { ...figures, states: 6 } };
  assertEquals(judge(larger, result(12, VIOLATED), false), ["states: 5, not 6"]);
  for (const exit of [-1, 0, 1, 10, 11, 13, 75, 76, 150, 151, 255]) {
    assertStringIncludes(
      judge(mutant, result(exit, VIOLATED), false)[0]!,
      "TLC ended with",
      `${exit}`,
    );
  }
});

Deno.test("a temporal property, which TLC does not name, is the one that was asked for", () => {
  const live: TlcModel = {
    ...MODEL,
    kind: "mutant",
    property: "EveryWaiterGranted",
    violates: { exit: 13, property: "EveryWaiterGranted" },
    figures: { states: 5, transitions: 7, depth: 2 },
  };
  const output = VIOLATED.replace("Invariant NoLostWakeup is", "Temporal properties were");
  assertEquals(judge(live, result(13, output), false), []);
  assertEquals(
    judge({ ...live, property: "EveryWaiterResolved" }, result(13, output), false),
    ["EveryWaiterResolved is violated, not EveryWaiterGranted"],
  );
});

Deno.test("verdicts on traces are held to what each trace must come to", () => {
  const rows = [{ do: "x" }, { do: "y" }];
  const good = { name: "good", rows };
  const bad = { name: "bad", rows, divergesAt: 2 };
  const output = [
    '<<"TRACE", 1, 0>>',
    '<<"TRACE", 2, 1>>',
    '<<"TRACE", 1, 2>>',
    '<<"TRACE", 1, 2, "ACCEPTED">>',
  ].join("\n");
  const problems = (...traces: Trace[]) => misjudged(traces, output).map(({ problem }) => problem);
  assertEquals(problems(good, bad), []);
  assertEquals(problems(bad, good), [
    "bad is accepted, but is wrong at event 2",
    'good diverges at event 2: [do |-> "y"]',
  ]);
  assertEquals(problems(good, { ...bad, divergesAt: 1 }).length, 1);
  assertEquals(problems(good, bad, good), ["good got no verdict"]);
  assertEquals(problems({ name: "empty", rows: [] }), ["empty has no events"]);
  assertStringIncludes(traceModule([good]), 'Traces == <<\n  <<\n    [do |-> "x"]');
});
