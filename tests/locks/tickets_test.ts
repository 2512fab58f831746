/** Waits that their callers leave, and come back to. */

import { assertEquals, assertRejects } from "@std/assert";
import { DeadlockError, LockTimeoutError } from "../../src/locks/errors.ts";
import { MemoryJournal } from "../../src/core/memory_journal.ts";
import { StillWaitingError, TicketExpiredError } from "../../src/core/tickets.ts";
import { ResourceManager } from "../../src/locks/mod.ts";
import { SimulatedClock } from "../../src/testing/simulated_clock.ts";

function setUp(config = {}) {
  const clock = new SimulatedClock();
  const locks = new ResourceManager({ agingMs: 0, ...config }, undefined, undefined, { clock });
  return { clock, locks };
}

/** Waits for `rejected`, and returns the error that keeps the place. */
async function ticketOf(rejected: Promise<unknown>): Promise<StillWaitingError> {
  return await assertRejects(() => rejected, StillWaitingError);
}

/** Begins a wait of `agent`, and leaves it after 10 ms; it is kept for 100. */
async function leave(
  { clock, locks }: ReturnType<typeof setUp>,
  agent: string,
  options = {},
): Promise<StillWaitingError> {
  const call = locks.acquire("db", agent, { waitMs: 10, keepMs: 100, ...options });
  const left = ticketOf(call);
  await clock.advance(10);
  return await left;
}

Deno.test("L11-place-lost-between-two-calls: a call ends after waitMs with a ticket, which resumes the wait at its place", async () => {
  const system = setUp();
  const { clock, locks } = system;
  const held = await locks.acquire("db", "holder");
  const { ticket, keptUntil, message } = await leave(system, "first");
  assertEquals(keptUntil, clock.now() + 100);
  assertEquals(
    message,
    `Cannot acquire "db" for agent "first" yet: ticket "wait-1" keeps the place until 00:00:00.110`,
  );
  const second = locks.acquire("db", "second");
  await clock.advance(99);
  const first = locks.acquire("db", "first", { ticket, keepMs: 100 });
  await clock.advance(1_000);
  await held.release();
  const lock = await first;
  assertEquals([lock.agent, lock.epoch, lock.borrowed], ["first", 2, false]);
  await lock.release();
  assertEquals((await second).epoch, 3);
});

Deno.test("L12-grant-lost-with-its-answer: a grant to a wait without a caller is kept for it, under one epoch, as often as it asks", async () => {
  const system = setUp();
  const { clock, locks } = system;
  const held = await locks.acquire("db", "holder");
  const { ticket } = await leave(system, "a", { leaseMs: 30 });
  await held.release();
  assertEquals(locks.holderOf("db"), "a");
  await clock.advance(90); // longer than the lease, which begins when it is collected
  const [once, twice] = [
    await locks.acquire("db", "a", { ticket }),
    await locks.acquire("db", "a", { ticket }),
  ];
  assertEquals([once.epoch, twice.epoch, once.borrowed, twice.borrowed], [2, 2, false, false]);
  await clock.advance(29);
  assertEquals(locks.holderOf("db"), "a");
  await clock.advance(1);
  assertEquals(locks.holderOf("db"), undefined);
});

Deno.test("L13-grant-kept-for-a-caller-that-never-returns: a grant that nobody collects lapses when its wait would have, and passes on", async () => {
  const system = setUp();
  const { clock, locks } = system;
  const held = await locks.acquire("db", "holder");
  const { ticket, keptUntil } = await leave(system, "a");
  const next = locks.acquire("db", "b");
  await clock.advance(60);
  await held.release();
  await clock.advance(keptUntil - clock.now() - 1);
  assertEquals(locks.holderOf("db"), "a");
  await clock.advance(1);
  assertEquals((await next).epoch, 3);
  await assertRejects(() => locks.acquire("db", "a", { ticket }), TicketExpiredError);
});

Deno.test("a wait that nobody resumes lapses, and holds nobody up", async () => {
  const system = setUp();
  const { clock, locks } = system;
  const held = await locks.acquire("db", "holder");
  const { ticket } = await leave(system, "a");
  const next = locks.acquire("db", "b");
  await clock.advance(100);
  assertEquals(locks.queueOf("db").map(({ agentId }) => agentId), ["b"]);
  const error = await assertRejects(
    () => locks.acquire("db", "a", { ticket }),
    TicketExpiredError,
  );
  assertEquals(
    error.message,
    'Cannot acquire "db" for agent "a": ticket must be one in force of the same agent, got "wait-1"',
  );
  await held.release();
  await next;
});

