import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { parseWorkflow } from "../../src/cli/parse.ts";
import { eventLine } from "../../src/cli/narration.ts";
import { criticalPath, reportOf, type Timed } from "../../src/cli/report.ts";
import { reportText } from "../../src/cli/report_text.ts";
import { RunState } from "../../src/cli/run_state.ts";
import { createStyle } from "../../src/cli/terminal.ts";
import { claimOwner } from "../../src/locks/types.ts";
import type { CircuitState } from "../../src/breakers/types.ts";
import type { LockstepEvent } from "../../src/root/events.ts";
import { prepare } from "../../src/cli/runner.ts";

function timed(id: string, ranMs: number, needs: string[] = []): Timed {
  return { task: { id, needs }, ranMs };
}

Deno.test("criticalPath() is the longest chain by time, not by tasks", () => {
  const runs = [
    timed("a", 1),
    timed("b", 1, ["a"]),
    timed("c", 1, ["b"]),
    timed("slow", 10),
    timed("end", 2, ["c", "slow"]),
  ];
  assertEquals(criticalPath(runs), { path: ["slow", "end"], ms: 12 });
});

Deno.test("criticalPath() leaves out tasks that did not run", () => {
  assertEquals(criticalPath([timed("a", 5), timed("b", 0, ["a"]), timed("c", 3, ["b"])]), {
    path: ["a", "c"],
    ms: 8,
  });
  assertEquals(criticalPath([timed("a", 0)]), { path: [], ms: 0 });
  assertEquals(criticalPath([]), { path: [], ms: 0 });
});

