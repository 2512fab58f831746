import { silentLogger } from "../../src/core/logger.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type AgentSession,
  ClosedError,
  type CoordinationConfig,
  CoordinationManager,
  EventBus,
  LockTimeoutError,
  MemoryJournal,
  ResponseTimeoutError,
  StaleEpochError,
  UnansweredError,
  UnknownAgentError,
} from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

function managed(config: CoordinationConfig = {}) {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  const manager = new CoordinationManager(config, eventBus, silentLogger, { clock });
  return { manager, eventBus, clock };
}

/** Whatever a session can do, but for what reads, and the locks of attempts. */
const CALLS: Record<string, (session: AgentSession) => Promise<unknown>> = {
  heartbeat: (session) => session.heartbeat(),
  disconnected: (session) => session.disconnected(10),
  claim: (session) => session.claim(),
  start: (session) => session.start("t"),
  heartbeatTask: (session) => session.heartbeatTask("t"),
  spend: (session) => session.spend("t", { tokens: 1 }),
  progress: (session) => session.progress("t", 1),
  note: (session) => session.note("t", "half"),
  submit: (session) => session.submit("t", { id: "c" }),
  complete: (session) => session.complete("t", 1, 0, { summary: "done" }),
  fail: (session) => session.fail("t", new Error("no")),
  snooze: (session) => session.snooze("t", 10),
  block: (session) => session.block("t", "may I?"),
  releaseTask: (session) => session.releaseTask("t"),
  acquire: (session) => session.acquire("free"),
  tryAcquire: (session) => session.tryAcquire("free"),
  acquirePaths: (session) => session.acquirePaths(["src/*"]),
  release: (session) => session.release("r"),
  renew: (session) => session.renew("r", 10),
  send: (session) => session.send("b", "hello"),
  request: (session) => session.request("b", "hello"),
  broadcast: (session) => session.broadcast("hello"),
  publish: (session) => session.publish("news", "hello"),
  receive: (session) => session.receive({ waitMs: 10 }),
  sendResponse: (session) => session.sendResponse("m", 1),
  rejectRequest: (session) => session.rejectRequest("m", "no"),
  ack: (session) => session.ack(1),
  nack: (session) => session.nack(1),
  subscribeTopic: (session) => session.subscribeTopic("news"),
  unsubscribeTopic: (session) => session.unsubscribeTopic("old"),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`${name}() of a life that is over is refused, changes nothing, and is told which life is in force`, async () => {
    const { manager } = managed();
    const old = await manager.registerAgent({ id: "a" });
    await manager.removeAgent("a");
    await assertRejects(() => call(old), UnknownAgentError);
    const session = await manager.registerAgent({ id: "a" });
    await manager.assignTask({ id: "t" }, "a");
    await session.start("t");
    await session.acquire("r");
    await manager.messages.subscribeTopic("b", "news");
    await session.subscribeTopic("old");
    await session.send("a", "to itself");
    await session.receive();
    await assertRejects(() => call(old), StaleEpochError);
    const task = manager.scheduler.getTask("t")!;
    assertEquals([task.status, task.progress, task.spent], ["running", undefined, undefined]);
    assertEquals(manager.getAgent("a")!.status, "alive");
    assertEquals(manager.messages.topicsOf("a"), ["old"]);
    assertEquals(session.inbox().entries.map(({ isDelivered }) => isDelivered), [true]);
    assertEquals(manager.checkPaths(["src/*"]).isFree, true);
    assertEquals(manager.scheduler.getTask("c"), undefined);
    assertEquals(manager.resources.holderOf("r"), "a");
    assertEquals([manager.resources.isLocked("free"), manager.messages.peek("b")], [false, []]);
    await manager.shutdown({ graceMs: 0 });
  });

  Deno.test(`${name}() rejects once the manager is closed`, async () => {
    const { manager } = managed();
    const session = await manager.registerAgent({ id: "a" });
    await manager.shutdown();
    await assertRejects(() => call(session), ClosedError);
  });
}

Deno.test("a session names the claim that it means, and an earlier one is refused", async () => {
  const { manager } = managed();
  const session = await manager.registerAgent({ id: "a" });
  await manager.assignTask({ id: "t" }, "a");
  const { epoch } = manager.scheduler.getTask("t")!;
  const stale = epoch + 1;
  await assertRejects(() => session.start("t", stale), StaleEpochError);
  await session.start("t", epoch);
  await assertRejects(() => session.progress("t", 0.5, stale), StaleEpochError);
  await assertRejects(() => session.complete("t", "done", stale), StaleEpochError);
  await assertRejects(() => session.fail("t", new Error("no"), stale), StaleEpochError);
  const lock = await session.acquire("r");
  await assertRejects(() => session.release("r", lock.epoch + 1), StaleEpochError);
  await session.release("r", lock.epoch);
  await session.complete("t", "done", epoch);
  assertEquals(manager.scheduler.getTask("t")!.output, "done");
  await manager.shutdown();
});

