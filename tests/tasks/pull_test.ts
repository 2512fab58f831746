import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  AdvancedTaskScheduler,
  ClosedError,
  CoordinationManager,
  MemoryJournal,
  StaleEpochError,
  TaskStatusError,
  UnfitAgentError,
  UnknownAgentError,
  UnknownTaskError,
} from "../../mod.ts";
import { registerCommand, submitCommand } from "../../src/tasks/commands.ts";
import { taskMachine } from "../../src/tasks/machine.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";
import { Driver } from "../support/driver.ts";
import { lines, TaskDriver } from "./driver.ts";

function scheduler() {
  const clock = new SimulatedClock();
  const tasks = new AdvancedTaskScheduler({}, undefined, undefined, { clock });
  return { clock, tasks };
}

const puller = (id: string, more = {}) => ({ id, mode: "pull", ...more } as const);

Deno.test("A1-asker-finds-nothing-while-tasks-sit-assigned: the agent that asks gets the task", async () => {
  const { tasks } = scheduler();
  for (let i = 0; i < 50; i++) await tasks.registerAgent(puller(`a${i}`));
  const handles = [await tasks.submit({ id: "t1" }), await tasks.submit({ id: "t2" })];
  assertEquals(tasks.getTaskCounts().ready, 2);
  const claim = await tasks.claim("a7", { waitMs: 0 });
  assertEquals(claim?.task.id, "t1");
  assertEquals(tasks.getTask("t1")?.status, "running");
  await claim!.complete("done");
  assertEquals(await handles[0]!.result, "done");
  assertEquals(tasks.getTask("t2")?.status, "ready");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a task that becomes ready is handed to the first asker in the same step", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1", { capabilities: ["css"] }));
  await tasks.registerAgent(puller("a2", { capabilities: ["sql"] }));
  await tasks.registerAgent(puller("a3", { capabilities: ["sql"] }));
  const asked = [tasks.claim("a1"), tasks.claim("a3"), tasks.claim("a2")];
  void tasks.submit({ id: "t1", requires: ["sql"] });
  assertEquals(tasks.getTask("t1")?.assignedAgent, "a3");
  assertEquals((await asked[1])?.task.id, "t1");
  void tasks.submit({ id: "t2" });
  assertEquals(tasks.getTask("t2")?.assignedAgent, "a1");
  await tasks.shutdown({ graceMs: 0 });
  await assertRejects(() => asked[2]!, ClosedError);
});

Deno.test("A3-second-task-for-asking-twice: an agent with an open claim gets that, same epoch", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1", { maxConcurrentTasks: 3 }));
  for (const id of ["t1", "t2"]) await tasks.submit({ id });
  const first = (await tasks.claim("a1"))!;
  const again = await tasks.claim("a1");
  assertEquals(first, again);
  const other = await tasks.claim("a1", { taskId: "t2" });
  assertNotEquals(other?.epoch, first.epoch);
  await first.complete();
  assertEquals((await tasks.claim("a1"))?.task.id, "t2");
  await other!.complete();
  await tasks.shutdown();
});

Deno.test("a wait that ends without a task resolves undefined", async () => {
  const { tasks, clock } = scheduler();
  await tasks.registerAgent(puller("a1"));
  assertEquals(await tasks.claim("a1", { waitMs: 0 }), undefined);
  const wait = tasks.claim("a1", { waitMs: 100 });
  await clock.advance(100);
  assertEquals(await wait, undefined);
  const replaced = tasks.claim("a1");
  const wait2 = tasks.claim("a1");
  assertEquals(await replaced, undefined);
  await tasks.submit({ id: "t1" });
  assertEquals((await wait2)?.task.id, "t1");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a claim of a task by its id waits until that is ready", async () => {
  const { tasks } = scheduler();
  for (const id of ["a1", "a2", "a3"]) await tasks.registerAgent(puller(id));
  await tasks.submit({ id: "t1" });
  await tasks.submit({ id: "t2", dependencies: ["t1"] });
  assertEquals(await tasks.claim("a1", { taskId: "t2", waitMs: 0 }), undefined);
  const any = tasks.claim("a3");
  const one = (await any)!;
  assertEquals(one.task.id, "t1");
  const general = tasks.claim("a2");
  const exact = tasks.claim("a1", { taskId: "t2" });
  await tasks.submit({ id: "t3", requires: ["x"] });
  await one.complete();
  assertEquals((await exact)?.task.id, "t2");
  await tasks.cancelTask("t3");
  await tasks.submit({ id: "t4", dependencies: ["t2"] });
  const ended = tasks.claim("a3", { taskId: "t4" });
  await tasks.cancelTask("t4");
  assertEquals(await ended, undefined);
  await tasks.shutdown({ graceMs: 0 });
  await assertRejects(() => general, ClosedError);
});

