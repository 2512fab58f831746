/** A clean shutdown on a journal leaves what a crash leaves, for each façade. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  AdvancedTaskScheduler,
  ClosedError,
  ConflictResolver,
  CoordinationManager,
  type Journal,
  MemoryJournal,
  MessageRouter,
  OptimisticLockManager,
  OutcomeUnknownError,
  ResourceManager,
  TaskScheduler,
  WorkStealingCoordinator,
} from "../../mod.ts";
import { silentLogger } from "../../machine.ts";
import { EventBus } from "../../mod.ts";
import { journalOf, type Written, written } from "../support/journals.ts";
import { FaultyJournal, SimulatedClock } from "../../src/testing/mod.ts";

interface Facade {
  initialize(): Promise<void>;
  shutdown(options?: { graceMs: number }): Promise<void>;
}

/** Makes a façade on a journal, and uses it in ways that a shutdown ends. */
interface Case {
  readonly name: string;
  readonly make: (clock: SimulatedClock, journal: Journal) => Facade;
  readonly use: (facade: never) => Promise<unknown>;
}

const never = () => new Promise<never>(() => {});

function ignored(promise: Promise<unknown>): void {
  promise.catch(() => {});
}

function caseOf<Each extends Facade>(
  name: string,
  make: (clock: SimulatedClock, journal: Journal) => Each,
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
    (clock, journal) => new ResourceManager({}, undefined, silentLogger, { clock, journal }),
    useLocks,
  ),
  caseOf(
    "TaskScheduler",
    (clock, journal) => new TaskScheduler({}, new EventBus(), silentLogger, { clock, journal }),
    async (scheduler) => {
      await scheduler.assignTask({ id: "t", resources: ["db"] }, "outside");
      await scheduler.start("t");
      await useLocks(scheduler.resources);
    },
  ),
  caseOf(
    "AdvancedTaskScheduler",
    (clock, journal) =>
      new AdvancedTaskScheduler({}, new EventBus(), silentLogger, { clock, journal }),
    useTasks,
  ),
  caseOf(
    "MessageRouter",
    (clock, journal) => new MessageRouter({}, new EventBus(), silentLogger, { clock, journal }),
    useMessages,
  ),
  caseOf(
    "ConflictResolver",
    (clock, journal) => new ConflictResolver(silentLogger, new EventBus(), { clock, journal }),
    useConflicts,
  ),
  caseOf(
    "OptimisticLockManager",
    (clock, journal) => new OptimisticLockManager(silentLogger, new EventBus(), { clock, journal }),
    (versions) => versions.acquireLock("r", "a"),
  ),
  caseOf(
    "WorkStealingCoordinator",
    (clock, journal) =>
      new WorkStealingCoordinator({}, new EventBus(), silentLogger, { clock, journal }),
    (stealing) => Promise.resolve(stealing.updateAgentWorkload("a", { taskCount: 1 })),
  ),
  caseOf(
    "CoordinationManager",
    (clock, journal) =>
      new CoordinationManager({}, new EventBus(), silentLogger, { clock, journal }),
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

/** The journal after a façade was started on it, a minute later. */
async function restarted({ make }: Case, journal: Journal): Promise<Written[]> {
  const clock = new SimulatedClock(60_000);
  const facade = make(clock, journal);
  await facade.initialize();
  await clock.advance(0);
  return await written(journal);
}

for (const each of CASES) {
  Deno.test(`shutdown() of a ${each.name} writes nothing, and the next start equals one after a crash`, async () => {
    const journal: Journal = new MemoryJournal();
    const clock = new SimulatedClock(1_000);
    const facade = each.make(clock, journal);
    await facade.initialize();
    await each.use(facade as never);
    await clock.advance(0);
    const before = await written(journal);
    assert(before.length > 0);
    const closed = facade.shutdown({ graceMs: 0 });
    await clock.runUntilIdle();
    await closed;
    assertEquals(await written(journal), before);
    const after = await restarted(each, journal);
    const afterCrash = await restarted(each, await journalOf(before));
    assertEquals(after.map(withoutPlace), afterCrash.map(withoutPlace));
  });
}

function withoutPlace({ at, command }: Written): object {
  return { at, command };
}

function managed(journal: Journal, now: number) {
  const clock = new SimulatedClock(now);
  const manager = new CoordinationManager({}, new EventBus(), silentLogger, { clock, journal });
  return { clock, manager };
}

Deno.test("after a clean shutdown the next process runs what was unfinished, and accepts more", async () => {
  const journal: Journal = new MemoryJournal();
  const before = managed(journal, 1_000);
  await before.manager.initialize();
  await before.manager.registerAgent({ id: "a" }, never);
  const running = await before.manager.submit({ id: "running" });
  await before.manager.submit({ id: "waiting", dependencies: ["running"] });
  const end = assertRejects(() => running.result, ClosedError);
  const closed = before.manager.shutdown({ graceMs: 100 });
  await before.clock.runUntilIdle();
  await closed;
  await end;

  const { clock, manager } = managed(journal, 60_000);
  await manager.initialize();
  await manager.registerAgent({ id: "a" }, ({ id }) => `did ${id}`);
  const more = await manager.submit({ id: "more", dependencies: ["waiting"] });
  await clock.advance(0);
  assertEquals(await more.result, "did more");
  assertEquals(manager.scheduler.getTask("running")?.attempts, 1);
  assertEquals((await manager.getHealthStatus()).healthy, true);
  await manager.shutdown();
});

Deno.test("while a shutdown waits, attempts end in the journal, no other begins, and nothing is accepted", async () => {
  const journal: Journal = new MemoryJournal();
  const { clock, manager } = managed(journal, 1_000);
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

  const next = managed(journal, 60_000);
  await next.manager.initialize();
  assertEquals(next.manager.scheduler.getTask("first")?.output, "in time");
  await next.manager.registerAgent({ id: "a" }, ({ id }) => `did ${id}`);
  await next.clock.advance(0);
  assertEquals(next.manager.scheduler.getTask("second")?.output, "did second");
  await next.manager.shutdown();
});

Deno.test("an attempt that goes on when the time of a shutdown is over is aborted, and not reported", async () => {
  const journal: Journal = new MemoryJournal();
  const { clock, manager } = managed(journal, 1_000);
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
  const entries = await written(journal);
  assertEquals(signal?.aborted, false);
  await clock.advance(1);
  assertInstanceOf(signal?.reason, ClosedError);
  await closed;
  assertEquals(clock.pending, 0);
  assertEquals(await written(journal), entries);
});

Deno.test("a shutdown ends although the journal does not answer", async () => {
  const journal = new FaultyJournal(new MemoryJournal());
  const { clock, manager } = managed(journal, 1_000);
  await manager.initialize();
  await manager.registerAgent({ id: "a" }, never);
  await manager.submit({ id: "t" });
  journal.fail(1_000_000, new Error("The connection was lost"));
  const outcome = assertRejects(() => manager.submit({ id: "u" }), OutcomeUnknownError);
  await clock.advance(1_000);
  const { healthy, error } = await manager.getHealthStatus();
  assertEquals([healthy, error?.includes("unknown whether the journal stored")], [false, true]);
  const closed = manager.shutdown({ graceMs: 100 });
  await clock.runUntilIdle();
  await closed;
  await outcome;
  assertEquals(clock.pending, 0);
});
