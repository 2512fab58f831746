import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  type ConflictResolutionStrategy,
  ConflictResolver,
  type ConflictResolverOptions,
  OptimisticLockManager,
  PriorityResolutionStrategy,
} from "../../src/conflicts/mod.ts";
import { conflictMachine } from "../../src/conflicts/machine.ts";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError, LimitError, UninitializedError } from "../../src/core/errors.ts";
import {
  UndecidedConflictError,
  UnknownConflictError,
  VoteError,
} from "../../src/conflicts/errors.ts";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

function create(options: ConflictResolverOptions = {}): {
  resolver: ConflictResolver;
  eventBus: EventBus;
  clock: SimulatedClock;
} {
  const clock = new SimulatedClock(1_000);
  const eventBus = new EventBus(false, { clock });
  return {
    resolver: new ConflictResolver(silentLogger, eventBus, { clock, ...options }),
    eventBus,
    clock,
  };
}

const PRIORITIES = { agentPriorities: new Map([["a", 10], ["b", 5]]) };

Deno.test("the reference's example resolves by priority and emits conflict:resolved", async () => {
  const { resolver, eventBus } = create();
  const seen: unknown[] = [];
  eventBus.on("conflict:resolved", ({ conflict, resolution }) => {
    seen.push([conflict.id, resolution.winner, resolution.type]);
  });
  resolver.registerStrategy(new PriorityResolutionStrategy());
  const conflict = await resolver.reportResourceConflict("shared-file", ["a", "b", "c"]);
  assertEquals(conflict, {
    id: "conflict-1",
    resourceId: "shared-file",
    agents: ["a", "b", "c"],
    timestamp: 1_000,
    resolved: false,
  });
  const resolution = await resolver.resolveConflict(conflict.id, "priority", PRIORITIES);
  assertEquals(resolution, {
    type: "priority",
    winner: "a",
    losers: ["b", "c"],
    reason: "it has the highest priority, 10",
    timestamp: 1_000,
  });
  assertEquals(seen, [["conflict-1", "a", "priority"]]);
  assertEquals(resolver.getConflict(conflict.id)?.resolution, resolution);
});

Deno.test("C2-two-resolutions-of-one-conflict: both callers get the first one, with one event", async () => {
  const { resolver, eventBus } = create();
  let resolved = 0;
  eventBus.on("conflict:resolved", () => void resolved++);
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  const reversed = { agentPriorities: new Map([["a", 1], ["b", 2]]) };
  const [first, second] = await Promise.all([
    resolver.resolveConflict(id, "priority", PRIORITIES),
    resolver.resolveConflict(id, "priority", reversed),
  ]);
  assertEquals([first.winner, second], ["a", first]);
  assertEquals(await resolver.resolveConflict(id, "priority", reversed), first);
  assertEquals(await resolver.autoResolve(id), first);
  assertEquals(resolved, 1);
});

Deno.test("C1-priorities-invented-by-position: autoResolve() rejects until facts are known", async () => {
  const { resolver } = create();
  const { id } = await resolver.reportTaskConflict("t", ["a", "b"], "dependency");
  const error = await assertRejects(() => resolver.autoResolve(id), UndecidedConflictError);
  assertEquals([error.code, error.conflictId], ["undecided-conflict", id]);
  await assertRejects(() => resolver.autoResolve(id, "vote"), UndecidedConflictError, "openVote()");
  await resolver.recordRequest("task", "t", "a", new Date(2_000));
  await resolver.recordRequest("task", "t", "b");
  assertEquals((await resolver.autoResolve(id)).winner, "b");
});

Deno.test("autoResolve() passes the known facts to a strategy of the user", async () => {
  const { resolver } = create();
  const seen: unknown[] = [];
  resolver.registerStrategy({
    name: "mine",
    resolve: (conflict, context) => {
      seen.push(context.agentPriorities, context.requestTimestamps);
      return Promise.resolve({ type: "manual", winner: conflict.agents[1]!, reason: "mine" });
    },
  });
  await resolver.setAgentPriority("a", 3);
  await resolver.recordRequest("resource", "r", "b", 7);
  const { id } = await resolver.reportResourceConflict("r", ["a", "b", "c"]);
  const { winner, losers } = await resolver.autoResolve(id, "mine");
  assertEquals([winner, losers], ["b", ["a", "c"]]);
  assertEquals(seen, [new Map([["a", 3]]), new Map([["b", 7]])]);
  assertEquals(resolver.getStats().resolutionsByStrategy, { mine: 1 });
});

