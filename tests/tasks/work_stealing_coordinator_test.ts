import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { ClosedError, UninitializedError, UnknownAgentError } from "../../src/core/errors.ts";
import { TASK_DESCRIPTIONS, type TaskEvent } from "../../src/tasks/events.ts";
import { Engine } from "../../src/core/engine.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { Refusal } from "../../src/core/machine.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import type { TaskCommand } from "../../src/tasks/commands.ts";
import type { AgentWorkload } from "../../src/tasks/mod.ts";
import { WorkStealingCoordinator } from "../../src/tasks/work_stealing_coordinator.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { agent, cordon, place } from "./driver.ts";

/** A coordinator with an engine of its own, on a simulated clock. */
function alone(config = {}) {
  const clock = new SimulatedClock();
  const bus = new EventBus(false, { clock, logger: silentLogger });
  const stealing = new WorkStealingCoordinator(config, bus, silentLogger, { clock });
  return { clock, bus, stealing, [Symbol.asyncDispose]: () => stealing.shutdown() };
}

/** A coordinator of a task machine that has agents and tasks. */
function hosted(...commands: readonly TaskCommand[]) {
  const clock = new SimulatedClock();
  const engine = new Engine(taskMachine({ stealing: true }), { clock, logger: silentLogger });
  const events: TaskEvent[] = [];
  const types = Object.keys(TASK_DESCRIPTIONS) as TaskEvent["type"][];
  engine.observe(types, (event) => events.push(event));
  for (const command of commands) engine.dispatch(command);
  const host = { dispatcher: engine, state: () => engine.state };
  const stealing = new WorkStealingCoordinator({}, undefined, silentLogger, { host });
  const tasksOf = (agentId: string) =>
    [...engine.state.agents.get(agentId)!.tasks].map(({ spec }) => spec.id);
  return { clock, engine, events, stealing, tasksOf, [Symbol.asyncDispose]: () => engine.close() };
}

Deno.test("S1-steal-only-announced: a report of load moves tasks of a host, with events", async () => {
  await using it = hosted(agent("x"), agent("y"), place("a", "x"), place("b", "x"));
  it.events.length = 0;
  it.stealing.updateAgentWorkload("x", { taskCount: 4 });
  assertEquals([it.tasksOf("x"), it.tasksOf("y")], [[], ["b", "a"]]);
  assertEquals(it.events.filter(({ type }) => type.startsWith("workstealing:")), [
    { type: "workstealing:request", sourceAgent: "x", targetAgent: "y", taskCount: 2 },
    {
      type: "workstealing:completed",
      sourceAgent: "x",
      targetAgent: "y",
      taskCount: 2,
      taskIds: ["b", "a"],
    },
  ]);
});

Deno.test("findBestAgent() compares tasks per slot, time, processor, memory, priority and order", async () => {
  await using it = alone();
  const { stealing } = it;
  const load = (agentId: string, workload: Partial<AgentWorkload>) => {
    stealing.updateAgentWorkload(agentId, workload);
  };
  const best = (...agents: Parameters<typeof stealing.findBestAgent>[1]) =>
    stealing.findBestAgent({ id: "t" }, agents);
  load("busy", { taskCount: 4 });
  load("free", { taskCount: 3, avgTaskDuration: 10 });
  assertEquals(best("busy", "free"), "free");
  assertEquals(best({ id: "busy", maxConcurrentTasks: 2 }, "free"), "busy");
  load("quick", { taskCount: 3, avgTaskDuration: 5, cpuUsage: 90 });
  assertEquals(best("free", "quick"), "quick");
  load("cool", { taskCount: 3, avgTaskDuration: 5, cpuUsage: 80, memoryUsage: 50 });
  assertEquals(best("quick", "cool"), "cool");
  load("lean", { taskCount: 3, avgTaskDuration: 5, cpuUsage: 80, memoryUsage: 40 });
  assertEquals(best("cool", "lean"), "lean");
  load("twin", { taskCount: 3, avgTaskDuration: 5, cpuUsage: 80, memoryUsage: 40 });
  assertEquals([best("lean", "twin"), best("twin", "lean")], ["lean", "twin"]);
  load("twin", { priority: 1 });
  assertEquals(best("lean", "twin"), "twin");
  assertEquals(best({ id: "lean", priority: 2 }, "twin"), "lean");
});

Deno.test("findBestAgent() skips agents that may not run the task, or are unknown", async () => {
  await using it = alone();
  it.stealing.updateAgentWorkload("x", { taskCount: 0, capabilities: ["git"] });
  it.stealing.updateAgentWorkload("y", { taskCount: 9 });
  const best = (requires: string[], ...agents: { id: string; capabilities?: string[] }[]) =>
    it.stealing.findBestAgent({ id: "t", requires }, agents);
  assertEquals(best(["git"], { id: "y" }, { id: "x" }), "x");
  assertEquals(best(["deno"], { id: "y" }, { id: "x" }), null);
  assertEquals(best(["deno"], { id: "y", capabilities: ["deno"] }, { id: "x" }), "y");
  assertEquals(best([], { id: "nobody" }), null);
  assertEquals(best([]), null);
});