Deno.test("L14-ticket-of-another-agent: another agent's ticket is refused, and so is one for another resource", async () => {
  const system = setUp();
  const { locks } = system;
  await locks.acquire("db", "holder");
  const { ticket } = await leave(system, "a");
  await assertRejects(() => locks.acquire("db", "b", { ticket }), TicketExpiredError);
  await assertRejects(() => locks.acquire("x", "a", { ticket }), TicketExpiredError);
  assertEquals(locks.queueOf("db").length, 1);
});

Deno.test("an abort leaves the wait, and its error has the ticket and the reason", async () => {
  const { clock, locks } = setUp();
  const held = await locks.acquire("db", "holder");
  const controller = new AbortController();
  const call = locks.acquire("db", "a", { keepMs: 100, signal: controller.signal });
  const left = ticketOf(call);
  const reason = new Error("the client hung up");
  controller.abort(reason);
  const { ticket, cause, keptUntil } = await left;
  assertEquals([ticket, cause, keptUntil], ["wait-1", reason, clock.now() + 100]);
  await held.release();
  assertEquals((await locks.acquire("db", "a", { ticket })).epoch, 2);
});

Deno.test("waitMs of 0 asks once", async () => {
  const { locks } = setUp();
  const held = await locks.acquire("db", "holder");
  const asked = { waitMs: 0, keepMs: 100 };
  const { ticket } = await ticketOf(locks.acquire("db", "a", asked));
  await ticketOf(locks.acquire("db", "a", { ...asked, ticket }));
  await held.release();
  assertEquals((await locks.acquire("db", "a", { ...asked, ticket })).epoch, 2);
});

Deno.test("a call with the ticket takes the wait over from one that waits", async () => {
  const { locks } = setUp();
  const held = await locks.acquire("db", "holder");
  const first = locks.acquire("db", "a", { keepMs: 100 });
  const left = ticketOf(first);
  const second = locks.acquire("db", "a", { keepMs: 100, ticket: "wait-1" });
  assertEquals((await left).ticket, "wait-1");
  await held.release();
  assertEquals((await second).epoch, 2);
});

Deno.test("a set is resumed as a whole, and lapses as a whole", async () => {
  const { clock, locks } = setUp();
  const held = await locks.acquire("r", "holder");
  await locks.acquire("own", "a");
  const names = ["own", "r", "s"];
  const left = ticketOf(locks.acquireAll(names, "a", { waitMs: 0, keepMs: 100 }));
  const { ticket } = await left;
  await held.release();
  const set = await locks.acquireAll(names, "a", { ticket });
  assertEquals(set.locks.map(({ borrowed }) => borrowed), [true, false, false]);
  await set.locks[1]!.release();
  await set.locks[2]!.release();

  const again = await locks.acquire("r", "holder");
  await ticketOf(locks.acquireAll(names, "a", { waitMs: 0, keepMs: 100 }));
  await again.release();
  assertEquals(names.map((name) => locks.holderOf(name)), ["a", "a", "a"]);
  await clock.advance(100);
  assertEquals(names.map((name) => locks.holderOf(name)), ["a", undefined, undefined]);
});

Deno.test("paths keep their place as well", async () => {
  const { locks } = setUp();
  const held = await locks.acquirePaths(["src/**"], "holder");
  const asked = { waitMs: 0, keepMs: 100 };
  const { ticket } = await ticketOf(locks.acquirePaths(["src/a.ts"], "a", asked));
  const other = locks.acquirePaths(["src/*"], "b");
  await held.release();
  assertEquals((await locks.acquirePaths(["src/a.ts"], "a", { ticket })).epoch, 2);
  await locks.releaseAllForAgent("a");
  await other;
});

Deno.test("L15-victim-never-learns: a wait without a caller may be a deadlock's victim, and its ticket says so", async () => {
  const { clock, locks } = setUp();
  await locks.acquire("r", "a");
  await locks.acquire("s", "b");
  const { ticket } = await ticketOf(
    locks.acquire("s", "a", { waitMs: 0, keepMs: 100, priority: -1 }),
  );
  const other = locks.acquire("r", "b");
  const ask = () => locks.acquire("s", "a", { ticket });
  assertEquals((await assertRejects(ask, DeadlockError)).agents.toSorted(), ["a", "b"]);
  await assertRejects(ask, DeadlockError);
  await clock.advance(100);
  await assertRejects(ask, TicketExpiredError);
  await locks.releaseAllForAgent("a");
  await other;
});

Deno.test("the time limit of a wait goes on without a caller; by default it has none", async () => {
  const system = setUp({ resourceTimeout: 20 });
  const { clock, locks } = system;
  await locks.acquire("db", "holder");
  const { ticket } = await leave(system, "a", { timeoutMs: 50 });
  await clock.advance(50);
  const ask = () => locks.acquire("db", "a", { ticket });
  assertEquals((await assertRejects(ask, LockTimeoutError)).timeoutMs, 50);
  await leave(system, "b");
  await clock.advance(50);
  assertEquals(locks.queueOf("db").map(({ agentId }) => agentId), ["b"]);
});