Deno.test("a session hands on what a lock, a message or a request is to be like", async () => {
  const { manager, clock } = managed();
  const session = await manager.registerAgent({ id: "a" });
  await manager.acquireResource("r", "z");
  const waiting = assertRejects(() => session.acquire("r", { timeoutMs: 20 }), LockTimeoutError);
  const asked = assertRejects(
    () => session.request("b", "?", { timeoutMs: 20 }),
    ResponseTimeoutError,
  );
  await clock.advance(20);
  await waiting;
  await asked;
  await session.send("b", "hello", { type: "greeting" });
  assertEquals(manager.messages.peek("b").map(({ type }) => type).at(-1), "greeting");
  await manager.shutdown();
});

Deno.test("malformed arguments are refused by a session as they are by the part that they are for", async () => {
  const { manager } = managed();
  const session = await manager.registerAgent({ id: "a" });
  const calls = [
    () => session.start(7 as never),
    () => session.acquire("" as never),
    () => session.acquire("r", { leaseMs: -5 }),
    () => session.send("", "hello"),
    () => session.complete("t", 1, -1),
  ];
  for (const call of calls) {
    const error = await call().then(() => undefined, (error) => error);
    assertEquals(error instanceof TypeError || error instanceof RangeError, true, `${error}`);
  }
  await manager.acquireResource("r", "someone else"); // nobody acts for `a` any more
  assertEquals(manager.resources.holderOf("r"), "someone else");
  await manager.shutdown();
});

Deno.test("a handler that hears of what a session did acts for itself, not for the session", async () => {
  const { manager, eventBus } = managed();
  const session = await manager.registerAgent({ id: "a" });
  const heard: string[] = [];
  eventBus.on("resource:acquired", ({ resourceId }) => {
    heard.push(resourceId);
    if (resourceId === "r") {
      void manager.removeAgent("a");
      void manager.acquireResource("s", "other");
    }
  });
  const lock = await session.acquire("r");
  assertEquals([lock.signal.aborted, heard], [true, ["r", "s"]]);
  assertEquals(manager.resources.holderOf("s"), "other");
  await assertRejects(() => session.heartbeat(), UnknownAgentError);
  await manager.shutdown();
});

Deno.test("a known agent that is registered again goes on with its life, its tasks and its locks", async () => {
  const { manager, clock } = managed({ agents: { heartbeatTimeoutMs: 1_000 } });
  const session = await manager.registerAgent({ id: "a", maxConcurrentTasks: 1 });
  await manager.assignTask({ id: "t" }, "a");
  await manager.assignTask({ id: "u" }, "a");
  await session.start("t");
  await session.acquire("r");
  await clock.advance(600);
  assertEquals(manager.getAgent("a")!.status, "suspect");
  const again = await manager.registerAgent({ id: "a", maxConcurrentTasks: 2 });
  assertEquals(again.incarnation, session.incarnation);
  assertEquals(manager.getAgent("a")!.status, "alive");
  assertEquals(manager.scheduler.getTask("t")!.status, "running");
  assertEquals(manager.resources.holderOf("r"), "a");
  await session.complete("t", "done");
  await again.start("u");
  await manager.shutdown({ graceMs: 0 });
});

Deno.test("an agent that comes back after it was given up begins another life with what waits for it", async () => {
  const { manager, clock } = managed({ agents: { heartbeatTimeoutMs: 1_000 } });
  const session = await manager.registerAgent({ id: "a" });
  await manager.submit({ id: "t" });
  await session.start("t");
  await clock.advance(1_000);
  assertEquals(manager.scheduler.getTask("t")!.status, "ready");
  const again = await manager.registerAgent({ id: "a" });
  assertEquals(again.incarnation > session.incarnation, true);
  await assertRejects(() => session.complete("t", "late"), StaleEpochError);
  await again.start("t");
  await again.complete("t", "done");
  assertEquals(manager.scheduler.getTask("t")!.output, "done");
  await manager.shutdown();
});

Deno.test("an agent can't act on the claim of another one, with its epoch or with none", async () => {
  await using manager = new CoordinationManager();
  const [own, foreign] = [
    await manager.registerAgent({ id: "own" }),
    await manager.registerAgent({ id: "foreign" }),
  ];
  await manager.assignTask({ id: "t1" }, "own");
  const { epoch } = manager.scheduler.getTask("t1")!;
  for (const given of [undefined, epoch]) {
    const calls = [
      () => foreign.start("t1", given),
      () => foreign.heartbeatTask("t1", given),
      () => foreign.progress("t1", 1, given),
      () => foreign.note("t1", "x", given),
      () => foreign.spend("t1", {}, given),
      () => foreign.submit("t1", { id: "child" }, given),
      () => foreign.complete("t1", 1, given),
      () => foreign.fail("t1", "x", given),
      () => foreign.snooze("t1", 1, given),
      () => foreign.block("t1", "?", given),
      () => foreign.releaseTask("t1", given),
      () => foreign.acquireFor({ taskId: "t1", epoch }, "db"),
    ];
    for (const call of calls) await assertRejects(call, StaleEpochError);
  }
  await own.start("t1");
  await own.complete("t1");
  assertEquals(manager.scheduler.getTask("t1")?.status, "completed");
});