Deno.test("S3-dead-agent-is-the-favourite-target: a gone, cordoned or full one is not chosen", async () => {
  const full = agent("full", { maxQueuedTasks: 0 });
  await using it = hosted(agent("x"), agent("y"), full, place("a", "full"), place("b", "x"));
  const best = () => it.stealing.findBestAgent({ id: "t" }, ["full", "y", "x"]);
  assertEquals(best(), "y");
  it.engine.dispatch(cordon("y", "it is silent", { cause: "suspect" }));
  assertEquals(best(), "x");
  it.engine.dispatch({ type: "start", taskId: "b", epoch: 0 });
  it.engine.dispatch({ type: "drain-agent", agentId: "x", reason: "update" });
  assertEquals(best(), null);
  it.engine.dispatch({ type: "remove-agent", agentId: "y", reason: "crashed" });
  assertEquals(best(), null);
  await using other = alone({ stealInterval: 100 });
  other.stealing.updateAgentWorkload("silent", { taskCount: 0 });
  await other.clock.advance(199);
  assertEquals(other.stealing.findBestAgent({ id: "t" }, ["silent"]), "silent");
  await other.clock.advance(1);
  assertEquals(other.stealing.findBestAgent({ id: "t" }, ["silent"]), null);
  assertEquals(other.stealing.getWorkloadStats().totalAgents, 0);
});

Deno.test("a host's agents have the capabilities and slots that they were registered with", async () => {
  const x = agent("x", { maxConcurrentTasks: 4, capabilities: ["git"] });
  await using it = hosted(x, agent("y"), place("a", "x"), place("b", "x"), place("c", "y"));
  const profile = { id: "x", capabilities: [], maxConcurrentTasks: 1 };
  assertEquals(it.stealing.findBestAgent({ id: "t" }, ["y", profile]), "x");
  const pretender = { id: "y", capabilities: ["git"] };
  assertEquals(it.stealing.findBestAgent({ id: "t", requires: ["git"] }, [pretender]), null);
});

Deno.test("getWorkloadStats() returns each load, and their distribution", async () => {
  await using it = alone();
  assertEquals(it.stealing.getWorkloadStats(), {
    totalAgents: 0,
    workloads: {},
    totalTasks: 0,
    avgTasksPerAgent: 0,
    minTasks: 0,
    maxTasks: 0,
    imbalance: 0,
  });
  it.stealing.updateAgentWorkload("x", { taskCount: 5, avgTaskDuration: 2000, cpuUsage: 70 });
  it.stealing.updateAgentWorkload("x", { memoryUsage: 80, priority: 2, capabilities: ["git"] });
  it.stealing.updateAgentWorkload("y", { taskCount: 2 });
  const { workloads, ...sums } = it.stealing.getWorkloadStats();
  assertEquals(workloads["x"], {
    agentId: "x",
    taskCount: 5,
    avgTaskDuration: 2000,
    cpuUsage: 70,
    memoryUsage: 80,
    priority: 2,
    capabilities: ["git"],
  });
  assertEquals(sums, {
    totalAgents: 2,
    totalTasks: 7,
    avgTasksPerAgent: 3.5,
    minTasks: 2,
    maxTasks: 5,
    imbalance: 3,
  });
});

Deno.test("the load of a host's agent is its claims and what is reported besides", async () => {
  await using it = hosted(agent("x"), place("a", "x"));
  const count = () => it.stealing.getWorkloadStats().workloads["x"]!.taskCount;
  assertEquals(count(), 1);
  it.stealing.updateAgentWorkload("x", { taskCount: 3 });
  assertEquals(count(), 3);
  it.engine.dispatch({ type: "complete", taskId: "a", epoch: 0, result: 1 });
  assertEquals(count(), 2);
  await it.clock.advance(10_000);
  assertEquals(count(), 0);
});

Deno.test("recordTaskDuration() keeps the average of the last ten", async () => {
  await using it = alone();
  const { stealing } = it;
  const average = () => stealing.getWorkloadStats().workloads["x"]!.avgTaskDuration;
  stealing.recordTaskDuration("x", 10);
  stealing.recordTaskDuration("x", 20);
  assertEquals(average(), 15);
  stealing.updateAgentWorkload("x", { avgTaskDuration: 100 });
  assertEquals(average(), 100);
  stealing.recordTaskDuration("x", 0);
  assertEquals(average(), 90);
  await it.clock.advance(10_000);
  stealing.recordTaskDuration("x", 7);
  assertEquals(average(), 7);
});

Deno.test("checkAndSteal() expires old reports, and moves tasks because of it", async () => {
  await using it = hosted(agent("x"), agent("y"));
  it.stealing.updateAgentWorkload("y", { taskCount: 30 });
  for (const id of ["a", "b", "c"]) it.engine.dispatch(place(id, "x"));
  assertEquals(it.tasksOf("y"), []);
  it.clock.jumpTo(20_000);
  await it.stealing.checkAndSteal();
  assertEquals(it.tasksOf("y"), ["c"]);
});