Deno.test("criticalPath() agrees with a search of every chain", () => {
  const graphs = fc.array(
    fc.record({ ranMs: fc.nat(20), needs: fc.array(fc.nat(7), { maxLength: 3 }) }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(graphs, (nodes) => {
      const needsOf = (i: number) => [...new Set(nodes[i]!.needs.filter((need) => need < i))];
      const longest = (i: number): number =>
        nodes[i]!.ranMs + Math.max(0, ...needsOf(i).map(longest));
      const runs = nodes.map(({ ranMs }, i) => timed(`${i}`, ranMs, needsOf(i).map(String)));
      const { path, ms } = criticalPath(runs.toReversed());
      assertEquals(ms, Math.max(...nodes.map((_, i) => longest(i))));
      assertEquals(path.reduce((sum, id) => sum + nodes[Number(id)]!.ranMs, 0), ms);
    }),
    { numRuns: 300 },
  );
});

/** A state that gets events at given instants, without a run. */
class Script {
  now = 0;
  epoch = 0;
  readonly state: RunState;

  constructor(source: string, agents?: number) {
    const workflow = prepare(parseWorkflow(source), agents === undefined ? {} : { agents });
    this.state = new RunState(workflow, () => this.now);
  }

  ready(taskId: string): this {
    return this.apply({ type: "task:readied", taskId });
  }

  start(taskId: string, agentId: string, attempt = 1): number {
    const epoch = ++this.epoch;
    this.apply({ type: "task:assigned", taskId, agentId, epoch, resources: [], queued: false });
    this.apply({ type: "task:started", taskId, agentId, epoch, attempt, waitedMs: 0 });
    return epoch;
  }

  complete(taskId: string, agentId: string, epoch: number): this {
    this.apply({ type: "task:completed", taskId, agentId, epoch, result: undefined, ranMs: 0 });
    return this.apply({
      type: "attempt:ended",
      taskId,
      agentId,
      epoch,
      abandoned: false,
      queued: false,
    });
  }

  apply(event: LockstepEvent): this {
    this.state.apply(event);
    return this;
  }
}

Deno.test("reportOf() adds up the waits of all attempts of a task", () => {
  const script = new Script("{ agents: { x: { slots: 1 } }, tasks: { a: { run: _ } } }").ready("a");
  script.now = 100;
  script.start("a", "x");
  script.now = 300;
  script.ready("a");
  script.now = 370;
  const a = script.start("a", "x", 2);
  script.complete("a", "x", a);
  assertEquals(reportOf(script.state).tasks[0]!.waitedMs, 170);
});

Deno.test("reportOf() measures waiting, running, utilization and the lower bound", () => {
  const script = new Script(
    "{ agents: { x: { slots: 2 } }, tasks: { a: { run: _ }, b: { run: _, needs: a } } }",
  ).ready("a");
  script.now = 100;
  const a = script.start("a", "x");
  script.now = 400;
  script.complete("a", "x", a).ready("b");
  script.now = 500;
  const b = script.start("b", "x");
  script.now = 1000;
  script.complete("b", "x", b);

  const report = reportOf(script.state);
  assertEquals(report.exitCode, 0);
  assertEquals(report.makespanMs, 1000);
  assertEquals(report.tasks.map(({ id, waitedMs, ranMs }) => [id, waitedMs, ranMs]), [
    ["a", 100, 300],
    ["b", 100, 500],
  ]);
  assertEquals(report.agents, [
    { id: "x", slots: 2, attempts: 2, busyMs: 800, utilization: 0.4, trips: 0, stolen: 0 },
  ]);
  assertEquals(report.criticalPath, ["a", "b"]);
  assertEquals(report.lowerBound, { ms: 800, by: "critical path" });
  const text = reportText(report, createStyle(false), 120);
  assertStringIncludes(text, "within 1.25× of the lower bound, 800ms (critical path)");
});

Deno.test("reportOf() derives the lower bound also from slots and from locks", () => {
  const run = (source: string) => {
    const script = new Script(source);
    for (const id of ["a", "b", "c"]) {
      const epoch = script.ready(id).start(id, "x");
      script.now += 100;
      script.complete(id, "x", epoch);
    }
    return reportOf(script.state).lowerBound;
  };
  const tasks = (more: string) =>
    `tasks: { a: { run: _${more} }, b: { run: _${more} }, c: { run: _${more} } }`;
  assertEquals(run(`{ agents: { x: { slots: 2 } }, ${tasks("")} }`), {
    ms: 150,
    by: "work / slots",
  });
  assertEquals(run(`{ agents: { x: { slots: 3 } }, ${tasks(", locks: db")} }`), {
    ms: 300,
    by: 'lock "db"',
  });
  assertEquals(
    run(`{ agents: { x: { slots: 3 } }, locks: { db: { capacity: 2 } }, ${tasks(", locks: db")} }`),
    { ms: 150, by: 'lock "db"' },
  );
});

Deno.test("reportOf() counts two attempts of a task that overlap on an agent as two slots", () => {
  const script = new Script("{ agents: { x: { slots: 2 } }, tasks: { a: { run: _ } } }").ready("a");
  const first = script.start("a", "x");
  script.now = 100;
  script.apply({ type: "task:timed-out", taskId: "a", limit: "attempt", ms: 100 });
  const error = { name: "TaskTimeoutError", code: "task-timeout", message: "late" };
  const claim = { taskId: "a", agentId: "x" };
  script.apply({ type: "task:backed-off", ...claim, epoch: first, error, attempt: 1, retryAt: 0 });
  assertEquals(script.state.tasks.get("a")?.reason, "timed out after 100ms");
  const second = script.ready("a").start("a", "x", 2);
  script.now = 200;
  script.apply({ type: "attempt:ended", ...claim, epoch: first, abandoned: false, queued: false });
  script.complete("a", "x", second);
  const report = reportOf(script.state);
  assertEquals(report.agents[0]?.busyMs, 300);
  assertEquals([report.tasks[0]?.ranMs, report.tasks[0]?.attempts], [300, 2]);
});

/** The grant of a lock to a task's newest claim. */
function granted(script: Script, taskId: string, resourceId: string, waitedMs: number): void {
  const epoch = ++script.epoch;
  script.apply({
    type: "resource:acquired",
    resourceId,
    agentId: "x",
    owner: claimOwner(taskId, epoch),
    epoch,
    mode: "exclusive",
    units: 1,
    waitId: waitedMs === 0 ? 0 : epoch,
    waitedMs,
  });
}

Deno.test("reportText() lists contended locks only, the longest waits first", () => {
  const script = new Script("{ tasks: { a: { run: _ }, b: { run: _ } } }");
  granted(script, "a", "quiet", 0);
  granted(script, "a", "ledger", 0);
  granted(script, "b", "ledger", 200);
  granted(script, "a", "database", 0);
  granted(script, "b", "database", 3000);
  granted(script, "a", "database", 1000);
  const report = reportOf(script.state);
  assertEquals(report.locks[0], {
    name: "database",
    grants: 3,
    waits: 2,
    waitedMs: 4000,
    longestWaitMs: 3000,
  });
  const lines = reportText(report, createStyle(false), 120).split("\n");
  const from = lines.indexOf("contended lock  grants  waits  waited  longest");
  assertEquals(lines.slice(from + 1, from + 4), [
    "database             3      2    4.0s     3.0s",
    "ledger               2      1   200ms    200ms",
    "",
  ]);
});

Deno.test("an open breaker is shown with its agent, and counted by the report", () => {
  const script = new Script("{ agents: { x: , y: }, tasks: { a: { run: _ } } }");
  const change = (from: CircuitState, to: CircuitState, name = "agent:x"): LockstepEvent => ({
    type: "circuitbreaker:state-change",
    name,
    from,
    to,
    reason: "forced",
    epoch: 1,
    retryAt: to === "open" ? Date.now() : undefined,
  });
  const style = createStyle(false);
  const lines = [
    change("closed", "open"),
    change("open", "half-open"),
    change("half-open", "closed"),
  ]
    .map((event) => eventLine(event, script.apply(event).state, style, 1));
  assertEquals(lines, [
    "⊘ x  is avoided for 0ms: its commands keep failing",
    "⊘ x  gets a task as a probe",
    "⊘ x  is not avoided any more",
  ]);
  const report = reportOf(script.state);
  assertEquals(report.agents.map(({ id, trips }) => [id, trips]), [["x", 1], ["y", 0]]);
  assertStringIncludes(reportText(report, style, 120), "breaker opened once");
  assertEquals(
    eventLine(change("closed", "open", "api"), script.state, style, 1),
    undefined,
  );
});

Deno.test("reportText() shows the ends of a long critical path, and names where tasks have them", () => {
  const tasks = Array.from({ length: 1000 }, (_, i) => {
    const needs = i === 0 ? "" : `, needs: t${i - 1}`;
    return `t${i}: { run: _${needs}${i === 999 ? ", name: The end" : ""} }`;
  });
  const script = new Script(`{ agents: { x: }, tasks: { ${tasks.join(", ")} } }`);
  for (let i = 0; i < 1000; i++) {
    const epoch = script.ready(`t${i}`).start(`t${i}`, "x");
    script.now += 10;
    script.complete(`t${i}`, "x", epoch);
  }
  const text = reportText(reportOf(script.state), createStyle(false), Infinity);
  assertStringIncludes(text, "critical path  t0 10ms → t1 10ms → t2 10ms → t3 10ms → t4 10ms → ");
  assertStringIncludes(text, "t4 10ms → … 990 more … → t995 10ms → ");
  assertStringIncludes(text, " → The end 10ms = 10.0s\n");
  assertStringIncludes(text, "\n✓ The end  ");
});

Deno.test("reportText() counts agents that ran nothing instead of listing more than three", () => {
  const rows = (agents: number) => {
    const script = new Script("{ tasks: { a: { run: _ } } }", agents);
    script.complete("a", "agent-2", script.ready("a").start("a", "agent-2"));
    const text = reportText(reportOf(script.state), createStyle(false), Infinity);
    return text.match(/^(agent-\d+|…)/gm);
  };
  assertEquals(rows(4), ["agent-1", "agent-2", "agent-3", "agent-4"]);
  assertEquals(rows(64), ["agent-2", "…"]);
});