Deno.test("an agent that acquires what is kept for it collects it, also without the ticket", async () => {
  const system = setUp();
  const { clock, locks } = system;
  const held = await locks.acquire("db", "holder");
  await leave(system, "a");
  await held.release();
  const lock = await locks.acquire("db", "a");
  assertEquals([lock.epoch, lock.borrowed], [2, false]);
  await clock.advance(1_000);
  assertEquals(locks.holderOf("db"), "a");
});

Deno.test("an agent that is gone loses its waits and grants without a caller, too", async () => {
  const system = setUp();
  const { locks } = system;
  await locks.acquire("db", "holder");
  const { ticket } = await leave(system, "a");
  await locks.releaseAllForAgent("a");
  assertEquals(locks.queueOf("db"), []);
  await assertRejects(() => locks.acquire("db", "a", { ticket }), TicketExpiredError);
});

Deno.test("L16-restart-ends-waits-of-other-processes: a restart ends the waits of its process, and keeps those that may be resumed", async () => {
  const journal = new MemoryJournal();
  const clock = new SimulatedClock();
  const open = async () => {
    const locks = new ResourceManager({ agingMs: 0 }, undefined, undefined, { clock, journal });
    await locks.initialize();
    return locks;
  };
  const before = await open();
  await before.acquire("db", "holder");
  const left = ticketOf(before.acquire("db", "a", { waitMs: 0, keepMs: 1_000 }));
  const { ticket } = await left;
  const calls = [
    before.acquire("db", "b", { keepMs: 1_000 }),
    before.acquire("db", "c"),
  ];
  await clock.advance(1);
  const ended = Promise.allSettled(calls);
  const after = await open(); // as if the process before had crashed
  await clock.advance(1);
  assertEquals(after.queueOf("db").map(({ agentId }) => agentId), ["a", "b"]);
  await after.release("db", "holder");
  assertEquals((await after.acquire("db", "a", { ticket })).epoch, 2);
  await clock.advance(998);
  assertEquals(after.queueOf("db").map(({ agentId }) => agentId), ["b"]);
  await clock.advance(1_000);
  assertEquals(after.queueOf("db"), []);
  await after.shutdown();
  await before.shutdown();
  await ended;
});

Deno.test("explanations and lists say how long a wait is kept", async () => {
  const system = setUp();
  const { locks } = system;
  await locks.acquire("db", "holder");
  const { keptUntil } = await leave(system, "a");
  assertEquals(locks.queueOf("db")[0]?.keptUntil, keptUntil);
  const explained = locks.explain(1);
  assertEquals(explained?.keptUntil, keptUntil);
  assertEquals(
    explained?.summary,
    'It waits for "db", held by "holder"; its caller has left, and it is kept until 00:00:00.110',
  );
  await locks.release("db", "holder");
  assertEquals(locks.holdersOf("db")[0]?.isKept, true);
});

Deno.test("malformed options are refused, and begin no wait", async () => {
  const { locks } = setUp();
  const refused: [options: object, message: string][] = [
    [{ waitMs: 5 }, "keepMs must be given with waitMs, got none"],
    [{ keepMs: 0 }, "keepMs must be"],
    [{ keepMs: 5, waitMs: -1 }, "waitMs must be"],
    [
      { ticket: "ask-1" },
      'ticket must be that of a StillWaitingError, such as "wait-1", got "ask-1"',
    ],
    [{ ticket: "wait-01" }, "ticket must be that of"],
    [{ ticket: "__proto__" }, "ticket must be that of"],
    [{ ticket: 7 }, "ticket must be that of"],
  ];
  for (const [options, message] of refused) {
    await assertRejects(() => locks.acquire("db", "a", options), Error, message);
    await assertRejects(() => locks.acquireAll(["db"], "a", options), Error, message);
    await assertRejects(() => locks.acquirePaths(["db"], "a", options), Error, message);
    assertEquals(locks.queueOf("db"), []);
  }
});

Deno.test("a caller that comes back without keepMs, and leaves again, gives its place up", async () => {
  const system = setUp();
  const { locks } = system;
  const held = await locks.acquire("db", "holder");
  const { ticket } = await leave(system, "first");
  const second = locks.acquire("db", "second");
  const leaving = new AbortController();
  const given = locks.acquire("db", "first", { ticket, signal: leaving.signal });
  leaving.abort(new Error("not needed any more"));
  await assertRejects(() => given, Error, "not needed any more");
  await held.release();
  assertEquals((await second).epoch, 2);
  await assertRejects(() => locks.acquire("db", "first", { ticket }), TicketExpiredError);
});