Deno.test("session() returns the calls of a member, also after a restart", async () => {
  const journal = new MemoryJournal();
  const before = new CoordinationManager({ journal });
  await before.initialize();
  const { incarnation } = await before.registerAgent({ id: "a", mode: "pull" });
  await before.submit({ id: "t1" });
  const claim = await before.session("a").claim();
  await before.shutdown({ graceMs: 0 });

  await using manager = new CoordinationManager({ journal });
  await manager.initialize();
  const agent = manager.session("a", incarnation);
  await agent.complete("t1", "done", claim?.epoch);
  assertEquals(manager.scheduler.getTask("t1")?.output, "done");
  assertThrows(() => manager.session("a", incarnation + 1), StaleEpochError);
  assertThrows(() => manager.session("b"), UnknownAgentError);
});

Deno.test("a session sends, lists, receives, acks and answers messages as its agent", async () => {
  const { manager, clock } = managed();
  const [a, b] = [
    await manager.registerAgent({ id: "a" }),
    await manager.registerAgent({ id: "b" }),
  ];
  await b.subscribeTopic("news");
  assertEquals((await a.broadcast(1, { type: "all" })).map(({ to }) => to), ["b"]);
  assertEquals((await a.publish("news", 2)).map(({ to }) => to), ["b"]);
  await b.unsubscribeTopic("news");
  assertEquals(await a.publish("news", 3), []);
  const { entries } = b.inbox({ limit: 5 });
  assertEquals(entries.map(({ message: { from, type, payload } }) => [from, type, payload]), [
    ["a", "all", 1],
    ["a", "topic", 2],
  ]);
  await b.ack((await b.receive())!.epoch);
  await b.nack((await b.receive())!.epoch);
  const redelivered = b.receive({ waitMs: 5_000 });
  await clock.advance(5_000);
  const again = await redelivered;
  assertEquals([again?.message.payload, again?.attempt], [2, 2]);
  await b.ack(again!.epoch);
  assertEquals(b.inbox().entries, []);
  await assertRejects(() => b.ack(again!.epoch), StaleEpochError);

  const answered = a.request("b", "?");
  const asked = await b.receive();
  assertEquals(await b.sendResponse(asked!.message.id, "yes"), true);
  assertEquals(await answered, "yes");
  await b.ack(asked!.epoch);
  const rejected = assertRejects(() => a.request("b", "!"), UnansweredError);
  const other = await b.receive();
  assertEquals(await b.rejectRequest(other!.message.id, new Error("no")), true);
  await rejected;
  await manager.shutdown();
});

Deno.test("a session holds locks for an attempt, which end with it and are not its agent's", async () => {
  const { manager, clock } = managed();
  const agent = await manager.registerAgent({ id: "a" });
  await manager.assignTask({ id: "t" }, "a");
  const attempt = { taskId: "t", epoch: manager.scheduler.getTask("t")!.epoch };
  const calls = [
    () => agent.acquireFor(attempt, "db"),
    () => agent.acquirePathsFor(attempt, ["src/*"]),
  ];
  for (const call of calls) await assertRejects(call, StaleEpochError); // it has not started
  await agent.start("t");
  const lock = await agent.acquireFor(attempt, "db", { leaseMs: 60_000 });
  const paths = await agent.acquirePathsFor(attempt, ["src/*"]);
  assertEquals(manager.resources.holdersOf("db").map(({ taskId }) => taskId), ["t"]);
  assertEquals(await agent.tryAcquire("db"), undefined);
  await assertRejects(() => agent.release("db"));
  assertEquals(await agent.renew("db", 120_000, lock.epoch), clock.now() + 120_000);
  await agent.release("db", lock.epoch);
  assertEquals(manager.resources.isLocked("db"), false);

  await agent.heartbeatTask("t");
  await agent.releaseTask("t", attempt.epoch, "another one is to do it");
  assertEquals(paths.signal.aborted, true);
  assertEquals(manager.checkPaths(["src/*"]).isFree, true);
  const { attempts, epoch } = manager.scheduler.getTask("t")!;
  assertEquals([attempts, epoch > attempt.epoch], [0, true]);
  await assertRejects(() => agent.releaseTask("t", attempt.epoch), StaleEpochError);
  for (const call of calls) await assertRejects(call, StaleEpochError);
  await manager.shutdown();
});
