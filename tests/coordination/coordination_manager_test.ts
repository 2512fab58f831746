import { silentLogger } from "../../src/core/logger.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  AdvancedTaskScheduler,
  ClosedError,
  type CoordinationConfig,
  CoordinationManager,
  DeadlockError,
  DuplicateTaskError,
  EventBus,
  LockLostError,
  MemoryJournal,
  NonRetryableError,
  StaleEpochError,
  TaskFailedError,
  UnansweredError,
  UninitializedError,
  UnknownAgentError,
  UnknownSubjectError,
} from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

/** A manager on a clock that stands, and the names of the events that it publishes. */
function managed(config: CoordinationConfig = {}): {
  manager: CoordinationManager;
  eventBus: EventBus;
  clock: SimulatedClock;
} {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  const manager = new CoordinationManager(config, eventBus, silentLogger, { clock });
  return { manager, eventBus, clock };
}

/** Never ends by itself. */
function forever(): Promise<never> {
  return new Promise(() => {});
}

Deno.test("one order of events holds for tasks, locks, messages and conflicts of a manager", async () => {
  const { manager, eventBus } = managed();
  const sequences: number[] = [];
  const names = ["task:created", "resource:acquired", "message:sent", "conflict:reported"] as const;
  for (const name of names) eventBus.on(name, (_event, sequence) => sequences.push(sequence));
  await manager.assignTask({ id: "t" }, "a");
  await manager.acquireResource("r", "a");
  await manager.sendMessage("a", "b", { type: "status" });
  await manager.reportConflict("resource", "r", ["a", "b"]);
  assertEquals(sequences.length, 4);
  assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  assertEquals(manager.messages.peek("b")[0]!.type, "status");
  await manager.shutdown();
});

Deno.test("a task that is submitted runs on a fit agent, and its handle resolves with the result", async () => {
  await using manager = new CoordinationManager();
  await manager.registerAgent({ id: "w", capabilities: ["edit"] }, (task) => `${task.id} is done`);
  const handle = await manager.submit({ id: "t", requires: ["edit"] });
  assertEquals(await handle.result, "t is done");
});

Deno.test("T20-switching-scheduler-drops-state: enableAdvancedScheduling() keeps tasks, claims, agents and handles", async () => {
  const { manager } = managed();
  const handle = await manager.assignTask({ id: "t1" }, "a");
  await manager.scheduler.start("t1");
  await manager.assignTask({ id: "t2", dependencies: ["t1"] }, "a");
  const before = manager.scheduler;
  manager.enableAdvancedScheduling();
  manager.enableAdvancedScheduling();
  assertInstanceOf(manager.scheduler, AdvancedTaskScheduler);
  assertEquals(await manager.getAgentTaskCount("a"), 1);
  assertEquals((await manager.getAgentTasks("a"))[0]!.status, "running");
  await manager.completeTask("t1", "result");
  assertEquals(await handle.result, "result");
  assertEquals(manager.scheduler.getTask("t2")!.status, "assigned");
  assertEquals(before.getTask("t2")!.status, "assigned");
  await manager.shutdown();
});

Deno.test("an agent that is removed leaves no task, lock, wait, message or request behind", async () => {
  const { manager } = managed();
  await manager.registerAgent({ id: "a" });
  await manager.registerAgent({ id: "b" });
  await manager.assignTask({ id: "t" }, "a");
  const lock = await manager.acquireResource("r", "a");
  const next = manager.acquireResource("r", "b");
  await manager.sendMessage("b", "a", "unread");
  const asked = manager.messages.sendWithResponse("b", "a", "?");
  await manager.removeAgent("a", "it crashed");
  assertEquals((await next).epoch > lock.epoch, true);
  assertEquals(lock.signal.aborted, true);
  await assertRejects(() => asked, UnansweredError);
  assertEquals(manager.messages.deadLetters("a").map(({ cause }) => cause), [
    "recipient-gone",
    "recipient-gone",
  ]);
  assertEquals(await manager.getAgentTaskCount("a"), 0);
  assertEquals(manager.getAgent("a"), undefined);
  await assertRejects(() => manager.removeAgent("a"), UnknownAgentError);
  await manager.shutdown();
});

