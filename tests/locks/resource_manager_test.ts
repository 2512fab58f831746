import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  DeadlockError,
  LockAbandonedError,
  LockLostError,
  LockModeError,
  LockTimeoutError,
  NotHolderError,
} from "../../src/locks/errors.ts";
import { LimitError, StaleEpochError } from "../../src/core/errors.ts";
import { Engine } from "../../src/core/engine.ts";
import { ClosedError } from "../../src/core/errors.ts";
import { lockMachine, ResourceManager } from "../../src/locks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { managed } from "./managed.ts";
import { settle } from "../support/settle.ts";

/** Whether a promise is settled after everything that is under way has been done. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  promise.then(() => pending = false, () => pending = false);
  await settle();
  return pending;
}

Deno.test("acquire() resolves to a handle, and its release passes the lock on", async () => {
  await using fixture = managed();
  const { locks, heard } = fixture;
  const lock = await locks.acquire("r", "a");
  assertEquals([lock.resource, lock.agent, lock.epoch, lock.borrowed], ["r", "a", 1, false]);
  const next = locks.acquire("r", "b");
  assert(await isPending(next));
  await lock.release();
  assertEquals((await next).epoch, 2);
  assertEquals(heard, [
    "resource:acquired r a",
    "resource:released r a",
    "resource:acquired r b",
  ]);
});

Deno.test("a lock that nobody else uses is acquired and released in plain steps", async () => {
  const engine = new Engine(lockMachine());
  const { locks: known, owners } = engine.state;
  const dispatched: string[] = [];
  const dispatcher = new Proxy(engine, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: [{ type: string }]) => {
        if (name === "dispatch" || name === "send") dispatched.push(given[0].type);
        return value.apply(target, given);
      };
    },
  });
  const host = { dispatcher, plain: engine, state: () => engine.state };
  const locks = new ResourceManager({}, undefined, undefined, { host });
  await locks.acquire("r", "a");
  await locks.release("r", "a");
  assertEquals(dispatched, ["acquire"], "both are known from then on");
  const lock = await locks.acquire("r", "a");
  assertEquals([lock.resource, lock.agent, lock.epoch, lock.borrowed], ["r", "a", 2, false]);
  await lock.release();
  assertEquals((await locks.tryAcquire("r", "a"))?.epoch, 3);
  await locks.release("r", "a", 3);
  assertEquals([dispatched.length, engine.sequence, known.size, owners.size], [1, 6, 1, 1]);
  await assertRejects(() => lock.release(), StaleEpochError);
  await locks.acquire("r", "a");
  await assertRejects(() => locks.release("r", "b"), NotHolderError);
  await assertRejects(() => locks.release("r", "a", 3), StaleEpochError);
  await assertRejects(() => locks.release("r", "a", 0), RangeError);
  assertEquals((await locks.acquire("r", "a")).borrowed, true);
  const next = locks.acquire("r", "b");
  await locks.release("r", "a");
  assertEquals((await next).epoch, 5);
  await locks.shutdown();
  await assertRejects(() => locks.release("r", "b"), ClosedError);
  await assertRejects(() => locks.acquire("r", "a"), ClosedError);
  await engine.close();
});

Deno.test("a lock is acquired with a priority as a number, and released by name", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("database-lock", "agent", 10);
  const calm = locks.acquire("database-lock", "calm");
  const urgent = locks.acquire("database-lock", "urgent", 5);
  await locks.release("database-lock", "agent");
  assertEquals((await urgent).agent, "urgent");
  await locks.release("database-lock", "urgent", (await urgent).epoch);
  assertEquals((await calm).agent, "calm");
});

Deno.test("the config of a whole coordination system is accepted", async () => {
  const config = {
    maxRetries: 3,
    retryDelay: 1000,
    deadlockDetection: true,
    resourceTimeout: 30000,
    messageTimeout: 10000,
  };
  await using locks = new ResourceManager(config);
  await locks.initialize();
  assertEquals((await locks.acquire("r", "a")).epoch, 1);
});

Deno.test("disposal of a handle releases its lock, unless that is lost or released", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  {
    await using lock = await locks.acquire("r", "a");
    assertEquals(locks.holderOf("r"), lock.agent);
  }
  assertEquals(locks.isLocked("r"), false);
  {
    await using _lock = await locks.acquire("r", "a", { leaseMs: 10 });
    await clock.advance(10);
    await locks.acquire("r", "b");
  }
  assertEquals(locks.holderOf("r"), "b");
  {
    await using lock = await locks.acquire("s", "a");
    await lock.release();
  }
});

Deno.test("disposal of a borrowed handle keeps the lock", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await using lock = await locks.acquire("r", "a");
  {
    await using borrowed = await locks.acquire("r", "a");
    assertEquals([borrowed.borrowed, borrowed.epoch], [true, lock.epoch]);
  }
  assertEquals(locks.holderOf("r"), "a");
});

Deno.test("a second release is refused with its stale epoch", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const lock = await locks.acquire("r", "a");
  await lock.release();
  const error = await assertRejects(() => lock.release(), StaleEpochError);
  assertEquals([error.epoch, error.current], [1, undefined]);
  await locks.acquire("r", "a");
  const stale = await assertRejects(() => locks.release("r", "a", 1), StaleEpochError);
  assertEquals([stale.epoch, stale.current], [1, 2]);
  assertEquals(locks.holderOf("r"), "a");
});

Deno.test("release() by another agent is refused with the holders", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("r", "a");
  const error = await assertRejects(() => locks.release("r", "b"), NotHolderError);
  assertEquals(
    error.message,
    'Cannot release "r" for agent "b": agent must hold the lock, got one held by "a"',
  );
  assertEquals([error.resourceId, error.agentId, [...error.holders]], ["r", "b", ["a"]]);
  await assertRejects(() => locks.release("free", "b"), NotHolderError, "got a free lock");
});

Deno.test("a wait rejects with LockTimeoutError after resourceTimeout, or the call's own", async () => {
  await using fixture = managed({ resourceTimeout: 100 });
  const { locks, clock } = fixture;
  await locks.acquire("r", "a");
  const byConfig = locks.acquire("r", "b").catch((error) => error);
  const byCall = locks.acquire("r", "c", { timeoutMs: 40 }).catch((error) => error);
  const never = locks.acquire("r", "d", { timeoutMs: 0 });
  await clock.advance(40);
  const error = await byCall;
  assertInstanceOf(error, LockTimeoutError);
  assertEquals([[...error.resourceIds], error.agentId, error.timeoutMs], [["r"], "c", 40]);
  await clock.advance(60);
  assertInstanceOf(await byConfig, LockTimeoutError);
  await clock.advance(1_000_000);
  await locks.release("r", "a");
  assertEquals((await never).agent, "d");
});

Deno.test("a deadlock rejects the victim's wait with its cycle, and is published", async () => {
  await using fixture = managed();
  const { locks, heard } = fixture;
  await locks.acquire("r", "a");
  await locks.acquire("s", "b");
  const wait = locks.acquire("s", "a");
  const error = await assertRejects(() => locks.acquire("r", "b"), DeadlockError);
  assertEquals([error.agentId, error.agents, error.resources], ["b", ["b", "a"], ["r", "s"]]);
  assertEquals(heard.at(-1), "deadlock:detected b,a r,s b");
  await locks.releaseAllForAgent("b");
  assertEquals((await wait).resource, "s");
});

Deno.test("the signal of a victim's lock aborts when it is revoked", async () => {
  await using fixture = managed({ deadlockPolicy: "revoke" });
  const { locks } = fixture;
  await locks.acquire("r", "a");
  const lost = await locks.acquire("s", "b");
  const { signal } = lost;
  const wait = locks.acquire("s", "a");
  await assertRejects(() => locks.acquire("r", "b"), DeadlockError);
  await wait;
  assertInstanceOf(signal.reason, LockLostError);
  assertEquals([signal.reason.reason, signal.reason.epoch], ["revoked", lost.epoch]);
});

Deno.test("releaseAllForAgent() ends what the agent holds and what it waits for", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const lock = await locks.acquire("r", "a");
  const { signal } = lock;
  await locks.acquire("s", "c");
  const wait = locks.acquire("s", "a").catch((error) => error);
  const next = locks.acquire("r", "b");
  await locks.releaseAllForAgent("a");
  assertInstanceOf(await wait, LockAbandonedError);
  assertEquals((await next).agent, "b");
  assertInstanceOf(signal.reason, LockLostError);
  assertEquals(signal.reason.reason, "released");
  await locks.releaseAllForAgent("nobody");
});

Deno.test("the signal of a handle aborts when the lease ends, not when it is released", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  const leased = await locks.acquire("r", "a", { leaseMs: 100 });
  const kept = await locks.acquire("s", "a");
  const heard: unknown[] = [];
  leased.signal.addEventListener("abort", () => heard.push(leased.signal.reason.reason));
  kept.signal.addEventListener("abort", () => heard.push("released"));
  await clock.advance(60);
  assertEquals(await leased.renew(), 1_160);
  await clock.advance(99);
  assertEquals(heard, []);
  await clock.advance(1);
  await kept.release();
  assertEquals(heard, ["expired"]);
  assertStrictEquals(leased.signal, leased.signal);
});

Deno.test("a signal that is first used after the loss is aborted", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  const lock = await locks.acquire("r", "a", { leaseMs: 10 });
  await clock.advance(10);
  assertInstanceOf(lock.signal.reason, LockLostError);
  assertEquals(lock.signal.reason.reason, "gone");
});

Deno.test("a listener of a signal may use the locks", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  const lock = await locks.acquire("r", "a", { leaseMs: 10 });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  lock.signal.addEventListener("abort", () => resolve(locks.acquire("r", "a")));
  await clock.advance(10);
  await promise;
  assertEquals(locks.holderOf("r"), "a");
});

Deno.test("leases come from the config, unless a call sets its own", async () => {
  await using fixture = managed({ leaseMs: 50 });
  const { locks, clock } = fixture;
  await locks.acquire("r", "a");
  await locks.acquire("s", "a", { leaseMs: 0 });
  await clock.advance(50);
  assertEquals([locks.isLocked("r"), locks.isLocked("s")], [false, true]);
});

Deno.test("renew() by name resolves to the end of the lease, Infinity without one", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("r", "a");
  assertEquals(await locks.renew("r", "a"), Infinity);
  assertEquals(await locks.renew("r", "a", 250, 1), 1_250);
  assertEquals(locks.holdersOf("r")[0]?.expiresAt, 1_250);
  await assertRejects(() => locks.renew("r", "a", 250, 9), StaleEpochError);
  await assertRejects(() => locks.renew("r", "b", 250), NotHolderError);
});

Deno.test("an abort rejects the wait with the signal's reason, and leaves no listener", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("r", "a");
  const abort = new AbortController();
  const counted = countListeners(abort.signal);
  const wait = locks.acquire("r", "b", { signal: abort.signal });
  assertEquals(counted(), 1);
  const reason = new Error("Enough");
  abort.abort(reason);
  assertStrictEquals(await wait.catch((error) => error), reason);
  assertEquals(counted(), 0);
  assertEquals(locks.queueOf("r"), []);

  const other = new AbortController();
  const countedOther = countListeners(other.signal);
  const granted = locks.acquire("r", "b", { signal: other.signal });
  await locks.release("r", "a");
  assertEquals((await granted).agent, "b");
  assertEquals(countedOther(), 0);
  other.abort();
  assertEquals(locks.holderOf("r"), "b");
});

Deno.test("a signal that is aborted already rejects the call without a command", async () => {
  await using fixture = managed();
  const { locks, heard } = fixture;
  const signal = AbortSignal.abort("too late");
  const calls = [
    locks.acquire("r", "a", { signal }),
    locks.tryAcquire("r", "a", { signal }),
    locks.acquireAll(["r", "s"], "a", { signal }),
  ];
  for (const call of calls) assertEquals(await call.catch((reason) => reason), "too late");
  assertEquals(heard, []);
});

Deno.test("tryAcquire() resolves to undefined instead of waiting", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const lock = await locks.tryAcquire("r", "a");
  assertEquals(lock?.epoch, 1);
  assertEquals(await locks.tryAcquire("r", "b"), undefined);
  assertEquals((await locks.tryAcquire("r", "a"))?.borrowed, true);
  assertEquals(locks.queueOf("r"), []);
});

Deno.test("acquireAll() grants all or nothing, and its set releases all", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const first = await locks.acquire("s", "a");
  const wait = locks.acquireAll(["r", { resourceId: "s", mode: "shared" }], "b");
  assert(await isPending(wait));
  assertEquals(locks.isLocked("r"), false);
  await first.release();
  const set = await wait;
  assertEquals([set.agent, set.resources, set.epoch], ["b", ["r", "s"], 3]);
  assertEquals(locks.holdersOf("s")[0]?.mode, "shared");
  await set.release();
  assertEquals([locks.isLocked("r"), locks.isLocked("s")], [false, false]);
});

Deno.test("a set has a signal for the first loss, leases, and disposal", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  {
    await using set = await locks.acquireAll(["r", "s"], "a", { leaseMs: 100 });
    const { signal } = set;
    await clock.advance(50);
    assertEquals(await set.renew(), 1_150);
    await locks.release("s", "a");
    assert(await isPending(new Promise(() => {})));
    assertEquals([signal.aborted, signal.reason.resourceId], [true, "s"]);
    await assertRejects(() => set.release(), StaleEpochError);
    assertEquals(locks.isLocked("r"), false);
  }
  {
    await using _set = await locks.acquireAll(["r", "s"], "a");
  }
  assertEquals(locks.getAllocations().size, 0);
});

Deno.test("a set borrows the locks that are held already", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("r", "a");
  {
    await using set = await locks.acquireAll(["r", "s"], "a");
    assertEquals(set.locks.map((lock) => lock.borrowed), [true, false]);
  }
  assertEquals([locks.isLocked("r"), locks.isLocked("s")], [true, false]);
});

Deno.test("acquireAll() of no resource is an empty set", async () => {
  await using fixture = managed();
  const set = await fixture.locks.acquireAll([], "a");
  assertEquals([set.resources, set.epoch, set.signal.aborted], [[], 0, false]);
  await set.release();
});

Deno.test("the error of an acquireAll() that times out names all resources", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  await locks.acquire("r", "a");
  const wait = locks.acquireAll(["r", "s"], "b", { timeoutMs: 5 }).catch((error) => error);
  await clock.advance(5);
  assertEquals([...(await wait).resourceIds], ["r", "s"]);
});

Deno.test("define() sets the capacity, and more units are refused", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.define("r", { capacity: 2 });
  await locks.acquire("r", "a");
  await locks.acquire("r", "b");
  assertEquals(locks.holdersOf("r").map((holder) => holder.agentId), ["a", "b"]);
  assertEquals(locks.holderOf("r"), "a");
  const error = await assertRejects(() => locks.acquire("r", "c", { units: 3 }), LimitError);
  assertEquals(error.limit, 2);
});

Deno.test("an exclusive lock is refused to its shared holder", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  await locks.acquire("r", "a", { mode: "shared" });
  const error = await assertRejects(() => locks.acquire("r", "a"), LockModeError);
  assertEquals(error.resourceId, "r");
});

Deno.test("full queues and tables are refused with their limit", async () => {
  await using fixture = managed({ maxWaiters: 1, maxResources: 1 });
  const { locks } = fixture;
  await locks.acquire("r", "a");
  const wait = locks.acquire("r", "b").catch(() => {});
  const queueFull = await assertRejects(
    () => locks.acquire("r", "c"),
    LimitError,
    "one more agent",
  );
  const tableFull = await assertRejects(
    () => locks.acquire("s", "c"),
    LimitError,
    "one more resource",
  );
  assertEquals([queueFull.limit, tableFull.limit], [1, 1]);
  assertEquals((await locks.getHealthStatus()).healthy, false);
  await locks.shutdown();
  await wait;
});

Deno.test("defined resources have a limit of their own, and undefine() makes room", async () => {
  await using fixture = managed({ maxDefined: 2 });
  const { locks } = fixture;
  for (const id of ["a", "b"]) await locks.define(id, { capacity: 2 });
  const full = await assertRejects(
    () => locks.define("c", { capacity: 2 }),
    LimitError,
    'Cannot define "c": there must be room for one more defined resource, the limit is 2',
  );
  assertEquals(full.limit, 2);
  await locks.define("a", { capacity: 3 });
  await locks.acquire("x", "agent");
  const { error, metrics } = await locks.getHealthStatus();
  assertEquals(error, "the table of defined resources is full");
  assertEquals([metrics["definedResources"], metrics["totalResources"]], [2, 3]);
  await locks.undefine("a");
  await locks.undefine("unknown");
  assertEquals((await locks.getHealthStatus()).healthy, true);
  await locks.define("c", { capacity: 2 });
  await locks.acquire("a", "agent");
  assertEquals(await locks.tryAcquire("a", "another"), undefined);
});

Deno.test("an owner other than the agent holds locks of its own", async () => {
  await using fixture = managed();
  const { locks } = fixture;
  const holder = { agentId: "a", owner: "claim 1" };
  const lock = await locks.acquireFor(holder, "r");
  const set = await locks.acquireAllFor(holder, ["r", "s"]);
  assertEquals([lock.agent, set.locks[0]?.borrowed], ["a", true]);
  assertEquals(locks.holdersOf("r")[0]?.owner, "claim 1");
  assertEquals(await locks.tryAcquire("r", "a"), undefined);
  await locks.releaseAllForAgent("a");
  assertEquals(locks.holderOf("r"), "a");
  await locks.releaseAllFor(holder);
  assertEquals(locks.getAllocations().size, 0);
});

Deno.test("holders and waiters are listed", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  await locks.acquire("r", "a", { leaseMs: 500 });
  await clock.advance(10);
  const waits = [
    locks.acquire("r", "b"),
    locks.acquire("r", "c", 3),
    locks.acquireAll(["s", "r"], "b"),
  ];
  assertEquals(locks.holdersOf("r"), [{
    agentId: "a",
    owner: "a",
    epoch: 1,
    mode: "exclusive",
    units: 1,
    since: 1_000,
    expiresAt: 1_500,
  }]);
  assertEquals(locks.queueOf("r").map(({ agentId, priority }) => [agentId, priority]), [
    ["c", 3],
    ["b", 0],
    ["b", 0],
  ]);
  assertEquals([...locks.getAllocations()], [["r", "a"]]);
  assertEquals([...locks.getWaitingRequests()], [["b", ["r", "s"]], ["c", ["r"]]]);
  assertEquals([locks.isLocked("s"), locks.holderOf("s")], [false, undefined]);
  await locks.shutdown();
  for (const wait of waits) await wait.catch(() => {});
});

Deno.test("health counts locks and waits, and reports an overdue timer and the end", async () => {
  await using fixture = managed();
  const { locks, clock } = fixture;
  await locks.acquire("r", "a", { leaseMs: 10 });
  const wait = locks.acquire("r", "b").catch(() => {});
  const { healthy, error, metrics } = await locks.getHealthStatus();
  assertEquals([healthy, error], [true, undefined]);
  assertEquals([metrics["lockedResources"], metrics["waitingRequests"]], [1, 1]);
  clock.jumpTo(5_000);
  const late = await locks.getHealthStatus();
  assertEquals([late.healthy, late.metrics["overdueMs"]], [false, 3_990]);
  await locks.performMaintenance();
  assertEquals((await locks.getHealthStatus()).healthy, true);
  await clock.advance(10);
  assertEquals(locks.holderOf("r"), "b");
  await wait;
  await locks.shutdown();
  assertEquals((await locks.getHealthStatus()).healthy, false);
});

Deno.test("handlers on the bus may use the locks", async () => {
  await using fixture = managed();
  const { locks, eventBus } = fixture;
  const seconds: Promise<unknown>[] = [];
  eventBus.on("resource:released", ({ resourceId, agentId }) => {
    if (agentId === "a") seconds.push(locks.acquire(resourceId, "handler"));
  });
  await locks.acquire("r", "a");
  await locks.release("r", "a");
  await Promise.all(seconds);
  assertEquals(locks.holderOf("r"), "handler");
});

Deno.test("a manager on a given engine shares its locks, and leaves it running", async () => {
  const clock = new SimulatedClock();
  await using engine = new Engine(lockMachine(), { clock });
  const host = { dispatcher: engine, state: () => engine.state };
  const one = new ResourceManager({}, undefined, undefined, { host });
  const two = new ResourceManager({}, undefined, undefined, { host });
  const lock = await one.acquire("r", "a");
  const wait = two.acquire("r", "b").catch((error) => error);
  await two.shutdown();
  assertEquals((await wait).code, "closed");
  assertEquals(one.queueOf("r"), []);
  await lock.release();
  assertEquals((await one.acquire("r", "c")).epoch, 2);
  await one.shutdown();
  assertEquals(engine.closed, false);
});

function countListeners(signal: AbortSignal): () => number {
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, args);
  };
  return () => count;
}

Deno.test("shutdown() aborts the signal of each handle that is open, also one read later", async () => {
  const { locks } = managed();
  const [first, second, late] = await Promise.all(
    ["a", "b", "c"].map((agent) => locks.acquire(`r-${agent}`, agent)),
  );
  const set = await locks.acquireAll(["x", "y"], "d");
  const released = await locks.acquire("z", "e");
  const signals = [first!.signal, second!.signal, set.signal];
  const kept = released.signal;
  await released.release();
  await locks.shutdown();
  for (const { aborted, reason } of [...signals, late!.signal]) {
    assert(aborted);
    assertInstanceOf(reason, LockLostError);
    assertEquals(reason.reason, "closed");
  }
  assertEquals(signals[1]!.reason.resourceId, "r-b");
  assert(!kept.aborted);
});

Deno.test("a call while the manager is being closed names the manager", async () => {
  const manager = new ResourceManager();
  const closing = manager.shutdown();
  const message = "Cannot acquire: the resource manager is closed";
  await assertRejects(() => manager.acquire("r", "a"), ClosedError, message);
  await closing;
});

Deno.test("revoke() takes a lock from whoever holds it under that epoch, and from no other", async () => {
  await using fixture = managed();
  const { locks, heard } = fixture;
  const lock = await locks.acquire("r", "a");
  const { signal } = lock;
  const next = locks.acquire("r", "b");
  await assertRejects(
    () => locks.revoke("r", 7),
    StaleEpochError,
    'Cannot revoke "r": epoch must be 1, got 7',
  );
  await assertRejects(() => locks.revoke("s", 1), StaleEpochError, "epoch must be one in force");
  await assertRejects(() => locks.revoke("r", 0), RangeError, "epoch must be");
  await assertRejects(() => locks.revoke("", 1), RangeError, "resourceId must have");
  assert(!signal.aborted);
  await locks.revoke("r", lock.epoch);
  assert(signal.aborted && signal.reason instanceof LockLostError);
  assertEquals(signal.reason.reason, "revoked");
  assertEquals((await next).epoch, 2);
  await assertRejects(() => locks.revoke("r", 1), StaleEpochError);
  assertEquals(heard, ["resource:acquired r a", "resource:revoked r a", "resource:acquired r b"]);
});