Deno.test("a claim that can't be met is refused", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1"));
  await tasks.registerAgent({ id: "pushed" });
  await tasks.submit({ id: "t1", requires: ["sql"] });
  await tasks.submit({ id: "t2" });
  await tasks.completeTask("t2");
  await assertRejects(
    () => tasks.claim("pushed"),
    UnfitAgentError,
    'Cannot claim a task for agent "pushed": the agent must be registered in pull mode',
  );
  await assertRejects(() => tasks.claim("nobody"), UnknownAgentError);
  await assertRejects(() => tasks.claim("__proto__"), UnknownAgentError);
  await assertRejects(() => tasks.claim("a1", { taskId: "tx" }), UnknownTaskError);
  await assertRejects(
    () => tasks.claim("a1", { taskId: "t2" }),
    TaskStatusError,
    'Cannot claim task "t2" for agent "a1"',
  );
  await assertRejects(() => tasks.claim("a1", { taskId: "t1" }), UnfitAgentError);
  await assertRejects(() => tasks.claim("a1", { waitMs: -1 }), RangeError, "waitMs");
  await assertRejects(() => tasks.claim("a1", { signal: 1 as never }), TypeError, "signal");
  await assertRejects(() => tasks.claim("a1", null as never), TypeError, "options");
  await assertRejects(
    () => tasks.claim("a1", { signal: AbortSignal.abort(new Error("no")) }),
    Error,
    "no",
  );
  await assertRejects(
    () => tasks.registerAgent(puller("a9"), () => 1),
    TypeError,
    "must have no handler",
  );
  await assertRejects(
    () => tasks.registerAgent({ id: "a9", mode: "x" as never }),
    RangeError,
    "mode",
  );
  const gone = tasks.claim("a1");
  await tasks.unregisterAgent("a1");
  await assertRejects(() => gone, UnknownAgentError);
  await tasks.shutdown({ graceMs: 0 });
  await assertRejects(() => tasks.claim("a1"), ClosedError);
});

Deno.test("A2-task-for-an-asker-that-left: an aborted wait takes no task", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1"));
  const aborting = new AbortController();
  const wait = tasks.claim("a1", { signal: aborting.signal });
  aborting.abort(new Error("enough"));
  await assertRejects(() => wait, Error, "enough");
  await tasks.submit({ id: "t1" });
  assertEquals(tasks.getTask("t1")?.status, "ready");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("release() and the end of a block give a claim back at no cost", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1"));
  await tasks.submit({ id: "t1", retries: 0 });
  for (let i = 0; i < 3; i++) {
    await using claim = await tasks.claim("a1");
    assertEquals([claim!.attempt, claim!.signal.aborted], [1, false]);
  }
  const claim = (await tasks.claim("a1"))!;
  await claim.progress(1);
  await claim.heartbeat();
  await claim.release();
  await claim.release();
  assertEquals(tasks.getTask("t1")?.status, "ready");
  await assertRejects(() => claim.complete(), StaleEpochError);
  const last = (await tasks.claim("a1"))!;
  await last.fail(new Error("no"));
  assertEquals(tasks.getTask("t1")?.status, "failed");
  assert(!last.signal.aborted);
  await tasks.shutdown();
});