Deno.test("a strategy of the user replaces a built-in one, also for autoResolve()", async () => {
  const { resolver } = create();
  class LowestFirst extends PriorityResolutionStrategy {
    override resolve() {
      return { type: "priority", winner: "b", reason: "lowest" } as const;
    }
  }
  resolver.registerStrategy(new LowestFirst());
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  assertEquals((await resolver.autoResolve(id)).reason, "lowest");
});

Deno.test("a strategy that throws, or decides nonsense, leaves the conflict open", async () => {
  const { resolver } = create();
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  const nonsense: [unknown, string][] = [
    [undefined, "the decision of the strategy must be an object, got undefined"],
    [{ type: "luck", reason: "" }, 'type must be one of "priority"'],
    [{ type: "manual", winner: "c" }, 'winner and losers must be agents of the conflict, got "c"'],
    [{ type: "manual", winner: "a", losers: ["a"] }, 'the winner must not lose, got "a"'],
  ];
  for (const [decision, rule] of nonsense) {
    const strategy = { name: "odd", resolve: () => decision } as ConflictResolutionStrategy;
    resolver.registerStrategy(strategy);
    await assertRejects(() => resolver.resolveConflict(id, "odd"), Error, rule);
  }
  const thrown = new Error("mine");
  resolver.registerStrategy({
    name: "odd",
    resolve: () => {
      throw thrown;
    },
  });
  assertEquals(await assertRejects(() => resolver.resolveConflict(id, "odd")), thrown);
  assertEquals(resolver.getActiveConflicts().map((conflict) => conflict.id), [id]);
});

Deno.test("a resolution may have no winner and no losers", async () => {
  const { resolver } = create();
  resolver.registerStrategy({ name: "again", resolve: () => ({ type: "retry", reason: "busy" }) });
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  const resolution = await resolver.resolveConflict(id, "again");
  assertEquals(resolution, { type: "retry", reason: "busy", timestamp: 1_000 });
});

Deno.test("malformed arguments are refused before anything happens", async () => {
  const { resolver } = create();
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  await assertRejects(
    () => resolver.reportResourceConflict("r", ["a", "a"]),
    RangeError,
    'Cannot report a conflict over resource "r": agents must be two or more different ones, got 1',
  );
  await assertRejects(
    () => resolver.reportTaskConflict("t", ["a", "b"], "taste" as never),
    RangeError,
    'type must be one of "assignment"',
  );
  await assertRejects(
    () => resolver.resolveConflict(id, "luck"),
    RangeError,
    'strategy must be one of "priority", "timestamp", "vote", got "luck"',
  );
  await assertRejects(() => resolver.resolveConflict("conflict-9", "vote"), UnknownConflictError);
  await assertRejects(() => resolver.openVote(id, { electorate: [] }), RangeError, "electorate");
  await assertRejects(() => resolver.openVote(id, { quorum: 3 }), RangeError, "quorum");
  await assertRejects(() => resolver.setAgentPriority("a", NaN), RangeError, "priority");
  assertThrows(() => resolver.registerStrategy({ name: "x" } as never), TypeError, "resolve");
  assertThrows(() => new ConflictResolver(silentLogger, undefined, { maxActive: 0 }), RangeError);
  assertThrows(() => new ConflictResolver({} as never), TypeError, "logger");
  assertEquals(resolver.getStats().totalConflicts, 1);
});

Deno.test("a full table rejects with a LimitError", async () => {
  const { resolver } = create({ maxActive: 1, maxParties: 1 });
  await resolver.reportResourceConflict("r", ["a", "b"]);
  const error = await assertRejects(
    () => resolver.reportResourceConflict("s", ["a", "b"]),
    LimitError,
  );
  assertEquals(error.limit, 1);
  await resolver.setAgentPriority("a", 1);
  await assertRejects(() => resolver.setAgentPriority("b", 1), LimitError);
  await resolver.forgetAgent("a");
  await resolver.setAgentPriority("b", 1);
});