Deno.test("an agent that falls silent is passed over, and one that stays silent is dead", async () => {
  const { manager, eventBus, clock } = managed({ agents: { heartbeatTimeoutMs: 1_000 } });
  const heard: string[] = [];
  for (
    const name of ["agent:suspected", "agent:recovered", "agent:died", "agent:terminated"] as const
  ) {
    eventBus.on(name, () => heard.push(name));
  }
  const session = await manager.registerAgent({ id: "a" });
  await clock.advance(600);
  assertEquals(manager.getAgent("a")!.status, "suspect");
  await manager.submit({ id: "t" });
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  await session.heartbeat();
  assertEquals(manager.scheduler.getTask("t")!.status, "assigned");
  await clock.advance(2_000);
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  assertEquals(heard, [
    "agent:suspected",
    "agent:recovered",
    "agent:suspected",
    "agent:died",
    "agent:terminated",
  ]);
  await assertRejects(() => session.heartbeat(), UnknownAgentError);
  await manager.shutdown();
});

Deno.test("an agent that comes back with an old incarnation is refused whatever it does", async () => {
  const { manager } = managed();
  const old = await manager.registerAgent({ id: "a" });
  await manager.removeAgent("a");
  const fresh = await manager.registerAgent({ id: "a" });
  assert(fresh.incarnation > old.incarnation);
  await manager.assignTask({ id: "t" }, "a");
  const attempts = [
    () => old.heartbeat(),
    () => old.start("t"),
    () => old.complete("t", "stolen"),
    () => old.acquire("r"),
    () => old.send("b", "hello"),
    () => old.request("b", "hello"),
  ];
  for (const attempt of attempts) await assertRejects(attempt, StaleEpochError);
  assertEquals(manager.resources.isLocked("r"), false);
  assertEquals(manager.messages.peek("b"), []);
  await fresh.start("t");
  await fresh.complete("t", "done");
  assertEquals(manager.scheduler.getTask("t")!.output, "done");
  await manager.shutdown();
});

Deno.test("two agents that ask each other while they hold locks are found, and one request gives way", async () => {
  const { manager } = managed();
  await manager.acquireResource("r1", "a");
  await manager.acquireResource("r2", "b");
  const waits = [
    manager.messages.sendWithResponse("a", "b", "may I?"),
    manager.messages.sendWithResponse("b", "a", "may I?"),
  ];
  const error = await assertRejects(() => Promise.race(waits), DeadlockError);
  assertEquals(error.agents.toSorted(), ["a", "b"]);
  assertEquals(manager.messages.getWaitingRequests().size, 1);
  const rest = Promise.allSettled(waits);
  await manager.shutdown();
  await rest;
});

Deno.test("C3-resolution-without-effect: who loses a conflict over a resource loses it in the step that decides", async () => {
  const { manager } = managed();
  const held = await manager.acquireResource("r", "weak");
  const waiting = manager.acquireResource("r", "strong");
  await manager.conflicts.setAgentPriority("weak", 1);
  await manager.conflicts.setAgentPriority("strong", 5);
  const conflict = await manager.reportConflict("resource", "r", ["weak", "strong"]);
  await manager.conflicts.autoResolve(conflict.id);
  assertEquals(manager.resources.holderOf("r"), "strong");
  assertEquals(held.signal.aborted, true);
  await waiting;
  await manager.shutdown();
});

Deno.test("H1-always-healthy: health tells what ails each part", async () => {
  const { manager, clock } = managed({
    agents: { heartbeatTimeoutMs: 1_000 },
    messages: { mailboxCapacity: 1 },
  });
  assertEquals((await manager.getHealthStatus()).healthy, true);
  await manager.registerAgent({ id: "a" });
  await clock.advance(700);
  await manager.sendMessage("x", "a", 1);
  const health = await manager.getHealthStatus();
  assertEquals(health.healthy, false);
  assertEquals(health.components["agents"]!.healthy, false);
  assertEquals(health.components["messages"]!.healthy, false);
  assertEquals(health.components["resources"]!.healthy, true);
  await manager.shutdown();
  assertEquals((await manager.getHealthStatus()).healthy, false);
});

