import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { AgentProfile } from "../../src/agents/types.ts";
import type { Task } from "../../src/tasks/types.ts";
import type { SchedulingContext, SchedulingStrategy } from "../../src/tasks/strategies.ts";
import { RoundRobinSchedulingStrategy } from "../../src/tasks/strategies.ts";
import { choosing, logging } from "./scheduling.ts";
import { settle } from "../support/settle.ts";

/** A strategy that is a function. */
function strategy(
  selectAgent: SchedulingStrategy["selectAgent"],
  name = "mine",
): SchedulingStrategy {
  return { name, selectAgent };
}

/** Records the calls of a strategy, and answers them. */
class Asked implements SchedulingStrategy {
  readonly name = "asked";
  readonly calls: { task: Task; agents: readonly AgentProfile[]; context: SchedulingContext }[] =
    [];

  answer: (agents: readonly AgentProfile[]) => unknown;
  constructor(answer: (agents: readonly AgentProfile[]) => unknown) {
    this.answer = answer;
  }

  selectAgent(task: Task, agents: readonly AgentProfile[], context: SchedulingContext) {
    this.calls.push({ task, agents, context });
    return this.answer(agents) as string | null;
  }
}

Deno.test("T2-strategies-never-called: a custom strategy is called for each task, with its context", async () => {
  await using it = choosing();
  const asked = new Asked((agents) => agents.at(-1)!.id);
  it.scheduler.registerStrategy(asked);
  await it.scheduler.setDefaultStrategy("asked");
  await it.scheduler.registerAgent({ id: "x", capabilities: ["git"], metadata: "kept" });
  await it.scheduler.registerAgent({ id: "y", capabilities: ["git", "zip"], priority: 3 });
  await it.scheduler.registerAgent({ id: "unfit" });
  await it.scheduler.submit({ id: "t", type: "lint", requires: ["git"], input: 7 });
  await settle();
  assertEquals(it.scheduler.getTask("t")?.assignedAgent, "x");
  const { task, agents, context } = asked.calls[0]!;
  assertEquals([task.id, task.type, task.input, task.requires], ["t", "lint", 7, ["git"]]);
  assertEquals(agents.map(({ id }) => id), ["y", "x"]);
  assertEquals(agents[1]?.metadata, "kept");
  assertEquals(context.taskLoads.get("x"), 0);
  assertEquals(context.agentCapabilities.get("y"), ["git", "zip"]);
  assertEquals(context.agentPriorities.get("y"), 3);
  assertEquals(context.currentTime, new Date(0));
  assertEquals(asked.calls.length, 1);
});

Deno.test("a strategy that returns null leaves the task waiting until something changes", async () => {
  await using it = choosing();
  let mayChoose = false;
  const asked = new Asked((agents) => mayChoose ? agents[0]!.id : null);
  it.scheduler.registerStrategy(asked);
  await it.scheduler.setDefaultStrategy("asked");
  await it.scheduler.registerAgent({ id: "x" }, () => "done");
  const handle = await it.scheduler.submit({ id: "t" });
  await settle();
  assertEquals(handle.status, "ready");
  mayChoose = true;
  await it.scheduler.registerAgent({ id: "y" });
  await settle();
  assertEquals(handle.status, "completed");
});

Deno.test("a strategy that throws or names no fit agent is reported, and the default decides", async () => {
  const answers: ((agents: readonly AgentProfile[]) => unknown)[] = [
    () => {
      throw new Error("confused");
    },
    () => "unfit",
    () => "nobody",
    () => "",
    () => undefined,
    () => 7,
    () => Promise.resolve("x"),
    () => ({}),
  ];
  for (const make of [choosing, logging]) {
    for (const answer of answers) {
      await using it = await make();
      const reports: unknown[] = [];
      it.bus.on("system:error", (report) => reports.push(report));
      it.scheduler.registerStrategy(new Asked(answer));
      await it.scheduler.setDefaultStrategy("asked");
      await it.scheduler.registerAgent({ id: "unfit" });
      await it.scheduler.registerAgent({ id: "x", capabilities: ["git"] }, () => "done");
      const handle = await it.scheduler.submit({ id: "t", requires: ["git"] });
      assertEquals(await handle.result, "done");
      const [report] = reports as { taskId: string; strategy: string; message: string }[];
      assertEquals([report?.taskId, report?.strategy], ["t", "asked"]);
      assertEquals(report?.message, 'Strategy "asked" failed for task "t"');
    }
  }
});

Deno.test("a strategy that is switched while tasks wait decides what is left", async () => {
  await using it = choosing();
  it.scheduler.registerStrategy(new Asked(() => null));
  it.scheduler.registerStrategy(strategy((_task, agents) => agents[0]!.id));
  await it.scheduler.setDefaultStrategy("asked");
  for (const id of ["x", "y", "z"]) await it.scheduler.registerAgent({ id });
  for (const id of ["a", "b", "c"]) await it.scheduler.submit({ id });
  await settle();
  assertEquals(it.scheduler.getTaskCounts().ready, 3);
  await it.scheduler.setDefaultStrategy("mine");
  await settle();
  assertEquals(it.scheduler.getTaskCounts().assigned, 3);
});