Deno.test("an agent that the host doesn't know is an error, and changes nothing", async () => {
  await using it = hosted();
  assertThrows(() => it.stealing.updateAgentWorkload("x", { taskCount: 1 }), UnknownAgentError);
  assertThrows(() => it.stealing.recordTaskDuration("x", 1), UnknownAgentError);
  assertEquals(it.engine.state.agents.size, 0);
});

Deno.test("malformed configs, loads, durations and arguments are refused by name", async () => {
  const create = (config: unknown) => () => new WorkStealingCoordinator(config as object);
  assertThrows(create({ enabled: 1 }), TypeError, "enabled must be a boolean");
  assertThrows(create({ stealThreshold: 1 }), RangeError, "stealThreshold");
  assertThrows(create({ maxStealBatch: 0 }), RangeError, "maxStealBatch");
  assertThrows(create({ stealInterval: 0 }), RangeError, "stealInterval");
  assertThrows(create(null), TypeError, "config");
  await using it = alone();
  const update = (agentId: unknown, workload: unknown) => () =>
    it.stealing.updateAgentWorkload(agentId as string, workload as object);
  assertThrows(update("", {}), RangeError, "agentId");
  assertThrows(update("x", 5), TypeError, "workload");
  assertThrows(update("x", { taskCount: 1.5 }), RangeError, "taskCount");
  assertThrows(update("x", { avgTaskDuration: -1 }), RangeError, "avgTaskDuration");
  assertThrows(update("x", { cpuUsage: "high" }), TypeError, "cpuUsage must be a number");
  assertThrows(update("x", { memoryUsage: NaN }), RangeError, "memoryUsage");
  assertThrows(() => it.stealing.recordTaskDuration("x", Infinity), RangeError, "ms");
  const find = (task: unknown, agents: unknown) => () =>
    it.stealing.findBestAgent(task as { id: string }, agents as string[]);
  assertThrows(find("t", []), TypeError, "task");
  assertThrows(find({ id: "t" }, "x"), TypeError, "agents");
  assertThrows(find({ id: "t" }, [{}]), TypeError, "agents[0].id");
  assertThrows(find({ id: "t", requires: "git" }, []), TypeError, "requires");
  assertEquals(it.stealing.getWorkloadStats().totalAgents, 0);
});

Deno.test("a coordinator with a journal recovers the reports in it", async () => {
  const clock = new SimulatedClock();
  const inner = new MemoryJournal();
  const open = () =>
    new WorkStealingCoordinator({}, undefined, silentLogger, {
      clock,
      journal: new FaultyJournal(inner, clock),
    });
  const first = open();
  assertThrows(() => first.updateAgentWorkload("x", { taskCount: 3 }), UninitializedError);
  await first.initialize();
  first.updateAgentWorkload("x", { taskCount: 2, capabilities: ["git"] });
  first.updateAgentWorkload("x", { taskCount: 3 });
  await first.checkAndSteal();
  await first.shutdown();
  await using second = open();
  await second.initialize();
  assertEquals(second.getWorkloadStats().totalTasks, 3);
  assertEquals(second.findBestAgent({ id: "t", requires: ["git"] }, ["x"]), "x");
});

Deno.test("shutdown() is idempotent, and later reports are refused", async () => {
  const { stealing, clock } = alone();
  stealing.updateAgentWorkload("x", { taskCount: 1 });
  await stealing.initialize();
  await stealing.shutdown();
  await stealing.shutdown();
  assertThrows(() => stealing.updateAgentWorkload("x", { taskCount: 2 }), ClosedError);
  await assertRejects(() => stealing.checkAndSteal(), ClosedError);
  assertEquals(clock.pending, 0);
});

Deno.test("a coordinator alone evicts the agent whose report expired first", async () => {
  const engine = new Engine(taskMachine({ maxAgents: 2, stealInterval: 10 }), {
    clock: new SimulatedClock(),
    logger: silentLogger,
  });
  const isImplicit = true;
  const load = { type: "report-load", taskCount: 1 } as const;
  const rest = { avgTaskDurationMs: undefined, cpuPercent: undefined, memoryPercent: undefined };
  for (const agentId of ["a", "b"]) {
    engine.dispatch(agent(agentId, { isImplicit }));
    engine.dispatch({ ...load, ...rest, agentId });
  }
  assertInstanceOf(engine.dispatch(agent("c", { isImplicit })), Refusal);
  await (engine.clock as SimulatedClock).advance(20);
  engine.dispatch(agent("c", { isImplicit }));
  assertEquals([...engine.state.agents.keys()], ["b", "c"]);
  await engine.close();
});

Deno.test("a coordinator alone knows more than 100,000 names, one after the other", async () => {
  await using it = alone({ stealInterval: 1 });
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 10_001; j++) it.stealing.updateAgentWorkload(`${i} ${j}`, { taskCount: j });
    await it.clock.advance(2);
  }
  it.stealing.updateAgentWorkload("newest", { taskCount: 1 });
  assertEquals(it.stealing.findBestAgent({ id: "t" }, ["0 0", "newest"]), "newest");
});