Deno.test("initialize() and shutdown() may be called again, and nothing works after the end", async () => {
  const { manager, eventBus, clock } = managed();
  const heard: string[] = [];
  for (const name of ["system:ready", "system:shutdown"] as const) {
    eventBus.on(name, () => heard.push(name));
  }
  await Promise.all([manager.initialize(), manager.initialize()]);
  await manager.registerAgent({ id: "a" }, forever);
  const handle = await manager.submit({ id: "t" });
  const waiting = manager.acquireResource("r", "a").then(() => manager.acquireResource("r", "b"));
  const rejected = Promise.allSettled([waiting, handle.result]);
  const ends = [manager.shutdown({ graceMs: 0 }), manager.shutdown()];
  await clock.advance(10_000);
  await Promise.all(ends);
  assertEquals((await rejected).map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals(heard, ["system:ready", "system:shutdown"]);
  await assertRejects(() => manager.submit({ id: "u" }), ClosedError);
  await assertRejects(() => manager.acquireResource("r", "a"), ClosedError);
  await assertRejects(() => manager.sendMessage("a", "b", 1), ClosedError);
  assertEquals(clock.pending, 0);
});

Deno.test("E3-events-used-as-commands: what somebody emits on the bus changes no machine", async () => {
  const { manager, eventBus } = managed();
  await manager.registerAgent({ id: "a" });
  await manager.assignTask({ id: "t" }, "a");
  eventBus.emit(
    "task:completed",
    { taskId: "t", agentId: "a", epoch: 1, result: 1, ranMs: 0 } as never,
  );
  eventBus.emit("agent:terminated", { agentId: "a", reason: "gone" } as never);
  assertEquals(manager.scheduler.getTask("t")!.status, "assigned");
  assert(manager.getAgent("a") !== undefined);
  assertEquals(manager.metrics.getCurrentMetrics().taskMetrics.completedTasks, 0);
  await manager.shutdown();
});

Deno.test("a failed attempt is told as an error of its agent", async () => {
  const { manager, eventBus } = managed({ maxRetries: 0 });
  const errors: unknown[] = [];
  eventBus.on("agent:error", (event) => errors.push(event));
  await manager.assignTask({ id: "t" }, "a");
  const thrown = new TypeError("bad");
  await manager.failTask("t", thrown);
  const error = { name: "TypeError", message: "bad", stack: thrown.stack };
  assertEquals(errors, [{ agentId: "a", taskId: "t", error }]);
  await manager.shutdown();
});

Deno.test("malformed configs and arguments are refused with the rule that they break", async () => {
  const bad: [unknown, string][] = [
    [{ maxRetries: -1 }, "maxRetries"],
    [{ retryDelay: "1s" }, "retryDelay"],
    [{ resourceTimeout: NaN }, "resourceTimeout"],
    [{ messageTimeout: -5 }, "messageTimeout"],
    [{ deadlockDetection: "yes" }, "deadlockDetection"],
    [{ workStealing: { stealThreshold: 0 } }, "stealThreshold"],
    [{ agentBreaker: { failureThreshold: 0 } }, "failureThreshold"],
    [{ conflicts: { settleBy: "chance" } }, "settleBy"],
    [{ agents: { heartbeatTimeoutMs: -1 } }, "heartbeatTimeoutMs"],
    [{ messages: { mailboxCapacity: 0 } }, "mailboxCapacity"],
    [{ locks: 7 }, "locks"],
    [null, "config"],
  ];
  for (const [config, name] of bad) {
    const error = assertThrows(() => new CoordinationManager(config as CoordinationConfig));
    assert(error instanceof TypeError || error instanceof RangeError, name);
    assert(error.message.includes(name), `${error.message} names ${name}`);
  }
  const { manager } = managed();
  await assertRejects(() => manager.registerAgent({ id: "" }), RangeError);
  await assertRejects(() => manager.heartbeat("nobody"), UnknownAgentError);
  await assertRejects(() => manager.reportConflict("meal" as "task", "t", ["a", "b"]), RangeError);
  await assertRejects(() => manager.assignTask({ id: "t" }, 7 as unknown as string), TypeError);
  await manager.shutdown();
});

Deno.test("explain() tells why a task, a wait, a message or an agent is where it is", async () => {
  const { manager, eventBus } = managed();
  let waitId = 0;
  eventBus.on("resource:queued", (event) => waitId = event.waitId);
  await manager.registerAgent({ id: "a", capabilities: ["edit"] });
  await manager.submit({ id: "t", requires: ["fly"] });
  await manager.acquireResource("r", "a");
  const waiting = manager.acquireResource("r", "b").catch(() => {});
  const messageId = await manager.sendMessage("b", "a", "hello");
  const task = manager.explain("t");
  assert(task.kind === "task" && task.missingCapabilities.includes("fly"));
  const wait = manager.explain(waitId);
  assert(wait.kind === "wait" && wait.summary.includes('"a"'), wait.kind);
  assertEquals(manager.explain(messageId).kind, "message");
  const agent = manager.explain("a");
  assert(agent.kind === "agent" && agent.holds.includes("r") && agent.unhandledMessages === 1);
  assertThrows(
    () => manager.explain("nobody"),
    UnknownSubjectError,
    "a task, a message, an agent or a schedule",
  );
  assertThrows(() => manager.explain("a", "task"), UnknownSubjectError, "a task");
  await manager.every("nightly", { everyMs: 1_000, task: { requires: ["fly"] } });
  const schedule = manager.explain("nightly", "schedule");
  assert(schedule.kind === "schedule" && schedule.lastTaskId === "nightly@0", schedule.kind);
  assertEquals(manager.schedules().map(({ id }) => id), ["nightly"]);
  assertEquals([await manager.unschedule("nightly"), manager.schedules()], [true, []]);
  assertThrows(() => manager.explain(99), UnknownSubjectError, "not ended");
  await manager.shutdown();
  await waiting;
});

Deno.test("an agent whose attempts keep failing is passed over until its breaker lets a probe through", async () => {
  const { manager, clock } = managed({
    maxRetries: 0,
    agentBreaker: { failureThreshold: 2, timeout: 1_000 },
  });
  await manager.registerAgent({ id: "bad", priority: 1 });
  for (const id of ["t1", "t2"]) {
    await manager.submit({ id });
    await manager.scheduler.start(id);
    await manager.failTask(id, new Error("broken"));
  }
  await manager.registerAgent({ id: "busy" });
  await manager.submit({ id: "own", assignedAgent: "busy" });
  await manager.submit({ id: "t3" });
  assertEquals(manager.scheduler.getTask("t3")!.status, "ready");
  assertEquals((await manager.getHealthStatus()).components["breakers"]!.metrics["open"], 1);
  await clock.advance(999);
  assertEquals(manager.scheduler.getTask("t3")!.status, "ready");
  await clock.advance(1);
  assertEquals(manager.scheduler.getTask("t3")!.status, "assigned");
  await manager.scheduler.start("t3");
  await manager.completeTask("t3");
  assertEquals((await manager.getHealthStatus()).components["breakers"]!.healthy, true);
  await manager.shutdown();
});

Deno.test("an attempt that gives way in a deadlock or loses a lock says nothing about its agent", async () => {
  const { manager, clock } = managed({ agentBreaker: { failureThreshold: 1 } });
  await manager.registerAgent({ id: "a" });
  await manager.submit({ id: "t1" });
  for (const code of ["deadlock", "lock-lost", "lock-abandoned"]) {
    await manager.scheduler.start("t1");
    await manager.failTask("t1", Object.assign(new Error("not my fault"), { code }));
    const agent = manager.explain("a");
    assertEquals(agent.kind === "agent" && agent.breaker?.state, "closed", code);
    await clock.advance(60_000);
  }
  await manager.shutdown();
});

Deno.test("contention and double claims report conflicts themselves where they are to, and are settled by what is known", async () => {
  const { manager } = managed({
    conflicts: { reportContention: true, reportDoubleClaims: true, settleBy: "priority" },
  });
  await manager.registerAgent({ id: "weak", priority: 1 });
  await manager.registerAgent({ id: "strong", priority: 5 });
  await manager.acquireResource("r", "weak");
  await manager.acquireResource("r", "strong");
  assertEquals(manager.resources.holderOf("r"), "strong");
  assertEquals(manager.conflicts.getStats().resolutionsByStrategy, { priority: 1 });
  await manager.assignTask({ id: "t" }, "weak");
  // The refusal is followed by the events of the conflict, and still rejects its caller.
  await assertRejects(() => manager.assignTask({ id: "t" }, "strong"), DuplicateTaskError);
  assertEquals(manager.conflicts.getStats().conflictsByType["assignment"], 1);
  assertEquals((await manager.getAgentTasks("strong")).map(({ id }) => id), ["t"]);
  await manager.shutdown();
});

Deno.test("whoever reports a conflict is answered with that one, also when what was due reports another", async () => {
  let now = 0;
  const clock = { now: () => now, setTimer: () => () => {} };
  const config = { conflicts: { reportContention: true } };
  const manager = new CoordinationManager(config, undefined, undefined, { clock });
  await manager.registerAgent({ id: "a" });
  await manager.submit({ id: "t", resources: ["r"] });
  await manager.scheduler.start("t");
  await manager.failTask("t", new Error("once more"));
  await manager.acquireResource("r", "z");
  now = 10_000; // the pause is over, and the next attempt is to wait for the lock
  const conflict = await manager.reportConflict("resource", "s", ["x", "y"]);
  assertEquals(conflict.agents, ["x", "y"]);
  assertEquals(manager.conflicts.getActiveConflicts().map(({ agents }) => agents), [
    ["z", "a"],
    ["x", "y"],
  ]);
  await manager.shutdown({ graceMs: 0 });
});

Deno.test("a manager with a journal works once it has read it, and takes up everything that the journal knows", async () => {
  const clock = new SimulatedClock();
  const journal = new MemoryJournal();
  const first = new CoordinationManager({}, undefined, undefined, { clock, journal });
  assertThrows(() => first.scheduler, UninitializedError);
  await assertRejects(() => first.submit({ id: "t" }), UninitializedError);
  await first.initialize();
  await first.registerAgent({ id: "inside" }, forever);
  await first.registerAgent({ id: "outside" });
  await first.submit({ id: "t1", assignedAgent: "inside" });
  await first.submit({ id: "t2", assignedAgent: "outside" });
  await first.acquireResource("r", "outside");
  await first.sendMessage("outside", "inside", "still unread");
  await first.performMaintenance();
  await first.sendMessage("outside", "inside", "after the snapshot");
  await first.messages.peek("inside");

  const second = new CoordinationManager({}, undefined, undefined, { clock, journal });
  await second.initialize();
  assertEquals(second.scheduler.getTask("t1")!.status, "ready");
  assertEquals(second.scheduler.getTask("t2")!.status, "assigned");
  assertEquals(second.resources.holderOf("r"), "outside");
  assertEquals(second.messages.peek("inside").map(({ payload }) => payload), [
    "still unread",
    "after the snapshot",
  ]);
  await second.registerAgent({ id: "inside" }, () => "done");
  await second.submit({ id: "t3", dependencies: ["t1"] }).then(({ result }) => result);
  assertEquals(second.scheduler.getTask("t1")!.output, "done");
  await second.shutdown({ graceMs: 0 });
});

Deno.test("S1-steal-only-announced: tasks that were assigned to a busy agent move to an idle one, and its handler runs them", async () => {
  const { manager, eventBus } = managed();
  const moved: string[] = [];
  eventBus.on("workstealing:request", ({ sourceAgent, targetAgent, taskCount }) => {
    moved.push(`${taskCount} from ${sourceAgent} to ${targetAgent}`);
  });
  const done: string[] = [];
  await manager.registerAgent({ id: "busy" });
  await manager.registerAgent({ id: "idle", maxConcurrentTasks: 9 }, (task) => {
    done.push(task.id);
  });
  for (let i = 1; i <= 4; i++) await manager.assignTask({ id: `t${i}` }, "busy");
  await manager.messages.receive("nobody");
  assertEquals(moved[0], "1 from busy to idle");
  assertEquals(done[0], "t3");
  assertEquals(await manager.getAgentTaskCount("busy") < 4, true);
  await manager.shutdown();
});

Deno.test("an agent that is drained ends what it has begun, and is gone everywhere then", async () => {
  const { manager, eventBus } = managed();
  const gone: string[] = [];
  eventBus.on("agent:terminated", ({ agentId, reason }) => gone.push(`${agentId}: ${reason}`));
  const session = await manager.registerAgent({ id: "a" });
  await manager.assignTask({ id: "t1" }, "a");
  await manager.assignTask({ id: "t2" }, "a");
  await session.start("t1");
  await manager.drainAgent("a", "a new version");
  assertEquals(manager.scheduler.getTask("t2")!.status, "ready");
  assertEquals(gone, []);
  await session.complete("t1");
  assertEquals(gone, ["a: a new version"]);
  assertEquals(manager.getAgent("a"), undefined);
  await manager.shutdown();
});

Deno.test("an agent that is cordoned by hand gets no tasks until that is lifted by hand", async () => {
  const { manager } = managed();
  await manager.registerAgent({ id: "a" });
  await manager.cordonAgent("a", "maintenance");
  await manager.submit({ id: "t" });
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  await manager.registerAgent({ id: "a" });
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  await manager.uncordonAgent("a");
  assertEquals(manager.scheduler.getTask("t")!.status, "assigned");
  await manager.shutdown();
});

Deno.test("an agent may have a limit of silence of its own", async () => {
  const { manager, clock } = managed({ agents: { heartbeatTimeoutMs: 10_000 } });
  await manager.registerAgent({ id: "a", heartbeatTimeoutMs: 100 });
  await manager.registerAgent({ id: "b", heartbeatTimeoutMs: 0 });
  await manager.registerAgent({ id: "c" });
  await clock.advance(100);
  assertEquals(["a", "b", "c"].map((id) => manager.getAgent(id)?.status), [
    undefined,
    "alive",
    "alive",
  ]);
  await clock.advance(10_000);
  assertEquals(manager.getAgent("b")?.status, "alive");
  assertEquals(manager.getAgent("c"), undefined);
  await manager.shutdown();
});

Deno.test("registerAgent() of an agent that is removed meanwhile rejects with a typed error", async () => {
  const { manager } = managed();
  const registering = manager.registerAgent({ id: "a" });
  await manager.removeAgent("a");
  await assertRejects(() => registering, UnknownAgentError, '"a"');
  await manager.shutdown();
});

Deno.test("errors that are the task's own do not shut its agent off", async () => {
  const { manager, clock } = managed();
  await manager.registerAgent({ id: "x" }, (task) => {
    if (task.id !== "good") throw new NonRetryableError("bad input");
    return "done";
  });
  for (let i = 0; i < 20; i++) {
    const handle = await manager.submit({ id: `bad-${i}` });
    await assertRejects(() => handle.result, TaskFailedError);
  }
  const good = await manager.submit({ id: "good" });
  assertEquals(await good.result, "done");
  assertEquals(clock.now(), 0);
  const [agent] = manager.enableAdvancedScheduling().getSchedulingMetrics().agents;
  assertEquals(agent?.failedAttempts, 0);
  await manager.shutdown();
});

Deno.test("shutdown() aborts the signals of open locks before it resolves", async () => {
  const { manager } = managed();
  const lock = await manager.acquireResource("r", "a");
  const { signal } = lock;
  await manager.shutdown();
  assertInstanceOf(signal.reason, LockLostError);
  assertEquals(signal.reason.message, 'Agent "a" lost "r" of epoch 1: its manager was shut down');
});
