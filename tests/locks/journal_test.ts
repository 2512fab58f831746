/** The resource manager on a journal: its commands are stepped when the journal has them. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventBus } from "../../src/core/bus/event_bus.ts";
import { JournalError, StaleEpochError, UninitializedError } from "../../src/core/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { FaultyJournal } from "../../src/testing/faulty_journal.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";
import { settle } from "../support/settle.ts";

interface Journaled extends AsyncDisposable {
  readonly locks: ResourceManager;
  readonly journal: FaultyJournal;
  readonly memory: MemoryJournal;
  readonly clock: SimulatedClock;
}

async function journaled(memory: MemoryJournal = new MemoryJournal()): Promise<Journaled> {
  const clock = new SimulatedClock(1_000);
  const journal = new FaultyJournal(memory, clock);
  const locks = new ResourceManager({}, new EventBus(), silentLogger, { clock, journal });
  await locks.initialize();
  return { locks, journal, memory, clock, [Symbol.asyncDispose]: () => locks.shutdown() };
}

Deno.test("with a journal, nothing is granted before the command is stored", async () => {
  await using fixture = await journaled();
  const { locks, journal } = fixture;
  journal.hold();
  const wait = locks.acquire("r", "a");
  await settle();
  assertEquals(locks.isLocked("r"), false);
  journal.release();
  assertEquals((await wait).epoch, 1);
});

Deno.test("with a journal, contenders are granted the lock one after the other", async () => {
  await using fixture = await journaled();
  const { locks } = fixture;
  let inside = 0;
  const epochs = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
    await using lock = await locks.acquire("r", `agent ${i}`);
    assertEquals(++inside, 1);
    await Promise.resolve();
    inside--;
    return lock.epoch;
  }));
  assertEquals(epochs.toSorted((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i + 1));
});

Deno.test("with a journal, all other calls work", async () => {
  await using fixture = await journaled();
  const { locks, clock } = fixture;
  const lock = await locks.acquire("r", "a", { leaseMs: 100 });
  assertEquals(await lock.renew(200), 1_200);
  assertEquals(await locks.tryAcquire("r", "b"), undefined);
  await locks.define("s", { capacity: 2 });
  const set = await locks.acquireAll(["s", "t"], "b");
  await set.release();
  const { signal } = lock;
  const timesOut = locks.acquire("r", "b", { timeoutMs: 50 }).catch((error) => error.code);
  await settle();
  await clock.advance(50);
  assertEquals(await timesOut, "lock-timeout");
  await clock.advance(150);
  assertEquals([signal.aborted, locks.isLocked("r")], [true, false]);
  await assertRejects(() => lock.release(), StaleEpochError);
  await locks.releaseAllForAgent("a");
});

Deno.test("a command that the journal refuses changes nothing, and later ones go on", async () => {
  await using fixture = await journaled();
  const { locks, journal } = fixture;
  journal.fail(1);
  await assertRejects(() => locks.acquire("r", "a"), JournalError);
  assertEquals(locks.isLocked("r"), false);
  const lock = await locks.acquire("r", "a");
  journal.fail(1);
  await assertRejects(() => lock.release(), JournalError);
  assertEquals(locks.isLocked("r"), true);
  const { signal } = lock;
  await lock.release();
  await settle();
  assertEquals([locks.isLocked("r"), signal.aborted], [false, false]);
});

Deno.test("a call that is aborted before its command is stored releases what it is granted", async () => {
  await using fixture = await journaled();
  const { locks, journal } = fixture;
  journal.hold();
  const abort = new AbortController();
  const { signal } = abort;
  const calls = [
    locks.acquire("r", "a", { signal }),
    locks.acquire("r", "b", { signal }),
    locks.acquireAll(["s", "t"], "a", { signal }),
  ];
  abort.abort("enough");
  for (const call of calls) assertEquals(await call.catch((reason) => reason), "enough");
  journal.release();
  await settle();
  assertEquals(locks.getAllocations().size, 0);
  assertEquals(locks.getWaitingRequests().size, 0);
});

Deno.test("a wait that is aborted before its grant is stored passes the grant on", async () => {
  await using fixture = await journaled();
  const { locks, journal } = fixture;
  const lock = await locks.acquire("r", "a");
  const abort = new AbortController();
  const aborted = locks.acquire("r", "b", { signal: abort.signal }).catch((reason) => reason);
  const next = locks.acquire("r", "c");
  await settle();
  journal.hold();
  const released = lock.release();
  abort.abort("enough");
  journal.release();
  await released;
  assertEquals(await aborted, "enough");
  assertEquals((await next).agent, "c");
});

Deno.test("a cancellation that the journal refuses is retried", async () => {
  await using fixture = await journaled();
  const { locks, journal, clock } = fixture;
  await locks.acquire("r", "a");
  const abort = new AbortController();
  const aborted = locks.acquire("r", "b", { signal: abort.signal }).catch((reason) => reason);
  await settle();
  journal.fail(1);
  abort.abort("enough");
  await settle();
  assertEquals([await aborted, locks.queueOf("r").length], ["enough", 1]);
  await clock.advance(1_000);
  await settle();
  assertEquals(locks.queueOf("r"), []);
});

Deno.test("shutdown() leaves no timer, even with a cancellation to retry", async () => {
  const { locks, journal, clock } = await journaled();
  await locks.acquire("r", "a");
  const abort = new AbortController();
  const options = { signal: abort.signal, timeoutMs: 0 };
  const aborted = locks.acquire("r", "b", options).catch((reason) => reason);
  await settle();
  journal.fail(1);
  abort.abort("enough");
  await settle();
  assertEquals([await aborted, clock.pending], ["enough", 1]);
  await locks.shutdown();
  assertEquals(clock.pending, 0);
});

Deno.test("locks outlive the process, and waits end with it", async () => {
  const memory = new MemoryJournal();
  const first = await journaled(memory);
  const lock = await first.locks.acquire("r", "a");
  const waits = [
    first.locks.acquire("r", "b").catch((error) => error.code),
    first.locks.acquireAll(["r", "s"], "c").catch((error) => error.code),
  ];
  await settle();
  await crash(first);

  await using second = await journaled(memory);
  const { locks } = second;
  await settle();
  assertEquals([locks.holderOf("r"), locks.queueOf("r")], ["a", []]);
  const next = locks.acquire("r", "b");
  await locks.release("r", "a", lock.epoch);
  assert((await next).epoch > lock.epoch);
  assertEquals(await Promise.all(waits), ["closed", "closed"]);
});

Deno.test("performMaintenance() writes a snapshot, from which locks are recovered", async () => {
  const memory = new MemoryJournal();
  const first = await journaled(memory);
  for (let i = 0; i < 5; i++) await first.locks.acquire(`r${i}`, "a", { leaseMs: 5_000 });
  await first.locks.performMaintenance();
  await first.locks.release("r0", "a");
  await crash(first);
  assert(await memory.snapshots.newest() !== undefined);

  await using second = await journaled(memory);
  assertEquals([...second.locks.getAllocations().keys()], ["r1", "r2", "r3", "r4"]);
  await second.clock.advance(5_000);
  await settle();
  assertEquals(second.locks.getAllocations().size, 0);
});

Deno.test("a manager with a journal has to be initialized first", async () => {
  const locks = new ResourceManager({}, undefined, silentLogger, { journal: new MemoryJournal() });
  await assertRejects(() => locks.acquire("r", "a"), UninitializedError);
  assertEquals((await locks.getHealthStatus()).healthy, false);
  await locks.initialize();
  assertEquals((await locks.acquire("r", "a")).epoch, 1);
  await locks.shutdown();
});

Deno.test("calls whose commands are not stored at shutdown end all the same", async () => {
  const fixture = await journaled();
  const { locks, journal } = fixture;
  await locks.acquire("r", "a");
  journal.hold();
  const [wait, other] = [locks.acquire("r", "b"), locks.acquire("s", "b")]
    .map((call) => call.then(({ epoch }) => epoch, (error) => error.code));
  const shutdown = locks.shutdown();
  await settle();
  journal.release();
  await shutdown;
  assertEquals([await wait, await other], ["closed", 2]);
});

/** Ends a process as a crash does: what it would say in parting doesn't reach the journal. */
async function crash({ locks, journal }: Journaled): Promise<void> {
  journal.fail(100);
  await locks.shutdown();
  journal.fail(0);
}