Deno.test("a vote resolves the calls that wait for it, and that of the deciding voter", async () => {
  const { resolver } = create();
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  const vote = await resolver.openVote(id, { electorate: ["x", "y", "z"] });
  assertEquals(vote, {
    conflictId: id,
    electorate: ["x", "y", "z"],
    quorum: 2,
    closesAt: 31_000,
  });
  const waiting = resolver.resolutionOf(id);
  assertEquals(await resolver.vote(id, "x", "b"), undefined);
  const resolution = await resolver.vote(id, "y", "b");
  assertEquals([resolution?.type, resolution?.winner], ["vote", "b"]);
  assertEquals(await waiting, resolution);
  const error = await assertRejects(() => resolver.vote(id, "z", "a"), VoteError);
  assertEquals([error.reason, error.message], [
    "resolved",
    `Cannot vote on conflict "${id}": the conflict must be open`,
  ]);
});

Deno.test("a vote that ends at its deadline rejects the calls that wait, and leaves no timer", async () => {
  const { resolver, clock } = create({ voteTimeoutMs: 50 });
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  await resolver.openVote(id);
  const waiting = assertRejects(() => resolver.resolutionOf(id), UndecidedConflictError, "quorum");
  await clock.advance(50);
  await waiting;
  assertEquals(clock.pending, 0);
  assertEquals(resolver.getConflict(id)?.resolved, false);
});

Deno.test("resolutionOf() ends by its signal, by shutdown, or at once", async () => {
  const { resolver, clock } = create();
  const { id } = await resolver.reportResourceConflict("r", ["a", "b"]);
  await resolver.openVote(id);
  const controller = new AbortController();
  const cancelled = resolver.resolutionOf(id, { signal: controller.signal });
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await assertRejects(() => cancelled), reason);
  assertEquals(
    await assertRejects(() => resolver.resolutionOf(id, { signal: controller.signal })),
    reason,
  );
  await assertRejects(() => resolver.resolutionOf("conflict-9"), UnknownConflictError);
  const closed = assertRejects(() => resolver.resolutionOf(id), ClosedError);
  await resolver.shutdown();
  await closed;
  assertEquals(clock.pending, 0);
  await assertRejects(() => resolver.autoResolve(id), ClosedError);
  assertThrows(() => resolver.getActiveConflicts(), ClosedError);
});

Deno.test("history, cleanup and statistics show the resolved conflicts, newest first", async () => {
  const { resolver, clock } = create();
  for (const [task, type] of [["__proto__", "output"], ["t", "assignment"]] as const) {
    const { id } = await resolver.reportTaskConflict(task, ["a", "b"], type);
    await resolver.resolveConflict(id, "priority", PRIORITIES);
    await clock.advance(100);
  }
  await resolver.reportResourceConflict("r", ["a", "b"]);
  const ids = (limit?: number) => resolver.getConflictHistory(limit).map(({ id }) => id);
  assertEquals(ids(), ["conflict-2", "conflict-1"]);
  assertEquals(ids(1), ["conflict-2"]);
  assertEquals(ids(0), []);
  assertEquals(resolver.getStats(), {
    totalConflicts: 3,
    activeConflicts: 1,
    resolvedConflicts: 2,
    resolutionsByStrategy: { priority: 2 },
    conflictsByType: { resource: 1, assignment: 1, dependency: 0, output: 1 },
  });
  assertEquals(resolver.cleanupOldConflicts(100), 1);
  assertEquals(ids(), ["conflict-2"]);
  assertEquals(resolver.getActiveConflicts().length, 1);
});