Deno.test("a lost claim aborts its signal, and its slot is free when it is released", async () => {
  const { tasks, clock } = scheduler();
  await tasks.registerAgent(puller("a1"));
  await tasks.submit({ id: "t1", heartbeatTimeoutMs: 10 });
  const claim = (await tasks.claim("a1"))!;
  const { signal } = claim;
  await clock.advance(11);
  assert(signal.aborted);
  const next = tasks.claim("a1");
  assertEquals(tasks.getTask("t1")?.status, "ready");
  await claim.release();
  assertEquals((await next)?.task.id, "t1");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a task that waits for its locks leaves the asker its place", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1"));
  await tasks.registerAgent(puller("a2"));
  const lock = await tasks.resources.acquire("db", "someone");
  await tasks.submit({ id: "t1", resources: ["db"] });
  const first = tasks.claim("a1");
  const second = tasks.claim("a2");
  assertEquals(tasks.getTask("t1")?.assignedAgent, undefined);
  assertEquals(await tasks.claim("a2", { waitMs: 0 }), undefined);
  assertEquals(await second, undefined);
  await tasks.submit({ id: "t2" });
  assertEquals((await first)?.task.id, "t2");
  const third = tasks.claim("a2");
  await lock.release();
  assertEquals((await third)?.task.id, "t1");
  assertEquals(tasks.resources.holderOf("db"), "a2");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a momentary claim of a task with locks is answered in its step", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1"));
  await tasks.submit({ id: "t1", resources: ["db"] });
  assertEquals((await tasks.claim("a1", { waitMs: 0 }))?.task.id, "t1");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a momentary claim that loses its task ends, also after another agent's came", () => {
  const driver = new TaskDriver();
  for (const id of ["a", "b"]) driver.agent(id, { pulls: true });
  const db = { resourceId: "db", mode: "exclusive", units: 1 } as const;
  driver.submit("t1", { resources: [db] });
  const claims = ["a", "b"].map((agentId) => {
    return lines(driver.do({ type: "claim", agentId, taskId: "", waitMs: 0 })).at(-1);
  });
  assertEquals(claims, ["task:assigned t1 a", "claim:abandoned b"]);
  driver.do({ type: "pause", reason: "maintenance" });
  driver.submit("t2");
  const dependencies = [{ taskId: "t2", onFailure: "cancel" }] as const;
  const events = driver.do({ type: "amend-task", taskId: "t1", dependencies });
  assertEquals(lines(events).at(-1), "claim:abandoned a");
  assertEquals(driver.state.asks.size, 0);
});

Deno.test("askers come before agents that are given tasks, under every strategy", async () => {
  for (const strategy of ["capability", "round-robin", "least-loaded", "affinity"]) {
    const { tasks } = scheduler();
    await tasks.setDefaultStrategy(strategy);
    await tasks.registerAgent(puller("a1"));
    await tasks.registerAgent({ id: "pushed", priority: 5 });
    const asked = tasks.claim("a1");
    await tasks.submit({ id: "t1" });
    await tasks.submit({ id: "t2" });
    assertEquals((await asked)?.task.id, "t1");
    assertEquals(tasks.getTask("t2")?.assignedAgent, "pushed");
    await tasks.shutdown({ graceMs: 0 });
  }
});

