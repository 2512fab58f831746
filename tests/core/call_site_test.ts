/** The errors that end a wait show the function that waited in their stack. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { CallTimeoutError } from "../../src/breakers/errors.ts";
import {
  CircuitBreaker,
  ConflictResolver,
  CoordinationManager,
  DeadlockError,
  EventBus,
  EventTimeoutError,
  LimitError,
  LockTimeoutError,
  MemoryJournal,
  MessageRouter,
  ResourceManager,
  ResponseTimeoutError,
  TaskCancelledError,
  TaskFailedError,
  UndecidedConflictError,
} from "../../mod.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { DuplicateTaskError } from "../../src/tasks/errors.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

/** Waits for what the test is about; its name has to be in the stack. */
async function theWaitingCaller(call: () => Promise<unknown>): Promise<unknown> {
  return await call();
}

/** Requires that `call` rejects with an error of `kind` that shows its caller, after `ms`. */
async function requireCaller(
  call: () => Promise<unknown>,
  kind: abstract new (...args: never[]) => Error,
  clock: SimulatedClock,
  ms = 0,
): Promise<Error> {
  const caught = theWaitingCaller(call).then(() => undefined, (error) => error);
  await clock.advance(ms);
  const error = await caught;
  assertInstanceOf(error, kind);
  const [header] = error.stack!.split("\n");
  assertEquals(header, `${kind.name}: ${error.message}`);
  assert(error.stack!.includes("theWaitingCaller"), error.stack);
  return error;
}

function setting() {
  const clock = new SimulatedClock();
  const bus = new EventBus(false, { clock, logger: silentLogger });
  return { clock, bus };
}

Deno.test("a LockTimeoutError shows the caller of acquire() and names the holders", async () => {
  for (const journal of [undefined, new MemoryJournal()]) {
    const { clock, bus } = setting();
    const locks = new ResourceManager({}, bus, silentLogger, {
      clock,
      ...(journal && { journal }),
    });
    await locks.initialize();
    await locks.acquire("r", "a");
    const error = await requireCaller(
      () => locks.acquire("r", "b", { timeoutMs: 50 }),
      LockTimeoutError,
      clock,
      50,
    ) as LockTimeoutError;
    assertEquals(error.holders, ["a"]);
    assertEquals(
      error.message,
      'Cannot acquire "r" for agent "b": the lock must become free within 50 ms; ' +
        'it is held by "a"',
    );
    await locks.shutdown();
  }
});

Deno.test("a LockTimeoutError of several locks names all holders, the longest one first", async () => {
  const { clock, bus } = setting();
  const locks = new ResourceManager({}, bus, silentLogger, { clock });
  await locks.acquire("s", "b");
  await locks.acquire("r", "a", { mode: "shared" });
  await locks.acquire("r", "b", { mode: "shared" });
  const error = await requireCaller(
    () => locks.acquireAll(["r", "s"], "c", { timeoutMs: 50 }),
    LockTimeoutError,
    clock,
    50,
  ) as LockTimeoutError;
  assertEquals(error.holders, ["b", "a"]);
  await locks.shutdown();
});

Deno.test("a DeadlockError shows the caller, whichever wait is the victim", async () => {
  for (const priority of [0, 5]) {
    const { clock, bus } = setting();
    const locks = new ResourceManager({}, bus, silentLogger, { clock });
    await locks.acquire("r", "a");
    await locks.acquire("s", "b");
    const first = () => locks.acquire("s", "a", { priority: 1 });
    const second = () => locks.acquire("r", "b", { priority });
    const other = priority === 0 ? first() : undefined;
    if (priority === 0) await requireCaller(second, DeadlockError, clock);
    else {
      const victim = requireCaller(first, DeadlockError, clock);
      void second().catch(() => {});
      await victim;
    }
    void other?.catch(() => {});
    await locks.shutdown();
  }
});

Deno.test("a refusal of acquire() shows the caller", async () => {
  const { clock, bus } = setting();
  const locks = new ResourceManager({ maxWaiters: 1 }, bus, silentLogger, { clock });
  await locks.acquire("r", "a");
  void locks.acquire("r", "b").catch(() => {});
  await requireCaller(() => locks.acquire("r", "c"), LimitError, clock);
  await locks.shutdown();
});

Deno.test("the error of a session, of a request and of a task show their caller", async () => {
  const { clock, bus } = setting();
  const manager = new CoordinationManager({}, bus, silentLogger, { clock });
  const session = await manager.registerAgent({ id: "x" });
  await manager.acquireResource("r", "y");
  await requireCaller(() => session.acquire("r", { timeoutMs: 9 }), LockTimeoutError, clock, 9);
  await requireCaller(() => session.request("y", "?", 9), ResponseTimeoutError, clock, 9);
  const failing = await manager.assignTask({ id: "t", retries: 0, timeoutMs: 9 }, "x");
  await session.start("t");
  const failed = await requireCaller(() => failing.result, TaskFailedError, clock, 9);
  assertEquals((failed.cause as Error).name, "TaskTimeoutError");
  await requireCaller(() => failing.result, TaskFailedError, clock);
  const cancelled = await manager.submit({ id: "u" });
  await cancelled.cancel();
  await requireCaller(() => cancelled.result, TaskCancelledError, clock);
  await manager.shutdown({ graceMs: 0 });
});

Deno.test("a refusal that waits for a journal shows the caller", async () => {
  const { clock, bus } = setting();
  const journal = new MemoryJournal();
  const manager = new CoordinationManager({}, bus, silentLogger, { clock, journal });
  await manager.initialize();
  await manager.submit({ id: "t" });
  await requireCaller(() => manager.submit({ id: "t" }), DuplicateTaskError, clock);
  const lastly = manager.shutdown({ graceMs: 0 });
  await clock.runUntilIdle();
  await lastly;
});

Deno.test("an EventTimeoutError shows the caller of waitFor()", async () => {
  const { clock, bus } = setting();
  await requireCaller(() => bus.waitFor("system:ready", 9), EventTimeoutError, clock, 9);
});

Deno.test("a CallTimeoutError shows the caller of execute()", async () => {
  const { clock, bus } = setting();
  const breaker = new CircuitBreaker("b", {}, silentLogger, bus, { clock });
  const forever = () => new Promise(() => {});
  const call = () => breaker.execute(forever, { timeoutMs: 9 });
  await requireCaller(call, CallTimeoutError, clock, 9);
  await breaker.shutdown();
});

Deno.test("the error of a vote without a quorum shows the caller that waited", async () => {
  const { clock, bus } = setting();
  const conflicts = new ConflictResolver(silentLogger, bus, { clock });
  const { id } = await conflicts.reportResourceConflict("r", ["a", "b"]);
  await conflicts.openVote(id, { electorate: ["x", "y"], quorum: 2, timeoutMs: 9 });
  await requireCaller(() => conflicts.resolutionOf(id), UndecidedConflictError, clock, 9);
  await conflicts.shutdown();
});

Deno.test("the error of a request shows the caller also without a promise in between", async () => {
  const { clock, bus } = setting();
  const router = new MessageRouter({}, bus, silentLogger, { clock });
  const ask = () => router.sendWithResponse("a", "b", "?", 9);
  await requireCaller(ask, ResponseTimeoutError, clock, 9);
  await requireCaller(() => Promise.all([ask(), ask()]), ResponseTimeoutError, clock, 9);
  await router.shutdown();
});
