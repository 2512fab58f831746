/** Waits for messages and responses that their callers leave, and come back to. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  CoordinationManager,
  MemoryJournal,
  MessageRouter,
  StillWaitingError,
  TicketExpiredError,
  UnansweredError,
} from "../../mod.ts";
import { SimulatedClock } from "../../src/testing/mod.ts";

function setUp() {
  const clock = new SimulatedClock();
  const router = new MessageRouter({}, undefined, undefined, { clock });
  return { clock, router };
}

async function ticketOf(rejected: Promise<unknown>): Promise<StillWaitingError> {
  return await assertRejects(() => rejected, StillWaitingError);
}

const KEPT = { waitMs: 0, keepMs: 100 };

Deno.test("M13-receiver-loses-its-place: a receiver that is resumed keeps its place", async () => {
  const { clock, router } = setUp();
  const left = ticketOf(router.receive("a", { waitMs: 10, keepMs: 100 }));
  await clock.advance(10);
  const { ticket, keptUntil, message } = await left;
  assertEquals(keptUntil, clock.now() + 100);
  assertEquals(
    message,
    'Cannot receive a message of agent "a" yet: ticket "receiver-1" keeps the place until 00:00:00.110',
  );
  const other = router.receive("a", { waitMs: 1_000 });
  await clock.advance(99);
  const again = router.receive("a", { ticket, waitMs: 1_000 });
  for (const text of ["first", "second"]) await router.send("b", "a", text);
  const first = await again;
  assertEquals(first?.message.payload, "first");
  await first!.ack();
  assertEquals((await other)?.message.payload, "second");
  await router.shutdown();
});

Deno.test("M14-message-lost-with-its-answer: a message that came meanwhile is kept, under one epoch", async () => {
  const { clock, router } = setUp();
  const { ticket } = await ticketOf(router.receive("a", { ...KEPT, timeoutMs: 20 }));
  await router.send("b", "a", "hello");
  await clock.advance(99); // longer than the delivery's limit, which starts when it is collected
  const [once, twice] = [
    await router.receive("a", { ticket }),
    await router.receive("a", { ticket }),
  ];
  assertEquals([once?.message.payload, once?.message.epoch, once?.message.attempt], [
    "hello",
    1,
    1,
  ]);
  assertEquals(twice?.message.epoch, 1);
  await clock.advance(19);
  await once!.ack();
  await router.shutdown();
});

Deno.test("M15-message-kept-for-a-caller-that-never-returns: it is delivered again, at no cost", async () => {
  const { clock, router } = setUp();
  const { ticket } = await ticketOf(router.receive("a", KEPT));
  await router.send("b", "a", "hello");
  const next = router.receive("a", { waitMs: 1_000 });
  await clock.advance(100);
  const message = await next;
  assertEquals([message?.message.payload, message?.message.epoch, message?.message.attempt], [
    "hello",
    2,
    1,
  ]);
  await assertRejects(() => router.receive("a", { ticket }), TicketExpiredError);
  await router.shutdown();
});

Deno.test("a receiver that nobody resumes lapses", async () => {
  const { clock, router } = setUp();
  const { ticket } = await ticketOf(router.receive("a", KEPT));
  await clock.advance(100);
  const ask = () => router.receive("a", { ticket });
  assertEquals(
    (await assertRejects(ask, TicketExpiredError)).message,
    'Cannot receive a message of agent "a": ticket must be one in force of the same agent, ' +
      'got "receiver-1"',
  );
  await router.send("b", "a", "hello");
  assertEquals((await router.receive("a"))?.message.payload, "hello");
  await router.shutdown();
});

Deno.test("M16-response-lost-with-its-caller: the response is kept until it is collected", async () => {
  const { clock, router } = setUp();
  const left = ticketOf(
    router.sendWithResponse("a", "b", "?", { waitMs: 10, keepMs: 100, timeoutMs: 1_000 }),
  );
  await clock.advance(10);
  const { ticket, message } = await left;
  assertEquals(
    message,
    'Cannot ask "b" for "a" yet: ticket "request-1" keeps the place until 00:00:00.110',
  );
  const asked = await router.receive("b");
  await router.sendResponse(asked!.message.id, { a: 1 });
  const ask = () => router.sendWithResponse("a", "b", "?", { ticket });
  assertEquals(await ask(), { a: 1 });
  assertEquals(await ask(), { a: 1 });
  await clock.advance(100);
  await assertRejects(ask, TicketExpiredError);
  await router.shutdown();
});

Deno.test("a request that is resumed in time gets the response as it comes", async () => {
  const { router } = setUp();
  const { ticket } = await ticketOf(
    router.sendWithResponse("a", "b", "?", { ...KEPT, timeoutMs: 1_000 }),
  );
  const again = router.sendWithResponse("a", "b", "?", { ticket, keepMs: 100 });
  await router.sendResponse((await router.receive("b"))!.message.id, "yes");
  assertEquals(await again, "yes");
  await router.shutdown();
});

Deno.test("a request that nobody resumes lapses, and one that fails says so to its ticket", async () => {
  const { clock, router } = setUp();
  const asked = { ...KEPT, timeoutMs: 1_000 };
  const { ticket } = await ticketOf(router.sendWithResponse("a", "b", "?", asked));
  await clock.advance(100);
  await assertRejects(() => router.sendWithResponse("a", "b", "?", { ticket }), TicketExpiredError);
  const second = await ticketOf(router.sendWithResponse("a", "c", "?", asked));
  await router.rejectRequest((await router.receive("c"))!.message.id, new Error("no"));
  const { reason, cause } = await assertRejects(
    () => router.sendWithResponse("a", "c", "?", { ticket: second.ticket }),
    UnansweredError,
  );
  assertEquals([reason, (cause as Error).message], ["rejected", "no"]);
  await router.shutdown();
});

Deno.test("another agent's ticket is refused", async () => {
  const { router } = setUp();
  const receiver = await ticketOf(router.receive("a", KEPT));
  const request = await ticketOf(
    router.sendWithResponse("a", "b", "?", { ...KEPT, timeoutMs: 1_000 }),
  );
  const calls = [
    () => router.receive("b", { ticket: receiver.ticket }),
    () => router.sendWithResponse("c", "b", "?", { ticket: request.ticket }),
    () => router.sendWithResponse("a", "c", "?", { ticket: request.ticket }),
  ];
  for (const call of calls) await assertRejects(call, TicketExpiredError);
  await assertRejects(() => router.receive("a", { ticket: "wait-1" }), TypeError, '"receiver-1"');
  await assertRejects(
    () => router.sendWithResponse("a", "b", "?", { ticket: "receiver-1" }),
    TypeError,
    '"request-1"',
  );
  await router.shutdown();
});

Deno.test("an abort leaves a receiver and a request", async () => {
  const { router } = setUp();
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [
    ticketOf(router.receive("a", { waitMs: 1_000, keepMs: 100, signal })),
    ticketOf(router.sendWithResponse("b", "c", "?", { keepMs: 100, timeoutMs: 1_000, signal })),
  ];
  controller.abort(new Error("the client hung up"));
  const [receiver, request] = await Promise.all(calls);
  assertEquals((receiver!.cause as Error).message, "the client hung up");
  await router.send("b", "a", "hello");
  const got = await router.receive("a", { ticket: receiver!.ticket });
  assertEquals(got?.message.payload, "hello");
  await (await router.receive("c"))!.respond("yes");
  const { ticket } = request!;
  assertEquals(await router.sendWithResponse("b", "c", "?", { ticket }), "yes");
  await router.shutdown();
});

Deno.test("a request without a caller stays in the wait-for graph, and its victim is told", async () => {
  const clock = new SimulatedClock();
  const manager = new CoordinationManager({}, undefined, undefined, { clock });
  await manager.initialize();
  for (const id of ["a", "b"]) await manager.registerAgent({ id });
  await manager.acquireResource("db", "a");
  const { ticket } = await ticketOf(
    manager.messages.sendWithResponse("a", "b", "?", { ...KEPT, priority: -1, timeoutMs: 1_000 }),
  );
  const other = manager.acquireResource("db", "b");
  const ask = () => manager.messages.sendWithResponse("a", "b", "?", { ticket });
  assertEquals((await assertRejects(ask, UnansweredError)).reason, "deadlock");
  await manager.releaseResource("db", "a");
  await other;
  await manager.shutdown();
});

Deno.test("M17-restart-ends-waits-of-other-processes: those that may be resumed go on", async () => {
  const journal = new MemoryJournal();
  const clock = new SimulatedClock();
  const open = async () => {
    const router = new MessageRouter({}, undefined, undefined, {
      clock,
      journal: journal as never,
    });
    await router.initialize();
    return router;
  };
  const before = await open();
  const receiver = await ticketOf(before.receive("a", { waitMs: 0, keepMs: 1_000 }));
  const request = await ticketOf(
    before.sendWithResponse("a", "b", "?", { waitMs: 0, keepMs: 1_000, timeoutMs: 9_000 }),
  );
  const calls = Promise.allSettled([before.receive("a", { waitMs: 9_000 })]);
  await clock.advance(1);
  const after = await open(); // as if the process before had crashed
  await clock.advance(1);
  await after.send("c", "a", "hello");
  assertEquals((await after.receive("a", { ticket: receiver.ticket }))?.message.payload, "hello");
  await (await after.receive("b"))!.respond("yes");
  const { ticket } = request;
  assertEquals(await after.sendWithResponse("a", "b", "?", { ticket }), "yes");
  await after.shutdown();
  await before.shutdown();
  await calls;
});

Deno.test("a caller that comes back without keepMs, and leaves again, gives its place up", async () => {
  const { router } = setUp();
  const { ticket } = await ticketOf(router.receive("a", KEPT));
  const other = router.receive("a", { waitMs: 1_000 });
  const leaving = new AbortController();
  const given = router.receive("a", { ticket, waitMs: 1_000, signal: leaving.signal });
  leaving.abort(new Error("not needed any more"));
  await assertRejects(() => given, Error, "not needed any more");
  await router.send("b", "a", "first");
  assertEquals((await other)?.message.payload, "first");
  await assertRejects(() => router.receive("a", { ticket }), TicketExpiredError);
  await router.shutdown();
});