Deno.test("a strategy of the caller is not asked about askers", async () => {
  const { tasks } = scheduler();
  tasks.registerStrategy({ name: "none", selectAgent: () => null });
  await tasks.setDefaultStrategy("none");
  await tasks.registerAgent(puller("a1"));
  await tasks.submit({ id: "t1" });
  assertEquals((await tasks.claim("a1"))?.task.id, "t1");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("an agent that changes to pull mode loses what it has not started", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent({ id: "a1" });
  await tasks.submit({ id: "t1" });
  await tasks.assignTask({ id: "t2" }, "a1");
  assertEquals(tasks.getAgentTaskCount("a1"), 2);
  await tasks.registerAgent(puller("a1"));
  assertEquals(tasks.getAgentTaskCount("a1"), 0);
  const claim = (await tasks.claim("a1"))!;
  const waiting = tasks.claim("a1", { taskId: "t2" });
  await tasks.registerAgent({ id: "a1" });
  assertEquals(await waiting, undefined);
  await claim.complete();
  assertEquals(tasks.getTask("t2")?.assignedAgent, "a1");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("A2-task-for-an-asker-that-left: a grant that a journal answers too late is given back", async () => {
  const journal = new MemoryJournal();
  const tasks = new AdvancedTaskScheduler({}, undefined, undefined, { journal: journal as never });
  await tasks.initialize();
  await tasks.registerAgent(puller("a1"));
  await tasks.submit({ id: "t1" });
  const aborting = new AbortController();
  const wait = tasks.claim("a1", { signal: aborting.signal });
  aborting.abort(new Error("enough"));
  await assertRejects(() => wait, Error, "enough");
  await tasks.registerAgent(puller("a2"));
  const claim = await tasks.claim("a2", { waitMs: 1_000 });
  assertEquals([claim?.task.id, claim?.attempt], ["t1", 1]);
  await claim!.complete("done");
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("requests of a former process are over, and its open claims are answered again", async () => {
  const journal = new MemoryJournal();
  const before = new AdvancedTaskScheduler({}, undefined, undefined, { journal: journal as never });
  await before.initialize();
  for (const id of ["a1", "a2"]) await before.registerAgent(puller(id));
  const handle = await before.submit({ id: "t1" });
  void handle.result.catch(() => {});
  const claim = (await before.claim("a1"))!;
  const asking = before.claim("a2");
  const gone = assertRejects(() => asking, ClosedError);
  await before.shutdown({ graceMs: 0 });
  await gone;
  assert(claim.signal.aborted);
  const after = new AdvancedTaskScheduler({}, undefined, undefined, { journal: journal as never });
  await after.initialize();
  assertEquals((await after.getHealthStatus()).metrics.askers, 0);
  const again = (await after.claim("a1", { waitMs: 0 }))!;
  assertEquals([again.task.id, again.epoch], ["t1", claim.epoch]);
  await again.complete();
  await after.shutdown({ graceMs: 0 });
});

Deno.test("an asker takes a task that sits in the queue of a busy agent, with stealing", async () => {
  const tasks = new AdvancedTaskScheduler({ stealing: true, stealThreshold: 2 });
  await tasks.registerAgent({ id: "busy" });
  await tasks.registerAgent(puller("a1"));
  for (const id of ["t1", "t2", "t3"]) await tasks.assignTask({ id }, "busy");
  assertEquals(tasks.getAgentTaskCount("busy"), 3);
  const claim = await tasks.claim("a1", { waitMs: 0 });
  assertEquals(claim?.task.id, "t3");
  assertEquals(tasks.getAgentTaskCount("busy"), 2);
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("an agent whose breaker is open is the last resort while silent ones don't ask", async () => {
  await using manager = new CoordinationManager({ maxRetries: 0 });
  await manager.registerAgent({ id: "failing" });
  const session = await manager.registerAgent(puller("silent"));
  for (let i = 0; i < 5; i++) {
    await manager.submit({ id: `f${i}` }).then(({ result }) => void result.catch(() => {}));
    await manager.failTask(`f${i}`, new Error("no"));
  }
  await manager.submit({ id: "t1" });
  assertEquals(manager.scheduler.getTask("t1")?.assignedAgent, "failing");
  await manager.completeTask("t1");
  const asked = session.claim();
  await manager.submit({ id: "t2" });
  const claim = (await asked)!;
  assertEquals([claim.task.id, claim.agentId], ["t2", "silent"]);
  assertEquals(manager.explain("silent", "agent").summary.includes('"t2"'), true);
  await claim.complete();
  void session.claim().catch(() => {});
  const { summary } = manager.explain("silent", "agent");
  assert(summary.includes("it asks for a task since"), summary);
  await manager.removeAgent("silent");
});

Deno.test("a session that is over can't claim; its claim comes back at no cost", async () => {
  await using manager = new CoordinationManager({ maxRetries: 0 });
  const session = await manager.registerAgent(puller("a1"));
  await manager.submit({ id: "t1" });
  const claim = (await session.claim())!;
  const { signal } = claim;
  await manager.removeAgent("a1");
  await Promise.resolve();
  assert(signal.aborted);
  await assertRejects(() => session.claim(), UnknownAgentError);
  await manager.registerAgent(puller("a1"));
  assertEquals((await manager.claim("a1"))?.attempt, 1);
  await manager.cancelTask("t1");
});

Deno.test("a paused scheduler keeps requests, and serves them in their order at its resume", async () => {
  const { tasks } = scheduler();
  for (const id of ["a1", "a2", "a3"]) await tasks.registerAgent(puller(id));
  await tasks.pause("maintenance");
  const asked = [tasks.claim("a2"), tasks.claim("a1"), tasks.claim("a3", { taskId: "t1" })];
  await assertRejects(() => asked[2]!, UnknownTaskError);
  await tasks.submit({ id: "t1" });
  await tasks.submit({ id: "t2" });
  asked[2] = tasks.claim("a3", { taskId: "t1" });
  assertEquals(tasks.getTaskCounts().ready, 2);
  await tasks.resume();
  assertEquals((await asked[2])?.task.id, "t1");
  assertEquals((await asked[0])?.task.id, "t2");
  await tasks.pause("again");
  await tasks.submit({ id: "t3" });
  assertEquals(await tasks.claim("a1", { waitMs: 0 }), undefined);
  assertEquals(await asked[1], undefined);
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a claim snoozes and asks a question, at no cost to its task", async () => {
  const { tasks, clock } = scheduler();
  await tasks.registerAgent(puller("a1"));
  const { result } = await tasks.submit({ id: "t1", retries: 0 });
  const first = (await tasks.claim("a1"))!;
  await assertRejects(() => first.snooze(-1), RangeError, 'snooze task "t1"');
  await first.snooze(50);
  assertEquals(await tasks.claim("a1", { waitMs: 0 }), undefined);
  const wait = tasks.claim("a1");
  await clock.advance(50);
  const second = (await wait)!;
  await second.block("which one?");
  await assertRejects(() => second.complete(), StaleEpochError);
  assert(second.signal.aborted);
  assertEquals(tasks.getTask("t1")?.status, "blocked");
  const exact = tasks.claim("a1", { taskId: "t1" });
  await tasks.answerTask("t1", "both");
  const third = (await exact)!;
  assertEquals([third.task.answer, third.attempt], ["both", 1]);
  await third.complete("done");
  assertEquals(await result, "done");
  await tasks.shutdown();
});

Deno.test("a claim whose task was snoozed, blocked or proposed by another report is lost", async () => {
  const { tasks } = scheduler();
  await tasks.registerAgent(puller("a1"));
  const reports = {
    t1: () => tasks.snoozeTask("t1", 1_000),
    t2: () => tasks.blockTask("t2", "why?"),
    t3: () => tasks.completeTask("t3", "draft"),
  };
  for (const [id, report] of Object.entries(reports)) {
    await tasks.submit({ id, requiresApproval: true });
    const claim = (await tasks.claim("a1"))!;
    const { signal } = claim;
    await report();
    assert(signal.aborted, id);
    await claim.release();
    assertEquals(await tasks.claim("a1", { waitMs: 0 }), undefined, id);
  }
  await tasks.shutdown({ graceMs: 0 });
});

Deno.test("a claim that has lent its slot doesn't answer its agent, unless it is asked for by its id", () => {
  const driver = new Driver(taskMachine());
  const { state } = driver;
  const claim = (taskId = "") => driver.ask({ type: "claim", agentId: "a1", taskId, waitMs: 0 });
  driver.do(registerCommand(puller("a1"), false));
  driver.do(submitCommand({ id: "parent" }, 3));
  const { epoch } = claim() as { epoch: number };
  const parent = { taskId: "parent", epoch };
  driver.do(submitCommand({ id: "child" }, 3, undefined, parent));
  driver.do({ type: "await", ...parent, childId: "child" });
  assertEquals(state.tasks.get("child")?.status, "ready"); // a free slot is no request
  assertEquals(claim("parent"), { status: "granted", ...parent, ask: 0 });
  const { taskId } = claim() as { taskId: string };
  assertEquals(taskId, "child");
  driver.do({ type: "release-claim", ...parent, reason: "given back" });
  assertEquals(state.tasks.get("child")?.status, "cancelled");
  assertEquals(state.lent, 0);
});