Deno.test("T20-switching-scheduler-drops-state: a built-in strategy takes over waiting tasks", async () => {
  await using it = choosing();
  it.scheduler.registerStrategy(new Asked(() => null));
  await it.scheduler.setDefaultStrategy("asked");
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 2 });
  await it.scheduler.submit({ id: "a" });
  await it.scheduler.submit({ id: "b" });
  await it.scheduler.setDefaultStrategy("round-robin");
  assertEquals(it.scheduler.getAgentTasks("x").map(({ id }) => id), ["a", "b"]);
  assertEquals(it.scheduler.getSchedulingMetrics().strategy, "round-robin");
});

Deno.test("a custom strategy places tasks in their order, each while an agent has room", async () => {
  await using it = choosing();
  const asked = new Asked((agents) => agents[0]!.id);
  it.scheduler.registerStrategy(asked);
  await it.scheduler.setDefaultStrategy("asked");
  for (const [id, priority] of [["low", 0], ["high", 2], ["mid", 1]] as const) {
    await it.scheduler.submit({ id, priority });
  }
  await it.scheduler.registerAgent({ id: "x", maxConcurrentTasks: 2 });
  await settle();
  assertEquals(it.scheduler.getAgentTasks("x").map(({ id }) => id), ["high", "mid"]);
  assertEquals(asked.calls.length, 2);
});

Deno.test("T9-priority-never-read: a custom strategy is called with the first task first", async () => {
  await using it = choosing();
  it.scheduler.registerStrategy(strategy((_task, agents) => agents[0]!.id));
  await it.scheduler.setDefaultStrategy("mine");
  await it.scheduler.submit({ id: "low" });
  await it.scheduler.submit({ id: "high", priority: 1, requires: ["git"] });
  await it.scheduler.registerAgent({ id: "x", capabilities: ["git"] });
  await settle();
  assertEquals(it.scheduler.getAgentTasks("x").map(({ id }) => id), ["high"]);
});

Deno.test("an agent that is pinned needs no strategy", async () => {
  await using it = choosing();
  const asked = new Asked(() => null);
  it.scheduler.registerStrategy(asked);
  await it.scheduler.setDefaultStrategy("asked");
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.assignTask({ id: "t" }, "x");
  await settle();
  assertEquals([it.scheduler.getTask("t")?.assignedAgent, asked.calls.length], ["x", 0]);
});

Deno.test("a strategy may be a class that extends a built-in one, and is then asked itself", async () => {
  class Backwards extends RoundRobinSchedulingStrategy {
    override selectAgent(_task: Task, agents: readonly AgentProfile[]): string | null {
      return agents.at(-1)?.id ?? null;
    }
  }
  await using it = choosing();
  it.scheduler.registerStrategy(new Backwards());
  await it.scheduler.setDefaultStrategy("round-robin");
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.registerAgent({ id: "y" });
  await it.scheduler.submit({ id: "t" });
  await settle();
  assertEquals(it.scheduler.getTask("t")?.assignedAgent, "y");
});

Deno.test("a strategy without a prototype is called like any other", async () => {
  await using it = choosing();
  const bare = Object.assign(Object.create(null), strategy((_task, agents) => agents[0]!.id));
  it.scheduler.registerStrategy(bare);
  await it.scheduler.setDefaultStrategy("mine");
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.submit({ id: "t" });
  await settle();
  assertEquals(it.scheduler.getTask("t")?.assignedAgent, "x");
});

Deno.test("an instance of a built-in strategy is followed by the machine", async () => {
  await using it = choosing();
  it.scheduler.registerStrategy(new RoundRobinSchedulingStrategy());
  await it.scheduler.setDefaultStrategy("round-robin");
  await it.scheduler.registerAgent({ id: "x" });
  await it.scheduler.submit({ id: "t" });
  assertEquals(it.scheduler.getTask("t")?.assignedAgent, "x");
});

Deno.test("registerStrategy() and setDefaultStrategy() refuse malformed strategies", async () => {
  await using it = choosing();
  const { scheduler } = it;
  const bad: [unknown, ErrorConstructor, string][] = [
    [null, TypeError as ErrorConstructor, "Cannot register a strategy: strategy must be an object"],
    [{}, TypeError as ErrorConstructor, "strategy.name must be a string, got undefined"],
    [{ name: "" }, RangeError as ErrorConstructor, "strategy.name must have 1 to 256 characters"],
    [{ name: "x" }, TypeError as ErrorConstructor, "selectAgent must be a function"],
  ];
  for (const [value, kind, message] of bad) {
    assertThrows(() => scheduler.registerStrategy(value as SchedulingStrategy), kind, message);
  }
  for (const name of ["nope", "__proto__", undefined]) {
    await assertRejects(
      async () => await scheduler.setDefaultStrategy(name as string),
      RangeError,
      'Cannot set the default strategy: name must be one of "capability", "round-robin"',
    );
  }
});
