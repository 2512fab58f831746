/** A clean shutdown on a log leaves what a crash leaves, for each façade. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AdvancedTaskScheduler,
  ClosedError,
  type CommandLog,
  ConflictResolver,
  CoordinationManager,
  type LogEntry,
  MemoryLog,
  MessageRouter,
  OptimisticLockManager,
  OutcomeUnknownError,
  ResourceManager,
  TaskScheduler,
  WorkStealingCoordinator,
} from "../../mod.ts";
import { silentLogger } from "../../machine.ts";
import { EventBus } from "../../mod.ts";
import { FaultyLog, SimulatedClock } from "../../src/testing/mod.ts";

// deno-lint-ignore no-explicit-any -- the commands of any façade
type AnyLog = CommandLog<any>;
type Entries = readonly LogEntry<unknown>[];

interface Facade {
  initialize(): Promise<void>;
  shutdown(options?: { graceMs: number }): Promise<void>;
}

/** Makes a façade on a log, and uses it in ways that a shutdown ends. */
interface Case {
  readonly name: string;
  readonly make: (clock: SimulatedClock, log: AnyLog) => Facade;
  readonly use: (facade: never) => Promise<unknown>;
}

const never = () => new Promise<never>(() => {});

function ignored(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

function caseOf<Each extends Facade>(
  name: string,
  make: (clock: SimulatedClock, log: AnyLog) => Each,
  use: (facade: Each) => Promise<unknown>,
): Case {
  return { name, make, use };
}

async function useTasks(scheduler: AdvancedTaskScheduler): Promise<void> {
  await scheduler.registerAgent({ id: "inside" }, never);
  await scheduler.registerAgent({ id: "outside" });
  await scheduler.assignTask({ id: "running", resources: ["db"], timeoutMs: 60_000 }, "inside");
  await scheduler.assignTask({ id: "queued" }, "inside");
  await scheduler.assignTask({ id: "elsewhere", resources: ["disk"] }, "outside");
  await scheduler.start("elsewhere");
  await scheduler.submit({ id: "waiting", dependencies: ["running"] });
  await useLocks(scheduler.resources);
}

async function useLocks(locks: ResourceManager): Promise<void> {
  await locks.acquire("r", "a");
  ignored(locks.acquire("r", "b"));
  ignored(locks.acquireAll(["r", "s"], "c"));
}

function useMessages(router: MessageRouter): Promise<unknown> {
  router.subscribe("a", never);
  ignored(router.sendWithResponse("b", "a", "?"));
  return router.send("b", "a", 1);
}

async function useConflicts(resolver: ConflictResolver): Promise<void> {
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  ignored(resolver.openVote(id, { electorate: ["a", "b"], quorum: 1 }));
  ignored(resolver.resolutionOf(id));
}

const CASES: readonly Case[] = [
  caseOf(
    "ResourceManager",
    (clock, log) => new ResourceManager({}, undefined, silentLogger, { clock, log }),
    useLocks,
  ),
  caseOf(
    "TaskScheduler",
    (clock, log) => new TaskScheduler({}, new EventBus(), silentLogger, { clock, log }),
    async (scheduler) => {
      await scheduler.assignTask({ id: "t", resources: ["db"] }, "outside");
      await scheduler.start("t");
      await useLocks(scheduler.resources);
    },
  ),
  caseOf(
    "AdvancedTaskScheduler",
    (clock, log) => new AdvancedTaskScheduler({}, new EventBus(), silentLogger, { clock, log }),
    useTasks,
  ),
  caseOf(
    "MessageRouter",
    (clock, log) => new MessageRouter({}, new EventBus(), silentLogger, { clock, log }),
    useMessages,
  ),
  caseOf(
    "ConflictResolver",
    (clock, log) => new ConflictResolver(silentLogger, new EventBus(), { clock, log }),
    useConflicts,
  ),
  caseOf(
    "OptimisticLockManager",
    (clock, log) => new OptimisticLockManager(silentLogger, new EventBus(), { clock, log }),
    (versions) => versions.acquireLock("r", "a"),
  ),
  caseOf(
    "WorkStealingCoordinator",
    (clock, log) => new WorkStealingCoordinator({}, new EventBus(), silentLogger, { clock, log }),
    (stealing) => Promise.resolve(stealing.updateAgentWorkload("a", { taskCount: 1 })),
  ),
  caseOf(
    "CoordinationManager",
    (clock, log) => new CoordinationManager({}, new EventBus(), silentLogger, { clock, log }),
    async (manager) => {
      await manager.registerAgent({ id: "inside" }, never);
      await manager.registerAgent({ id: "outside" });
      await useTasks(manager.enableAdvancedScheduling());
      await useMessages(manager.messages);
      await useConflicts(manager.conflicts);
      await manager.versions.acquireLock("r", "a");
      await manager.breakers.execute("api", () => "called");
      ignored(manager.breakers.execute("api", never));
      manager.breakers.forceState("api", "open" as never);
    },
  ),
];

function entriesOf(log: AnyLog): Promise<Entries> {
  return Array.fromAsync(log.read(0)) as Promise<Entries>;
}

async function copyOf(entries: Entries): Promise<AnyLog> {
  const log: AnyLog = new MemoryLog();
  if (entries.length > 0) await log.append({ session: "copy", number: 1, entries });
  return log;
}

/** The log after a façade was started on it, a minute later. */
async function restarted({ make }: Case, log: AnyLog): Promise<Entries> {
  const clock = new SimulatedClock(60_000);
  const facade = make(clock, log);
  await facade.initialize();
  await clock.advance(0);
  return await entriesOf(log);
}

for (const each of CASES) {
  Deno.test(`shutdown() of a ${each.name} writes nothing, and the next start equals one after a crash`, async () => {
    const log: AnyLog = new MemoryLog();
    const clock = new SimulatedClock(1_000);
    const facade = each.make(clock, log);
    await facade.initialize();
    await each.use(facade as never);
    await clock.advance(0);
    const before = await entriesOf(log);
    assert(before.length > 0);
    const closed = facade.shutdown({ graceMs: 0 });
    await clock.runUntilIdle();
    await closed;
    assertEquals(await entriesOf(log), before);
    assertEquals(await restarted(each, log), await restarted(each, await copyOf(before)));
  });
}

function managed(log: AnyLog, now: number) {
  const clock = new SimulatedClock(now);
  const manager = new CoordinationManager({}, new EventBus(), silentLogger, { clock, log });
  return { clock, manager };
}

Deno.test("after a clean shutdown the next process runs what was unfinished, and accepts more", async () => {
  const log: AnyLog = new MemoryLog();
  const before = managed(log, 1_000);
  await before.manager.initialize();
  await before.manager.registerAgent({ id: "a" }, never);
  const running = await before.manager.submit({ id: "running" });
  await before.manager.submit({ id: "waiting", dependencies: ["running"] });
  const end = assertRejects(() => running.result, ClosedError);
  const closed = before.manager.shutdown({ graceMs: 100 });
  await before.clock.runUntilIdle();
  await closed;
  await end;

  const { clock, manager } = managed(log, 60_000);
  await manager.initialize();
  await manager.registerAgent({ id: "a" }, ({ id }) => `did ${id}`);
  const more = await manager.submit({ id: "more", dependencies: ["waiting"] });
  await clock.advance(0);
  assertEquals(await more.result, "did more");
  assertEquals(manager.scheduler.getTask("running")?.attempts, 1);
  assertEquals((await manager.getHealthStatus()).healthy, true);
  await manager.shutdown();
});

Deno.test("while a shutdown waits, attempts end in the log, no other begins, and nothing is accepted", async () => {
  const log: AnyLog = new MemoryLog();
  const { clock, manager } = managed(log, 1_000);
  await manager.initialize();
  const ends = new Map<string, (result: string) => void>();
  await manager.registerAgent({ id: "a" }, ({ id }) => new Promise((end) => ends.set(id, end)));
  const first = await manager.submit({ id: "first" });
  await manager.submit({ id: "second", timeoutMs: 50 });
  const closed = manager.shutdown({ graceMs: 1_000 });
  await clock.advance(0);
  for (
    const call of [
      () => manager.submit({ id: "third" }),
      () => manager.scheduler.start("second"),
      () => manager.registerAgent({ id: "b" }, never),
    ]
  ) await assertRejects(call, ClosedError, "the scheduler is closed");
  ends.get("first")!("in time");
  assertEquals(await first.result, "in time");
  await clock.advance(500); // longer than the time limit of an attempt that must not begin
  await closed;
  assertEquals([...ends.keys()], ["first"]);
  assertEquals(manager.scheduler.getTask("second")?.status, "ready");

  const next = managed(log, 60_000);
  await next.manager.initialize();
  assertEquals(next.manager.scheduler.getTask("first")?.output, "in time");
  await next.manager.registerAgent({ id: "a" }, ({ id }) => `did ${id}`);
  await next.clock.advance(0);
  assertEquals(next.manager.scheduler.getTask("second")?.output, "did second");
  await next.manager.shutdown();
});

Deno.test("an attempt that goes on when the time of a shutdown is over is aborted, and not reported", async () => {
  const log: AnyLog = new MemoryLog();
  const { clock, manager } = managed(log, 1_000);
  await manager.initialize();
  let signal: AbortSignal | undefined;
  await manager.registerAgent({ id: "a" }, (_task, context) => {
    signal = context.signal;
    return new Promise((_, reject) => {
      context.signal.addEventListener("abort", () => reject(context.signal.reason));
    });
  });
  await manager.submit({ id: "t" });
  await clock.advance(0);
  const closed = manager.shutdown({ graceMs: 100 });
  await clock.advance(99);
  const entries = await entriesOf(log);
  assertEquals(signal?.aborted, false);
  await clock.advance(1);
  assertInstanceOf(signal?.reason, ClosedError);
  await closed;
  assertEquals(clock.pending, 0);
  assertEquals(await entriesOf(log), entries);
});

Deno.test("a shutdown ends although the log does not answer", async () => {
  const log = new FaultyLog<never>(new MemoryLog());
  const { clock, manager } = managed(log, 1_000);
  await manager.initialize();
  await manager.registerAgent({ id: "a" }, never);
  await manager.submit({ id: "t" });
  log.fail(1_000_000, new Error("The connection was lost"));
  const outcome = assertRejects(() => manager.submit({ id: "u" }), OutcomeUnknownError);
  await clock.advance(1_000);
  const { healthy, error } = await manager.getHealthStatus();
  assertEquals([healthy, error?.includes("unknown whether the log stored")], [false, true]);
  const closed = manager.shutdown({ graceMs: 100 });
  await clock.runUntilIdle();
  await closed;
  await outcome;
  assertEquals(clock.pending, 0);
});