Deno.test("with a journal, conflicts, known facts and versions outlive the process", async () => {
  const journal = new MemoryJournal();
  const first = create({ journal }).resolver;
  await assertRejects(() => first.reportResourceConflict("r", ["a", "b"]), UninitializedError);
  await first.initialize();
  const { id } = await first.reportResourceConflict("r", ["a", "b"]);
  await first.setAgentPriority("a", 1);
  await first.setAgentPriority("b", 2);
  await first.shutdown();

  await using second = create({ journal }).resolver;
  await second.initialize();
  assertEquals(second.getActiveConflicts().map((conflict) => conflict.id), [id]);
  assertEquals((await second.autoResolve(id)).winner, "b");

  const versionLog = new MemoryJournal();
  const writer = new OptimisticLockManager(silentLogger, undefined, { journal: versionLog });
  await writer.initialize();
  assert(await writer.validateAndUpdate("r", "a", 0));
  await writer.shutdown();
  await using reader = new OptimisticLockManager(silentLogger, undefined, { journal: versionLog });
  await reader.initialize();
  assertEquals(reader.currentVersion("r"), 1);
});

Deno.test("C4-second-reader-evicts-the-first: the second to commit gets the new version", async () => {
  const clock = new SimulatedClock();
  await using versions = new OptimisticLockManager(silentLogger, undefined, { clock });
  assertEquals(await versions.acquireLock("r", "a"), 0);
  assertEquals(await versions.acquireLock("r", "b"), 0);
  assertEquals(await versions.validateAndUpdate("r", "a", 0), true);
  assertEquals(await versions.tryUpdate("r", "b", 0), { ok: false, version: 1 });
  assertEquals(await versions.tryUpdate("r", "b", 1), { ok: true, version: 2 });
  assertEquals(versions.currentVersion("r"), 2);
  assertEquals(versions.currentVersion("never"), 0);
});

Deno.test("readings are released, and stale ones cleaned up and counted", async () => {
  const clock = new SimulatedClock();
  await using versions = new OptimisticLockManager(silentLogger, undefined, { clock });
  await versions.acquireLock("r", "a");
  await versions.acquireLock("r", "b");
  versions.releaseLock("r", "b");
  versions.releaseLock("r", "b");
  await clock.advance(100);
  await versions.acquireLock("s", "a");
  assertEquals(versions.cleanupStaleLocks(100), 0);
  await clock.advance(1);
  assertEquals(versions.cleanupStaleLocks(100), 1);
  assertEquals(versions.cleanupStaleLocks(100), 0);
  const error = await assertRejects(() => versions.tryUpdate("r", "a", -1), RangeError);
  assertMatch(error.message, /^Cannot update "r" for agent "a": expectedVersion must be /);
});

Deno.test("several façades may share one running machine", async () => {
  const clock = new SimulatedClock();
  await using engine = new Engine(conflictMachine(), { clock });
  const host = { dispatcher: engine, state: () => engine.state };
  const one = new ConflictResolver(silentLogger, undefined, { host });
  const two = new ConflictResolver(silentLogger, undefined, { host });
  const { id } = await one.reportResourceConflict("r", ["a", "b"]);
  const waiting = two.resolutionOf(id);
  await one.resolveConflict(id, "priority", PRIORITIES);
  assertEquals((await waiting).winner, "a");
  await one.shutdown();
  assertEquals(two.getStats().resolvedConflicts, 1);
});

Deno.test("a release that the journal did not store is sent again", async () => {
  const clock = new SimulatedClock();
  const eventBus = new EventBus(false, { clock });
  const journal = new FaultyJournal(new MemoryJournal());
  let released = 0;
  eventBus.on("version:released", () => void released++);
  await using versions = new OptimisticLockManager(silentLogger, eventBus, { clock, journal });
  await versions.initialize();
  await versions.acquireLock("r", "a");
  journal.fail(1);
  versions.releaseLock("r", "a");
  await clock.advance(999);
  assertEquals(released, 0);
  await clock.advance(1);
  assertEquals(released, 1);
});

Deno.test("a resolver that was closed before it was initialized stays closed", async () => {
  const { resolver } = create({ journal: new MemoryJournal() });
  await resolver.shutdown();
  await assertRejects(() => resolver.initialize(), ClosedError);
  await assertRejects(() => resolver.reportResourceConflict("r", ["a", "b"]), ClosedError);
});
