import { assertEquals, assertThrows } from "@std/assert";
import { graphText } from "../../src/cli/graph.ts";
import { parseWorkflow } from "../../src/cli/parse.ts";
import { planText, selectTasks, wavesOf } from "../../src/cli/plan.ts";
import { prepare } from "../../src/cli/runner.ts";
import { createStyle } from "../../src/cli/terminal.ts";

const WORKFLOW = parseWorkflow(`
agents: { x: { capabilities: [deno] }, y: }
tasks:
  format: { run: deno fmt --check }
  "a \\"quoted\\" | <b>": { run: "echo 1\\necho 2", priority: 5, requires: deno, locks: [db] }
  test: { run: t, needs: [format, "a \\"quoted\\" | <b>"], timeout: 10m, retries: 2 }
  report: { run: r, needs: test, when: failed, description: says why }
`);

Deno.test("graphText() writes Mermaid with escaped names, locks and dashed conditions", () => {
  assertEquals(
    graphText(WORKFLOW, "mermaid"),
    `flowchart LR
  t0["format"]
  t1["a #34;quoted#34; #124; #60;b#62;<br/>🔒 db"]
  t2["test"]
  t3["report"]
  t0 --> t2
  t1 --> t2
  t2 -. failed .-> t3
`,
  );
});

Deno.test("graphText() writes DOT with escaped names, locks and dashed conditions", () => {
  assertEquals(
    graphText(WORKFLOW, "dot"),
    `digraph workflow {
  rankdir=LR;
  node [shape=box, style=rounded];
  "format" [label="format"];
  "a \\"quoted\\" | <b>" [label="a \\"quoted\\" | <b>\\n🔒 db"];
  "test" [label="test"];
  "report" [label="report"];
  "format" -> "test";
  "a \\"quoted\\" | <b>" -> "test";
  "test" -> "report" [style=dashed, label="failed"];
}
`,
  );
});

Deno.test("wavesOf() puts each task after its needs, higher priorities first", () => {
  assertEquals(wavesOf(WORKFLOW).map((wave) => wave.map(({ id }) => id)), [
    ['a "quoted" | <b>', "format"],
    ["test"],
    ["report"],
  ]);
});

Deno.test("planText() shows waves, and the agents and options of each task", () => {
  assertEquals(
    planText(WORKFLOW, createStyle(false)),
    `4 tasks for 2 agents with 2 slots

wave 1
  a "quoted" | <b>  echo 1 …
                    agent x · locks db · priority 5
  format            deno fmt --check
                    any agent

wave 2
  test              t
                    needs format, a "quoted" | <b> · any agent · timeout 10m · 2 retries

wave 3
  report            r
                    says why · needs test · when failed · any agent
`,
  );
});

Deno.test("selectTasks() adds the needs of the selected tasks, in the order of the file", () => {
  assertEquals(selectTasks(WORKFLOW, ["test"]).tasks.map(({ id }) => id), [
    "format",
    'a "quoted" | <b>',
    "test",
  ]);
  assertThrows(
    () => selectTasks(WORKFLOW, ["tset"]),
    RangeError,
    'Cannot select "tset": it must be a task; did you mean "test"?',
  );
  assertThrows(
    () => selectTasks(WORKFLOW, []),
    RangeError,
    "Cannot select tasks: at least one must be named",
  );
});

Deno.test("prepare() replaces the agents by ones with all capabilities", () => {
  const { agents, tasks } = prepare(WORKFLOW, { agents: 2 });
  assertEquals(agents.map(({ id, capabilities, slots }) => [id, capabilities, slots]), [
    ["agent-1", ["deno"], 1],
    ["agent-2", ["deno"], 1],
  ]);
  assertEquals(tasks.every(({ agent }) => agent === undefined), true);
  const variables = parseWorkflow(`
agents: { x: { env: { GPU: 0, A: a } }, y: { env: { GPU: 1, B: b } } }
tasks: { t: { run: x } }
`);
  assertEquals(prepare(variables, { agents: 3 }).agents.map(({ env }) => Object.fromEntries(env)), [
    { GPU: "0", A: "a", B: "b" },
    { GPU: "1", A: "a", B: "b" },
    { GPU: "0", A: "a", B: "b" },
  ]);
  const unnamed = parseWorkflow("tasks: { a: { run: x } }");
  assertEquals(prepare(unnamed, {}).agents.length, navigator.hardwareConcurrency);
});

Deno.test("planText() bounds its lines, and shows names and descriptions in one line", () => {
  const many = Array.from({ length: 200 }, (_, i) => `t${i}`);
  const tasks = Object.fromEntries([
    ...many.map((id) => [id, { run: ":", requires: ["x"], locks: many }]),
    ["all", {
      run: `: ${"x".repeat(1000)}`,
      needs: many,
      name: "All of\nthem",
      description: "one\n\n two",
    }],
  ]);
  const agents = Object.fromEntries([
    ...many.map((id) => [id, { capabilities: ["x"] }]),
    ["y", null],
  ]);
  const text = planText(parseWorkflow(JSON.stringify({ agents, tasks })), createStyle(false));
  const lines = text.split("\n");
  assertEquals(lines.filter((line) => line.length > 150), []);
  assertEquals(
    lines.at(-2)?.trim(),
    "All of them · one two · needs t0, t1, t2, t3, t4, t5, t6, t7, " +
      "t8, t9 and 190 more · any agent",
  );
  assertEquals(
    lines[4]?.trim(),
    "one of 200 agents · locks t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 " +
      "and 190 more",
  );
});
